"""Functions and data of injection templates: ours and Istio's own, expression by expression."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import yaml

from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.decode import decode
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.config import injector_config
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.inject import inject_pod
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.params import Params, TypeMeta
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.template import (
    InjectionTemplateError,
    Templates,
)
from tests import figures
from tests.differential.inject_function_cases import MESH, POD, VALUES, expressions, template
from tests.differential.upstream import Upstream, UpstreamError

pytestmark = pytest.mark.reference
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# What each expression prints, None where it is refused.
Outputs = dict[str, str | None]
BATCH = 40


def _outputs(batch: list[str], annotations: dict[str, str]) -> Outputs:
    return {each: annotations[f"n{number}"] for number, each in enumerate(batch)}


def _ours(cases: list[str]) -> Outputs:
    base = injector_config({}, MESH, VALUES)
    pod = decode("core/v1.Pod", {key: POD[key] for key in ("metadata", "spec")})
    result: Outputs = {}
    for case in cases:
        params = Params(
            config=replace(base, templates=Templates({"sidecar": template([case])})),
            mesh_config=base.mesh_config,
            proxy_config=base.mesh_config["defaultConfig"],
            values=base.values,
            deploy_name="web",
            deploy_namespace="shop",
            type_meta=TypeMeta("v1", "Pod"),
            revision="r1",
        )
        try:
            result |= _outputs([case], inject_pod(pod, params)["metadata"]["annotations"])
        except InjectionTemplateError:
            result[case] = None
    return result


def _theirs(upstream: Upstream, batches: list[list[str]]) -> Iterator[Outputs]:
    answers = upstream.ask_many(
        {
            "op": "inject",
            "config": json.dumps({"templates": {"sidecar": template(batch)}}),
            "mesh": MESH,
            "values": json.dumps(VALUES),
            "revision": "r1",
            "yaml": json.dumps(POD),
        }
        for batch in batches
    )
    for batch, answer in zip(batches, answers, strict=True):
        if not isinstance(answer, UpstreamError):
            pod: Any = yaml.load(answer["yaml"].split("\n---\n")[0], Loader=LOADER)
            yield _outputs(batch, pod["metadata"]["annotations"])
        elif len(batch) == 1:
            yield {batch[0]: None}
        else:
            yield from _theirs(upstream, [[each] for each in batch])


def test_expressions() -> None:
    cases = list(expressions())
    ours = _ours(cases)
    # One refusal spoils a batch, so those that are likely to be refused go alone.
    fine = [case for case in cases if ours[case] is not None]
    batches = [fine[at : at + BATCH] for at in range(0, len(fine), BATCH)]
    batches += [[case] for case in cases if ours[case] is None]
    theirs: Outputs = {}
    with Upstream() as upstream:
        for outputs in _theirs(upstream, batches):
            theirs |= outputs
    wrong = [(case, ours[case], theirs[case]) for case in cases if ours[case] != theirs[case]]
    figures.record(
        "expressions in injection templates, Istio's code", len(cases) - len(wrong), len(cases)
    )
    assert not wrong, wrong[:10]
    assert 100 < list(theirs.values()).count(None) < len(cases) / 2
