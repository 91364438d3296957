"""IstioOperator documents are rendered to what istioctl makes of them, object for object."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.desired import desired_state
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.selection import select
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import MeshError
from tests import reference
from tests.differential.operator_cases import PROFILES, as_text, documents
from tests.differential.upstream import Upstream, UpstreamError
from tests.figures import record

pytestmark = pytest.mark.reference

VERSION = "1.31.1"
CORPUS = Path(__file__).resolve().parents[3] / "shared/corpus/iop"
# Documents for the real istioctl, a second each; and for its code within one process.
REAL = range(80)
MANY = range(1000, 1100)
GATEWAY = {"name": "public", "namespace": "edge", "enabled": True}
Objects = list[dict[str, Any]]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    with Upstream() as running:
        yield running


def ours(operator: Any, cache: Path, charts: Path | None = None, **options: Any) -> Objects | str:
    """What we make of documents, or the error."""
    options = {
        "charts": str(charts or reference.charts_dir(VERSION)),
        "version": VERSION,
        **options,
    }
    try:
        return select(desired_state({"operator": operator, **options}, cache_dir=cache), [])
    except MeshError as error:
        return f"refused: {error}"


def istioctl(files: list[Path], *flags: str) -> Objects | str:
    """What the real istioctl makes of files, or the error."""
    command = [str(reference.istioctl_path()), "manifest", "generate"]
    for file in files:
        command += ["--filename", str(file)]
    done = subprocess.run(
        [*command, *flags], capture_output=True, text=True, check=False, timeout=60
    )
    if done.returncode:
        return f"refused: {done.stderr.strip()}"
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return [item for item in yaml.load_all(done.stdout, Loader=loader) if item]


def difference(mine: Objects | str, theirs: Objects | str) -> str:
    """What differs, empty for nothing; refusals are equal whatever their words."""
    if isinstance(mine, str) or isinstance(theirs, str):
        both = isinstance(mine, str) and isinstance(theirs, str)
        return "" if both else f"ours: {str(mine)[:500]}\ntheirs: {str(theirs)[:500]}"
    left, right = _by_key(mine), _by_key(theirs)
    if len(left) != len(mine) or left.keys() != right.keys():
        return f"objects of one only: {sorted(set(left) ^ set(right))}"
    unequal = [key for key in left if not _same(left[key], right[key])]
    return "\n".join(f"{key}\nours: {left[key]}\ntheirs: {right[key]}" for key in unequal)


def _by_key(objects: Objects) -> dict[tuple[str, str, str], dict[str, Any]]:
    return {
        (item["kind"], item["metadata"].get("namespace", ""), item["metadata"]["name"]): item
        for item in objects
    }


def _same(left: Any, right: Any) -> bool:
    """Equal, where 1 is 1.0 but not true."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_same(left[k], right[k]) for k in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_same, left, right))
    return bool(left == right and isinstance(left, bool) == isinstance(right, bool))


def compare(name: str, pairs: Iterator[tuple[str, Objects | str, Objects | str]]) -> None:
    """Record how many are equal, and fail with the first ones that are not."""
    found = [(case, difference(mine, theirs)) for case, mine, theirs in pairs]
    wrong = [f"{case}: {text[:2000]}" for case, text in found if text]
    record(name, len(found) - len(wrong), len(found))
    assert not wrong, "\n\n".join(wrong[:3])


def write(folder: Path, texts: list[str]) -> list[Path]:
    files = []
    for number, text in enumerate(texts):
        files.append(folder / f"{number}.yaml")
        files[-1].write_text(text)
    return files


def with_istioctl(
    cases: dict[str, list[Path]], cache: Path
) -> Iterator[tuple[str, Objects | str, Objects | str]]:
    """Each case with what we and the real istioctl make of it; istioctl runs ahead."""
    with ThreadPoolExecutor(2) as pool:
        running = {name: pool.submit(istioctl, files) for name, files in cases.items()}
        for name, files in cases.items():
            yield name, ours([str(file) for file in files], cache), running[name].result()


def test_every_profile(cache: Path, tmp_path: Path) -> None:
    cases = {}
    for name in PROFILES:
        (tmp_path / name).mkdir()
        text = as_text({"kind": "IstioOperator", "spec": {"profile": name}})
        cases[name] = write(tmp_path / name, [text])
    compare("istioctl manifest generate, profiles", with_istioctl(cases, cache))


def test_generated_documents_with_the_real_istioctl(cache: Path, tmp_path: Path) -> None:
    cases = {}
    for seed in REAL:
        (tmp_path / str(seed)).mkdir()
        cases[str(seed)] = write(tmp_path / str(seed), documents(seed))
    compare("istioctl manifest generate, generated documents", with_istioctl(cases, cache))


