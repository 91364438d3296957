# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""sprig's functions on dates. There is no current time while rendering: see ``now``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.errors import FunctionError
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.functions import gofunc


def _moment(value: Any) -> Any:
    from ansible_collections.meshops.istio.plugins.plugin_utils._helm.gotime import GoTime

    if isinstance(value, GoTime):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return GoTime(int(value) * 10**9)
    raise FunctionError(
        "a date must be a time or an integer of seconds: the current time, which sprig takes "
        "instead, is not available, as rendering must give the same bytes each time"
    )


@gofunc("dateInZone", (str, object, str))
def date_in_zone(layout: str, value: Any, zone: str) -> str:
    """Format a date in a time zone."""
    return str(_moment(value).in_zone(zone).format(layout))


@gofunc("date", (str, object))
def date(layout: str, value: Any) -> str:
    """Format a date in UTC."""
    return date_in_zone(layout, value, "UTC")


@gofunc("htmlDate", (object,))
def html_date(value: Any) -> str:
    """Format as 2006-01-02."""
    return date_in_zone("2006-01-02", value, "UTC")


@gofunc("htmlDateInZone", (object, str))
def html_date_in_zone(value: Any, zone: str) -> str:
    """Format as 2006-01-02 in a time zone."""
    return date_in_zone("2006-01-02", value, zone)


def _shifted(offset: str, value: Any, strict: bool) -> Any:
    from ansible_collections.meshops.istio.plugins.plugin_utils._helm import gotime

    try:
        return gotime.GoTime(value.nanos + gotime.parse_duration(offset), value.zone)
    except ValueError as error:
        if strict:
            raise FunctionError(str(error)) from None
        return value


@gofunc("dateModify", (str, "time.Time"))
def date_modify(offset: str, value: Any) -> Any:
    """Add a duration; a bad one changes nothing."""
    return _shifted(offset, value, False)


@gofunc("mustDateModify", (str, "time.Time"))
def must_date_modify(offset: str, value: Any) -> Any:
    """Add a duration."""
    return _shifted(offset, value, True)


@gofunc("mustToDate", (str, str))
def must_to_date(layout: str, text: str) -> Any:
    """Read a date."""
    from ansible_collections.meshops.istio.plugins.plugin_utils._helm.gotime import parse_time

    try:
        return parse_time(layout, text)
    except ValueError as error:
        raise FunctionError(str(error)) from None


@gofunc("toDate", (str, str))
def to_date(layout: str, text: str) -> Any:
    """Read a date; Go's zero time if it is none."""
    from ansible_collections.meshops.istio.plugins.plugin_utils._helm.gotime import (
        GoTime,
        parse_time,
    )

    try:
        return parse_time(layout, text)
    except ValueError:
        return GoTime(-62135596800 * 10**9)


@gofunc("unixEpoch", ("time.Time",))
def unix_epoch(value: Any) -> str:
    """Seconds since 1970."""
    return str(value.nanos // 10**9)


@gofunc("duration", (object,))
def duration(seconds: Any) -> str:
    """Seconds (a text or an int64) as a Go duration."""
    from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.objects import Int64
    from ansible_collections.meshops.istio.plugins.plugin_utils._helm.gotime import format_duration

    if isinstance(seconds, str):
        digits = seconds.removeprefix("-")
        count = int(seconds) if digits.isascii() and digits.isdigit() else 0
    else:
        count = int(seconds) if isinstance(seconds, Int64) else 0
    return format_duration(count * 10**9)


_ROUNDS: Final = (
    ("y", 365 * 86400), ("mo", 30 * 86400), ("d", 86400), ("h", 3600), ("m", 60), ("s", 1),
)  # fmt: skip


@gofunc("durationRound", (object,))
def duration_round(value: Any) -> str:
    """The biggest unit of a duration."""
    from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.objects import Int64
    from ansible_collections.meshops.istio.plugins.plugin_utils._helm.gotime import parse_duration

    nanos = 0
    if isinstance(value, str):
        try:
            nanos = abs(parse_duration(value))
        except ValueError:
            nanos = 0
    elif isinstance(value, Int64):
        nanos = abs(int(value))
    for unit, seconds in _ROUNDS:
        if nanos > seconds * 10**9:
            return f"{nanos // (seconds * 10**9)}{unit}"
    return "0s"


FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    **{
        function.__dict__["go_name"]: function
        for function in (
            date, date_in_zone, date_modify, duration, duration_round, html_date,
            html_date_in_zone, must_date_modify, must_to_date, to_date, unix_epoch,
        )
    },
    "date_in_zone": date_in_zone,
    "date_modify": date_modify,
    "must_date_modify": must_date_modify,
}  # fmt: skip
