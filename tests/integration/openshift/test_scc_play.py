"""mesh_scc in plays: in the controller's process and as a module, with the same results."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.integration.openshift.scc_tools import lists, own_scc
from tests.integration.plays import Play, play
from tests.labs import Cluster

pytestmark = pytest.mark.lab

HERE = Path("localhost,")


def tasks(
    folder: Path, cluster: Cluster, as_module: bool, steps: list[dict[str, Any]], *options: str
) -> Play:
    """Run mesh_scc with these options, one task each; the cluster is that of the host."""
    book = folder / "book.json"
    header = {"hosts": "localhost", "connection": "local", "gather_facts": False}
    content = {**header, "tasks": [{"meshops.istio.mesh_scc": step} for step in steps]}
    book.write_text(json.dumps([content]), encoding="utf-8")
    variables = {
        "mesh_kubeconfig": cluster.kubeconfig,
        "mesh_run_as_module": as_module,
        "ansible_python_interpreter": sys.executable,
    }
    return play(str(book), variables, *options, inventory=HERE, expect=(0, 2))


@pytest.mark.parametrize("as_module", [False, True], ids=["process", "module"])
def test_granting_revoking_and_gathering(
    openshift_cluster: Cluster, home: str, tmp_path: Path, as_module: bool
) -> None:
    group = f"system:serviceaccounts:{home}"
    with own_scc(openshift_cluster, allowHostNetwork=True) as own:
        lists_way = {"scc": [own], "by": "scc_lists", "groups": [group], "users": ["bob"]}
        # What Ansible has tagged must be plain enough for YAML, JSON and the server.
        binding_way = {"scc": own, "namespace": home, "service_accounts": "a,b"}
        steps: list[dict[str, Any]] = [lists_way, binding_way, {"state": "gathered", "scc": [own]}]
        would = tasks(tmp_path, openshift_cluster, as_module, steps, "--check", "--diff")
        assert lists(openshift_cluster, own) == ([], [])
        assert f"+- {group}\n" in would.output
        ran = tasks(tmp_path, openshift_cluster, as_module, steps, "--diff")
        again = tasks(tmp_path, openshift_cluster, as_module, steps)
        back = [{**step, "state": "revoked"} for step in steps[:2]]
        revoked = tasks(tmp_path, openshift_cluster, as_module, back)
        assert lists(openshift_cluster, own) == ([], [])
    assert len(ran.tasks) == len(steps)
    results = [task["result"] for task in ran.tasks]
    assert [result["changed"] for result in results] == [True, True, False]
    assert [grant["action"] for grant in results[1]["grants"]] == ["created", "created"]
    assert [change["before_header"] for change in results[1]["diff"]] == [
        f"ClusterRole system:openshift:scc:{own} (absent)",
        f"RoleBinding {home}/system:openshift:scc:{own} (absent)",
    ]
    assert {(g["kind"], g["name"]) for g in results[2]["gathered"] if g["scc"] == own} == {
        ("Group", group),
        ("User", "bob"),
        ("ServiceAccount", "a"),
        ("ServiceAccount", "b"),
    }
    assert again.changed == []
    assert [task["result"]["changed"] for task in revoked.tasks] == [True, True]
    assert f"every service account of {home} may use SCC {own}" in " ".join(ran.output.split())
    assert "deprecated" not in ran.output


@pytest.mark.parametrize("as_module", [False, True], ids=["process", "module"])
def test_a_failure_says_what_to_do(
    openshift_cluster: Cluster, home: str, tmp_path: Path, as_module: bool
) -> None:
    account = f"system:serviceaccount:{home}:a"
    steps = [{"scc": ["anyuid"], "namespace": home, "groups": [account]}]
    failed = tasks(tmp_path, openshift_cluster, as_module, steps)
    assert failed.code == 2
    assert failed.message("localhost").startswith(f"group {account!r} is a user: name it among")
    failed = tasks(tmp_path, openshift_cluster, as_module, [{"state": "revoked"}])
    assert "state is revoked but all of the following are missing: scc" in failed.output
