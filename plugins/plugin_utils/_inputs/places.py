# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Places that content comes from: the charts of Istio, and the CRDs of the Gateway API."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.checker import Checker
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import choices

CHARTS_KEYS = (
    "source",
    "digest",
    "username",
    "password",
    "ca_cert",
    "validate_certs",
    "plain_http",
    "timeout",
    "keyring",
    "mirrors",
)
# A mirror's content is held against the same digest and keyring, and it has no mirrors itself.
MIRROR_KEYS = tuple(key for key in CHARTS_KEYS if key not in ("digest", "keyring", "mirrors"))
GATEWAY_API_KEYS = (
    "enabled",
    "channel",
    "version",
    "source",
    "digest",
    *(key for key in MIRROR_KEYS if key != "source"),
)
CHANNELS = ("standard", "experimental")

_LONGEST_TIMEOUT = 3600
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_BUNDLE = re.compile(r"v?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?")


def check_charts(check: Checker, where: str, value: Any) -> None:
    """Note what is wrong with a place of charts: a text, or a mapping with `source`."""
    if not isinstance(value, Mapping):
        check.text(where, value)
        return
    _check_place(check, where, value, CHARTS_KEYS)
    _check_digest(check, f"{where}.digest", value.get("digest"))
    check.text(f"{where}.keyring", value.get("keyring"))
    for number, mirror in enumerate(check.sequence(f"{where}.mirrors", value.get("mirrors"))):
        path = f"{where}.mirrors[{number}]"
        if isinstance(mirror, Mapping):
            _check_place(check, path, mirror, MIRROR_KEYS)
        else:
            check.text(path, mirror)


def check_gateway_api(check: Checker, where: str, value: Any) -> None:
    """Note what is wrong with the wish for CRDs of the Gateway API."""
    crds = check.mapping(where, value)
    check.keys(where, crds, GATEWAY_API_KEYS)
    if crds.get("enabled") not in (None, "auto"):
        check.boolean(f"{where}.enabled", crds["enabled"])
    check.text(
        f"{where}.channel",
        crds.get("channel"),
        lambda text: "" if text in CHANNELS else f"{text!r} is not possible",
        f"write {choices(CHANNELS)}",
    )
    check.text(
        f"{where}.version",
        crds.get("version"),
        lambda text: "" if _BUNDLE.fullmatch(text) else f"{text!r} is no release",
        'write it as "1.6.0"',
    )
    _check_digest(check, f"{where}.digest", crds.get("digest"))
    _check_access(check, where, crds)


def _check_place(check: Checker, where: str, value: Mapping[str, Any], keys: Sequence[str]) -> None:
    check.keys(where, value, keys)
    check.required(where, value, "source")
    _check_access(check, where, value)


def _check_access(check: Checker, where: str, value: Mapping[str, Any]) -> None:
    """How to get at a place on the network."""
    for key in ("source", "username", "ca_cert"):
        check.text(f"{where}.{key}", value.get(key))
    if value.get("password") is not None and not isinstance(value["password"], str):
        # Its value must not get into a message.
        check.add(f"{where}.password", "must be text", "quote it", value)
    if value.get("password") and not value.get("username"):
        check.add(f"{where}.username", "is missing, but there is a password", "", value)
    for key in ("validate_certs", "plain_http"):
        if value.get(key) is not None:
            check.boolean(f"{where}.{key}", value[key])
    _check_timeout(check, f"{where}.timeout", value.get("timeout"))


def _check_timeout(check: Checker, where: str, value: Any) -> None:
    try:
        good = value is None or 0 < float(value) <= _LONGEST_TIMEOUT
    except (TypeError, ValueError):
        good = False
    if not good or isinstance(value, bool):
        message = f"must be a number of seconds up to {_LONGEST_TIMEOUT}, is {value!r}"
        check.add(where, message, "", value)


def _check_digest(check: Checker, where: str, value: Any) -> None:
    check.text(
        where,
        value,
        lambda text: "" if _DIGEST.fullmatch(text) else f"{text!r} is no digest",
        "write it as sha256: and 64 hexadecimal digits",
    )
