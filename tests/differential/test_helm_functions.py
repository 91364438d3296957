"""Every function of a chart's templates against Go's sprig and helm's own, call by call."""

from __future__ import annotations

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.engine import Engine
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.errors import TemplateError
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.functions.context_bound import (
    Includes,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.functions.table import (
    functions_for,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.values import copy_tree
from tests import figures
from tests.differential import helm_function_cases, oracle

pytestmark = pytest.mark.reference

FIGURE = "functions of charts against sprig and helm"


def ours(text: str) -> str | None:
    engine = Engine(functions_for("seed"), missing_key="zero")
    engine.functions.update(Includes(engine).functions())
    try:
        engine.parse("t", text)
        return engine.execute("t", copy_tree(helm_function_cases.DATA))
    except TemplateError:
        return None


def test_functions() -> None:
    path = oracle.require(FIGURE)
    texts = [
        one if one.startswith("{{") else f"{{{{ {one} }}}}"
        for one in helm_function_cases.expressions()
    ]
    data = oracle.encode(helm_function_cases.DATA)
    requests = [
        {
            "id": i,
            "templates": [{"name": "t", "text": text}],
            "execute": "t",
            "data": data,
            "missingkey": "zero",
        }
        for i, text in enumerate(texts)
    ]
    answers = oracle.ask(path, requests)
    wrong: list[str] = []
    for text, answer in zip(texts, answers, strict=True):
        wanted = None if answer.get("error") else answer.get("output", "")
        found = ours(text)
        if found != wanted:
            wrong.append(f"{text}\n  ours {found!r}\n  Go   {wanted!r} {answer.get('error', '')}")
    figures.record(FIGURE, len(texts) - len(wrong), len(texts))
    assert not wrong, f"{len(wrong)} of {len(texts)}:\n" + "\n".join(wrong[:20])
