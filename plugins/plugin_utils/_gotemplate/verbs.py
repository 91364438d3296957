# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One operand formatted by one verb, as Go's fmt does for Printf."""

from __future__ import annotations

from typing import Any

from .floats import format_float
from .objects import NIL, Uint8, type_name
from .printing import format_value
from .strconv import quote, to_bytes

_INT_BASES = {"d": 10, "v": 10, "b": 2, "o": 8, "O": 8, "x": 16, "X": 16}
_MAX_RUNE = 0x10FFFF


class Flags:
    """The flags, width and precision of a directive."""

    __slots__ = ("minus", "plus", "precision", "sharp", "sharp_v", "space", "width", "zero")

    def __init__(self) -> None:
        self.minus = self.plus = self.sharp = self.space = self.zero = False
        self.sharp_v = False  # %#v: Go syntax, instead of the flag #
        self.width: int | None = None
        self.precision: int | None = None

    def set(self, char: str) -> None:
        """Note one flag character."""
        name = {"-": "minus", "+": "plus", "#": "sharp", " ": "space", "0": "zero"}[char]
        setattr(self, name, True)

    def pad(self, text: str, *, zero: bool | None = None) -> str:
        """Return text padded to the width; zeros only on the left."""
        if not self.width:
            return text
        if self.minus:
            return text.ljust(self.width)
        return text.rjust(self.width, "0" if (self.zero if zero is None else zero) else " ")


def format_operand(value: Any, verb: str, flags: Flags) -> str:
    """Return a value formatted by a verb; a verb that does not fit gives Go's error note."""
    if value is None:
        return flags.pad("<nil>") if verb in "Tv" else f"%!{verb}(<nil>)"
    if verb == "T":
        return _string(type_name(value), "s", flags)
    if verb == "p":
        return _pointer(value, flags)
    if verb in "vw":
        # For values of template data %+v is %v.
        flags.sharp_v, flags.sharp, flags.plus = flags.sharp, False, False
    if verb == "w" and isinstance(value, (dict, list)):
        return _bad(value, verb, flags)
    return _value(value, verb, flags)


def _bad(value: Any, verb: str, flags: Flags) -> str:
    return f"%!{verb}({type_name(value)}={_value(value, 'v', flags)})"


def _pointer(value: Any, flags: Flags) -> str:
    if isinstance(value, (dict, list, bytes)) or callable(value):
        return flags.pad("0xc000000000")
    return _bad(value, "p", flags)


def _value(value: Any, verb: str, flags: Flags) -> str:
    if value is None or value is NIL:
        return "interface {}(nil)" if flags.sharp_v else "<nil>"
    if isinstance(value, bool):
        return flags.pad("true" if value else "false") if verb in "tv" else _bad(value, verb, flags)
    stringer = getattr(value, "go_string", None)
    if stringer is not None and verb in "vsxXq" and not flags.sharp_v:
        value = str(stringer())
    if isinstance(value, int):
        return _integer(value, verb, flags)
    if isinstance(value, float):
        return _float(value, verb, flags)
    if isinstance(value, complex):
        return _complex(value, verb, flags)
    if isinstance(value, str):
        if verb not in "vsxXq":
            return _bad(value, verb, flags)
        return _string(value, "q" if flags.sharp_v else verb, flags)
    if isinstance(value, dict):
        return _map(value, verb, flags)
    if isinstance(value, bytes):
        return _bytes(value, verb, flags)
    if isinstance(value, list):
        return _list(value, verb, flags)
    return flags.pad(format_value(value)) if verb == "v" else _bad(value, verb, flags)


def _map(value: dict[str, Any], verb: str, flags: Flags) -> str:
    items = [
        f"{_value(key, verb, flags)}:{_value(value[key], verb, flags)}" for key in sorted(value)
    ]
    if flags.sharp_v:
        return f"{type_name(value)}{{{', '.join(items)}}}"
    return f"map[{' '.join(items)}]"


def _list(value: list[Any], verb: str, flags: Flags) -> str:
    items = [_value(item, verb, flags) for item in value]
    if flags.sharp_v:
        return f"{type_name(value)}{{{', '.join(items)}}}"
    return f"[{' '.join(items)}]"


def _bytes(value: bytes, verb: str, flags: Flags) -> str:
    if flags.sharp_v:
        items = ", ".join(_integer(Uint8(byte), verb, flags) for byte in value)
        return f"[]{'byte' if verb == 'v' else 'uint8'}{{{items}}}"
    if verb in "sq":
        return _string(value.decode("utf-8", "surrogateescape"), verb, flags)
    if verb in "xX":
        return _hex_bytes(value, verb, flags)
    if verb in "vd":
        return f"[{' '.join(_integer(byte, 'd', flags) for byte in value)}]"
    return f"[{' '.join(_integer(Uint8(byte), verb, flags) for byte in value)}]"


