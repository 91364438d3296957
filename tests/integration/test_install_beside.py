"""What is in the cluster already: other tools' control planes, newer versions, tags, platforms."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.mesh import (
    USER_NAME,
    Variables,
    bare_mesh,
    everything,
    pod_uids,
    small_mesh,
    standing,
)
from tests.integration.plays import Play, play, states
from tests.labs import Cluster
from tests.reference import charts_dir, helm_path

pytestmark = [pytest.mark.lab, pytest.mark.reference]

PURGE = {"mesh_uninstall": "purge", "mesh_uninstall_crds": True}
HELM_HOME, HOME = "helm-mesh", "versions-mesh"
COMPONENTS = {"cni": {"enabled": True}, "ingress_gateways": []}


def _apply(cluster: Cluster, *objects: dict[str, Any]) -> None:
    items = {"apiVersion": "v1", "kind": "List", "items": objects}
    cluster.kubectl("apply", "--filename", "-", stdin=json.dumps(items))


def _helm(cluster: Cluster, release: str, chart: str, *options: str) -> None:
    settings = {
        "global.istioNamespace": HELM_HOME,
        "base.validationFailurePolicy": "Ignore",
        "global.tag": "1.31.1",
    }
    sets = [part for key, value in settings.items() for part in ("--set", f"{key}={value}")]
    done = subprocess.run(
        [
            str(helm_path()),
            "install",
            release,
            str(charts_dir() / "charts" / chart),
            f"--namespace={HELM_HOME}",
            f"--kubeconfig={cluster.kubeconfig}",
            *sets,
            *options,
        ],
        env={**os.environ, "HELM_DRIVER": "secret"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_releases_of_helm_are_refused_then_taken_over(cluster: Cluster) -> None:
    mesh = bare_mesh(cluster, HELM_HOME)
    before = set(everything(cluster))
    _helm(cluster, "istio-base", "base", "--set", "defaultRevision=default")
    _helm(cluster, "istiod", "istio-control/istio-discovery", "--set", "env.LEFT_BY_HELM=yes")

    with cluster.audit(USER_NAME) as seen:
        refused = play("install-mesh", mesh, expect=(2,)).message()
    assert seen.writes == []
    assert 'Helm release "istio-base": ServiceAccount' in refused
    assert f'Helm release "istiod": ServiceAccount {HELM_HOME}/istiod, ' in refused
    assert "mesh_adopt: true" in refused

    taken = play("install-mesh", {**mesh, "mesh_adopt": True})
    assert states(taken.result())["istiod"] == "changed"
    assert "sh.helm.release.v1" in taken.output
    # What only Helm's values had set is gone, not left behind unseen.
    assert "LEFT_BY_HELM" not in cluster.kubectl(
        "get", "deployment/istiod", "--namespace", HELM_HOME, "--output=json"
    )
    # From now on it is ours, whoever asks.
    assert play("install-mesh", mesh).changed == []

    gone = play("uninstall-mesh", {**mesh, **PURGE})
    records = {
        f"Secret {HELM_HOME}/sh.helm.release.v1.{name}.v1" for name in ("istio-base", "istiod")
    }
    assert set(everything(cluster)) - before == records
    for record in records:
        assert f"kept: {record}" in "\n".join(gone.result()["summary"])
    cluster.kubectl("delete", "secret", "--selector=owner=helm", "--namespace", HELM_HOME)


def _crd(group: str, plural: str, kind: str) -> dict[str, Any]:
    schema = {"openAPIV3Schema": {"type": "object"}}
    version = {"name": "v1", "served": True, "storage": True, "schema": schema}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "names": {"plural": plural, "kind": kind},
            "scope": "Namespaced",
            "versions": [version],
        },
    }


def test_openshift_is_recognized_by_what_it_serves(cluster: Cluster) -> None:
    marks = [
        _crd("config.openshift.io", "clusterversions", "ClusterVersion"),
        _crd("route.openshift.io", "routes", "Route"),
    ]
    names = [f"crd/{crd['metadata']['name']}" for crd in marks]
    home = standing(cluster, "ocp-like-mesh")
    mesh = small_mesh(cluster, mesh_namespace=home, mesh_members=[])
    mesh["mesh_components"] = {"ingress_gateways": []}
    _apply(cluster, *marks)
    try:
        cluster.kubectl("wait", "--for=condition=Established", *names)
        message = play("install-mesh", mesh, "--check", expect=(2,)).message()
        # The charts for OpenShift want Multus, which the lab does not have.
        assert "the cluster has no Multus (API group k8s.cni.cncf.io)" in message
        assert message.count("NetworkAttachmentDefinition") == 1, message
        plain = {**mesh, "mesh_platform": "kubernetes"}
        assert "mesh_platform is kubernetes, the cluster looks like openshift" in " ".join(
            play("install-mesh", plain, "--check", expect=(0, 2)).output.split()
        )
    finally:
        cluster.kubectl("delete", *names)


def test_credentials_stay_out_of_the_most_verbose_output(cluster: Cluster, tmp_path: Path) -> None:
    kubeconfig = yaml.safe_load(Path(cluster.deployer_kubeconfig).read_text(encoding="utf-8"))
    key = kubeconfig["users"][0]["user"]["client-key-data"]
    kubeconfig["users"].append({"name": "other", "user": {"token": "very-secret-token"}})
    home = standing(cluster, "verbose-mesh")
    mesh = {
        **small_mesh(cluster, mesh_namespace=home, mesh_members=[]),
        "mesh_kubeconfig": kubeconfig,
        "mesh_components": {"ingress_gateways": []},
        "mesh_values": {"pilot": {"env": {"UPSTREAM_PASSWORD": "very-secret-value"}}},
    }
    for as_module in (False, True):
        run = play(
            "install-mesh",
            {**mesh, "mesh_run_as_module": as_module},
            *("-vvv", "--check", "--diff"),
            expect=(0, 2),
        )
        assert "UPSTREAM_PASSWORD" in run.output or run.code == 2
        assert "very-secret" not in run.output
        assert key[100:140] not in run.output
        # AWX keeps job output in a database, and breaks at some 10 MB.
        assert len(run.output) < 300_000


@pytest.fixture(scope="module")
def fleet(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Play]:
    """The first run over two clusters at a time, of which one cannot be reached.

    The charts' path is relative to the inventory.
    """
    folder = tmp_path_factory.mktemp("fleet")
    (folder / "release").symlink_to(charts_dir())
    common = {
        **bare_mesh(cluster, HOME, mesh_charts="release", mesh_components=COMPONENTS),
        "mesh_wait_webhooks": "never",
        "mesh_values": {"base": {"validationFailurePolicy": "Ignore"}},
        "ansible_connection": "local",
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
    }
    broken = {"mesh_kubeconfig": None, "mesh_host": "https://127.0.0.1:9", "mesh_api_key": "x"}
    hosts = {"lab": common, "broken": {**common, **broken}}
    inventory = folder / "hosts.yml"
    inventory.write_text(yaml.safe_dump({"all": {"hosts": hosts}}), encoding="utf-8")
    yield play("install-mesh", {}, "--forks", "2", inventory=inventory, expect=(2,))
    play("uninstall-mesh", {**bare_mesh(cluster, HOME), **PURGE})


def test_a_broken_cluster_does_not_hold_up_the_others(fleet: Play) -> None:
    assert set(states(fleet.result())) == {"base", "cni", "istiod", "default"}
    assert "127.0.0.1:9" in fleet.message("broken")


@pytest.fixture
def older(cluster: Cluster, fleet: Play) -> Variables:
    """Variables of the same mesh in an older version."""
    charts = str(charts_dir("1.31.0"))
    more: Variables = {"mesh_version": "1.31.0", "mesh_charts": charts}
    return bare_mesh(cluster, HOME, mesh_components=COMPONENTS, **more)


def test_an_installed_control_plane_does_not_step_back(cluster: Cluster, older: Variables) -> None:
    with cluster.audit(USER_NAME) as seen:
        message = play("install-mesh", older, expect=(2,)).message()
    assert seen.writes == []
    assert "istiod is at 1.31.1, the variables ask for 1.31.0" in message
    assert "mesh_allow_downgrade: true" in message


def test_an_older_revision_leaves_what_is_shared_as_it_is(
    cluster: Cluster, older: Variables
) -> None:
    node_agents = pod_uids(cluster, HOME)
    run = play("install-mesh", {**older, "mesh_revision": "1-31-0"})
    assert states(run.result()) == {"base": "kept", "cni": "kept", "istiod-1-31-0": "created"}
    assert "kept: component cni: stays at 1.31.1, which is newer than 1.31.0" in run.output
    crd = cluster.get("crd", "gateways.networking.istio.io")
    assert crd["metadata"]["labels"]["app.kubernetes.io/version"] == "1.31.1"
    assert node_agents.items() <= pod_uids(cluster, HOME).items()
    # The installation verified itself at its end; the newer mesh is as it was too.
    newer = bare_mesh(cluster, HOME, mesh_components=COMPONENTS)
    assert play("install-mesh", newer, "--check").changed == []
    assert play("install-mesh", {**older, "mesh_revision": "1-31-0"}).changed == []


def test_a_revision_named_like_a_tag_is_refused(cluster: Cluster) -> None:
    labels = {"istio.io/tag": "stable", "istio.io/rev": "1-30-9"}
    name = "istio-revision-tag-stable"
    kind = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingWebhookConfiguration"}
    _apply(cluster, {**kind, "metadata": {"name": name, "labels": labels}, "webhooks": []})
    try:
        mesh = bare_mesh(cluster, HOME, mesh_revision="stable")
        message = play("install-mesh", mesh, "--check", expect=(2,)).message()
        assert f"MutatingWebhookConfiguration {name} points it at revision 1-30-9" in message
        assert "istioctl tag remove stable" in message
    finally:
        cluster.kubectl("delete", "mutatingwebhookconfiguration", name)
