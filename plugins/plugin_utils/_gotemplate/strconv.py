# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Go's rules for quoting strings and reading quoted strings and numbers (package strconv)."""

from __future__ import annotations

_SIMPLE = {
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "\\": "\\",
}
_ESCAPED = {value: "\\" + key for key, value in _SIMPLE.items()}
_HEX = "0123456789abcdefABCDEF"
_HEX_LENGTH = {"x": 2, "u": 4, "U": 8}
_INT64_MIN, _INT64_MAX, _UINT64_MAX = -(2**63), 2**63 - 1, 2**64 - 1


def to_bytes(text: str) -> bytes:
    """Return the bytes Go holds for a string."""
    return text.encode("utf-8", "surrogateescape")


def from_bytes(data: bytes) -> str:
    """Return our form of a Go string: bytes that are not UTF-8 become surrogate escapes."""
    return data.decode("utf-8", "surrogateescape")


def unquote(literal: str) -> str:
    """Return the text of a quoted or raw Go string literal; ValueError if it is malformed."""
    body = literal[1:-1]
    if literal[0] == "`":
        return body.replace("\r", "")
    if "\\" not in body:
        return body
    parts: list[bytes] = []
    at = 0
    while at < len(body):
        char = body[at]
        if char != "\\":
            parts.append(to_bytes(char))
            at += 1
            continue
        value, at = _escape(body, at + 1, '"')
        parts.append(value)
    return from_bytes(b"".join(parts))


def _escape(body: str, at: int, quote: str) -> tuple[bytes, int]:
    """Read the escape sequence whose backslash stands before ``at``."""
    char = body[at : at + 1]
    if char in _SIMPLE:
        return _SIMPLE[char].encode(), at + 1
    if char == quote and char:
        return char.encode(), at + 1
    if char in _HEX_LENGTH:
        digits = body[at + 1 : at + 1 + _HEX_LENGTH[char]]
        if len(digits) != _HEX_LENGTH[char] or any(digit not in _HEX for digit in digits):
            raise ValueError("invalid syntax")
        number = int(digits, 16)
        if char == "x":
            return bytes((number,)), at + 3
        if number > 0x10FFFF or 0xD800 <= number <= 0xDFFF:
            raise ValueError("invalid syntax")
        return chr(number).encode(), at + 1 + len(digits)
    digits = body[at : at + 3]
    if len(digits) == 3 and all(digit in "01234567" for digit in digits):
        number = int(digits, 8)
        if number <= 255:
            return bytes((number,)), at + 3
    raise ValueError("invalid syntax")


def unquote_char(literal: str) -> int:
    """Return the code point of a character constant such as 'x'; ValueError if malformed."""
    body = literal[1:]
    if body[0] == "'" or body[0] == "\n":
        raise ValueError("invalid syntax")
    if body[0] == "\\":
        value, at = _escape(body, 1, "'")
        number = value[0] if body[1] in "x01234567" else ord(value.decode())
    else:
        number, at = ord(body[0]), 1
    if body[at:] != "'":
        raise ValueError(f"malformed character constant: {literal}")
    return number


def quote(text: str, *, mark: str = '"', ascii_only: bool = False) -> str:
    """Return text as a Go string (or character) literal, as strconv.Quote does."""
    if text.isascii() and text.isprintable() and "\\" not in text and mark not in text:
        return mark + text + mark
    parts = [mark]
    for char in text:
        code = ord(char)
        if char in (mark, "\\"):
            parts.append("\\" + char)
        elif char in _ESCAPED:
            parts.append(_ESCAPED[char])
        elif 0xDC80 <= code <= 0xDCFF:
            parts.append(f"\\x{code - 0xDC00:02x}")
        elif char.isprintable() and (code < 0x80 or not ascii_only):
            parts.append(char)
        elif code < 0x20 or code == 0x7F:
            parts.append(f"\\x{code:02x}")
        elif code < 0x10000:
            parts.append(f"\\u{code:04x}")
        else:
            parts.append(f"\\U{code:08x}")
    parts.append(mark)
    return "".join(parts)


def _underscores_ok(text: str) -> bool:
    last = "^"
    if text[:1] in ("+", "-"):
        text = text[1:]
    hexadecimal = False
    if len(text) >= 2 and text[0] == "0" and text[1] in "bBoOxX":
        hexadecimal = text[1] in "xX"
        text, last = text[2:], "0"
    for char in text:
        if char.isdigit() or (hexadecimal and char in _HEX):
            last = "0"
        elif char == "_":
            if last != "0":
                return False
            last = "_"
        else:
            if last == "_":
                return False
            last = "!"
    return last != "_"


def parse_magnitude(text: str) -> int | None:
    """Return the value of an unsigned integer literal with Go's base prefixes, or None."""
    if not text or not text.isascii() or not text[0].isdigit():
        return None
    digits, base = text, 10
    if text[0] == "0" and len(text) > 1:
        prefix = text[1].lower()
        base = {"x": 16, "o": 8, "b": 2}.get(prefix, 8)
        digits = text[2:] if prefix in "xob" else text[1:]
    if "_" in digits:
        if not _underscores_ok(text):
            return None
        digits = digits.replace("_", "")
    try:
        return int(digits, base) if digits and digits[0] not in "+-" else None
    except ValueError:
        return None


def parse_int(text: str) -> int | None:
    """Return the value of an int64 literal, or None if it is none or out of range."""
    sign = -1 if text[:1] == "-" else 1
    value = parse_magnitude(text[1:] if text[:1] in ("+", "-") else text)
    if value is None or not _INT64_MIN <= sign * value <= _INT64_MAX:
        return None
    return sign * value


def parse_uint(text: str) -> int | None:
    """Return the value of a uint64 literal, or None if it is none or out of range."""
    value = parse_magnitude(text)
    return value if value is not None and value <= _UINT64_MAX else None


def parse_float(text: str) -> float | None:
    """Return the value of a float64 literal, or None if it is none or out of range."""
    if "_" in text:
        if not _underscores_ok(text):
            return None
        text = text.replace("_", "")
    body = text.lstrip("+-").lower()
    try:
        if body.startswith("0x"):
            return float.fromhex(text) if "p" in body else None
        value = float(text)
    except (ValueError, OverflowError):
        return None
    return None if value in (float("inf"), float("-inf")) else value
