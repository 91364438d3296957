"""Profiles are what istioctl's own code merges, and install what they say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.desired import desired_state
from ansible_collections.meshops.istio.plugins.plugin_utils._profile.catalog import Catalog
from ansible_collections.meshops.istio.plugins.plugin_utils._profile.matrix import components
from ansible_collections.meshops.istio.plugins.plugin_utils._release.load import load_release
from tests import reference
from tests.differential import mesh_reference as real
from tests.differential.upstream import Upstream
from tests.figures import record

pytestmark = pytest.mark.reference

VERSIONS = ("1.31.1", "1.31.0")
INSTALLED = {
    "base": {"istiod-default-validator", "istio-reader-service-account"},
    "istiod": {"istio-sidecar-injector"},
    "cni": {"istio-cni-node"},
    "ztunnel": {"ztunnel"},
    "istio-ingressgateway": {"istio-ingressgateway"},
    "istio-egressgateway": {"istio-egressgateway"},
}


def catalog(version: str) -> Catalog:
    return Catalog(load_release(reference.charts_dir(version), version=version))


@pytest.mark.parametrize("version", VERSIONS)
def test_every_profile_is_what_istioctl_reads(version: str) -> None:
    profiles = catalog(version)
    folder = reference.charts_dir(version)
    names = profiles.names()
    assert names == sorted(path.stem for path in (folder / "profiles").glob("*.yaml"))
    with Upstream() as upstream:
        theirs = {name: upstream.ask("profile", name=name, path=str(folder)) for name in names}
    for document in theirs.values():
        # istioctl puts the images of its release over the profile a step later.
        document["spec"].update({"hub": "docker.io/istio", "tag": version})
    ours = {name: profiles.document(name, "profile") for name in names}
    equal = sum(ours[name] == theirs[name] for name in names)
    record("profiles against istioctl's own merge", equal, len(names))
    assert ours == theirs


@pytest.fixture(scope="module")
def charts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return real.stamped_charts(tmp_path_factory.mktemp("release") / "manifests")


@pytest.mark.parametrize("name", ["default", "demo", "ambient", "openshift", "minimal", "remote"])
def test_a_dump_given_as_operator_makes_the_profile(charts: Path, name: str) -> None:
    document = catalog("1.31.1").document(name, "profile")
    images = {"hub": "docker.io/istio", "tag": "1.31.1"}
    options: dict[str, Any] = {"charts": str(charts), "version": "1.31.1", "operator": document}
    mine = [item for item in desired_state(options).objects if item["kind"] != "Namespace"]
    ours = real.by_key([item for item in mine if not _default(item)])
    settings = [f"profile={name}", *(f"{key}={value}" for key, value in images.items())]
    theirs = real.by_key([item for item in real.istioctl_objects(*settings) if not _default(item)])
    equal = sum(
        real.as_istioctls(ours[key]) == real.as_istioctls(item)
        for key, item in theirs.items()
        if key in ours
    )
    record("objects of dumped profiles against istioctl", equal, len(theirs.keys() | ours))
    assert {key: real.as_istioctls(item) for key, item in ours.items()} == {
        key: real.as_istioctls(item) for key, item in theirs.items()
    }


def _default(item: dict[str, Any]) -> bool:
    """What points at the default revision: ours to add, istioctl does so in its `install`."""
    name: str = item["metadata"]["name"]
    return name in ("istiod-default-validator", "istio-revision-tag-default")


def test_the_matrix_is_what_istioctl_installs() -> None:
    profiles = catalog("1.31.1")
    rows, right = 0, 0
    for name in profiles.names():
        found = {item["metadata"]["name"] for item in real.istioctl_objects(f"profile={name}")}
        row = components(profiles.document(name, "profile"), "1.31.1")
        theirs = {part: bool(marks & found) for part, marks in INSTALLED.items()}
        rows += len(row)
        right += sum(theirs[part] == on for part, on in row.items())
    record("components of profiles against istioctl", right, rows)
    assert right == rows
