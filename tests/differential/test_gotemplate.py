"""Our template engine against Go's text/template: generated and hand-written templates.

MESHOPS_TEMPLATE_CASES sets the number of generated templates (default 6000), MESHOPS_SEED the seed.
"""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.printf import sprintf
from tests import figures
from tests.differential import gotemplate_cases as cases
from tests.differential import gotemplate_hand as hand
from tests.differential import gotemplate_world as world
from tests.differential import oracle

pytestmark = pytest.mark.reference

SEED = int(os.environ.get("MESHOPS_SEED", "20261121"))
COUNT = int(os.environ.get("MESHOPS_TEMPLATE_CASES", "6000"))
# Go gives up 100,000 templates deep; we say so earlier.
DEEP = "exceeded maximum template depth"


def request(text: str, missing_key: str) -> dict[str, Any]:
    sources = [*cases.PARTIALS, ("main", text)]
    return {
        "templates": [{"name": name, "text": source} for name, source in sources],
        "execute": "main",
        "data": oracle.encode(cases.DATA),
        "missingkey": missing_key,
        "plain": True,
    }


def compare(
    name: str, templates: Sequence[tuple[str, world.MissingKey]]
) -> tuple[list[str], int, int]:
    """Return what differs, and how many errors there were and how many of them had Go's words."""
    path = oracle.require(name)
    answers = oracle.ask(path, [request(text, missing_key) for text, missing_key in templates])
    wrong: list[str] = []
    errors = same = 0
    for (text, missing_key), answer in zip(templates, answers, strict=True):
        output, error = world.run(text, cases.DATA, missing_key)
        expected = answer.get("output") if "error" not in answer else None
        if output != expected:
            theirs = answer.get("error") or repr(expected)
            wrong.append(f"{text!r} ({missing_key})\n Go: {theirs}\n us: {error or repr(output)}")
        if "error" in answer and output is None:
            errors += 1
            same += error == answer["error"] or (DEEP in error and DEEP in answer["error"])
    figures.record(name, len(templates) - len(wrong), len(templates))
    return wrong, errors, same


def missing_key_of(number: int) -> world.MissingKey:
    """Helm's mode for half of the cases, the two others for the rest."""
    return "zero" if number % 2 else "error" if number % 6 == 0 else "default"


def test_generated_templates() -> None:
    texts = cases.templates(SEED, COUNT)
    pairs = [(text, missing_key_of(number)) for number, text in enumerate(texts)]
    wrong, errors, same = compare("text/template, generated templates", pairs)
    figures.record("text/template, wording and place of errors", same, errors)
    assert not wrong, "\n".join(wrong[:5])
    assert same >= 0.995 * errors
    # The generator must produce both kinds in earnest.
    assert COUNT < 1000 or 0.2 * COUNT < errors < 0.8 * COUNT


@pytest.mark.parametrize("missing_key", ["default", "zero", "error"])
def test_hand_written_templates(missing_key: world.MissingKey) -> None:
    pairs = [(text, missing_key) for text in hand.TEMPLATES]
    wrong, errors, same = compare("text/template, hand-written templates", pairs)
    assert not wrong, "\n".join(wrong[:5])
    assert same == errors


def test_printf() -> None:
    name = "fmt.Sprintf, formats and values"
    path = oracle.require(name)
    rng = random.Random(SEED)
    runs = [hand.printf_case(rng) for _number in range(4000)]
    answers = oracle.ask(
        path,
        [
            {"mode": "printf", "text": text, "args": [oracle.encode(arg) for arg in args]}
            for text, args in runs
        ],
    )
    wrong: list[str] = []
    for (text, args), answer in zip(runs, answers, strict=True):
        ours = sprintf(text, *args)
        if ours != answer["output"]:
            wrong.append(f"printf {text!r} {args!r}\n Go: {answer['output']!r}\n us: {ours!r}")
    figures.record(name, len(runs) - len(wrong), len(runs))
    assert not wrong, "\n".join(wrong[:5])
