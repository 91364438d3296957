# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is known of an OpenShift, in a line for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_DETECTED, _GIVEN = "detected", "given"


def openshift_line(detected: Mapping[str, Any] | None, given: Mapping[str, Any]) -> str:
    """`OpenShift 4.19.3 (detected), OVNKubernetes, Multus, Routes under apps.example.com`.

    ``given`` are facts that the user knows better than the cluster; each is marked as such.
    """
    facts = {**(detected or {}), **given}
    parts = [_version(facts, given)]
    if facts.get("network_type"):
        parts.append(_marked(str(facts["network_type"]), "network_type", given))
    if facts.get("multus") is not None:
        text = "Multus" if facts["multus"] else "no Multus"
        parts.append(_marked(text, "multus", given))
    if facts.get("ingress_domain"):
        text = f"Routes under {facts['ingress_domain']}"
        parts.append(_marked(text, "ingress_domain", given))
    if facts.get("gateway_api_owned"):
        text = "Gateway API owned by the platform"
        parts.append(_marked(text, "gateway_api_owned", given))
    return ", ".join(parts)


def _version(facts: Mapping[str, Any], given: Mapping[str, Any]) -> str:
    if not facts.get("version"):
        return "OpenShift of unknown version"
    origin = _GIVEN if given.get("version") else _DETECTED
    return f"OpenShift {facts['version']} ({origin})"


def _marked(text: str, key: str, given: Mapping[str, Any]) -> str:
    return f"{text} ({_GIVEN})" if key in given else text
