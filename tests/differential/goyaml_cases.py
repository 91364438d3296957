"""Random values and YAML texts that provoke the corners of go-yaml and encoding/json."""

from __future__ import annotations

import json
import random
import re
from typing import Any

WORDS = [
    "",
    "y",
    "n",
    "yes",
    "No",
    "on",
    "OFF",
    "true",
    "False",
    "null",
    "~",
    "Null",
    "NULL",
    "<<",
    "=",
    "0",
    "-0",
    "+1",
    "007",
    "08",
    "0o17",
    "0x1F",
    "0b101",
    "1_000",
    "1e3",
    "1E5",
    "-1.5e-7",
    ".5",
    "5.",
    ".inf",
    "-.Inf",
    ".nan",
    "1:30",
    "12:30:45",
    "190:20:30.15",
    "2024-01-01",
    "2024-13-45",
    "2001-12-14t21:59:43.10-05:00",
    "2024-02-30",
    "2024-01-01 10:00:00",
    "18446744073709551615",
    "18446744073709551616",
    "9223372036854775808",
    "-9223372036854775809",
    "1e400",
    "- a",
    "-",
    "?",
    ":",
    "? a",
    ": a",
    "a: b",
    "a:b",
    "a #b",
    "a#b",
    "#",
    "@x",
    "`x",
    "%x",
    "&x",
    "*x",
    "!x",
    "|",
    ">",
    "'",
    '"',
    "it's",
    'say "hi"',
    "\\",
    "back\\slash",
    "{a}",
    "[a]",
    "a,b",
    "a]",
    "---",
    "--- a",
    "...",
    "a ",
    " a",
    "a\tb",
    "\t",
    "a\nb",
    "a\n",
    "\n",
    "\na",
    "a\n\n",
    " a\nb",
    "a \nb",
    "a\n b\n",
    "a\n\n\nb",
    "\n\n",
    "a\r\nb",
    "\r",
    "a\u0085b",
    "a \u0085\u0085 b",
    "a\u2028b",
    "a\u2028 b",
    "\u2029",
    "\u00a0",
    "\ufeff",
    "\u007f",
    "\u0080",
    "\x00",
    "\x1b[0m",
    "\b\f\v",
    "é",
    "日本語",
    "😀",
    "<a href='x'>&amp;</a>",
    "\ufffd",
    "a:",
    "a: ",
    "x=1",
    "a  b",
    "key with spaces",
    "${HOME}",
    "{{ .Values.x }}",
    "http://x/y?z=1&w=2",
    "10.0.0.1",
    "::1",
    "001:db8::",
    "1.2.3",
    "v1.2.3",
    "1.",
    "+",
    "-1",
    "--1",
    "+.5",
    "1__0",
    "_1",
    "0_7",
    "0x",
    "0b2",
    "-0b11",
    "-0x10",
    "+0o7",
    "1e",
    "1e+",
    "e3",
    "Infinity",
    "NaN",
    "inf",
    "nan",
    "a'b\"c",
]
LETTERS = "abcXYZ019 -_.:/#,'\"\\\n\t{}[]é"


def text(rng: random.Random) -> str:
    roll = rng.random()
    if roll < 0.45:
        return rng.choice(WORDS)
    if roll < 0.6:
        return "".join(rng.choice(LETTERS) for _number in range(rng.randint(1, 12)))
    if roll < 0.85:
        words = [
            rng.choice(("lorem", "ipsum", "a", "it's", "x:y", "-", "#no", "é", "", "to: be", '"q"'))
            for _number in range(rng.randint(5, 45))
        ]
        return " ".join(words)
    if roll < 0.95:
        lines = [
            rng.choice(("", "x", "  two", "tail ", "long " * 20, "é", "# c"))
            for _number in range(rng.randint(2, 6))
        ]
        return "\n".join(lines) + rng.choice(("", "\n", "\n\n"))
    return "k" * rng.choice((79, 80, 81, 127, 128, 129, 200)) + rng.choice(("", " ", " a b c"))


def number(rng: random.Random) -> float | int:
    return rng.choice(
        (
            rng.randint(-5, 5),
            rng.randint(-(10**9), 10**9),
            rng.randint(-(2**63), 2**63 - 1),
            rng.uniform(-1, 1),
            rng.uniform(-1e6, 1e6),
            10.0 ** rng.randint(-30, 30),
            rng.uniform(1, 10) * 10.0 ** rng.randint(-30, 30),
            0.1 + 0.2,
            1e21,
            1e20,
            123456789.0,
            1e-7,
            -0.0,
            2**53 + 0.0,
        )
    )


def value(rng: random.Random, depth: int = 0) -> Any:
    roll = rng.random()
    if depth > 4 or roll < 0.5:
        kind = rng.random()
        if kind < 0.6:
            return text(rng)
        if kind < 0.85:
            return number(rng)
        return rng.choice((None, True, False))
    if roll < 0.75:
        return [value(rng, depth + 1) for _number in range(rng.randint(0, 4))]
    return {key(rng): value(rng, depth + 1) for _number in range(rng.randint(0, 5))}


def key(rng: random.Random) -> str:
    """A name by which go-yaml can order keys: digits only as a number at the end.

    Its order of other mixtures is circular (10 < 1e < 5. < 10), and beyond int64 it wraps around;
    Go itself then writes the keys in another order each time.
    """
    name = text(rng)
    return name if re.fullmatch("[^0-9]*([1-9][0-9]{0,3})?", name) else f"digits{len(name)}"


def yaml_text(rng: random.Random) -> str:
    """A small YAML document, written by hand-made rules, sometimes broken."""
    roll = rng.random()
    if roll < 0.35:
        return json.dumps(value(rng), ensure_ascii=rng.random() < 0.5, indent=rng.choice((None, 2)))
    lines: list[str] = []
    if rng.random() < 0.2:
        lines.append(rng.choice(("---", "# comment", "--- # x", "%YAML 1.1\n---")))
    anchors: list[str] = []
    for index in range(rng.randint(1, 6)):
        key = rng.choice(
            ("a", "b", "key", "1", "y", "1.5", "'q'", '"d"', "~", "true", "x y", "? c", f"k{index}")
        )
        scalar = rng.choice(
            (
                rng.choice(WORDS).replace("\n", " "),
                "'it''s'",
                '"a\\tb\\u00e9"',
                "|\n    text\n     more",
                ">-\n    folded\n    text",
                "[a, 1, y, {b: 2}]",
                "{a: 1, b: [x, ~]}",
                "",
                "!!str 5",
                "!!int 7",
                '!!float "1"',
                "!!int x",
                "!foo z",
                "!!binary aGk=",
                "! 5",
                "plain\n    continued",
                '"multi\n    line"',
                "|+\n    keep\n\n",
                "!!null ''",
                "{}",
                "[]",
                "# only comment",
            )
        )
        if rng.random() < 0.15:
            anchors.append(f"n{index}")
            scalar = f"&n{index} " + rng.choice((scalar, "{m: 1, k: 2}"))
        elif anchors and rng.random() < 0.4:
            scalar = f"*{rng.choice(anchors)}"
            if rng.random() < 0.5:
                key = "<<"
        lines.append(f"{key}: {scalar}")
        if rng.random() < 0.2:
            lines.extend(
                (f"n{index}l:", f"{rng.choice(('', '  '))}- {scalar}", "  - x: 1\n    y: 2")
            )
    if rng.random() < 0.1:
        lines.append(
            rng.choice(
                ("---\nsecond: 1", "...", "\tbad: 1", "  indented: 1", "a: b: c", "]", "*none")
            )
        )
    return "\n".join(lines) + rng.choice(("", "\n"))
