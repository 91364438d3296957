# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How go-yaml v2's emitter writes one string: style, quotes, escapes, folding at column 80."""

from __future__ import annotations

import re
from typing import Final

from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.resolve import needs_quotes
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.textregex import TextRegex

PLAIN: Final = 0
SINGLE: Final = 1
DOUBLE: Final = 2
LITERAL: Final = 3

WIDTH: Final = 80

_BREAKS: Final = "\n\r\x85\u2028\u2029"
_UNPRINTABLE = TextRegex("[^\n -~]", "[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]")
_BREAK = TextRegex("[\n\r]", f"[{_BREAKS}]")
_SPACE_BREAK = TextRegex(" [\n\r]", f" [{_BREAKS}]")
_BREAK_SPACE = TextRegex("[\n\r] ", f"[{_BREAKS}] ")
_INDICATOR_INSIDE = TextRegex(
    ":(?:[ \t]|\\Z)|(?<=[ \t\n\r\0])#", f":(?:[ \t]|\\Z)|(?<=[ \t{_BREAKS}\0])#"
)
_INDICATOR_FIRST: Final = frozenset("#,[]{}&*!|>'\"%@`")
_ESCAPED = TextRegex(
    "[^ !#-\\[\\]-~]", '[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]|["\\\\]'
)
_ESCAPES: Final = {
    "\0": "0",
    "\x07": "a",
    "\x08": "b",
    "\t": "t",
    "\n": "n",
    "\x0b": "v",
    "\x0c": "f",
    "\r": "r",
    "\x1b": "e",
    '"': '"',
    "\\": "\\",
    "\x85": "N",
    "\xa0": "_",
    "\u2028": "L",
    "\u2029": "P",
}
_styles: dict[str, int] = {}
_REMEMBERED: Final = 20_000


def style_of(text: str) -> int:
    """Return the style go-yaml chooses for a string in block context."""
    style = _styles.get(text)
    if style is None:
        style = _choose(text)
        if len(_styles) >= _REMEMBERED:
            _styles.clear()
        _styles[text] = style
    return style


def _choose(text: str) -> int:
    if not text:
        return DOUBLE
    special = bool(_UNPRINTABLE.search(text) or _SPACE_BREAK.search(text))
    if "\n" in text:
        return DOUBLE if special or text[-1] == " " else LITERAL
    if needs_quotes(text):
        return DOUBLE
    if special:
        return DOUBLE
    breaks = _BREAK.search(text)
    if breaks and _BREAK_SPACE.search(text):
        return DOUBLE
    if breaks or _has_indicator(text) or text[0] == " " or text[-1] == " ":
        return SINGLE
    return PLAIN


def _has_indicator(text: str) -> bool:
    first = text[0]
    if first in _INDICATOR_FIRST or text.startswith(("---", "...")):
        return True
    if first in "?:-" and (len(text) == 1 or text[1] in " \t"):
        return True
    return bool(_INDICATOR_INSIDE.for_text(text).search(text, 1))


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    if char in _ESCAPES:
        return "\\" + _ESCAPES[char]
    code = ord(char)
    if code <= 0xFF:
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


def quote_double(text: str) -> str:
    """Quote without folding, as a key is written."""
    return f'"{_ESCAPED.for_text(text).sub(_escape, text)}"'


def quote_single(text: str) -> str:
    """Quote without folding, as a key is written."""
    return "'" + text.replace("'", "''") + "'"


def scalar(text: str, column: int, indent: int) -> str:
    """Write a value that starts at ``column``; continued lines are indented by ``indent``."""
    style = style_of(text)
    if style == PLAIN:
        if column + len(text) <= WIDTH or " " not in text:
            return text
        return _fold_plain(text, column, indent)
    if style == DOUBLE:
        quoted = quote_double(text)
        if column + len(quoted) <= WIDTH or " " not in text:
            return quoted
        return _fold_double(text, column, indent)
    if style == SINGLE:
        if not _BREAK.search(text):
            quoted = quote_single(text)
            if column + len(quoted) <= WIDTH or " " not in text:
                return quoted
        return _fold_single(text, column, indent)
    return _literal(text, indent)


def _fold_plain(text: str, column: int, indent: int) -> str:
    pieces: list[str] = []
    pad = "\n" + " " * indent
    start = 0
    last = len(text) - 1
    # The first space where the column may have passed the width.
    at = text.find(" ", max(0, WIDTH + 1 - column))
    while at != -1:
        if at < last and text[at + 1] != " " and text[at - 1] != " ":
            pieces.append(text[start:at])
            start = at + 1
            at = text.find(" ", start + WIDTH + 1 - indent)
        else:
            at = text.find(" ", at + 1)
    pieces.append(text[start:])
    return pad.join(pieces)


def _fold_single(text: str, column: int, indent: int) -> str:
    out = ["'"]
    column += 1
    pad = " " * indent
    last = len(text) - 1
    spaces = breaks = False
    for position, char in enumerate(text):
        if char == " ":
            fold = not spaces and column > WIDTH and 0 < position < last
            if fold and text[position + 1] != " ":
                out.append("\n" + pad)
                column = indent
            else:
                out.append(char)
                column += 1
            spaces = True
        elif char in _BREAKS:
            out.append(char)
            column = 0
            breaks = True
        else:
            if breaks:
                out.append(pad[column:])
                column = max(column, indent)
            out.append("''" if char == "'" else char)
            column += 2 if char == "'" else 1
            spaces = breaks = False
    out.append("'")
    return "".join(out)


def _fold_double(text: str, column: int, indent: int) -> str:
    out = ['"']
    column += 1
    pad = "\n" + " " * indent
    last = len(text.encode("utf-8", "surrogatepass")) - 1
    position = 0
    spaces = False
    for index, char in enumerate(text):
        if char == " ":
            if not spaces and column > WIDTH and 0 < position < last:
                out.append(pad)
                column = indent
                if text[index + 1 : index + 2] == " ":
                    out.append("\\")
                    column += 1
            else:
                out.append(char)
                column += 1
            spaces = True
            position += 1
            continue
        written = _ESCAPED.for_text(char).sub(_escape, char)
        out.append(written)
        column += len(written)
        spaces = False
        position += len(char.encode("utf-8", "surrogatepass"))
    out.append('"')
    return "".join(out)


def _literal(text: str, indent: int) -> str:
    hints = "2" if text[0] in " " + _BREAKS else ""
    if text[-1] not in _BREAKS:
        hints += "-"
    elif len(text) == 1 or text[-2] in _BREAKS:
        hints += "+"
    pad = " " * indent
    body = text.removesuffix("\n")
    lines = ["|" + hints]
    lines.extend(_literal_line(line, pad) for line in body.split("\n"))
    return "\n".join(lines)


def _literal_line(line: str, pad: str) -> str:
    if not line:
        return ""
    if "\u2028" not in line and "\u2029" not in line:
        return pad + line
    parts = re.split("(?<=[\u2028\u2029])", line)
    return "".join(pad + part if part[:1] not in "\u2028\u2029" else part for part in parts)
