"""The lock file holds for charts in any form."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.desired import desired_state
from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.errors import FetchError
from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.folder import differing, write
from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.job import gather
from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.lock import read_lock
from ansible_collections.meshops.istio.plugins.plugin_utils._release.errors import ReleaseError
from ansible_collections.meshops.istio.plugins.plugin_utils._release.load import load_release
from tests.older.charts import up_to_1_11
from tests.older.charts import write as write_texts
from tests.unit.release.charts import below, chart_files, write_files

NAMES = ("base", "istiod", "cni", "gateway", "ztunnel")
PROFILES = {"files/profile-demo.yaml": b"a: 1\n"}


def charts(folder: Path, version: str) -> Path:
    for name in NAMES:
        write_files(folder, below(name, {**chart_files(name, version), **PROFILES}))
    return folder


def fetch(source: Path, version: str, folder: Path, *, repin: bool = False) -> list[str]:
    wanted = gather({"charts": str(source), "version": version}, folder, repin=repin)
    changed = differing(wanted.files)
    write(changed, wanted.files)
    return sorted(path.name for path in changed)


def test_a_folder_is_filled_once_and_holds_several_versions(tmp_path: Path) -> None:
    folder = tmp_path / "air-gap"
    first, second = charts(tmp_path / "a", "1.31.1"), charts(tmp_path / "b", "1.31.0")
    assert len(fetch(first, "1.31.1", folder)) == len(NAMES) + 2
    assert fetch(first, "1.31.1", folder) == []
    assert "mesh-charts.lock.yml" in fetch(second, "1.31.0", folder)
    assert fetch(first, "1.31.1", folder) == []
    assert fetch(second, "1.31.0", folder) == []
    lock = folder / "mesh-charts.lock.yml"
    assert sorted(read_lock(lock).releases) == ["1.31.0", "1.31.1"]
    for version, source in (("1.31.1", first), ("1.31.0", second)):
        held = load_release(str(folder), version=version, lock=lock)
        assert held.digest == load_release(str(folder), version=version).digest
        assert load_release(str(source), version=version, lock=lock).version == version
    with pytest.raises(FetchError, match=r"Istio 1\.30\.0 is not pinned there"):
        load_release(str(charts(tmp_path / "c", "1.30.0")), version="1.30.0", lock=lock)


def test_other_content_is_refused_until_it_is_meant(tmp_path: Path) -> None:
    folder, source = tmp_path / "air-gap", charts(tmp_path / "a", "1.31.1")
    fetch(source, "1.31.1", folder)
    lock = folder / "mesh-charts.lock.yml"
    (source / "istiod/values.yaml").write_text("a: 2\n")
    with pytest.raises(FetchError, match=r"chart istiod 1\.31\.1 of .* has the content sha256:"):
        load_release(str(source), version="1.31.1", lock=lock)
    with pytest.raises(FetchError, match="but pinned is sha256:"):
        fetch(source, "1.31.1", folder)
    assert fetch(source, "1.31.1", folder, repin=True) == ["istiod-1.31.1.tgz", lock.name]
    assert load_release(str(source), version="1.31.1", lock=lock).version == "1.31.1"
    write_files(source, below("istio-egress", chart_files("istio-egress", "1.31.1")))
    with pytest.raises(FetchError, match=r"chart istio-egress .* but it is not pinned"):
        load_release(str(source), version="1.31.1", lock=lock)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "lock: 1", "lock: 2\nreleases: {}", "lock: 1\nreleases: {'1': {}}", "{",
     "lock: 1\nreleases: {'1': {source: a, charts: {}}}",
     "lock: 1\nreleases: {'1': {source: a, charts: {base: {content: md5}}}}"],
)  # fmt: skip
def test_what_is_no_lock_file_is_told(text: str, tmp_path: Path) -> None:
    path = tmp_path / "mesh-charts.lock.yml"
    path.write_text(text)
    with pytest.raises(FetchError, match="lock file"):
        read_lock(path)


def test_a_lock_file_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="there is no such lock file"):
        load_release(str(charts(tmp_path, "1.31.1")), lock=tmp_path / "no.yml")


def test_old_releases_keep_what_lies_beside_their_charts(tmp_path: Path) -> None:
    folder = tmp_path / "air-gap"
    for version in ("1.8.1", "1.7.8"):
        source = write_texts(tmp_path / version, {**up_to_1_11(), "charts/base/README": version})
        changed = fetch(source, version, folder)
        assert {"global.yaml", "demo.yaml"} <= set(changed)
    for version in ("1.8.1", "1.7.8"):
        source = tmp_path / version
        lock = str(folder / "mesh-charts.lock.yml")
        options = {"version": version, "profile": "demo"}
        held = desired_state({**options, "charts": str(folder), "charts_lock": lock})
        assert held.digest == desired_state({**options, "charts": str(source)}).digest


def test_charts_that_say_no_version_are_not_mixed_up(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_texts(tmp_path / name, {**up_to_1_11(), "charts/base/README": name})
    with pytest.raises(ReleaseError, match="several charts base that say no version of Istio: "):
        load_release(str(tmp_path), version="1.8.1")
