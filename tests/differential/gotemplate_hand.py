"""Hand-written templates for the corners of the language, and random printf calls."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.objects import (
    Int64,
    TypedList,
    TypedMap,
    Uint8,
)

# What stands between "{{" and "}}": right and wrong expressions, and openings of longer pieces.
_EXPRESSIONS: list[str] = json.loads(
    Path(__file__).with_name("gotemplate_expressions.json").read_text(encoding="utf-8")
)

TEMPLATES = [
    *("{{" + expression + "}}" for expression in _EXPRESSIONS),
    *("a{{- " + expression + " -}} \n b" for expression in _EXPRESSIONS),
    *(
        "{{if true}}\n  {{with .m}}{{" + expression + "}}{{end}}\n{{end}}"
        for expression in _EXPRESSIONS
    ),
    *("{{range .l}}é {{" + expression + "}}{{end}}" for expression in _EXPRESSIONS),
    *(
        '{{range $i, $v := .l}}{{print "<" (' + expression + ') ">"}}{{end}}'
        for expression in _EXPRESSIONS
    ),
    *(
        '{{define "d"}}\n{{' + expression + '}}{{end}}{{include "d" $}}'
        for expression in _EXPRESSIONS
    ),
    "",
    " ",
    "{",
    "{{",
    "{{}}",
    "{{ }}",
    "{{-}}",
    "{{- }}",
    "{{ -}}",
    "{{- -}}",
    "{{-1}}",
    "{{1-}}",
    "}}",
    "{{{1}}}",
    "{{1}}}}",
    "{{/**/}}",
    "{{/* */ -}} x",
    "{{- /* */ }}",
    "x {{- 1}}",
    "x\t\r\n{{- 1 -}}\n\ty",
    "{{1\n}}\n{{2\n}}\n{{nosuch}}",
    "a\x00b",
    "{{\x00}}",
    "{{\u00a0}}",
    "{{ 1\u00a02}}",
    "é{{.x.y}}",
    "é\né{{.s.y}}",
    "{{print `" + "x" * 50 + "`}}",
]

_VERBS = "vdsqtxXboOcUeEfFgGTwz%"
_VALUES: list[Any] = [
    None,
    True,
    False,
    0,
    1,
    -1,
    42,
    255,
    -12345,
    2**62,
    Int64(-7),
    Uint8(65),
    0.0,
    1.0,
    -1.5,
    3.14159,
    1e6,
    1e-7,
    123456789.0,
    1e21,
    1e100,
    float("inf"),
    float("-inf"),
    float("nan"),
    2.5,
    0.1,
    100000.0,
    "",
    "a",
    "héllo",
    'a\tb\n"q"',
    "x" * 20,
    "`",
    "\\",
    b"bytes",
    b"",
    [],
    [1.0, "a", None],
    {"k": 1.0, "a": None},
    TypedList(["x", "y"]),
    TypedMap({"k": "v"}),
    0x1F600,
    0x10FFFF,
    97,
    [[1.0], {"z": True}],
    -0.0,
    5e-324,
    1.7976931348623157e308,
    0.000123,
    12345.678,
    99999.5,
    0.5,
    1.25,
    1e5,
    "世界",
]


def printf_case(rng: random.Random) -> tuple[str, list[Any]]:
    """Return a random format and operands for it, more or less."""
    text = ""
    for _number in range(rng.randint(1, 3)):
        text += rng.choice(["", "a", " ", "é", "%%"])
        text += "%" + "".join(rng.sample("+-# 0", rng.choice([0, 0, 0, 1, 1, 2])))
        if rng.random() < 0.2:
            text += rng.choice(["[1]", "[2]", "[9]", "[x]", "[", "[]"])
        text += rng.choice(["", "", "", "1", "5", "12", "*", "30"])
        text += rng.choice(["", "", "", ".", ".0", ".1", ".3", ".10", ".*", ".[2]"])
        text += rng.choice(_VERBS)
    return text, [rng.choice(_VALUES) for _number in range(rng.randint(0, 4))]
