# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Go's time.Time, its layouts and durations, as far as templates use them.

The zone "Local" is UTC here: a rendering must not depend on the machine it runs on.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any, Final

_TOKENS = re.compile(
    r"January|Jan|Monday|Mon|MST|2006|Z07:00:00|Z07:00|Z0700|Z07|-07:00:00|-07:00|-0700|-07"
    r"|__2|002|01|02|03|04|05|06|_2(?!006)|15|PM|pm|[.,]0+(?![0-9])|[.,]9+(?![0-9])|1|2|3|4|5"
)
_MONTHS: Final = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_DAYS: Final = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class GoTime:
    """A moment. ``nanos`` are the nanoseconds since 1970."""

    go_type = "time.Time"

    def __init__(self, nanos: int, zone: tzinfo = UTC) -> None:
        self.nanos = nanos
        self.zone = zone

    @property
    def _moment(self) -> datetime:
        return (_EPOCH + timedelta(microseconds=self.nanos // 1000)).astimezone(self.zone)

    def in_zone(self, name: str) -> GoTime:
        """Return the same moment elsewhere; an unknown zone is UTC."""
        return GoTime(self.nanos, _zone(name))

    def format(self, layout: str) -> str:
        """Format by a Go layout such as ``2006-01-02``."""
        return _TOKENS.sub(lambda token: self._part(token[0]), layout)

    def _part(self, token: str) -> str:
        moment = self._moment
        hour12 = moment.hour % 12 or 12
        offset = int((moment.utcoffset() or timedelta()).total_seconds())
        if token[0] in ".,":
            digits = f"{self.nanos % 10**9:09d}"[: len(token) - 1]
            if token[1] == "9":
                digits = digits.rstrip("0")
            return token[0] + digits if digits else ""
        if token[0] in "Z-" and token not in ("Z",):
            return "Z" if token[0] == "Z" and offset == 0 else _offset(token, offset)
        day_of_year = moment.timetuple().tm_yday
        return {
            "January": _MONTHS[moment.month - 1],
            "Jan": _MONTHS[moment.month - 1][:3],
            "Monday": _DAYS[moment.weekday()],
            "Mon": _DAYS[moment.weekday()][:3],
            "MST": moment.tzname() or "UTC",
            "2006": f"{moment.year:04d}",
            "06": f"{moment.year % 100:02d}",
            "01": f"{moment.month:02d}",
            "1": str(moment.month),
            "02": f"{moment.day:02d}",
            "_2": f"{moment.day:2d}",
            "2": str(moment.day),
            "002": f"{day_of_year:03d}",
            "__2": f"{day_of_year:3d}",
            "15": f"{moment.hour:02d}",
            "03": f"{hour12:02d}",
            "3": str(hour12),
            "04": f"{moment.minute:02d}",
            "4": str(moment.minute),
            "05": f"{moment.second:02d}",
            "5": str(moment.second),
            "PM": "PM" if moment.hour >= 12 else "AM",
            "pm": "pm" if moment.hour >= 12 else "am",
        }[token]

    def go_field(self, name: str) -> Any:
        """A Time has no exported fields."""
        raise KeyError(name)

    def go_method(self, name: str) -> Callable[..., Any] | None:
        """Return a method by its Go name."""
        moment = self._moment
        methods: dict[str, Callable[..., Any]] = {
            "Format": self.format,
            "String": self.go_string,
            "Unix": lambda: self.nanos // 10**9,
            "Year": lambda: moment.year,
            "Month": lambda: moment.month,
            "Day": lambda: moment.day,
            "Hour": lambda: moment.hour,
            "Minute": lambda: moment.minute,
            "Second": lambda: moment.second,
            "UTC": lambda: GoTime(self.nanos),
        }
        return methods.get(name)

    def go_string(self) -> str:
        """Go's String method."""
        return self.format("2006-01-02 15:04:05.999999999 -0700 MST")

    def go_json(self) -> str:
        """RFC 3339, as encoding/json writes a time."""
        return self.format("2006-01-02T15:04:05.999999999Z07:00")


def _offset(token: str, seconds: int) -> str:
    sign = "-" if seconds < 0 else "+"
    hours, rest = divmod(abs(seconds), 3600)
    minutes, second = divmod(rest, 60)
    colon = ":" if ":" in token else ""
    text = f"{sign}{hours:02d}"
    if len(token) > 3:
        text += f"{colon}{minutes:02d}"
    return f"{text}{colon}{second:02d}" if token.count(":") == 2 else text


def _zone(name: str) -> tzinfo:
    if name in ("", "UTC", "Local"):
        return UTC
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC


_FIELDS: Final = {
    "2006": r"(?P<year>[0-9]{4})",
    "06": r"(?P<year2>[0-9]{2})",
    "01": r"(?P<month>[0-9]{2})",
    "1": r"(?P<month>[0-9]{1,2})",
    "January": f"(?P<name>{'|'.join(_MONTHS)})",
    "Jan": f"(?P<name>{'|'.join(month[:3] for month in _MONTHS)})",
    "Monday": f"(?:{'|'.join(_DAYS)})",
    "Mon": f"(?:{'|'.join(day[:3] for day in _DAYS)})",
    "02": r"(?P<day>[0-9]{2})",
    "_2": r"\s?(?P<day>[0-9]{1,2})",
    "2": r"(?P<day>[0-9]{1,2})",
    "15": r"(?P<hour>[0-9]{2})",
    "03": r"(?P<hour>[0-9]{2})",
    "3": r"(?P<hour>[0-9]{1,2})",
    "04": r"(?P<minute>[0-9]{2})",
    "4": r"(?P<minute>[0-9]{1,2})",
    "05": r"(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))?",
    "5": r"(?P<second>[0-9]{1,2})(?:[.,](?P<fraction>[0-9]{1,9}))?",
    "PM": r"(?P<half>AM|PM)",
    "pm": r"(?P<half>am|pm)",
    "MST": r"(?P<zone>[A-Z]{3,5})",
}


def parse_time(layout: str, text: str) -> GoTime:
    """Read a text by a Go layout. Raises ValueError."""
    pattern: list[str] = []
    at = 0
    for token in _TOKENS.finditer(layout):
        pattern.append(re.escape(layout[at : token.start()]))
        at = token.end()
        name = token[0]
        if name in _FIELDS:
            pattern.append(_FIELDS[name])
        elif name[0] in "Z-":
            colon = ":" if ":" in name else ""
            zulu = "Z|" if name[0] == "Z" else ""
            minutes = f"{colon}[0-9]{{2}}" if len(name) > 3 else ""
            pattern.append(f"(?P<offset>{zulu}[-+][0-9]{{2}}{minutes})")
        elif name[0] in ".,":
            pattern.append("")
        else:
            raise ValueError(f"layout {layout!r} is not supported")
    pattern.append(re.escape(layout[at:]))
    try:
        match = re.compile("".join(pattern) + r"\Z").match(text)
    except re.error:
        raise ValueError(f"layout {layout!r} is not supported") from None
    if match is None:
        raise ValueError(f'parsing time "{text}" as "{layout}": cannot parse')
    return _build(match.groupdict())


def _build(found: dict[str, str | None]) -> GoTime:
    def number(name: str, fallback: int) -> int:
        return int(found.get(name) or fallback)

    year = number("year", 0)
    if found.get("year2"):
        two = number("year2", 0)
        year = two + (1900 if two >= 69 else 2000)
    name = found.get("name")
    month = number("month", 1)
    if name:
        month = next(i for i, full in enumerate(_MONTHS, 1) if full.startswith(name))
    hour = number("hour", 0)
    half = (found.get("half") or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    zone = timedelta()
    offset = found.get("offset") or "Z"
    if offset != "Z":
        digits = offset[1:].replace(":", "").ljust(4, "0")
        zone = timedelta(hours=int(digits[:2]), minutes=int(digits[2:4]))
        zone = -zone if offset[0] == "-" else zone
    moment = datetime(
        max(year, 1), month, number("day", 1), hour, number("minute", 0), number("second", 0),
        tzinfo=timezone(zone) if zone else UTC,
    )  # fmt: skip
    since = moment - _EPOCH
    nanos = (since.days * 86400 + since.seconds) * 10**9
    fraction = (found.get("fraction") or "").ljust(9, "0")
    return GoTime(nanos + int(fraction or 0), moment.tzinfo or UTC)


_UNITS: Final = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}
_MAX_DURATION: Final = 2**63 - 1
_DURATION_PART = re.compile(r"([0-9]*)(?:\.([0-9]*))?(ns|us|µs|μs|ms|s|m|h)")


def parse_duration(text: str) -> int:
    """Return nanoseconds for a Go duration such as ``1h30m``. Raises ValueError."""
    body = text[1:] if text[:1] in ("-", "+") else text
    if body == "0":
        return 0
    at = total = 0
    while at < len(body):
        match = _DURATION_PART.match(body, at)
        if match is None or not (match[1] or match[2]):
            raise ValueError(f'time: invalid duration "{text}"')
        unit = _UNITS[match[3].replace("μ", "µ")]
        total += int(match[1] or 0) * unit
        total += _fraction(match[2] or "", unit)
        at = match.end()
    negative = text.startswith("-")
    if not body or total > _MAX_DURATION + negative:
        raise ValueError(f'time: invalid duration "{text}"')
    return -total if negative else total


def _fraction(digits: str, unit: int) -> int:
    """Return a decimal fraction of a unit; Go takes the digits an int64 holds, and a float64."""
    value = used = 0
    for digit in digits:
        longer = value * 10 + int(digit)
        if value > _MAX_DURATION // 10 or longer > _MAX_DURATION + 1:
            break
        value, used = longer, used + 1
    return int(float(value) * (unit / 10.0**used))


def format_duration(nanos: int) -> str:
    """Format as Go's Duration.String, such as ``1h30m0s``."""
    if nanos == 0:
        return "0s"
    sign = "-" if nanos < 0 else ""
    value = abs(nanos)
    if value < 10**9:
        unit, size = next(
            (u, s) for u, s in (("ms", 10**6), ("µs", 10**3), ("ns", 1)) if value >= s
        )
        return f"{sign}{_trimmed(value, size)}{unit}"
    hours, rest = divmod(value, _UNITS["h"])
    minutes, rest = divmod(rest, _UNITS["m"])
    text = f"{_trimmed(rest, 10**9)}s"
    if hours or minutes:
        text = f"{minutes}m{text}"
    return f"{sign}{hours}h{text}" if hours else f"{sign}{text}"


def _trimmed(value: int, size: int) -> str:
    whole, rest = divmod(value, size)
    if not rest:
        return str(whole)
    return f"{whole}.{str(rest).zfill(len(str(size)) - 1).rstrip('0')}"
