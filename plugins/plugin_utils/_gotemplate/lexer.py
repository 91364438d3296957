# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Split template text into tokens, as Go's text/template/parse does."""

from __future__ import annotations

import re
from collections.abc import Container

from .strconv import quote, to_bytes

# Kinds of tokens. Their order has no meaning; FIRST_KEYWORD and above are keywords.
(
    ERROR,
    BOOL,
    CHAR,
    CHAR_CONSTANT,
    COMPLEX,
    ASSIGN,
    DECLARE,
    EOF,
    FIELD,
    IDENTIFIER,
    LEFT_DELIM,
    LEFT_PAREN,
    NUMBER,
    PIPE,
    RAW_STRING,
    RIGHT_DELIM,
    RIGHT_PAREN,
    STRING,
    TEXT,
    VARIABLE,
    FIRST_KEYWORD,
    BLOCK,
    BREAK,
    CONTINUE,
    DOT,
    DEFINE,
    ELSE,
    END,
    IF,
    NIL,
    RANGE,
    TEMPLATE,
    WITH,
) = range(33)

_KEYWORDS = {
    "block": BLOCK,
    "break": BREAK,
    "continue": CONTINUE,
    "define": DEFINE,
    "else": ELSE,
    "end": END,
    "if": IF,
    "nil": NIL,
    "range": RANGE,
    "template": TEMPLATE,
    "with": WITH,
    "true": BOOL,
    "false": BOOL,
}
_SPACES = " \t\r\n"
_LEFT_TRIMS = tuple("-" + space for space in _SPACES)
# What may follow an identifier, field or variable.
_TERMINATORS = frozenset(" \t\r\n.,|:)(")

# The group number says what was matched: 1 field chain, 2 variable, 3 word, 4 string,
# 5 raw string, 6 number. Anything else is looked at by hand.
_TOKEN = re.compile(
    r'(\.[^\W\d]\w*(?:\.[^\W\d]\w*)*)|(\$\w*)|([^\W\d]\w*)|("(?:[^"\\\n]|\\[^\n])*")|(`[^`]*`)'
    r"|([0-9+-]|\.[0-9])"
)
_NUMBER = re.compile(
    r"[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?"
    r"|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?"
    r"|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?"
)
_CHAR_CONSTANT = re.compile(r"'(?:[^'\\\n]|\\[^\n])*'")
_WHITE = re.compile(r"[ \t\r\n]*")


# A token: its kind, source text, offset in the template, and whether white space precedes it.
# A plain tuple, because there are tens of thousands. A field token holds the whole chain, such as
# ``.Values.global``.
Token = tuple[int, str, int, bool]


def describe(token: Token) -> str:
    """Return a token as Go names it in a message."""
    kind, value = token[:2]
    if kind == EOF:
        return "EOF"
    if kind == ERROR:
        return value
    if kind == FIELD:
        value = "." + value.split(".", 2)[1]
    if kind > FIRST_KEYWORD:
        return f"<{value}>"
    return quote(value[:10]) + "..." if len(to_bytes(value)) > 10 else quote(value)


def _alphanumeric(char: str) -> bool:
    return char == "_" or char.isalpha() or char.isdecimal()


