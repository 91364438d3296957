"""Charts are found in every shape of a release; digest and version are held to."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._release.errors import ReleaseError
from ansible_collections.meshops.istio.plugins.plugin_utils._release.load import load_release
from tests.unit.release.charts import below, chart_files, pack, write_files

RELEASE = {
    **below("charts/base", chart_files("base", "1.31.1")),
    **below("charts/istio-control/istio-discovery", chart_files("istiod", "1.31.1")),
    **below("charts/istio-cni", chart_files("cni", "1.31.1")),
    **below("charts/default", chart_files("istio-default", "1.31.1")),
    **below("charts/gateways/istio-ingress", chart_files("istio-ingress", "1.31.1")),
    **below("sample-charts/ambient", chart_files("ambient", "1.31.1")),
    "profiles/default.yaml": b"kind: IstioOperator\n",
}
NAMES = ["base", "cni", "default", "istio-ingress", "istiod"]


@pytest.mark.parametrize("top", ["", "manifests", "istio-1.31.1/manifests"])
def test_a_folder_at_any_level_will_do(tmp_path: Path, top: str) -> None:
    write_files(tmp_path / top, RELEASE)
    release = load_release(str(tmp_path))
    assert sorted(release.charts) == NAMES
    assert release.version == "1.31.1"
    assert release.profiles() == ["ambient"]
    assert release.platforms() == ["openshift"]


def test_an_archive_of_a_release_passes_over_its_binary(tmp_path: Path) -> None:
    files = below("istio-1.31.1/manifests", RELEASE)
    files["istio-1.31.1/bin/istioctl"] = bytes(6 * 1024 * 1024)
    path = tmp_path / "istio-1.31.1-linux-amd64.tar.gz"
    path.write_bytes(pack(files))
    release = load_release({"source": str(path)})
    assert sorted(release.charts) == NAMES
    assert release.digest == f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"


def test_charts_pulled_one_by_one(tmp_path: Path) -> None:
    for name in ("base", "istiod"):
        data = pack(below(name, chart_files(name, "1.30.3")))
        (tmp_path / f"{name}-1.30.3.tgz").write_bytes(data)
    assert sorted(load_release(str(tmp_path)).charts) == ["base", "istiod"]
    assert sorted(load_release(str(tmp_path / "base-1.30.3.tgz")).charts) == ["base"]


def test_the_version_chooses_among_several(tmp_path: Path) -> None:
    for version in ("1.30.3", "1.31.1"):
        write_files(tmp_path / version, chart_files("base", version))
    assert load_release(str(tmp_path), version="1.30.3").charts["base"].origin.endswith("1.30.3")
    with pytest.raises(ReleaseError, match=r"several versions: 1\.30\.3, 1\.31\.1"):
        load_release(str(tmp_path))


def test_a_placeholder_takes_the_version_given(tmp_path: Path) -> None:
    write_files(tmp_path, chart_files("base"))
    chart = load_release(str(tmp_path), version="1.31.1").chart("base")
    assert chart.metadata.raw["version"] == "1.31.1"
    assert chart.metadata.raw["appVersion"] == "1.31.1"
    with pytest.raises(ReleaseError, match=r"only a placeholder\. Set mesh_version"):
        load_release(str(tmp_path))


def test_a_version_that_is_not_the_charts_is_refused(tmp_path: Path) -> None:
    write_files(tmp_path, RELEASE)
    with pytest.raises(ReleaseError) as caught:
        load_release(str(tmp_path), version="1.30.0")
    assert "mesh_version is 1.30.0" in caught.value.message
    assert "istiod 1.31.1" in caught.value.message
    assert "name the charts of 1.30.0" in caught.value.remedy


def test_the_digest_is_held_to(tmp_path: Path) -> None:
    write_files(tmp_path, RELEASE)
    digest = load_release(str(tmp_path)).digest
    assert load_release({"source": str(tmp_path), "digest": digest}).digest == digest
    (tmp_path / "charts/base/values.yaml").write_text("a: 2\n")
    with pytest.raises(ReleaseError) as caught:
        load_release({"source": str(tmp_path), "digest": digest})
    found = re.findall(r"sha256:[0-9a-f]{64}", caught.value.message)
    assert found[1] == digest
    assert found[0] != digest


def test_a_directory_has_its_digest_wherever_it_is(tmp_path: Path) -> None:
    first = load_release(str(write_files(tmp_path / "a", RELEASE)))
    second = load_release(str(write_files(tmp_path / "b" / "manifests", RELEASE)))
    assert first.digest == second.digest


def test_a_chart_that_is_missing_is_named(tmp_path: Path) -> None:
    write_files(tmp_path, RELEASE)
    with pytest.raises(ReleaseError, match=r"no chart 'ztunnel' \(it has base, cni,"):
        load_release(str(tmp_path)).chart("ztunnel")


@pytest.mark.parametrize(
    ("charts", "words"),
    [
        ("", "oci://ghcr.io/istio/release/charts has many versions. Set mesh_version"),
        ("ftp://example.org/istio.tgz", "of a kind that cannot be fetched"),
        ("/no/such/place", "there is no /no/such/place"),
    ],
)
def test_what_is_no_source_is_told(charts: str, words: str) -> None:
    with pytest.raises(ReleaseError, match=words):
        load_release(charts)


def test_a_folder_without_charts_is_told(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.txt": b""})
    with pytest.raises(ReleaseError, match="no chart of Istio"):
        load_release(str(tmp_path))
    with pytest.raises(ReleaseError, match="no archive by its name"):
        load_release(str(tmp_path / "a.txt"))


def test_relative_paths_count_from_the_base_or_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(tmp_path / "charts", chart_files("base", "1.31.1"))
    assert load_release("charts", base_dir=tmp_path).version == "1.31.1"
    monkeypatch.chdir(tmp_path)
    assert load_release("charts", base_dir=tmp_path / "charts").version == "1.31.1"
    with pytest.raises(ReleaseError, match=f"there is no nothing in {tmp_path}"):
        load_release("nothing")


OPERATOR = b"apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nspec: {}\n"
BESIDE = {
    "profiles/default.yaml": OPERATOR,
    "profiles/other.yaml": b"kind: ConfigMap\n",
    "charts/global.yaml": b"# Common values\nglobal:\n  hub: here\n",
    "charts/base/files/profiles/inner.yaml": OPERATOR,
    **below("charts/base", chart_files("base", "1.8.1")),
}


@pytest.mark.parametrize("named", ["", "manifests", "manifests/charts"])
def test_what_lies_beside_the_charts_comes_with_them(tmp_path: Path, named: str) -> None:
    write_files(tmp_path / "manifests", BESIDE)
    release = load_release(str(tmp_path / named))
    assert release.profile_files == {"default": OPERATOR.decode()}
    assert release.global_values == {"global": {"hub": "here"}}
    digest = release.digest
    (tmp_path / "manifests/profiles/default.yaml").write_bytes(OPERATOR + b"  # changed\n")
    assert load_release(str(tmp_path / named)).digest != digest


def test_an_archive_too_has_profiles_and_common_values(tmp_path: Path) -> None:
    for top in ("", "istio-1.8.1/manifests/"):
        path = tmp_path / "istio.tgz"
        path.write_bytes(pack({f"{top}{name}": data for name, data in BESIDE.items()}))
        release = load_release(str(path))
        assert list(release.profile_files) == ["default"]
        assert release.global_values == {"global": {"hub": "here"}}


def test_of_several_releases_each_has_its_own_profiles(tmp_path: Path) -> None:
    for version in ("1.8.1", "1.9.9"):
        files = {**BESIDE, **below("charts/base", chart_files("base", version))}
        files["profiles/default.yaml"] = OPERATOR + f"# {version}\n".encode()
        write_files(tmp_path / version, files)
    release = load_release(str(tmp_path), version="1.9.9")
    assert "# 1.9.9" in release.profile_files["default"]


def test_damaged_files_beside_the_charts_are_named(tmp_path: Path) -> None:
    write_files(tmp_path, {**BESIDE, "charts/global.yaml": b"global:\n  - a\n b: c\n"})
    with pytest.raises(ReleaseError, match=r"mesh_charts: .*charts/global\.yaml: .*line"):
        load_release(str(tmp_path))
    write_files(tmp_path, {**BESIDE, "profiles/default.yaml": OPERATOR + b"\xff"})
    with pytest.raises(ReleaseError, match=r"profiles/default\.yaml: .*utf-8"):
        load_release(str(tmp_path))


def test_the_operators_chart_does_not_count_for_the_version(tmp_path: Path) -> None:
    write_files(tmp_path / "a", chart_files("istio-operator", "1.7.0"))
    write_files(tmp_path / "b", chart_files("base", "1.17.8"))
    assert load_release(str(tmp_path)).version == "1.17.8"


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("Chart.yaml", b"name: [\n", r"charts/base: Chart\.yaml: .*line \d"),
        ("Chart.yaml", b"version: 1.31.1\n", r"charts/base: Chart\.yaml: .*name"),
        ("values.yaml", b"a: [\n", r"charts/base: values\.yaml: .*line \d"),
        ("values.yaml", b"- a\n", r"charts/base: values\.yaml must be a map"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_a_broken_chart_is_told_not_passed_over(
    tmp_path: Path, name: str, text: bytes, words: str, packed: bool
) -> None:
    files = {**RELEASE, f"charts/base/{name}": text}
    if packed:
        (tmp_path / "a.tgz").write_bytes(pack(below("istio", files)))
    else:
        write_files(tmp_path, files)
    with pytest.raises(ReleaseError, match=words) as caught:
        load_release(str(tmp_path / "a.tgz" if packed else tmp_path))
    assert str(caught.value).endswith(". Correct the file, or fetch the charts again.")
