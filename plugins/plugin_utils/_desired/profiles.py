# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each profile of istioctl installs.

The charts have profiles too, but only values. Which components a profile has is in the
IstioOperator files of istioctl (``manifests/profiles`` of a release), which charts pulled one by
one do not bring. Source: those files in Istio 1.31.1; tests compare this table with them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import (
    Problem,
    choices,
    raise_for,
    suggestion,
)

INGRESS_NAME = "istio-ingressgateway"
EGRESS_NAME = "istio-egressgateway"
PLAIN_PLATFORM = "kubernetes"
OPENSHIFT = "openshift"


@dataclass(frozen=True)
class Profile:
    """Components of a profile, and the profile and platform handed to the charts.

    ``values`` are chart values of a profile that the charts themselves do not know (up to 1.23).
    ``remote_chart`` is the chart that takes istiod's place when that runs in another cluster.
    """

    name: str
    chart_profile: str = ""
    platform: str = ""
    base: bool = True
    istiod: bool = True
    cni: bool = False
    ztunnel: bool = False
    ingress: bool = True
    egress: bool = False
    values: Mapping[str, Any] = field(default_factory=dict)
    remote_chart: str = ""

    @property
    def ambient(self) -> bool:
        """Whether the mesh is one without sidecars."""
        return self.ztunnel or self.chart_profile == "ambient"

    @property
    def remote(self) -> bool:
        """Whether istiod runs in another cluster."""
        return bool(self.remote_chart) or self.chart_profile == "remote"


_ISTIOCTL = {
    profile.name: profile
    for profile in (
        Profile("default"),
        Profile("demo", chart_profile="demo", egress=True),
        Profile("minimal", ingress=False),
        Profile("empty", base=False, istiod=False, ingress=False),
        Profile("remote", chart_profile="remote", ingress=False),
        Profile("preview", chart_profile="preview"),
        Profile("stable", chart_profile="stable"),
        Profile("ambient", chart_profile="ambient", cni=True, ztunnel=True, ingress=False),
        Profile("openshift", platform="openshift", cni=True),
        Profile(
            "openshift-ambient",
            chart_profile="ambient",
            platform="openshift",
            cni=True,
            ztunnel=True,
            ingress=False,
        ),
    )
}


def known_profile(name: str) -> Profile | None:
    """The profile as istioctl 1.31.1 has it, None when it has none of that name."""
    return _ISTIOCTL.get(name)


def profile_names(chart_profiles: Sequence[str]) -> list[str]:
    """Every profile that charts with these profiles can do, sorted."""
    possible = [
        profile.name
        for profile in _ISTIOCTL.values()
        if not profile.chart_profile or profile.chart_profile in chart_profiles
    ]
    return sorted({*possible, *chart_profiles})


def find_profile(name: str, chart_profiles: Sequence[str], where: str) -> Profile:
    """The profile of that name. Raises InputError at ``where`` when the charts have none such.

    One that only the charts know (of a later release) has the components of ``default``.
    """
    known = profile_names(chart_profiles)
    if name not in known:
        hint = suggestion(name, known) or "choose one of these"
        raise_for([Problem(where, f"no profile {name!r} in these charts ({choices(known)})", hint)])
    return _ISTIOCTL.get(name) or Profile(name, chart_profile=name)


def resolve_platform(
    wanted: str, detected: str | None, profile: Profile, chart_platforms: Sequence[str], where: str
) -> str:
    """The platform to render for. ``wanted`` may be ``auto`` or empty; raises InputError.

    Order: what the profile stands for (a contradiction is an error), what is wanted, what the
    cluster says (if the charts know it), plain Kubernetes.
    """
    chosen = wanted if wanted not in ("", "auto") else ""
    if profile.platform and (chosen or detected or profile.platform) != profile.platform:
        origin = f"{where} is {chosen!r}" if chosen else f"the cluster is {detected!r}"
        raise_for(
            [
                Problem(
                    where,
                    f"profile {profile.name!r} is for platform {profile.platform!r}, but {origin}",
                    "choose profile default or ambient, or the platform that fits",
                )
            ]
        )
    known = [PLAIN_PLATFORM, *chart_platforms]
    found = detected if detected in known or detected == OPENSHIFT else None
    platform = chosen or profile.platform or found or PLAIN_PLATFORM
    if platform not in known:
        hint = suggestion(platform, known)
        message = f"no platform {platform!r} in these charts ({choices(known)})"
        if platform == "openshift":
            hint = "use charts of Istio 1.24 or later, which bring platforms"
        raise_for([Problem(where, message, hint or f"write {PLAIN_PLATFORM}")])
    return platform