class Lexer:
    """Turns one template text into tokens; functions named break or continue hide the keywords."""

    def __init__(self, text: str, functions: Container[str]) -> None:
        self.text = text
        self.tokens: list[Token] = []
        self._at = 0
        self._plain = {name for name in ("break", "continue") if name in functions}

    def run(self) -> list[Token]:
        """Return the tokens; the last one is EOF or ERROR."""
        text, tokens = self.text, self.tokens
        find = text.find
        start = 0
        while True:
            opening = find("{{", start)
            if opening < 0:
                if start < len(text):
                    tokens.append((TEXT, text[start:], start, False))
                tokens.append((EOF, "", len(text), False))
                return tokens
            at = opening + 2
            trim = (
                text[at : at + 1] == "-" and text[at + 1 : at + 2] in _SPACES and at + 1 < len(text)
            )
            plain = text[start:opening]
            if trim:
                plain = plain.rstrip(_SPACES)
                at += 2
            if plain:
                tokens.append((TEXT, plain, start, False))
            if text.startswith("/*", at):
                closed = self._comment(at)
            else:
                tokens.append((LEFT_DELIM, "{{", opening, False))
                self._at = at
                closed = self._action()
            if not closed:
                return tokens
            start = self._at

    def _fail(self, message: str, at: int) -> bool:
        self.tokens.append((ERROR, message, at, False))
        return False

    def _comment(self, at: int) -> bool:
        text = self.text
        end = text.find("*/", at + 2)
        if end < 0:
            return self._fail("unclosed comment", at)
        end += 2
        if text.startswith("}}", end):
            self._at = end + 2
            return True
        if text[end : end + 1] in _SPACES and text.startswith("-}}", end + 1):
            self._at = _after_white(text, end + 4)
            return True
        return self._fail("comment ends before closing delimiter", at)

    def _action(self) -> bool:
        """Read tokens up to and including the right delimiter; False after an error."""
        text, tokens = self.text, self.tokens
        match_token, keywords = _TOKEN.match, _KEYWORDS
        at, depth = self._at, 0
        while True:
            begin = at
            char = text[at : at + 1]
            if char and char in _SPACES:
                at += 1
                char = text[at : at + 1]
                if char and char in _SPACES:
                    at = _after_white(text, at)
                    char = text[at : at + 1]
            spaced = at > begin
            if char == "}" and text.startswith("}}", at):
                return self._close(at, at + 2, spaced, depth)
            if spaced and char == "-" and text.startswith("-}}", at):
                return self._close(at - 1, _after_white(text, at + 3), spaced, depth, at + 1)
            found = match_token(text, at)
            if found is None:
                token = self._other(char, at, spaced)
                if token[0] == LEFT_PAREN:
                    depth += 1
                elif token[0] == RIGHT_PAREN:
                    depth -= 1
                    if depth < 0:
                        return self._fail("unexpected right paren", at)
                tokens.append(token)
                if token[0] == ERROR:
                    return False
                at += len(token[1])
                continue
            group = found.lastindex
            value = found.group()
            end = at + len(value)
            if group == 6:
                token = self._number(at, spaced)
                tokens.append(token)
                if token[0] == ERROR:
                    return False
                at += len(token[1])
                continue
            if group == 4 or group == 5:
                tokens.append((STRING if group == 4 else RAW_STRING, value, at, spaced))
                at = end
                continue
            follow = text[end : end + 1]
            if (
                follow
                and follow not in _TERMINATORS
                and not (follow == "}" and text.startswith("}}", end))
            ) or not value.isascii():
                wrong = self._bad_word(value, at)
                if wrong:
                    return self._fail(wrong, at)
            if group == 1:
                kind = FIELD
            elif group == 2:
                kind = VARIABLE
            else:
                kind = keywords.get(value, IDENTIFIER)
                if value in self._plain:
                    kind = IDENTIFIER
            tokens.append((kind, value, at, spaced))
            at = end

    def _close(self, at: int, after: int, spaced: bool, depth: int, shown: int = -1) -> bool:
        if depth:
            return self._fail("unclosed left paren", at)
        self.tokens.append((RIGHT_DELIM, "}}", at if shown < 0 else shown, spaced))
        self._at = after
        return True

    def _bad_word(self, value: str, at: int) -> str:
        """Return what is wrong with a word whose characters or successor need a second look."""
        text = self.text
        for index, char in enumerate(value):
            if not (char in "$." or _alphanumeric(char)):
                if index == 0:
                    return f"unrecognized character in action: {show_rune(char)}"
                return f"bad character {show_rune(char)}"
        end = at + len(value)
        follow = text[end : end + 1]
        if not follow or follow in _TERMINATORS or text.startswith("}}", end):
            return ""
        return f"bad character {show_rune(follow)}"

    def _other(self, char: str, at: int, spaced: bool) -> Token:
        """Return the token of a character that starts no word, string or number."""
        text = self.text
        simple = {"|": PIPE, "(": LEFT_PAREN, ")": RIGHT_PAREN, "=": ASSIGN}.get(char)
        if simple is not None:
            return (simple, char, at, spaced)
        if not char:
            return (ERROR, "unclosed action", at, spaced)
        if char == ":":
            if text.startswith(":=", at):
                return (DECLARE, ":=", at, spaced)
            return (ERROR, "expected :=", at, spaced)
        if char == "." and at + 1 < len(text):
            follow = text[at + 1]
            if follow in _TERMINATORS or text.startswith("}}", at + 1):
                return (DOT, ".", at, spaced)
            return (ERROR, f"bad character {show_rune(follow)}", at, spaced)
        if char == ".":
            return self._number(at, spaced)
        if char in "\"`'":
            found = _CHAR_CONSTANT.match(text, at) if char == "'" else None
            if found:
                return (CHAR_CONSTANT, found.group(), at, spaced)
            what = {'"': "quoted string", "`": "raw quoted string", "'": "character constant"}
            return (ERROR, f"unterminated {what[char]}", at, spaced)
        if char.isascii() and char.isprintable():
            return (CHAR, char, at, spaced)
        if char.isdecimal():
            # A digit of another script begins an identifier in Go.
            end = at + 1
            while end < len(text) and _alphanumeric(text[end]):
                end += 1
            wrong = self._bad_word(text[at:end], at)
            return (ERROR if wrong else IDENTIFIER, wrong or text[at:end], at, spaced)
        return (ERROR, f"unrecognized character in action: {show_rune(char)}", at, spaced)

    def _number(self, at: int, spaced: bool) -> Token:
        text, kind = self.text, NUMBER
        end = self._scan(at)
        if 0 <= end < len(text) and text[end] in "+-":
            kind, first = COMPLEX, end
            end = self._scan(first)
            if end >= 0 and text[end - 1] != "i":
                end = -end - 1
        if end < 0:
            value = quote(text[at : -end - 1])
            return (ERROR, f"bad number syntax: {value}", at, spaced)
        return (kind, text[at:end], at, spaced)

    def _scan(self, at: int) -> int:
        """Return the end of the number at ``at``, or minus one minus the end of a wrong one."""
        found = _NUMBER.match(self.text, at)
        end = found.end() if found else at
        if end < len(self.text) and _alphanumeric(self.text[end]):
            return -(end + 1) - 1
        return end


def _after_white(text: str, at: int) -> int:
    found = _WHITE.match(text, at)
    return found.end() if found else at


def show_rune(char: str) -> str:
    """Return a character as Go's %#U prints it."""
    code = ord(char)
    return f"U+{code:04X} '{char}'" if char.isprintable() else f"U+{code:04X}"
