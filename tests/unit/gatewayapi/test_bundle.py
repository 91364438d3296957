"""Bundles of CRDs: every form they come in, and what is refused."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._gatewayapi.bundle import (
    Bundle,
    read_bundle,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gatewayapi.files import (
    Place,
    upstream_url,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gatewayapi.needs import (
    needed_version,
    version_key,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import MeshError
from tests.unit.gatewayapi import bundles


def read(source: Path | str, **more: Any) -> Bundle:
    return read_bundle(Place("mesh_gateway_api.source", str(source)), **more)


def refused(source: Path | str, **more: Any) -> str:
    with pytest.raises(MeshError) as caught:
        read(source, **more)
    return str(caught.value)


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def test_a_file_of_a_release(tmp_path: Path) -> None:
    bundle = read(write(tmp_path / "standard-install.yaml", bundles.install()))
    assert (bundle.version, bundle.channel) == ("1.6.0", "standard")
    kinds = [item["kind"] for item in bundle.objects]
    # CRDs before the policy about them, whatever the order in the file.
    assert kinds == [*["CustomResourceDefinition"] * 2, "ValidatingAdmissionPolicy"]
    for item in bundle.objects:
        assert "status" not in item
        assert "creationTimestamp" not in item["metadata"]


@pytest.mark.parametrize("channel", ["", "standard", "experimental"])
@pytest.mark.parametrize("below", ["", "crd", "config/crd"])
def test_a_folder_of_the_sources(tmp_path: Path, channel: str, below: str) -> None:
    bundles.sources(tmp_path / below if below else tmp_path / "x")
    bundle = read(tmp_path if below else tmp_path / "x", channel=channel)
    assert bundle.channel == (channel or "standard")
    assert len(bundle.objects) == 2


def test_a_folder_with_the_files_of_a_release(tmp_path: Path) -> None:
    write(tmp_path / "standard-install.yaml", bundles.install())
    write(tmp_path / "experimental-install.yaml", bundles.install(channel="experimental"))
    assert read(tmp_path).channel == "standard"
    assert read(tmp_path, channel="experimental").channel == "experimental"


@pytest.mark.parametrize(
    "names",
    [
        ("gateway-api-1.6.0/config/crd/{}/a.yaml",),
        ("release/{}-install.yaml",),
    ],
)
def test_an_archive(tmp_path: Path, names: tuple[str, ...]) -> None:
    files = {
        name.format(channel): bundles.install(channel=channel)
        for name in names
        for channel in ("standard", "experimental")
    }
    files["gateway-api-1.6.0/examples/pod.yaml"] = b"kind: Pod\n"
    path = bundles.archive(tmp_path / "sources.tar.gz", files)
    assert read(path).channel == "standard"
    assert read(path, channel="experimental").channel == "experimental"


def test_the_digest_of_the_content_is_the_same_in_every_form(tmp_path: Path) -> None:
    folder = bundles.sources(tmp_path / "crd")
    text = bundles.text([bundles.crd(name) for name in bundles.NAMES])
    file = write(tmp_path / "standard-install.yaml", text)
    packed = bundles.archive(tmp_path / "a.tgz", {"standard-install.yaml": text})
    assert len({read(source).digest for source in (folder, file, packed)}) == 1


def test_the_digest_of_a_file_is_what_sha256sum_prints(tmp_path: Path) -> None:
    path = write(tmp_path / "standard-install.yaml", bundles.install())
    digest = f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
    assert read(path, digest=digest).version == "1.6.0"
    message = refused(path, digest="sha256:" + "0" * 64)
    assert f"has the digest {digest}, not sha256:000" in message


@contextmanager
def served(folder: Path) -> Iterator[str]:
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_url_is_fetched_once_and_kept(tmp_path: Path) -> None:
    (tmp_path / "www").mkdir()
    write(tmp_path / "www" / "standard-install.yaml", bundles.install())
    with served(tmp_path / "www") as address:
        place = Place(
            "mesh_gateway_api.source",
            f"{address}/standard-install.yaml",
            store=tmp_path / "store",
        )
        first = read_bundle(place)
    # The server is gone.
    assert read_bundle(place).digest == first.digest
    elsewhere = Place(place.where, place.source, store=tmp_path / "other")
    with pytest.raises(MeshError):
        read_bundle(elsewhere)


def test_only_what_was_right_is_remembered(tmp_path: Path) -> None:
    (tmp_path / "www").mkdir()
    file = tmp_path / "www" / "standard-install.yaml"
    with served(tmp_path / "www") as address:
        place = Place("source", f"{address}/{file.name}", store=tmp_path / "store")
        write(file, b"<html>come back later</html>\n")
        with pytest.raises(MeshError, match="document 1 is no object"):
            read_bundle(place)
        write(file, bundles.install("1.5.1"))
        with pytest.raises(MeshError, match="has the digest"):
            read_bundle(place, digest="sha256:" + "0" * 64)
        assert read_bundle(place).version == "1.5.1"
        # Another digest asks for another file than the one that is remembered.
        write(file, bundles.install("1.6.0"))
        digest = f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}"
        assert read_bundle(place).version == "1.5.1"
        assert read_bundle(place, digest=digest).version == "1.6.0"
    assert read_bundle(place).version == "1.6.0"


def test_what_is_published_has_an_address() -> None:
    assert upstream_url("v1.6.0", "") == (
        "https://github.com/kubernetes-sigs/gateway-api/releases/download/v1.6.0/"
        "standard-install.yaml"
    )


def test_what_is_not_a_bundle_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    deployment = {"kind": "Deployment", "metadata": {"name": "webhook"}}
    other = bundles.crd("virtualservices", group="networking.istio.io")
    good = bundles.crd("gateways")
    bare = {**good, "metadata": {"name": good["metadata"]["name"]}}
    mixed = [good, bundles.crd("httproutes", "1.5.1")]
    cases = {
        "deployment.yaml": ([good, deployment], "has Deployment webhook, which is none of"),
        "istio.yaml": ([other], "virtualservices.networking.istio.io, which is none of"),
        "twice.yaml": ([good, good], "gateways.gateway.networking.k8s.io twice"),
        "bare.yaml": ([bare], "is of version '', channel ''"),
        "mixed.yaml": (mixed, "are not of one bundle"),
        "policy.yaml": ([bundles.policy()], "has no CRDs of the Gateway API"),
    }
    for name, (objects, words) in cases.items():
        assert words in refused(write(tmp_path / name, bundles.text(objects))), name
    assert "has no CRDs" in refused(tmp_path / "empty")
    assert "No such file" in refused(tmp_path / "missing.yaml")
    assert "neither YAML nor an archive" in refused(write(tmp_path / "a.zip", b"PK"))
    assert "broken.yaml" in refused(write(tmp_path / "broken.yaml", b"a: [1\n"))
    assert "document 1 is no object" in refused(write(tmp_path / "text.yaml", b"only text\n"))
    assert "damaged or truncated" in refused(write(tmp_path / "bad.tgz", b"\x1f\x8bnothing"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"metadata": [1]}, "metadata of document 2 must be a mapping"),
        ({"metadata": {"name": ["x"]}}, "metadata.name of document 2 must be text"),
        (
            {"metadata": {"name": "x", "annotations": ["a"]}},
            "metadata.annotations of document 2 must be a mapping",
        ),
        ({"spec": [1]}, "spec of document 2 must be a mapping"),
        ({"kind": ["x"]}, "kind of document 2 must be text"),
    ],
)
def test_odd_types_are_told_with_their_place(
    tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    objects = [bundles.crd("httproutes"), {**bundles.crd("gateways"), **change}]
    message = refused(write(tmp_path / "odd.yaml", bundles.text(objects)))
    assert f"{tmp_path}/odd.yaml: {words}. Give standard-install.yaml" in message


def test_what_is_not_the_one_asked_for_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", bundles.install())
    assert read(path, version="v1.6.0").version == "1.6.0"
    assert "is of version 1.6.0, not 1.5.1" in refused(path, version="1.5.1")
    assert "is of channel standard, not experimental" in refused(path, channel="experimental")


@pytest.mark.parametrize(
    ("istio", "needed"),
    [("1.31.1", "1.6.0"), ("1.28.10", "1.4.1"), ("1.99.0", "1.6.0"), ("1.9.9", ""), ("x", "")],
)
def test_what_a_release_is_built_against(istio: str, needed: str) -> None:
    assert needed_version(istio) == needed


def test_versions_are_ordered() -> None:
    names = ["", "0.8.0", "1.0.0", "v1.4.0-rc.1", "1.4.0", "v1.4.1", "1.10.0"]
    assert sorted(names[3:] + names[:3], key=version_key) == names
