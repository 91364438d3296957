"""What of an archive becomes a release; that it is sound is for tests/unit/archive."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._release.archive import (
    LIMITS,
    read_contents,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._release.errors import ReleaseError
from ansible_collections.meshops.istio.plugins.plugin_utils._release.load import load_release
from tests.unit.release.charts import below, chart_files, pack

CHART = below("istio/charts/base", chart_files("base", "1.31.1"))


def member(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type = kind
    info.linkname = target
    return info


def load(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "charts.tgz"
    path.write_bytes(data)
    load_release(str(path))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (
            pack(CHART, member("../etc/passwd")),
            r"'\.\./etc/passwd' lies outside",
        ),
        (pack(CHART)[:-20], "damaged or truncated"),
        (
            pack(CHART, member("istio/charts/base/templates/b.yaml", tarfile.SYMTYPE, "a.yaml")),
            r"base/templates/b\.yaml is a link",
        ),
        (b"not an archive at all", "damaged"),
        (pack({}), "no chart of Istio"),
    ],
)
def test_what_is_no_sound_release_is_refused(tmp_path: Path, data: bytes, words: str) -> None:
    with pytest.raises(ReleaseError, match=words):
        load(tmp_path, data)


def test_programs_and_links_are_passed_over() -> None:
    large = {"istio/bin/istioctl": bytes(LIMITS.file + 1)}
    data = pack({**CHART, **large}, member("istio/latest", tarfile.SYMTYPE, "charts"))
    contents = read_contents(io.BytesIO(data), "x.tgz")
    assert contents.files == CHART
    assert contents.left_out == {"istio/bin/istioctl", "istio/latest"}


def test_an_archive_with_another_digest_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "charts.tgz"
    path.write_bytes(b"not an archive at all")
    with pytest.raises(ReleaseError, match="has the digest sha256:"):
        load_release({"source": str(path), "digest": "sha256:" + "0" * 64})


def test_a_plain_tar_will_do(tmp_path: Path) -> None:
    path = tmp_path / "charts.tar"
    path.write_bytes(gzip.decompress(pack(CHART)))
    assert load_release(str(path)).version == "1.31.1"
