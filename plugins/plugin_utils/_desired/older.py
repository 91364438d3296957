# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Profiles and platforms of releases whose charts do not know them.

From 1.24 on charts have profiles and platforms. Those of 1.21 to 1.23 have profiles, and OpenShift
is one of them. Those up to 1.20 have none: there a profile is what istioctl's file of it says
(``manifests/profiles`` of a release), and its values are handed to the charts under the user's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.profiles import (
    EGRESS_NAME,
    INGRESS_NAME,
    OPENSHIFT,
    Profile,
    find_profile,
    known_profile,
    profile_names,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.values import (
    merge_values,
    read_values,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import (
    Problem,
    choices,
    raise_for,
    suggestion,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._release.release import Release

Values = dict[str, Any]

# The first release whose charts know platforms, and the first whose CNI plugin knows Multus.
PLATFORMS_SINCE: Final = (1, 24)
MULTUS_SINCE: Final = (1, 19)
# Profiles without values: they only choose components.
_PLAIN: Final = ("default", "minimal", "empty", OPENSHIFT)
_DEFAULT: Final = "default"
_REMOTE_CHART: Final = "istiod-remote"
_REMOTE: Final = "remote"
_AMBIENT: Final = "openshift-ambient"
_SAMPLING: Final = "PILOT_TRACE_SAMPLING"

# Where OpenShift keeps its CNI plugins: istio.io, "Install with the CNI plugin", 1.7 to 1.20.
_OPENSHIFT_CNI: Final[Values] = {
    "cniBinDir": "/var/lib/cni/bin",
    "cniConfDir": "/etc/cni/multus/net.d",
    "cniConfFileName": "istio-cni.conf",
    "chained": False,
    "excludeNamespaces": ["istio-system", "kube-system"],
    "logLevel": "info",
}
_NETWORKS: Final = {"k8s.v1.cni.cncf.io/networks": "istio-cni"}


def choose_profile(name: str, release: Release, where: str) -> Profile:
    """The profile of that name. Raises InputError at ``where`` when the release has none such."""
    if release.minor >= PLATFORMS_SINCE:
        if name in release.profile_files and name not in profile_names(release.profiles()):
            return _from_file(name, release, where)
        return find_profile(name, release.profiles(), where)
    if name in release.profile_files:
        return _from_file(name, release, where)
    in_charts = release.profiles()
    known = {*release.profile_files, *in_charts, *_PLAIN}
    if _REMOTE_CHART in release.charts:
        known.add(_REMOTE)
    if name not in known:
        raise_for([_unknown(name, sorted(known), release, where)])
    profile = known_profile(name) or Profile(name, chart_profile=name)
    profile = replace(profile, chart_profile=name if name in in_charts else "")
    return _as_remote(profile) if name == _REMOTE else profile


def platforms_of(release: Release) -> list[str]:
    """The platforms that the release can be rendered for, besides plain Kubernetes."""
    return release.platforms() if release.minor >= PLATFORMS_SINCE else [OPENSHIFT]


def on_platform(profile: Profile, platform: str, release: Release) -> Profile:
    """The profile with what the platform adds to it, where charts do not do that by themselves."""
    if platform != OPENSHIFT or release.minor >= PLATFORMS_SINCE:
        return profile
    in_charts = release.profiles()
    if not in_charts:
        if profile.name == OPENSHIFT and profile.values:
            return profile
        return replace(profile, values=merge_values(_openshift(release), dict(profile.values)))
    if profile.chart_profile in ("", OPENSHIFT):
        return replace(profile, chart_profile=OPENSHIFT)
    if profile.ambient and _AMBIENT in in_charts:
        return replace(profile, chart_profile=_AMBIENT)
    # A chart takes one profile: the platform's values come from outside then.
    values = release.profile_values("istiod", OPENSHIFT)
    return replace(profile, values=merge_values(values, dict(profile.values)))


def _unknown(name: str, known: list[str], release: Release, where: str) -> Problem:
    message = f"no profile {name!r} in these charts of Istio {release.version} ({choices(known)})"
    if known_profile(name) and not release.profile_files:
        return Problem(
            where,
            message,
            "take the charts from a release's archive or manifests folder, which has the profiles",
        )
    return Problem(where, message, suggestion(name, known) or "choose one of these")


def _openshift(release: Release) -> Values:
    """What OpenShift needs where charts have no profile for it."""
    if OPENSHIFT in release.profile_files:
        return dict(_spec(OPENSHIFT, release).get("values") or {})
    cni = dict(_OPENSHIFT_CNI)
    if release.default_value("cni", "cni", "privileged") is not None:
        cni["privileged"] = True
    if release.minor < MULTUS_SINCE:
        return {"cni": cni, "sidecarInjectorWebhook": {"injectedAnnotations": dict(_NETWORKS)}}
    return {
        "cni": {**cni, "provider": "multus"},
        "global": {"platform": OPENSHIFT},
        "istio_cni": {"enabled": True, "chained": False},
    }


def _from_file(name: str, release: Release, where: str) -> Profile:
    """A profile as istioctl's file has it; what `default` says is what charts do anyway."""
    spec = _spec(name, release)
    base = _spec(_DEFAULT, release) if _DEFAULT in release.profile_files else {}
    components = {**(base.get("components") or {}), **(spec.get("components") or {})}
    values: Values = {}
    if name != _DEFAULT:
        values = dict(spec.get("values") or {})
        if spec.get("meshConfig"):
            values = merge_values({"meshConfig": spec["meshConfig"]}, values)
        values = merge_values(_kubernetes_values(name, spec, where), values)
    chart_profile = str(values.pop("profile", ""))
    platform = OPENSHIFT if name.startswith(OPENSHIFT) else ""
    profile = Profile(
        name,
        chart_profile=chart_profile,
        platform=str((values.get("global") or {}).get("platform") or platform),
        base=_on(components, "base", True),
        istiod=_on(components, "pilot", True),
        cni=_on(components, "cni"),
        ztunnel=_on(components, "ztunnel"),
        ingress=_gateway_on(INGRESS_NAME, "ingressGateways", base, spec),
        egress=_gateway_on(EGRESS_NAME, "egressGateways", base, spec),
        values=values,
    )
    return _as_remote(profile) if _on(components, "istiodRemote") else profile


def _as_remote(profile: Profile) -> Profile:
    """For a cluster whose istiod is elsewhere there is a chart of its own up to 1.23.

    It takes the place of istiod's chart and of chart base, of which only namespaces are left.
    """
    return replace(profile, base=True, istiod=True, remote_chart=_REMOTE_CHART)


def _spec(name: str, release: Release) -> Values:
    text = release.profile_files[name]
    spec = read_values(text, f"profile {name} of {release.origin}").get("spec")
    return spec if isinstance(spec, dict) else {}


def _on(components: Mapping[str, Any], name: str, otherwise: bool = False) -> bool:
    said = (components.get(name) or {}).get("enabled")
    return otherwise if said is None else bool(said)


def _gateway_on(name: str, kind: str, base: Values, spec: Values) -> bool:
    """Whether the profile has the gateway that `default` lists, or any other of the kind."""
    found = {}
    for document in (base, spec):
        for item in (document.get("components") or {}).get(kind) or ():
            found[item.get("name", name)] = item.get("enabled", True)
    return any(found.values())


def _kubernetes_values(name: str, spec: Values, where: str) -> Values:
    """What the profile sets in Kubernetes objects, as values that make the charts do it."""
    values: Values = {}
    components = spec.get("components") or {}
    settings = dict((components.get("pilot") or {}).get("k8s") or {})
    pilot = {key: settings.pop(key) for key in ("resources", "replicaCount") if key in settings}
    for item in settings.pop("env", ()):
        if item.get("name") == _SAMPLING:
            pilot["traceSampling"] = float(item["value"])
        else:
            pilot.setdefault("env", {})[item["name"]] = item.get("value", "")
    if pilot:
        values["pilot"] = pilot
    left = [f"pilot.k8s.{key}" for key in settings]
    for kind, key in (("ingressGateways", INGRESS_NAME), ("egressGateways", EGRESS_NAME)):
        for item in components.get(kind) or ():
            settings = dict(item.get("k8s") or {})
            wishes: Values = {}
            if "resources" in settings:
                wishes["resources"] = settings.pop("resources")
            if list(settings.get("service") or ()) == ["ports"]:
                wishes["ports"] = settings.pop("service")["ports"]
            if wishes:
                values.setdefault("gateways", {})[item.get("name", key)] = wishes
            left += [f"{kind}.k8s.{key}" for key in settings]
    if left:
        raise_for(
            [
                Problem(
                    where,
                    f"profile {name!r} sets what charts have no values for: {', '.join(left)}",
                    "give the profile as mesh_operator, or write it as values",
                )
            ]
        )
    return values