def test_generated_documents_with_the_code_of_istioctl(cache: Path, upstream: Upstream) -> None:
    def pairs() -> Iterator[tuple[str, Objects | str, Objects | str]]:
        for seed in MANY:
            texts = documents(seed)
            (answer,) = upstream.ask_many([{"op": "manifest", "documents": texts}])
            theirs = "refused" if isinstance(answer, UpstreamError) else answer["objects"]
            yield str(seed), ours([f"{text}\n" for text in texts], cache), theirs

    compare("operator code of istioctl, generated documents", pairs())


def test_upstreams_own_documents(cache: Path) -> None:
    if not CORPUS.is_dir():
        pytest.skip(f"upstream's documents are not there: {CORPUS}")
    cases = {file.name: [file] for file in sorted(CORPUS.iterdir())}
    compare("istioctl manifest generate, upstream's documents", with_istioctl(cases, cache))


def test_variables_are_a_last_document(cache: Path, tmp_path: Path) -> None:
    files = write(tmp_path, [as_text({"kind": "IstioOperator", "spec": {"hub": "their.hub"}})])
    mine = ours(
        [str(file) for file in files],
        cache,
        profile="ambient",
        revision="canary",
        hub="my.hub/istio",
        tag="1.2.3",
        namespace="mesh",
        platform="gke",
        values=[{"pilot": {"autoscaleMin": 2}}, {"pilot": {"autoscaleMin": 3}}],
        mesh_config={"accessLogFile": "/dev/stdout"},
    )
    flags = (
        "profile=ambient",
        "revision=canary",
        "hub=my.hub/istio",
        "tag=1.2.3",
        "values.global.istioNamespace=mesh",
        "values.global.platform=gke",
        "values.pilot.autoscaleMin=3",
        "meshConfig.accessLogFile=/dev/stdout",
    )
    theirs = istioctl(files, *[part for flag in flags for part in ("--set", flag)])
    assert difference(mine, theirs) == ""


def test_an_installation_adds_what_it_needs(cache: Path) -> None:
    spec = {
        "profile": "ambient",
        "revision": "canary",
        "values": {"global": {"istioNamespace": "mesh"}},
        "components": {"cni": {"namespace": "agents"}, "ingressGateways": [GATEWAY]},
    }
    charts = {"charts": str(reference.charts_dir(VERSION)), "version": VERSION}
    options = {**charts, "operator": {"spec": spec}, "members": ["shop"]}
    state = desired_state(options, cache_dir=cache)
    names = [item.name for item in state.components]
    assert names[:4] == ["base", "cni", "istiod-canary", "default"]
    assert names[4:] == ["ztunnel", "gateway-public", "members"]
    assert (state.spec.namespace, state.spec.revision) == ("mesh", "canary")
    added = {item["metadata"]["name"] for item in select(state, ["namespaces"])}
    assert added == {"mesh", "agents", "edge"}
    kinds = [item["kind"] for item in select(state, ["default"])]
    assert sorted(kinds) == [
        "MutatingWebhookConfiguration",
        "Service",
        "ValidatingWebhookConfiguration",
    ]
    exact = select(state, [])
    total = sum(item.added for item in state.components)
    assert len(exact) == len(state.objects) - total
    assert not any(item["kind"] == "Namespace" for item in exact)
    assert select(state, ["base"])[0]["kind"] != "Namespace"


def test_charts_pulled_one_by_one(cache: Path, tmp_path: Path) -> None:
    """They bring neither profiles nor the charts of istioctl's gateways."""
    charts = reference.charts_dir(VERSION) / "charts"
    for name in ("base", "istio-control/istio-discovery", "istio-cni", "ztunnel", "gateway"):
        shutil.copytree(charts / name, tmp_path / "charts" / name)
    for name in ("minimal", "ambient", "openshift-ambient", "remote", "empty"):
        mine = ours({"spec": {"profile": name}}, cache, charts=tmp_path / "charts")
        assert difference(mine, istioctl([], "--set", f"profile={name}")) == "", name
    refused = ours({"spec": {"profile": "default"}}, cache, charts=tmp_path / "charts")
    assert "needs chart istio-ingress" in refused
    assert "release of istioctl" in refused


def test_charts_and_profiles_of_ones_own(cache: Path, tmp_path: Path) -> None:
    package = tmp_path / "package"
    shutil.copytree(reference.charts_dir(VERSION), package)
    package.chmod(0o755)
    profile = package / "profiles/mine.yaml"
    profile.parent.chmod(0o755)
    spec: dict[str, Any] = {
        "components": {"cni": {"enabled": True}},
        "values": {"meshConfig": {"rootNamespace": "mine"}},
    }
    profile.write_text(yaml.safe_dump({"kind": "IstioOperator", "spec": spec}))
    own = {"installPackagePath": str(package), "profile": "mine"}
    files = write(tmp_path, [as_text({"kind": "IstioOperator", "spec": own})])
    theirs = istioctl(files)
    assert not isinstance(theirs, str)
    mine = ours([str(file) for file in files], cache, charts=package)
    assert difference(mine, theirs) == ""
    by_path = ours({"spec": {"profile": str(profile)}}, cache)
    assert difference(by_path, theirs) == ""
