"""The loader's own corners: bombs, the parser without libyaml, integers for API objects."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.dump import dump
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.errors import YamlError
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.gojson import dumps, loads
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.load import load
from tests.differential import goyaml_cases


def test_numbers() -> None:
    text = "[1, 0o17, 017, 0b11, 1_000, 1e3, 1:30, y, n, ~, 2024-01-01, .5, '5', 08]"
    wanted = [1, 15, 15, 3, 1000, 1000.0, "1:30", True, False, None, "2024-01-01", 0.5, "5", 8.0]
    assert load(text, keep_integers=True) == wanted
    floats = load(text)
    assert floats == [1.0, 15.0, 15.0, 3.0, *wanted[4:]]
    assert {type(v) for v in floats} == {float, str, bool, type(None)}


def test_only_the_first_document() -> None:
    assert load("a: 1\n---\nb: [") == {"a": 1.0}
    assert load("") is None
    assert load("# comment\n") is None


def test_merge_keys_stand_where_they_are_written() -> None:
    base = "x: &x {a: 1, b: 1}\n"
    assert load(base + "z: {a: 2, <<: *x, b: 3}")["z"] == {"a": 1.0, "b": 3.0}


def test_aliases_are_copies() -> None:
    value = load("a: &a {k: 1}\nb: *a")
    value["a"]["k"] = 2
    assert value["b"] == {"k": 1.0}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a: *none", "unknown anchor 'none' referenced"),
        ("a: &a [*a]", "anchor 'a' value contains itself"),
        ("a: b: c", "line 1: mapping values are not allowed|mapping values are not allowed"),
        ("a: .inf", r"unsupported value: \+Inf"),
        ("a: !!int x", "cannot decode !!str `x` as a !!int"),
        ("<<: [1]", "map merge requires map"),
    ],
)
def test_refused(text: str, why: str) -> None:
    with pytest.raises(YamlError, match=why):
        load(text)


def test_alias_bomb() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 9)]
    with pytest.raises(YamlError, match="excessive aliasing"):
        load("\n".join(lines))


def test_what_is_written_reads_back() -> None:
    rng = random.Random(3)
    for _number in range(1500):
        value = loads(dumps({"v": goyaml_cases.value(rng)}))
        try:
            text = dump(value)
        except YamlError:
            continue
        if "<<" in text:
            continue  # go-yaml does not quote this key, and then reads it as a merge
        again = load(text)
        assert dump(again) == text


def test_without_libyaml() -> None:
    """The Python parser gives the same values."""
    rng = random.Random(5)
    texts = [goyaml_cases.yaml_text(rng) for _number in range(300)]
    program = (
        "import json, sys\n"
        "sys.modules['yaml._yaml'] = None\n"
        "from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml import load as l\n"
        "out = []\n"
        "for text in json.load(sys.stdin):\n"
        "    try: out.append(['value', l.load(text)])\n"
        "    except ValueError: out.append(['refused', None])\n"
        "assert l._EventParser.__module__ == l.__name__\n"
        "json.dump(out, sys.stdout)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=dumps(texts),
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    different = 0
    for text, (kind, value) in zip(texts, loads(done.stdout), strict=True):
        try:
            wanted = ("value", load(text))
        except YamlError:
            wanted = ("refused", None)
        different += (kind, value) != wanted
    # The two parsers of PyYAML disagree about a few broken documents.
    assert different <= 6
