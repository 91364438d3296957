"""Our injection beside Istio's own: the real `istioctl kube-inject`, and its code in a process.

The real program injects whole files of combined workloads, one run for each control plane. Its
code (lab/tools/upstream) serves for thousands of random ones, upstream's corpus, and the webhook.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._inject.documents import (
    read_documents,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.injector import Injector
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import MeshError
from tests import figures, reference
from tests.differential.inject_cases import combinations
from tests.differential.inject_generator import Generator
from tests.differential.inject_variants import (
    VARIANTS,
    Variant,
    first_difference,
    inject_text,
)
from tests.differential.upstream import Upstream, UpstreamError

CORPUS = Path(__file__).resolve().parents[3] / "shared/corpus/inject"
_RANDOM = 110  # workloads for each control plane
_SELECTED = ("opted-out", "not-requested", "unknown-revision", "not-selected")
_NAMES = [variant.name for variant in VARIANTS]


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    """Istio's code, running."""
    with Upstream() as running:
        yield running


@pytest.mark.parametrize("variant", VARIANTS, ids=_NAMES)
def test_combinations_equal_those_of_kube_inject(variant: Variant, tmp_path: Path) -> None:
    """Workloads made of combinations, injected by the real program with the same files."""
    cases = combinations(variant)
    text = "---\n".join(json.dumps(case) + "\n" for case in cases)
    theirs = _kube_inject(variant, text, tmp_path)
    ours = _ours(variant, text)
    equal = [mine == their for mine, their in zip(ours, theirs, strict=True)]
    figures.record("istioctl kube-inject, combined workloads", sum(equal), len(equal))
    assert all(equal), first_difference(ours, theirs)


@pytest.mark.parametrize("variant", VARIANTS, ids=_NAMES)
def test_random_workloads(variant: Variant, upstream: Upstream) -> None:
    """Mixtures nobody thought of, errors included: what Istio refuses, we refuse."""
    made = Generator(variant.name)
    texts = [json.dumps(made.workload(f"w{n}", faulty=n % 5 == 0)) for n in range(_RANDOM)]
    _compare("Istio's injection, random workloads", variant, texts, upstream)


@pytest.mark.parametrize("variant", VARIANTS, ids=_NAMES)
def test_injected_workloads_injected_again(variant: Variant, upstream: Upstream) -> None:
    """What was injected once, by the default control plane, is injected anew."""
    made = Generator(f"again {variant.name}")
    first = VARIANTS[0].injector()
    texts = []
    for number in range(20):
        text = json.dumps(made.workload(f"w{number}"))
        try:
            texts += [json.dumps(item) for one in inject_text(first, text) for item in one.objects]
        except MeshError:
            continue
    _compare("Istio's injection, workloads injected before", variant, texts, upstream)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="upstream's corpus (../shared/corpus) is not here")
@pytest.mark.parametrize("variant", VARIANTS, ids=_NAMES)
def test_corpus(variant: Variant, upstream: Upstream) -> None:
    """Upstream's own inputs, each with every control plane."""
    texts = [path.read_text() for path in sorted(CORPUS.glob("*.yaml"))]
    _compare("Istio's injection, upstream's inputs", variant, texts, upstream)


@pytest.mark.parametrize("variant", VARIANTS, ids=_NAMES)
def test_webhook(variant: Variant, upstream: Upstream) -> None:
    """Pods by the webhook's own handler: policy, templates, OpenShift's ids."""
    made = Generator(f"webhook {variant.name}")
    namespace = {
        "metadata": {
            "name": "shop",
            "labels": {"istio-injection": "enabled"},
            "annotations": {
                "openshift.io/sa.scc.uid-range": "1000620000/10000",
                "openshift.io/sa.scc.supplemental-groups": "1000630000/10000",
            },
        }
    }
    if variant.source().revision:
        namespace["metadata"]["labels"] = {"istio.io/rev": variant.source().revision}
    injector = variant.injector(policy="webhook", namespaces={"shop": namespace})
    pods = [made.pod(f"p{number}", "shop") for number in range(30)]
    asked = {**variant.asked(), "revision": variant.source().revision or "default"}
    openshift = variant.source().openshift
    answers = upstream.ask_many(
        {"op": "webhook", **asked, "pod": pod, "namespace": namespace, "openshift": openshift}
        for pod in pods
    )
    failures = []
    for pod, answer in zip(pods, answers, strict=True):
        failure = _webhook_difference(injector, pod, answer)
        if failure:
            failures.append(failure)
    figures.record("Istio's webhook, random pods", len(pods) - len(failures), len(pods))
    assert not failures, "\n\n".join(failures[:3])


def _webhook_difference(injector: Injector, pod: dict[str, Any], answer: Any) -> str:
    """What is different for a pod, empty when nothing is."""
    try:
        [outcome] = inject_text(injector, json.dumps(pod))
    except MeshError as error:
        return "" if isinstance(answer, UpstreamError) else f"{error}\n{json.dumps(pod)}"
    if isinstance(answer, UpstreamError):
        return f"theirs: {answer}\n{json.dumps(pod)}"
    [report] = outcome.reports
    if report.injected and answer["pod"] is not None:
        mine, their = (
            {key: item[key] for key in ("metadata", "spec")}
            for item in (outcome.objects[0], answer["pod"])
        )
        return "" if mine == their else first_difference(mine, their)
    # Selectors keep the API server from calling the webhook; the handler alone does not know them.
    refused = report.code in _SELECTED or answer["pod"] is None
    return "" if refused and not report.injected else f"{report}\n{json.dumps(pod)}"


def _compare(figure: str, variant: Variant, texts: Sequence[str], upstream: Upstream) -> None:
    asked = variant.asked()
    answers = upstream.ask_many({"op": "inject", **asked, "yaml": text} for text in texts)
    equal, failures = 0, []
    for text, answer in zip(texts, answers, strict=True):
        ours: list[Any] | MeshError
        try:
            ours = _ours(variant, text)
        except MeshError as error:
            ours = error
        if isinstance(answer, UpstreamError) or isinstance(ours, MeshError):
            same = isinstance(answer, UpstreamError) and isinstance(ours, MeshError)
            if not same:
                failures.append(f"ours: {str(ours)[:500]}\ntheirs: {str(answer)[:500]}\n{text}")
        else:
            theirs = _objects(answer["yaml"])
            same = ours == theirs
            if not same:
                failures.append(first_difference(ours, theirs))
        equal += same
    figures.record(figure, equal, len(texts))
    assert not failures, "\n\n".join(failures[:3])


def _ours(variant: Variant, text: str) -> list[dict[str, Any]]:
    return [item for one in inject_text(variant.injector(), text) for item in one.objects]


def _objects(text: str) -> list[dict[str, Any]]:
    return [document.value for document in read_documents(text, "theirs")]


def _kube_inject(variant: Variant, text: str, folder: Path) -> list[dict[str, Any]]:
    source = variant.source()
    files = {
        "workloads.yaml": text,
        "config.yaml": source.config,
        "mesh.yaml": source.mesh,
        "values.json": source.values,
    }
    for name, content in files.items():
        (folder / name).write_text(content)
    command = [str(reference.istioctl_path()), "kube-inject", "-f", "workloads.yaml"]
    command += ["--injectConfigFile", "config.yaml", "--meshConfigFile", "mesh.yaml"]
    command += ["--valuesFile", "values.json", "--kubeconfig", str(folder / "no-kubeconfig")]
    if source.revision:
        command += ["--revision", source.revision]
    native = {"ENABLE_NATIVE_SIDECARS": "true"} if variant.native else {}
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **native},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return _objects(done.stdout)
