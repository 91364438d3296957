# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Go's regular expressions (RE2 syntax) by Python's ``re``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

_POSIX: Final = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": "\\x00-\\x7F",
    "blank": "\\t ",
    "cntrl": "\\x00-\\x1F\\x7F",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": "!-/:-@\\[-`{-~",
    "space": "\\t\\n\\v\\f\\r ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}
_PERL: Final = {"d": "0-9", "s": "\\t\\n\\f\\r ", "w": "0-9A-Za-z_"}
_UNICODE: Final = {
    "L": "[^\\W\\d_]",
    "Letter": "[^\\W\\d_]",
    "N": "\\d",
    "Nd": "\\d",
    "Z": "\\s",
}
_FLAGS = re.compile(r"\(\?(?P<on>[imsU]*)(?:-(?P<off>[imsU]+))?(?P<end>[:)])")
_REPEAT = re.compile(r"\{(\d+)(?:,(\d*))?\}")


class RegexError(ValueError):
    """A pattern that Go refuses, or that this translation does not know."""


class _Translator:
    """Walks a pattern once; groups that only set flags become scoped groups up to their end."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0
        self._out: list[str] = []
        # For each open group: how many scoped groups to close with it, and the flags outside.
        self._open: list[tuple[int, frozenset[str]]] = []
        self._extra = 0
        self._flags: frozenset[str] = frozenset()

    def run(self) -> str:
        while self._at < len(self._pattern):
            self._step()
        if self._open:
            raise self._error("missing closing )")
        self._out.append(")" * self._extra)
        return "".join(self._out)

    def _error(self, why: str) -> RegexError:
        return RegexError(f"error parsing regexp: {why}: `{self._pattern}`")

    def _step(self) -> None:
        char = self._pattern[self._at]
        if char == "\\":
            self._escape()
        elif char == "[":
            self._class()
        elif char == "(":
            self._group()
        elif char == ")":
            if not self._open:
                raise self._error("unexpected )")
            self._out.append(")" * (self._extra + 1))
            self._extra, self._flags = self._open.pop()
            self._at += 1
            self._quantifier()
        elif char in "*+?" or (char == "{" and _REPEAT.match(self._pattern, self._at)):
            raise self._error(f"missing argument to repetition operator: `{char}`")
        else:
            self._plain(char)

    def _plain(self, char: str) -> None:
        self._at += 1
        if char == "$":
            self._out.append("(?=\\n|\\Z)" if "m" in self._flags else "\\Z")
            self._quantifier()
        elif char == "^":
            self._out.append("^" if "m" in self._flags else "\\A")
            self._quantifier()
        elif char == "|":
            # A scoped group would swallow the alternatives that follow it.
            self._out.append("|")
            if self._pattern[self._at : self._at + 1] in ("*", "+", "?"):
                raise self._error("missing argument to repetition operator")
        else:
            self._out.append(char if char == "." else re.escape(char))
            self._quantifier()

    def _quantifier(self) -> None:
        match = re.compile(r"[*+?]|\{\d+(?:,\d*)?\}").match(self._pattern, self._at)
        if match is None:
            return
        self._at = match.end()
        text = match[0]
        repeat = _REPEAT.match(text)
        if repeat and (int(repeat[1]) > 1000 or int(repeat[2] or 0) > 1000):
            raise self._error(f"invalid repeat count: `{text}`")
        lazy = self._pattern[self._at : self._at + 1] == "?"
        self._at += lazy
        if "U" in self._flags:
            lazy = not lazy
        self._out.append(text + ("?" if lazy else ""))
        following = self._pattern[self._at : self._at + 1]
        if following in ("*", "+", "?") or _REPEAT.match(self._pattern, self._at):
            raise self._error(f"invalid nested repetition operator: `{text}{following}`")

    def _escape(self) -> None:
        pattern, at = self._pattern, self._at
        if at + 1 >= len(pattern):
            raise self._error("trailing backslash at end of expression")
        char = pattern[at + 1]
        if char == "Q":
            end = pattern.find("\\E", at + 2)
            literal = pattern[at + 2 : end if end != -1 else len(pattern)]
            self._out.append("".join(re.escape(c) for c in literal))
            self._at = end + 2 if end != -1 else len(pattern)
            return
        simple = {"z": "\\Z", "A": "\\A", "b": "(?a:\\b)", "B": "(?a:\\B)"}
        if char in simple:
            self._out.append(simple[char])
            self._at += 2
        elif char.lower() in _PERL:
            mark = "^" if char.isupper() else ""
            self._out.append(f"[{mark}{_PERL[char.lower()]}]")
            self._at += 2
        elif char in "pP":
            self._out.append(self._property(char == "P"))
        else:
            self._out.append(self._literal_escape())
        self._quantifier()

    def _property(self, negated: bool) -> str:
        match = re.compile(r"\\[pP](?:\{(\^?)(\w+)\}|(\w))").match(self._pattern, self._at)
        name = (match[2] or match[3]) if match else ""
        if match is None or name not in _UNICODE or (negated != bool(match[1])):
            raise self._error("Unicode class not supported here")
        self._at = match.end()
        return _UNICODE[name]

    def _literal_escape(self) -> str:
        """An escape that stands for one character."""
        pattern = self._pattern
        char = pattern[self._at + 1]
        if char == "x":
            match = re.compile(r"\\x(?:\{([0-9a-fA-F]+)\}|([0-9a-fA-F]{2}))").match(
                pattern, self._at
            )
            if match is None:
                raise self._error("invalid escape sequence: `\\x`")
            self._at = match.end()
            return re.escape(chr(int(match[1] or match[2], 16)))
        if char in "01234567":
            match = re.compile(r"\\(0[0-7]{0,2}|[1-7][0-7]{1,2})").match(pattern, self._at)
            if match is None:
                raise self._error(f"invalid escape sequence: `\\{char}`")
            self._at = match.end()
            return re.escape(chr(int(match[1], 8)))
        self._at += 2
        control = {"a": "\\x07", "f": "\\f", "n": "\\n", "r": "\\r", "t": "\\t", "v": "\\v"}
        if char in control:
            return control[char]
        if char.isalnum():
            raise self._error(f"invalid escape sequence: `\\{char}`")
        return re.escape(char)

    def _group(self) -> None:
        pattern, at = self._pattern, self._at
        flags = _FLAGS.match(pattern, at)
        if flags and (flags["on"] or flags["off"] or flags["end"] == ":"):
            self._flag_group(flags)
            return
        if pattern.startswith(("(?P<", "(?<"), at):
            match = re.compile(r"\(\?P?<(\w+)>").match(pattern, at)
            if match is None:
                raise self._error("invalid named capture")
            opening, self._at = f"(?P<{match[1]}>", match.end()
        elif pattern.startswith("(?", at):
            raise self._error(f"invalid or unsupported Perl syntax: `{pattern[at : at + 3]}`")
        else:
            opening, self._at = "(", at + 1
        self._open.append((self._extra, self._flags))
        self._extra = 0
        self._out.append(opening)

    def _flag_group(self, match: re.Match[str]) -> None:
        self._at = match.end()
        changed = (self._flags | set(match["on"])) - set(match["off"] or "")
        on = "".join(f for f in "is" if f in match["on"])
        off = "".join(f for f in "is" if f in (match["off"] or ""))
        opening = f"(?{on}{'-' + off if off else ''}:"
        if match["end"] == ":":
            self._open.append((self._extra, self._flags))
            self._extra = 0
        else:
            self._extra += 1
        # "^" and "$" are translated here, so Python needs "m" for "^" alone.
        self._out.append(opening)
        self._flags = frozenset(changed)

    def _class(self) -> None:
        pattern = self._pattern
        out = ["["]
        self._at += 1
        if pattern.startswith("^", self._at):
            out.append("^")
            self._at += 1
        first = True
        while True:
            if self._at >= len(pattern):
                raise self._error("missing closing ]")
            char = pattern[self._at]
            if char == "]" and not first:
                self._at += 1
                break
            first = False
            out.append(self._class_item(char))
        self._out.append("".join(out) + "]")
        self._quantifier()

    def _class_item(self, char: str) -> str:
        pattern = self._pattern
        posix = re.compile(r"\[:(\^?)(\w+):\]").match(pattern, self._at)
        if posix:
            if posix[2] not in _POSIX or posix[1]:
                raise self._error(f"invalid character class range: `{posix[0]}`")
            self._at = posix.end()
            return _POSIX[posix[2]]
        if char == "\\":
            following = pattern[self._at + 1 : self._at + 2]
            if following in _PERL:
                self._at += 2
                return _PERL[following]
            if following and following in "DSW":
                self._at += 2
                return {"D": "\\D", "S": "\\S", "W": "\\W"}[following]
            if following and following in "pP":
                return {"[^\\W\\d_]": "^\\W\\d_"}.get(item := self._property(False), item)
            if not following:
                raise self._error("missing closing ]")
            return self._literal_escape()
        self._at += 1
        return char if char == "-" else re.escape(char)


@lru_cache(maxsize=512)
def compile_go(pattern: str) -> re.Pattern[str]:
    """Compile a pattern in Go's syntax. Raises RegexError with Go's message."""
    translator = _Translator(pattern)
    try:
        return re.compile(translator.run(), re.MULTILINE)
    except re.error as error:
        raise RegexError(f"error parsing regexp: {error}: `{pattern}`") from None


def find_all(regex: re.Pattern[str], text: str, limit: int = -1) -> Iterator[re.Match[str]]:
    """Yield matches as Go finds them: an empty match right behind a match does not count."""
    previous = -1
    found = 0
    for match in regex.finditer(text):
        if found == limit:
            return
        if match.start() == match.end() == previous:
            continue
        previous = match.end()
        found += 1
        yield match


_TEMPLATE = re.compile(r"\$(?:\$|(\w+)|\{(\w+)\})")


def expand(match: re.Match[str], template: str) -> str:
    """Fill ``$1``, ``${name}`` and ``$$`` of a replacement; an unknown group is empty."""

    def group(reference: re.Match[str]) -> str:
        name = reference[1] or reference[2]
        if name is None:
            return "$"
        try:
            return match[int(name) if name.isdigit() else name] or ""
        except (IndexError, re.error):
            return ""

    return _TEMPLATE.sub(group, template)


def replace_all(regex: re.Pattern[str], text: str, template: str, literal: bool) -> str:
    """Replace every match as Go's ReplaceAllString (or ReplaceAllLiteralString)."""
    out: list[str] = []
    at = 0
    for match in find_all(regex, text):
        out.append(text[at : match.start()])
        out.append(template if literal else expand(match, template))
        at = match.end()
    out.append(text[at:])
    return "".join(out)


def split(regex: re.Pattern[str], text: str, limit: int) -> list[str] | None:
    """Split as Go's Regexp.Split; None for a limit of 0."""
    if limit == 0:
        return None
    if regex.pattern and not text:
        return [""]
    out: list[str] = []
    begin = end = 0
    for match in find_all(regex, text, limit):
        if limit > 0 and len(out) == limit - 1:
            break
        end = match.start()
        if match.end() != 0:
            out.append(text[begin:end])
        begin = match.end()
    if end != len(text):
        out.append(text[begin:])
    return out


def quote_meta(text: str) -> str:
    """Escape what has a meaning in a pattern, as regexp.QuoteMeta."""
    return re.sub(r"[\\.+*?()|\[\]{}^$]", r"\\\g<0>", text)
