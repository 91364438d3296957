# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TOML as Helm's ``toToml`` and ``fromToml`` (BurntSushi/toml): tables sorted, scalars first."""

from __future__ import annotations

import math
import re
import tomllib
from datetime import date, datetime, time
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.objects import Int64
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.errors import GoDataError
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.gojson import plain_value

_BARE = re.compile(r"[A-Za-z0-9_-]+\Z")
_ESCAPES: Final = {
    "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\",
}  # fmt: skip
_SPECIAL = re.compile('[\x00-\x1f"\\\\\x7f]')


def _escape(match: re.Match[str]) -> str:
    return _ESCAPES.get(match[0], f"\\u{ord(match[0]):04x}")


def _string(text: str) -> str:
    return f'"{_SPECIAL.sub(_escape, text)}"'


def _key(name: str) -> str:
    return name if _BARE.match(name) else _string(name)


def _float(value: float) -> str:
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    text = repr(value)
    if "e" in text:
        mantissa, exponent = text.split("e")
        return f"{mantissa}e{exponent}"
    return text


def _inline(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_inline, value))}]"
    if isinstance(value, dict):
        pairs = (f"{_key(name)} = {_inline(value[name])}" for name in sorted(value))
        return f"{{{', '.join(pairs)}}}"
    raise GoDataError("toml: cannot encode array with nil element")


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) or _is_tables(value)


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(i, dict) for i in value)


def _table(table: dict[str, Any], path: tuple[str, ...], out: list[str]) -> None:
    indent = "  " * max(len(path) - 1, 0) + ("  " if path else "")
    for name in sorted(table):
        value = table[name]
        if value is not None and not _is_table(value):
            out.append(f"{indent}{_key(name)} = {_inline(value)}\n")
    for name in sorted(table):
        value = table[name]
        inner = (*path, name)
        title = ".".join(map(_key, inner))
        if isinstance(value, dict):
            out.append(f"{_gap(inner, out)}{'  ' * len(path)}[{title}]\n")
            _table(value, inner, out)
        elif _is_tables(value):
            for item in value:
                out.append(f"\n{'  ' * len(path)}[[{title}]]\n" if out else f"[[{title}]]\n")
                _table(item, inner, out)


def _gap(path: tuple[str, ...], out: list[str]) -> str:
    return "\n" if len(path) == 1 and out else ""


def write_toml(value: Any) -> str:
    """Write a map as TOML. Raises GoDataError for what TOML cannot hold."""
    value = plain_value(value)
    if not isinstance(value, dict):
        raise GoDataError("toml: top-level values must be Go maps or structs")
    out: list[str] = []
    _table(value, (), out)
    return "".join(out)


def _from_toml(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _from_toml(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_from_toml(item) for item in value]
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, int) and not isinstance(value, bool):
        return Int64(value)
    return value


def read_toml(text: str) -> dict[str, Any]:
    """Read TOML; integers are int64, dates their texts. Raises GoDataError."""
    try:
        return {key: _from_toml(item) for key, item in tomllib.loads(text).items()}
    except tomllib.TOMLDecodeError as error:
        raise GoDataError(f"toml: {error}") from None