def _string(value: str, verb: str, flags: Flags) -> str:
    if verb in "xX":
        return _hex_bytes(to_bytes(value), verb, flags)
    if flags.precision is not None:
        value = value[: flags.precision]
    if verb == "q":
        if flags.sharp and "`" not in value and _raw_allowed(value):
            return flags.pad(f"`{value}`")
        return flags.pad(quote(value, ascii_only=flags.plus))
    return flags.pad(value)


def _raw_allowed(value: str) -> bool:
    return all(
        char == "\t" or not (char < " " or char in "\x7f\ufeff" or 0xDC80 <= ord(char) <= 0xDCFF)
        for char in value
    )


def _hex_bytes(data: bytes, verb: str, flags: Flags) -> str:
    if flags.precision is not None:
        data = data[: flags.precision]
    if not data:
        return flags.pad("")
    prefix = f"0{verb}" if flags.sharp else ""
    digits = data.hex() if verb == "x" else data.hex().upper()
    if flags.space:
        pairs = [digits[at : at + 2] for at in range(0, len(digits), 2)]
        return flags.pad(prefix + f" {prefix}".join(pairs))
    return flags.pad(prefix + digits)


def _integer(value: int, verb: str, flags: Flags) -> str:
    base = _INT_BASES.get(verb)
    if base is None:
        return _rune(value, verb, flags)
    sharp = flags.sharp
    if flags.sharp_v and getattr(value, "unsigned", False):
        base, sharp, verb = 16, True, "x"
    digits = format(abs(value), {2: "b", 8: "o", 10: "d", 16: "x"}[base])
    digits = digits.upper() if verb == "X" else digits
    if flags.precision is not None:
        if flags.precision == 0 and value == 0:
            return " " * (flags.width or 0)
        digits = digits.rjust(flags.precision, "0")
    elif flags.zero and not flags.minus and flags.width:
        signed = value < 0 or flags.plus or flags.space
        digits = digits.rjust(flags.width - signed, "0")
    if sharp and base != 10:
        prefix = {2: "0b", 8: "" if digits[0] == "0" else "0", 16: f"0{verb}"}[base]
        digits = prefix + digits
    if verb == "O":
        digits = "0o" + digits
    sign = "-" if value < 0 else "+" if flags.plus else " " if flags.space else ""
    return flags.pad(sign + digits, zero=False)


def _rune(value: int, verb: str, flags: Flags) -> str:
    if verb not in "cqU":
        return _bad(value, verb, flags)
    valid = 0 <= value <= _MAX_RUNE and not 0xD800 <= value <= 0xDFFF
    char = chr(value) if valid else "\ufffd"
    if verb == "c":
        return flags.pad(char)
    if verb == "q":
        return flags.pad(quote(char, mark="'", ascii_only=flags.plus))
    number = value % 2**64
    text = f"U+{number:0{max(4, flags.precision or 0)}X}"
    if flags.sharp and valid and char.isprintable():
        text += f" '{char}'"
    return flags.pad(text, zero=False)


def _float(value: float, verb: str, flags: Flags) -> str:
    if verb not in "vbgGxXfFeE":
        return _bad(value, verb, flags)
    kind = {"v": "g", "F": "f"}.get(verb, verb)
    text = format_float(value, kind, flags.precision)
    sign = text[0] if text[0] in "+-" else "+"
    body = text.lstrip("+-")
    if flags.space and sign == "+" and not flags.plus:
        sign = " "
    if body in ("Inf", "NaN"):
        shown = body if body == "NaN" and not flags.space and not flags.plus else sign + body
        return flags.pad(shown, zero=False)
    if flags.sharp and kind != "b":
        body = _sharp(body, kind, flags.precision)
    if not flags.plus and sign == "+":
        return flags.pad(body)
    if flags.zero and not flags.minus and flags.width and flags.width > len(body) + 1:
        return sign + body.rjust(flags.width - 1, "0")
    return flags.pad(sign + body)


def _sharp(body: str, kind: str, precision: int | None) -> str:
    """Return a float with its decimal point and, for %g, trailing zeros kept (flag #)."""
    digits = 0
    if kind in "gGx":
        digits = 6 if precision is None else precision
    cut = next(
        (at for at, char in enumerate(body) if char in ("pP" if kind in "xX" else "eEpP")),
        len(body),
    )
    number, tail = body[:cut], body[cut:]
    significant = number.replace(".", "").lstrip("0")
    digits -= len(significant)
    if "." not in number:
        digits -= number == "0"
        number += "."
    return number + "0" * max(digits, 0) + tail


def _complex(value: complex, verb: str, flags: Flags) -> str:
    if verb not in "vbgGxXfFeE":
        return _bad(value, verb, flags)
    real = _float(value.real, verb, flags)
    signed = Flags()
    for name in Flags.__slots__:
        setattr(signed, name, getattr(flags, name))
    signed.plus = True
    imaginary = _float(value.imag, verb, signed)
    return f"({real}{imaginary}i)"
