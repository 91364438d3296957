"""The CRDs of the Gateway API on a real API server: installed, upgraded, left to others."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._mesh.gateway_api import PROTECTION
from tests.integration.mesh import USER_NAME, Variables, small_mesh, standing
from tests.integration.plays import actions, play, states
from tests.labs import Cluster
from tests.reference import gateway_api_dir

pytestmark = [pytest.mark.lab, pytest.mark.reference]

HOME = "gateway-api-home"
GATEWAYS = "gateways.gateway.networking.k8s.io"
POLICY = "safe-upgrades.gateway.networking.k8s.io"
COMPONENT = "gateway-api"
KINDS = (
    "customresourcedefinitions",
    "validatingadmissionpolicies",
    "validatingadmissionpolicybindings",
)


@pytest.fixture
def home(cluster: Cluster) -> Iterator[str]:
    """A namespace for a mesh that has nothing but these CRDs, on a cluster without them."""
    yield standing(cluster, HOME)
    parent = ("configmap", f"meshops-{COMPONENT}", "--namespace", HOME)
    cluster.kubectl("delete", *parent, "--ignore-not-found")
    for kind in reversed(KINDS):
        names = [name for name in names_of(cluster, kind) if is_gateway_api(name)]
        if names:
            cluster.kubectl("delete", kind, *names)


def variables(cluster: Cluster, source: Path | None = None, **more: Any) -> Variables:
    wish = {"source": str(source), **more} if source else {}
    return small_mesh(
        cluster,
        mesh_namespace=HOME,
        mesh_profile="empty",
        mesh_components={"ingress_gateways": []},
        mesh_members=[],
        mesh_gateway_api=wish,
    )


def bundle(folder: Path, version: str, channel: str = "standard") -> Path:
    """The CRDs as an earlier or later version would have called them, without their policy.

    It knows which versions it is to refuse.
    """
    target = folder / f"{channel}-{version}"
    shutil.copytree(gateway_api_dir() / channel, target)
    (target / "gateway.networking.k8s.io_vap_safeupgrades.yaml").unlink()
    for path in target.glob("*.yaml"):
        path.chmod(0o644)
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"(bundle-version: )v[\d.]+", rf"\1v{version}", text))
    return target


def names_of(cluster: Cluster, kind: str) -> list[str]:
    return [item["metadata"]["name"] for item in cluster.get(kind)["items"]]


def is_gateway_api(name: str) -> bool:
    return name.endswith(("gateway.networking.k8s.io", "gateway.networking.x-k8s.io")) or (
        name == PROTECTION
    )


def notes(cluster: Cluster, name: str = GATEWAYS) -> tuple[str, str]:
    """Version and channel of a CRD."""
    found = cluster.get("crd", name)["metadata"]["annotations"]
    prefix = "gateway.networking.k8s.io"
    return found[f"{prefix}/bundle-version"], found[f"{prefix}/channel"]


def versions(cluster: Cluster) -> dict[str, Any]:
    """The CRDs with what somebody might have changed; the API server itself writes the status."""
    found = {}
    for item in cluster.get("crds")["items"]:
        metadata = item["metadata"]
        if is_gateway_api(metadata["name"]):
            marks = (metadata["generation"], metadata["annotations"], metadata.get("labels"))
            found[metadata["name"]] = marks
    return found


def test_absent_crds_are_installed_once(cluster: Cluster, home: str) -> None:
    wish = variables(cluster, gateway_api_dir())
    with cluster.audit(USER_NAME) as seen:
        dry = play("install-mesh", wish, "--check", "--diff")
    assert seen.writes == []
    foreseen = actions(dry.result())
    assert foreseen[f"CustomResourceDefinition /{GATEWAYS}"] == "would_create"
    assert versions(cluster) == {}

    run = play("install-mesh", wish)
    assert set(actions(run.result())) == set(foreseen)
    assert states(run.result()) == {COMPONENT: "created"}
    assert notes(cluster) == ("v1.6.0", "standard")
    assert POLICY in names_of(cluster, "validatingadmissionpolicies")
    assert "gateway-api" in "\n".join(run.result()["summary"])
    # They are served.
    assert cluster.get(GATEWAYS, "--all-namespaces")["items"] == []

    before = versions(cluster)
    again = play("install-mesh", wish)
    assert again.changed == []
    assert states(again.result()) == {COMPONENT: "unchanged"}
    assert versions(cluster) == before

    cluster.kubectl("delete", "validatingadmissionpolicybinding", POLICY)
    broken = play("verify-mesh", wish, expect=(2,))
    assert POLICY in broken.message()


def test_older_ones_are_upgraded_and_never_taken_back(
    cluster: Cluster, home: str, tmp_path: Path
) -> None:
    older = variables(cluster, bundle(tmp_path, "1.5.1"))
    first = play("install-mesh", older)
    assert "built against 1.6.0" in " ".join(first.output.split())
    assert notes(cluster)[0] == "v1.5.1"

    newer = variables(cluster, gateway_api_dir())
    dry = play("install-mesh", newer, "--check")
    assert actions(dry.result())[f"CustomResourceDefinition /{GATEWAYS}"] == "would_configure"
    assert states(play("install-mesh", newer).result()) == {COMPONENT: "changed"}
    assert notes(cluster)[0] == "v1.6.0"

    before = versions(cluster)
    back = play("install-mesh", older)
    assert back.changed == []
    assert states(back.result()) == {COMPONENT: "kept"}
    assert "the cluster has 1.6.0 (standard); that is newer than 1.5.1" in back.result()["kept"][0]
    assert versions(cluster) == before

    # Uninstalled, they stay, and the next installation takes them up again.
    gone = play("uninstall-mesh", newer)
    assert set(versions(cluster)) == set(before)
    assert any(GATEWAYS in line for line in gone.result()["kept"])
    assert POLICY not in names_of(cluster, "validatingadmissionpolicies")
    assert states(play("install-mesh", newer).result()) == {COMPONENT: "changed"}
    play("uninstall-mesh", {**newer, "mesh_uninstall_crds": True})
    assert versions(cluster) == {}


def test_the_experimental_channel_is_never_left_silently(
    cluster: Cluster, home: str, tmp_path: Path
) -> None:
    play("install-mesh", variables(cluster, bundle(tmp_path, "1.5.1", "experimental")))
    before = versions(cluster)
    standard = play("install-mesh", variables(cluster, gateway_api_dir()))
    assert standard.changed == []
    assert "set mesh_gateway_api.channel: experimental" in standard.result()["kept"][0]
    assert versions(cluster) == before
    play("install-mesh", variables(cluster, gateway_api_dir(), channel="experimental"))
    assert notes(cluster) == ("v1.6.0", "experimental")


def test_those_of_others_are_left_to_them(cluster: Cluster, home: str, tmp_path: Path) -> None:
    folder = str(bundle(tmp_path, "1.5.1"))
    cluster.kubectl("apply", "--server-side", "--filename", folder)
    wish = variables(cluster, gateway_api_dir())
    before = versions(cluster)
    kept = play("install-mesh", wish)
    assert kept.changed == []
    assert 'kubectl (field manager "kubectl") owns them' in kept.result()["kept"][0]
    assert "built against 1.6.0" in " ".join(kept.output.split())
    assert versions(cluster) == before
    proof = play("verify-mesh", wish).result()
    assert "owns them" in proof["kept"][0]

    assert play("install-mesh", {**wish, "mesh_adopt": True}).changed
    assert notes(cluster)[0] == "v1.6.0"


def test_a_platforms_own_are_never_touched(cluster: Cluster, home: str, tmp_path: Path) -> None:
    folder = str(bundle(tmp_path, "1.2.1"))
    cluster.kubectl(
        "apply", "--server-side", "--field-manager", "ingress-operator", "--filename", folder
    )
    before = versions(cluster)
    wish = {**variables(cluster, gateway_api_dir()), "mesh_adopt": True}
    run = play("install-mesh", wish)
    assert run.changed == []
    assert (
        "the cluster has 1.2.1 (standard); OpenShift's ingress operator owns them"
        in (run.result()["kept"][0])
    )
    assert versions(cluster) == before
