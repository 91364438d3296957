# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""sprig's snakecase, kebabcase and camelcase (huandu/xstrings)."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.functions import gofunc

_NUMBER: Final = "number"
_UPPER: Final = "upper"
_LOWER: Final = "alphabet"
_CONNECTOR: Final = "connector"
_PUNCT: Final = "punct"
_OTHER: Final = "other"
_NONE: Final = ""


def _is_connector(char: str) -> bool:
    return char in "-_" or char.isspace()


def _kind(char: str) -> str:
    if _is_connector(char):
        return _CONNECTOR
    if unicodedata.category(char).startswith("P"):
        return _PUNCT
    if char.isupper():
        return _UPPER
    if char.isalpha():
        return _LOWER
    if char.isnumeric():
        return _NUMBER
    return _OTHER


def _words(text: str) -> list[tuple[str, str]]:
    """Cut into words of one kind; ``HTTPStatus`` is HTTP and Status."""
    words: list[tuple[str, str]] = []
    at = 0
    while at < len(text):
        kind = _kind(text[at])
        end = at + 1
        if kind == _UPPER and end < len(text) and _kind(text[end]) == _UPPER:
            while end < len(text) and _kind(text[end]) == _UPPER:
                end += 1
            if end < len(text) and _kind(text[end]) == _LOWER:
                end -= 1
        else:
            same = _LOWER if kind == _UPPER else kind
            while end < len(text) and _kind(text[end]) == same:
                end += 1
        words.append((kind, text[at:end]))
        at = end
    return words


def _lowered(kind: str, word: str, connector: str) -> str:
    if kind == _CONNECTOR:
        return connector * len(word)
    return word.lower() if kind == _UPPER else word


def _connect(text: str, connector: str) -> str:
    words = [*_words(text), (_NONE, "")]
    out: list[str] = []
    at = 0

    def put(index: int) -> None:
        kind, word = words[index]
        out.append(_lowered(kind, word, connector))

    def put_run() -> None:
        nonlocal at
        while words[at][0] in (_LOWER, _NUMBER):
            put(at)
            at += 1

    while at < len(words) - 1 and words[at + 1][0] != _NONE:
        previous = words[at][0]
        last = at
        if previous != _CONNECTOR:
            put(at)
        at += 1
        if previous == _NUMBER:
            put_run()
            if words[at][0] not in (_NONE, _PUNCT, _CONNECTOR):
                out.append(connector)
        elif previous == _CONNECTOR:
            put(last)
        elif previous != _PUNCT:
            if words[at][0] != _NUMBER:
                if words[at][0] not in (_CONNECTOR, _PUNCT):
                    out.append(connector)
                continue
            if words[at + 1][0] == _NONE:
                continue
            number = at
            at += 1
            if words[at][0] != _LOWER:
                put(number)
                if words[at][0] not in (_CONNECTOR, _PUNCT):
                    out.append(connector)
                continue
            out.append(connector)
            put(number)
            put_run()
            if words[at][0] not in (_NONE, _CONNECTOR, _PUNCT):
                out.append(connector)
    put(at)
    return "".join(out)


@gofunc("snakecase", (str,))
def snakecase(text: str) -> str:
    """FirstName becomes first_name."""
    return _connect(text, "_") if text else ""


@gofunc("kebabcase", (str,))
def kebabcase(text: str) -> str:
    """FirstName becomes first-name."""
    return _connect(text, "-") if text else ""


@gofunc("camelcase", (str,))
def camelcase(text: str) -> str:
    """http_server becomes HttpServer."""
    body = text.lstrip("".join(c for c in set(text) if _is_connector(c)))
    if not body:
        return text
    out = [text[: len(text) - len(body)]]
    current = body[0].upper()
    run_is_upper = body[0].isupper()
    for char in body[1:]:
        previous, current = current, char
        if _is_connector(current) and _is_connector(previous):
            out.append(previous)
            continue
        if _is_connector(previous):
            run_is_upper = current.isupper()
            current = current.upper()
            continue
        if run_is_upper:
            if current.isupper():
                current = current.lower()
            else:
                run_is_upper = False
        out.append(previous)
    out.append(current)
    return "".join(out)


FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "snakecase": snakecase,
    "kebabcase": kebabcase,
    "camelcase": camelcase,
}
