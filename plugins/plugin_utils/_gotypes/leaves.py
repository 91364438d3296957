# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading single JSON values as Go does: scalars, and types that read and write themselves.

Each reader takes a value that is not null and returns its canonical form, or raises
:class:`MisfitError`.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.floats import shortest
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.errors import (
    MisfitError,
    shown,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.quantity import canonical
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.numbers import format_json

Reader = Callable[[Any], Any]

_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d?):(\d\d):(\d\d)(?:[.,](\d+))?(?:Z|([+-])(\d\d):(\d\d))"
)


def text(value: Any) -> str:
    """Read a text."""
    if isinstance(value, str):
        return value
    raise MisfitError(f"must be text, is {shown(value)}", "Quote it.")


def yaml_text(value: Any) -> str:
    """Read a text from YAML, where ``sigs.k8s.io/yaml`` takes numbers and booleans for text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return shortest(value)
    return text(value)


def boolean(value: Any) -> bool:
    """Read true or false."""
    if isinstance(value, bool):
        return value
    raise MisfitError(f"must be true or false, is {shown(value)}")


def integer(bits: int) -> Reader:
    """Return the reader of signed integers of that many bits."""
    limit = 1 << (bits - 1)

    def read(value: Any) -> int:
        if isinstance(value, float) and value.is_integer():
            # JSON that YAML was turned into has no fraction there.
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise MisfitError(f"must be a whole number, is {shown(value)}")
        if not -limit <= value < limit:
            raise MisfitError(f"is out of range: {value} does not fit {bits} bits")
        return value

    return read


def floating(value: Any) -> float | int:
    """Read a float64."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    raise MisfitError(f"must be a number, is {shown(value)}")


def quantity(value: Any) -> str:
    """Read a quantity of resources: a text or a number."""
    if isinstance(value, float):
        given = format_json(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        given = str(value)
    elif isinstance(value, str):
        given = value
    else:
        raise MisfitError(f"must be a quantity such as 500m or 1Gi, is {shown(value)}")
    try:
        return canonical(given)
    except ValueError as error:
        raise MisfitError(
            f"{shown(value)} {error}", "Write a quantity such as 500m or 1Gi."
        ) from None


_INT32: Final = integer(32)


def int_or_string(value: Any) -> int | str:
    """Read a port or a number that may be a text, such as ``http`` or ``25%``."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise MisfitError(f"must be a number or text, is {shown(value)}")
    number: int = _INT32(value)
    return number


def blob(value: Any) -> str:
    """Read bytes, which JSON has in base64; a list of numbers does as well."""
    if isinstance(value, list):
        return base64.b64encode(bytes(map(_byte, value))).decode()
    given = text(value)
    try:
        raw = base64.b64decode(given.replace("\n", "").replace("\r", ""), validate=True)
    except (binascii.Error, ValueError):
        raise MisfitError("is not base64", "Encode it, or use stringData.") from None
    return base64.b64encode(raw).decode()


def _byte(value: Any) -> int:
    number: int = 0 if value is None else _INT32(value)
    if not 0 <= number < 256:
        raise MisfitError(f"has the byte {number}, which is none")
    return number


def time(value: Any) -> str | None:
    """Read a time; the first second of year 1 is no time at all."""
    moment = _moment(value, None)
    return None if moment is None else f"{moment:%Y-%m-%dT%H:%M:%SZ}".zfill(20)


def micro_time(value: Any) -> str | None:
    """Read a time with exactly six decimals."""
    moment = _moment(value, 6)
    return None if moment is None else f"{moment:%Y-%m-%dT%H:%M:%S.%fZ}".zfill(27)


def _moment(value: Any, decimals: int | None) -> datetime | None:
    match = _TIME.fullmatch(text(value))
    if match is None or (decimals is not None and len(match[7] or "") != decimals):
        raise MisfitError(f"must be a time as RFC 3339 has it, is {shown(value)}")
    offset = timedelta()
    if match[8]:
        offset = timedelta(hours=int(match[9]), minutes=int(match[10]))
    try:
        zone = timezone(-offset if match[8] == "-" else offset)
        micros = int((match[7] or "").ljust(6, "0")[:6])
        year, month, day, hour, minute, second = (int(match[group]) for group in range(1, 7))
        moment = datetime(year, month, day, hour, minute, second, micros, zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise MisfitError(f"is no time that there is: {shown(value)}") from None
    return None if moment == datetime(1, 1, 1, tzinfo=UTC) else moment


def raw(value: Any) -> Any:
    """Take any JSON value as it is."""
    return value


def yaml_raw(value: Any) -> Any:
    """Take any YAML value: its mappings become JSON objects with sorted keys."""
    if isinstance(value, Mapping):
        return {key: yaml_raw(value[key]) for key in sorted(value)}
    return [yaml_raw(item) for item in value] if isinstance(value, list) else value


READERS: Final[dict[str, Reader]] = {
    "string": text,
    "bool": boolean,
    "int": integer(64),
    "int32": _INT32,
    "int64": integer(64),
    "float64": floating,
    "bytes": blob,
    "intOrString": int_or_string,
    "microTime": micro_time,
    "quantity": quantity,
    "raw": raw,
    "time": time,
}
YAML_READERS: Final[dict[str, Reader]] = {**READERS, "string": yaml_text, "raw": yaml_raw}
# What null stands for where Go has a value and no pointer.
ZEROS: Final[dict[str, Any]] = {
    "string": "",
    "bool": False,
    "int": 0,
    "int32": 0,
    "int64": 0,
    "float64": 0,
    "bytes": None,
    "intOrString": 0,
    "microTime": None,
    "quantity": "0",
    "raw": None,
    "time": None,
}
