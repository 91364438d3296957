"""Kubernetes types against Go: tables, reading and writing, quantities, strategic merges."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils import _gotypes
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.engine import Engine
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.decode import decode
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.errors import GoTypeError
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.quantity import canonical
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.strategic import (
    strategic_merge,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.view import view
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.functions.table import (
    functions_for,
)
from tests import figures, reference
from tests.differential import gotypes_templates
from tests.differential.gotypes_generator import KINDS, Objects, Patches
from tests.differential.upstream import Upstream, UpstreamError

_DECODES = 3000
_MERGES = 4000
_QUANTITIES = 6000
_VIEWS = 60
FUNCTIONS = functions_for("seed")
REFUSED = "refused"


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    with Upstream() as running:
        yield running


@pytest.mark.parametrize("name", ["kubernetes.json", "messages.json"])
def test_checked_in_table_is_what_the_generator_writes(name: str) -> None:
    fresh = (reference.types_dir() / name).read_text(encoding="utf-8")
    [folder] = _gotypes.__path__
    kept = (Path(folder) / name).read_text(encoding="utf-8")
    same = kept == fresh
    figures.record("Go types, tables", int(same), 1)
    assert same, f"{name} is not what `make types` writes"


def _compare(
    name: str, ours: list[Any], theirs: list[Any], inputs: list[Any], refusals: bool = True
) -> None:
    """Record the figure and fail on the first differences; ``refusals`` must agree too."""
    expected = [REFUSED if isinstance(each, UpstreamError) else each for each in theirs]
    wrong = [at for at, got in enumerate(ours) if got != expected[at]]
    refused = expected.count(REFUSED)
    figures.record(name, len(ours) - len(wrong), len(ours))
    assert bool(refused) == refusals, f"{refused} of the inputs were refused"
    assert refused < len(ours) / 2, "most inputs must be accepted"
    shown = [
        f"{json.dumps(inputs[at])}\n  ours   {ours[at]}\n  theirs {theirs[at]}" for at in wrong[:3]
    ]
    assert not wrong, "\n".join(shown)


def _decoded(name: str, value: Any, strict: bool = False, from_yaml: bool = False) -> str:
    try:
        return json.dumps(decode(name, value, strict=strict, from_yaml=from_yaml))
    except GoTypeError:
        return REFUSED


@pytest.mark.parametrize("strict", [False, True])
def test_objects_are_read_and_written_as_go_does(upstream: Upstream, strict: bool) -> None:
    objects = Objects(seed=41 + strict, noise=0.004)
    ours, requests = [], []
    for number in range(_DECODES // 2):
        version, kind, name = KINDS[number % len(KINDS)]
        value = objects.object(name)
        ours.append(_decoded(name, value, strict=strict))
        requests.append(
            {"op": "decode", "apiVersion": version, "kind": kind, "value": value, "strict": strict}
        )
    theirs = upstream.ask_many(requests)
    texts = [each if isinstance(each, UpstreamError) else json.dumps(each) for each in theirs]
    _compare("Go types, JSON read and written", ours, texts, requests)


def test_objects_from_yaml_are_read_as_kubectl_does(upstream: Upstream) -> None:
    objects = Objects(seed=43, noise=0.01)
    ours, requests = [], []
    for number in range(_DECODES // 2):
        version, kind, name = KINDS[number % len(KINDS)]
        value = objects.object(name)
        ours.append(_decoded(name, value, from_yaml=True))
        # JSON is YAML.
        requests.append(
            {"op": "decode", "apiVersion": version, "kind": kind, "yaml": json.dumps(value)}
        )
    theirs = upstream.ask_many(requests)
    texts = [each if isinstance(each, UpstreamError) else json.dumps(each) for each in theirs]
    _compare("Go types, YAML read and written", ours, texts, requests)


def test_patches_are_merged_as_kubernetes_does(upstream: Upstream) -> None:
    patches = Patches(seed=44, noise=0)
    ours: list[Any] = []
    requests = []
    for number in range(_MERGES):
        version, kind, name = KINDS[number % len(KINDS)]
        original = patches.object(name)
        patch = patches.patch(name)
        before = json.dumps([original, patch])
        try:
            ours.append(strategic_merge(name, original, patch))
        except GoTypeError:
            ours.append(REFUSED)
        assert json.dumps([original, patch]) == before, "arguments must stay as they are"
        parts = {"apiVersion": version, "kind": kind, "original": original, "patch": patch}
        requests.append({"op": "strategic", **parts})
    _compare("Go types, strategic merges", ours, upstream.ask_many(requests), requests)


def _quantities() -> list[str]:
    choose = random.Random(45)
    units = ("", *"numkMGTPE", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "e3", "E-2", "e+1", "e-12", "ki")
    result = ["", "0", "+", ".", "Ki", "Pi", "e5", "-.5Gi", ".5", "1.", "00", "+01Ki", "1e", "--1"]
    while len(result) < _QUANTITIES:
        sign = choose.choice(("", "", "", "-", "+"))
        whole = choose.choice(("", "0", "8", "1000", str(choose.randrange(10**20))))
        whole = choose.choice((whole, str(choose.randrange(5000))))
        fraction = choose.choice(("", "", f".{choose.randrange(10**12)}", ".5", ".000"))
        result.append(sign + whole + fraction + choose.choice(units))
    return result


def test_quantities_are_written_as_kubernetes_does(upstream: Upstream) -> None:
    texts = _quantities()
    ours: list[Any] = []
    for text in texts:
        try:
            ours.append(canonical(text))
        except ValueError:
            ours.append(REFUSED)
    answers = upstream.ask("quantity", values=texts)
    theirs = [UpstreamError(each["error"]) if isinstance(each, dict) else each for each in answers]
    _compare("Go types, quantities", ours, theirs, texts)


def test_templates_see_go_structs(upstream: Upstream) -> None:
    objects = Objects(seed=46, noise=0, valid=True)
    ours: list[Any] = []
    requests = []
    for version, kind, name in KINDS[:3]:
        for template in gotypes_templates.templates(name, depth=5):
            engine = Engine(FUNCTIONS, "default")
            engine.parse("inject", template)
            for _number in range(_VIEWS):
                value = decode(name, objects.object(name))
                parts = {"apiVersion": version, "kind": kind, "value": value}
                requests.append({"op": "object_template", **parts, "template": template})
                ours.append(engine.execute("inject", view(name, value)))
    theirs = upstream.ask_many(requests)
    _compare("Go types, fields in templates", ours, theirs, requests, refusals=False)
