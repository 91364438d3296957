"""The lab itself: two side by side, crashes, leftovers, users, the audit log."""

from __future__ import annotations

import json
import os
import signal
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from lab import logs
from lab.cluster import Lab
from lab.errors import LabError
from lab.paths import log_folder
from lab.processes import strays
from tests.labs import Cluster

pytestmark = pytest.mark.lab


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A lab of the test's own, to be broken."""
    made = Lab(f"test-{os.getpid()}-{uuid.uuid4().hex[:6]}").up()
    yield made
    made.down()


def pids(lab: Lab) -> dict[str, int | None]:
    return {each.name: each.pid for each in lab.status()}


def kill(lab: Lab, component: str) -> None:
    known = lab.state()
    assert known is not None
    process = known.running[component].process
    process.send(signal.SIGKILL)
    deadline = time.monotonic() + 10
    while process.alive():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def health(lab: Lab) -> dict[str, str]:
    return {each.name: each.health for each in lab.status()}


def test_all_components_are_healthy_and_workloads_become_ready(cluster: Cluster) -> None:
    assert set(health(cluster.lab).values()) == {"healthy"}
    nodes = cluster.get("nodes")["items"]
    assert len(nodes) == 3
    assert len({node["metadata"]["labels"]["topology.kubernetes.io/zone"] for node in nodes}) == 3


def test_a_deployment_a_daemon_set_and_a_job_complete(cluster: Cluster, namespace: str) -> None:
    kubectl = ("-n", namespace)
    cluster.kubectl(*kubectl, "create", "deployment", "web", "--image=none", "--replicas=2")
    cluster.kubectl(*kubectl, "create", "job", "once", "--image=none")
    pod = {
        "metadata": {"labels": {"app": "agent"}},
        "spec": {"containers": [{"name": "agent", "image": "none"}]},
    }
    agent = {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": "agent"},
        "spec": {"selector": {"matchLabels": {"app": "agent"}}, "template": pod},
    }
    cluster.kubectl(*kubectl, "apply", "-f", "-", stdin=json.dumps(agent))
    cluster.kubectl(*kubectl, "rollout", "status", "deployment/web", "--timeout=30s")
    cluster.kubectl(*kubectl, "rollout", "status", "daemonset/agent", "--timeout=30s")
    cluster.kubectl(*kubectl, "wait", "--for=condition=Complete", "job/once", "--timeout=30s")


def test_two_labs_run_side_by_side_and_share_nothing(cluster: Cluster, lab: Lab) -> None:
    lab.kubectl("create", "namespace", "only-here")
    assert "only-here" not in cluster.kubectl("get", "namespaces")
    first, second = cluster.lab.state(), lab.state()
    assert first is not None
    assert second is not None
    assert not set(first.ports.values()) & set(second.ports.values())
    with pytest.raises(LabError, match="certificate"):
        cluster.kubectl("get", "nodes", f"--server={lab.server}")


def test_up_again_starts_nothing(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    before = pids(lab)
    Lab(lab.name).up()
    assert pids(lab) == before
    assert "already up" in capsys.readouterr().err


def test_up_starts_again_what_was_killed_and_keeps_the_data(lab: Lab) -> None:
    lab.kubectl("create", "namespace", "kept")
    before = pids(lab)
    kill(lab, "kube-apiserver")
    assert health(lab)["kube-apiserver"] == "died"
    lab.up()
    after = pids(lab)
    assert {name for name in after if after[name] != before[name]} >= {"kube-apiserver"}
    assert after["etcd"] == before["etcd"]
    assert "kept" in lab.kubectl("get", "namespaces").stdout


def test_down_leaves_no_process_and_no_file_but_the_logs() -> None:
    lab = Lab(f"test-{os.getpid()}-down").up()
    kill(lab, "etcd")
    assert strays(lab.folder)
    assert lab.down()
    assert not strays(lab.folder)
    assert not lab.folder.exists()
    assert (lab.logs / "kube-apiserver.log").stat().st_size > 0
    assert not lab.down()


def test_down_finds_processes_that_nobody_wrote_down(lab: Lab) -> None:
    (lab.folder / "state.json").write_text("{")
    assert len(strays(lab.folder)) == 5
    lab.down()
    assert not strays(lab.folder)


def test_down_does_not_touch_a_process_that_has_the_id_of_an_old_one(lab: Lab) -> None:
    known = lab.state()
    assert known is not None
    sleeper = os.posix_spawn("/bin/sleep", ["sleep", "60"], {})
    known.running["kube-scheduler"].pid = sleeper
    known.save(lab.folder)
    try:
        assert health(lab)["kube-scheduler"] == "died"
        lab.down()
        assert os.waitpid(sleeper, os.WNOHANG) == (0, 0)
    finally:
        os.kill(sleeper, signal.SIGKILL)
        os.waitpid(sleeper, 0)


def test_a_component_that_ends_at_once_is_named_with_its_log(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("lab.components.SERVICE_RANGE", "no-range")
    lab = Lab(f"test-{os.getpid()}-crash")
    with pytest.raises(LabError, match=r"kube-apiserver ended(.|\n)*not a valid cidr"):
        lab.up()
    assert not lab.folder.exists()
    assert not strays(lab.folder)


def test_logs_stay_but_not_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    for number in range(logs.KEPT + 5):
        folder = log_folder(f"old-{number}")
        folder.mkdir(parents=True)
        os.utime(folder, (number, number))
    logs.renew("new", {"old-0"})
    left = {each.name for each in log_folder("new").parent.iterdir()}
    assert left == {"new", "old-0", *(f"old-{n}" for n in range(5, logs.KEPT + 5))}


def test_other_audit_level_is_refused(cluster: Cluster) -> None:
    with pytest.raises(LabError, match="is up with audit Metadata, not RequestResponse"):
        cluster.lab.up(audit="RequestResponse")


def test_audit_log_tells_writes_from_dry_runs(cluster: Cluster, namespace: str) -> None:
    create = ("-n", namespace, "create", "configmap")
    with cluster.audit() as seen:
        cluster.kubectl(*create, "dry", "--dry-run=server")
        cluster.kubectl("auth", "can-i", "create", "pods")
    assert seen.writes == []
    assert len(seen.requests) >= 2
    with cluster.audit() as seen:
        cluster.kubectl(*create, "wet")
    assert seen.writes == [f"create /api/v1/namespaces/{namespace}/configmaps: 201"]


def test_users_have_the_rights_that_their_names_say(cluster: Cluster) -> None:
    def may(user: str, *what: str) -> bool:
        return cluster.lab.kubectl("auth", "can-i", *what, user=user, check=False).returncode == 0

    assert may("admin", "*", "*")
    assert may("cluster-admin", "*", "*")
    assert may("deployer", "create", "customresourcedefinitions")
    for forbidden in ("pods", "clusterroles"):
        assert not may("deployer", "*", forbidden)
    assert not may("deployer", "escalate", "clusterroles")
    assert not may("deployer", "bind", "clusterroles")
    assert not may("deployer", "create", "pods", "--subresource=exec")


def test_everything_listens_on_loopback_only(cluster: Cluster) -> None:
    known = cluster.lab.state()
    assert known is not None
    own = {name for each in known.running.values() for name in _open_files(each.pid)}
    listening = [line for line in _listening() if f"socket:[{line[1]}]" in own]
    assert len(listening) == len(known.ports)
    assert {address for address, _inode in listening} == {"0100007F"}


def _open_files(pid: int) -> Iterator[str]:
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            yield str(entry.readlink())


def _listening() -> Iterator[tuple[str, str]]:
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A":
                yield fields[1].partition(":")[0], fields[9]
