"""Bad input ends before or at the object at fault, says what is wrong and what to do."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.mesh import USER_NAME, Variables, bare_mesh, small_mesh
from tests.integration.plays import Play, play
from tests.labs import Cluster
from tests.reference import charts_dir

pytestmark = [pytest.mark.lab, pytest.mark.reference]

# Case -> variables that differ from a good mesh, or what makes them of a folder.
INPUTS: dict[str, Variables] = {
    "variable": {"mesh_profil": "demo"},
    "profile": {"mesh_profile": "defualt"},
    "revision": {"mesh_revision": "1.31.1"},
    "digest": {"mesh_charts": {"digest": "sha256:" + "0" * 64}},
    "values": {
        "mesh_components": {
            "ingress_gateways": [{"name": "edge", "values": {"replicaCount": "many"}}]
        }
    },
    "type": {"mesh_wait_timeout": "soon"},
    "unreachable": {
        "mesh_kubeconfig": None,
        "mesh_host": "https://127.0.0.1:9",
        "mesh_api_key": "x",
    },
    "kubeconfig": {"mesh_kubeconfig": "/nowhere/kubeconfig"},
}
# What the message has to name: the thing at fault, and the remedy.
MESSAGES: dict[str, tuple[str, ...]] = {
    "variable": ("mesh_profil", "did you mean mesh_profile?"),
    "profile": ("mesh_profile", "defualt", "default"),
    "revision": ("mesh_revision", "1.31.1", "1-31-1"),
    "truncated": ("truncated.tgz", "again"),
    "traversal": ("traversal.tgz", "../escape"),
    "digest": ("charts.tgz", "sha256:"),
    "values": ("gateway", "replicaCount", "integer"),
    "type": ("mesh_wait_timeout",),
    "unreachable": ("127.0.0.1:9", "refused"),
    "kubeconfig": ("/nowhere/kubeconfig",),
}


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """charts.tgz is good, truncated.tgz is cut, traversal.tgz has a path outside itself."""
    folder = tmp_path_factory.mktemp("archives")
    good = folder / "charts.tgz"
    with tarfile.open(good, "w:gz") as archive:
        archive.add(charts_dir() / "charts" / "base", "base")
    (folder / "truncated.tgz").write_bytes(good.read_bytes()[:-4000])
    with tarfile.open(folder / "traversal.tgz", "w:gz") as archive:
        archive.add(charts_dir() / "charts" / "base", "base")
        archive.add(charts_dir() / "charts" / "base" / "Chart.yaml", "base/../../escape.yaml")
    return folder


@pytest.fixture(scope="module")
def failures(
    cluster: Cluster, archives: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Play]:
    """One play over a host for each case; every host fails, and nothing is written."""
    cases = dict(INPUTS)
    cases["digest"] = {
        "mesh_charts": {"source": str(archives / "charts.tgz"), **INPUTS["digest"]["mesh_charts"]}
    }
    for name in ("truncated", "traversal"):
        cases[name] = {"mesh_charts": str(archives / f"{name}.tgz")}
    common = {**small_mesh(cluster), "ansible_connection": "local"}
    common["ansible_python_interpreter"] = "{{ ansible_playbook_python }}"
    hosts = {name: {**common, **more} for name, more in cases.items()}
    inventory = tmp_path_factory.mktemp("inventory") / "hosts.yml"
    inventory.write_text(yaml.safe_dump({"all": {"hosts": hosts}}), encoding="utf-8")
    with cluster.audit(USER_NAME) as seen:
        yield play("install-mesh", {}, "--forks", "2", inventory=inventory, expect=(2,))
    assert seen.writes == []


@pytest.mark.parametrize("case", MESSAGES)
def test_the_message_names_what_is_wrong_and_the_remedy(failures: Play, case: str) -> None:
    message = failures.message(case)
    for part in MESSAGES[case]:
        assert part in message, message
    assert "Traceback" not in message


def _apply(cluster: Cluster, obj: dict[str, Any]) -> None:
    cluster.kubectl("apply", "--filename", "-", stdin=json.dumps(obj))


def test_missing_rights_are_listed(cluster: Cluster, tmp_path: Path) -> None:
    account = {"apiVersion": "v1", "kind": "ServiceAccount"}
    _apply(cluster, {**account, "metadata": {"name": "nobody", "namespace": "default"}})
    token = cluster.kubectl("create", "token", "nobody", "--namespace", "default").strip()
    variables = {**small_mesh(cluster), "mesh_host": cluster.server, "mesh_api_key": token}
    del variables["mesh_kubeconfig"]
    authority, _certificate, _key = cluster.lab.credentials()
    variables["mesh_ca_cert"] = str(authority)
    message = play("install-mesh", variables, expect=(2,)).message()
    assert "system:serviceaccount:default:nobody" in message
    assert "create, delete, get, list, patch deployments.apps in istio-system" in message
    assert "docs/rbac/deployer.yaml" in message


def test_a_terminating_namespace_is_named_with_what_holds_it(cluster: Cluster) -> None:
    name = "stuck-mesh"
    cluster.kubectl("create", "namespace", name)
    holder = {"name": "holder", "namespace": name, "finalizers": ["example.com/hold"]}
    _apply(cluster, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": holder})
    cluster.kubectl("delete", "namespace", name, "--wait=false")
    cluster.kubectl("wait", "--for=jsonpath={.status.phase}=Terminating", f"namespace/{name}")
    with cluster.audit(USER_NAME) as seen:
        run = play("install-mesh", small_mesh(cluster, mesh_namespace=name), expect=(2,))
    assert seen.writes == []
    assert name in run.message()
    assert "being deleted" in run.message()
    patch = '{"metadata":{"finalizers":null}}'
    cluster.kubectl("patch", "configmap", "holder", "-n", name, "--type=merge", "-p", patch)


def test_an_object_of_another_manager_is_named_and_left_alone(cluster: Cluster) -> None:
    mesh = bare_mesh(cluster, "foreign-mesh")
    helm = {"meta.helm.sh/release-name": "istiod", "meta.helm.sh/release-namespace": "foreign-mesh"}
    account = {"name": "istiod", "namespace": "foreign-mesh", "annotations": helm}
    _apply(cluster, {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account})
    with cluster.audit(USER_NAME) as seen:
        run = play("install-mesh", mesh, expect=(2,))
    assert seen.writes == []
    cluster.kubectl("delete", "serviceaccount", "istiod", "--namespace", "foreign-mesh")
    assert 'Helm release "istiod": ServiceAccount foreign-mesh/istiod' in run.message()
    assert "mesh_adopt: true" in run.message()


@pytest.mark.parametrize("job", ["verify-mesh", "uninstall-mesh"])
def test_a_misspelt_variable_ends_every_job(cluster: Cluster, job: str) -> None:
    message = play(job, small_mesh(cluster, mesh_hsots="lab"), expect=(2,)).message()
    assert "mesh_hsots: no such variable; did you mean mesh_hosts?" in message
