# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the CRDs of the Gateway API are ours to install, by what a cluster has already.

They are shared by everything in a cluster that knows the Gateway API. So they are never taken back
to an older version or another channel, nor from somebody who would put them back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gatewayapi.bundle import Bundle
from ansible_collections.meshops.istio.plugins.plugin_utils._gatewayapi.files import (
    EXPERIMENTAL,
    STANDARD,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gatewayapi.needs import version_key

# OpenShift 4.19 is Kubernetes 1.32. From it on the ingress operator owns the CRDs, and a policy
# refuses everybody else: openshift/enhancements, gateway-api-crd-life-cycle-management.md.
_OPENSHIFT_OWNS: Final = (1, 32)
_OPENSHIFT: Final = "openshift"
_INGRESS_OPERATOR: Final = "OpenShift's ingress operator"
_KUBE = re.compile(r"v?(\d+)\.(\d+)")


@dataclass(frozen=True)
class Decision:
    """``kept`` says why the CRDs stay as they are, empty when they are to be applied."""

    kept: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cluster:
    """What the decision needs of a cluster.

    ``facts`` are those of module_utils/_mesh/gateway_api.py, None when no cluster was asked.
    ``set_id`` marks our own objects; ``adopt`` takes those of other tools, but of no platform.
    ``owned`` is whether OpenShift owns the CRDs, when the user knows better than we can tell.
    """

    facts: Mapping[str, Any] | None
    platform: str
    kube_version: str
    set_id: str
    adopt: bool = False
    owned: bool | None = None


def decide(bundle: Bundle, cluster: Cluster, needed: str, option: str) -> Decision:
    """Apply or keep. ``needed`` is the version the release is built against, empty if not known.

    ``option`` is the variable's name, for messages.
    """
    old = _too_old(bundle.version, needed, f"{option} has version {bundle.version}")
    if cluster.facts is None:
        return Decision(warnings=old)
    names = {item["metadata"]["name"] for item in bundle.objects}
    present = _Present(cluster.facts, cluster.set_id, names)
    stays = _why_kept(bundle, cluster, present, option)
    if not stays:
        return Decision(warnings=old)
    text = f"{present.text}; {stays}" if present.text else stays
    return Decision(text, _too_old(present.version, needed, f"the cluster has {present.version}"))


def _why_kept(bundle: Bundle, cluster: Cluster, present: _Present, option: str) -> str:
    if present.unreadable:
        return "this account may not read them, so they are left alone"
    platform = present.platform or _platform_owner(cluster)
    if platform:
        return f"{platform} owns them"
    if not present.crds:
        return ""
    if present.foreign and not cluster.adopt:
        return f"{present.foreign} owns them; mesh_adopt: true would take them over"
    if version_key(present.version) > version_key(bundle.version):
        return f"that is newer than {bundle.version}"
    if present.channel == EXPERIMENTAL and bundle.channel == STANDARD:
        return (
            f"going back to channel {STANDARD} could lose data; "
            f"set {option}.channel: {EXPERIMENTAL}"
        )
    return ""


def _platform_owner(cluster: Cluster) -> str:
    if cluster.owned is not None and cluster.platform == _OPENSHIFT:
        return _INGRESS_OPERATOR if cluster.owned else ""
    if cluster.facts is not None and cluster.facts.get("protected"):
        return _INGRESS_OPERATOR
    match = _KUBE.match(cluster.kube_version)
    minor = (int(match[1]), int(match[2])) if match else (0, 0)
    owned = cluster.platform == _OPENSHIFT and minor >= _OPENSHIFT_OWNS
    return _INGRESS_OPERATOR if owned else ""


def _too_old(version: str, needed: str, subject: str) -> tuple[str, ...]:
    if not needed or not version or version_key(version) >= version_key(needed):
        return ()
    return (f"Gateway API: {subject}, but the release is built against {needed}",)


class _Present:
    """The CRDs that a cluster has, taken together."""

    def __init__(self, facts: Mapping[str, Any], set_id: str, names: Set[str]) -> None:
        self.unreadable = bool(facts.get("unreadable"))
        found: Mapping[str, Mapping[str, str]] = facts.get("crds") or {}
        # What others have added of another channel is theirs.
        same = {name: crd for name, crd in found.items() if name in names}
        self.crds = same or found
        versions = {str(crd.get("version") or "").removeprefix("v") for crd in self.crds.values()}
        channels = {crd.get("channel") or "" for crd in self.crds.values()}
        self.version = max(versions, key=version_key, default="")
        self.channel = EXPERIMENTAL if EXPERIMENTAL in channels else STANDARD
        self.platform = _first(crd.get("platform") for crd in self.crds.values())
        self.foreign = _first(
            crd.get("owner") for crd in self.crds.values() if crd.get("set") != set_id
        )

    @property
    def text(self) -> str:
        """What there is."""
        if not self.crds:
            return ""
        version = self.version or "of unknown version"
        return f"the cluster has {version} ({self.channel})"


def _first(names: Any) -> str:
    return min((str(name) for name in names if name), default="")
