"""What templates of any shape do to a pod: our merge and Istio's own, errors included."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from typing import Any

import pytest
import yaml

from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.decode import decode
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.config import injector_config
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.inject import inject_pod
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.params import Params, TypeMeta
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.template import Templates
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import MeshError
from tests import figures
from tests.differential.inject_overlay_cases import pod, template
from tests.differential.upstream import Upstream, UpstreamError

pytestmark = pytest.mark.reference
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
NAMES = ["one", "two", "three"]
CASES = 500


def _ours(params: Params, case: dict[str, Any]) -> Any:
    parts = {key: case[key] for key in ("metadata", "spec")}
    try:
        found = inject_pod(decode("core/v1.Pod", parts), params)
    except MeshError as error:
        return error
    return {key: found[key] for key in ("metadata", "spec")}


def _theirs(answer: Any) -> Any:
    if isinstance(answer, UpstreamError):
        return answer
    found = yaml.load(answer["yaml"].split("\n---\n")[0], Loader=LOADER)
    return {key: found[key] for key in ("metadata", "spec")}


def test_overlays() -> None:
    source = random.Random(20)
    base = injector_config({}, None, {})
    params = Params(
        config=base,
        mesh_config=base.mesh_config,
        proxy_config=base.mesh_config["defaultConfig"],
        values=base.values,
        deploy_name="web",
        deploy_namespace="shop",
        type_meta=TypeMeta("v1", "Pod"),
    )
    cases = []
    for _number in range(CASES):
        texts = {name: template(source) for name in NAMES[: source.choice((1, 1, 2, 3))]}
        cases.append((texts, pod(source, list(texts))))
    with Upstream() as upstream:
        answers = upstream.ask_many(
            {
                "op": "inject",
                "config": json.dumps({"templates": texts}),
                "mesh": "{}",
                "values": "{}",
                "yaml": json.dumps(case),
            }
            for texts, case in cases
        )
    wrong, refused = [], 0
    for (texts, case), answer in zip(cases, answers, strict=True):
        config = replace(base, templates=Templates(texts))
        ours, theirs = _ours(replace(params, config=config), case), _theirs(answer)
        refused += isinstance(theirs, UpstreamError)
        same = isinstance(ours, MeshError) if isinstance(theirs, UpstreamError) else ours == theirs
        if not same:
            wrong.append((texts, ours, theirs))
    figures.record("templates of any shape, Istio's code", CASES - len(wrong), CASES)
    assert not wrong, wrong[0]
    assert CASES / 5 < refused < CASES * 4 / 5
