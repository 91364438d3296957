# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The values each chart gets: ours from the options, the user's overlays, the component's own.

``mesh_values`` is written in the key space of the istiod chart, which takes ``pilot.x`` and ``x``
alike. The whole of it goes to base and istiod. The other charts get only what is meant for them,
as plain keys such as ``resources`` would otherwise change every DaemonSet too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.mesh import Gateway, Mesh
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.older import PLATFORMS_SINCE
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.profiles import (
    EGRESS_NAME,
    INGRESS_NAME,
    PLAIN_PLATFORM,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.values import merge_values
from ansible_collections.meshops.istio.plugins.plugin_utils._openshift.cni import (
    cni_settings,
    injection_settings,
    with_network,
)

Values = dict[str, Any]

# Charts of istiod have revision tags from then on.
_TAGS_SINCE = (1, 10)
# Chart ztunnel takes values of `global` for its own from then on.
_FLAT_SINCE = (1, 22)
_FLAT = (
    "caAddress",
    "hub",
    "imagePullPolicy",
    "imagePullSecrets",
    "multiCluster",
    "tag",
    "variant",
)
_SHARED = ("global", "meshConfig", "compatibilityVersion")


def base_values(mesh: Mesh) -> Values:
    """Values of chart base.

    The validator fails closed from the start (it is applied after istiod), as istiod would set that
    itself later and then fight over the field with us.
    """
    ours: Values = {
        **_common(mesh),
        "defaultRevision": mesh.default_revision,
        "base": {"validationFailurePolicy": "Fail"},
    }
    return merge_values(dict(mesh.under), ours, dict(mesh.overlay), dict(mesh.spec.base.values))


def istiod_values(mesh: Mesh) -> Values:
    """Values of chart istiod, with the revision tag `default` when that is ours."""
    spec = mesh.spec
    ours: Values = {
        **_common(mesh),
        "revision": spec.revision,
        "base": {"validationFailurePolicy": "Fail"},
    }
    if spec.mesh_config:
        ours["meshConfig"] = dict(spec.mesh_config)
    if mesh.jwt_policy:
        ours["global"]["jwtPolicy"] = mesh.jwt_policy
    ours = merge_values(ours, injection_settings(mesh))
    pilot: Values = {}
    if mesh.ztunnel and mesh.ztunnel_namespace != spec.namespace:
        pilot["trustedZtunnelNamespace"] = mesh.ztunnel_namespace
    elif mesh.ztunnel and mesh.platform == "openshift":
        # The platform's own value is kube-system.
        pilot["trustedZtunnelNamespace"] = spec.namespace
    if pilot:
        ours = merge_values(ours, {"pilot": pilot})
    under = with_network(mesh, mesh.under)
    values = merge_values(under, ours, dict(mesh.overlay), dict(spec.istiod.values))
    if tags_default(mesh):
        tags = [tag for tag in values.get("revisionTags") or [] if tag != "default"]
        values["revisionTags"] = [*tags, "default"]
    return values


def tags_default(mesh: Mesh) -> bool:
    """Whether a revisioned control plane is the default one, so that `istio-injection` finds it."""
    known = mesh.release.minor >= _TAGS_SINCE
    return known and bool(mesh.spec.revision) and mesh.owns_default and not mesh.remote


def cni_values(mesh: Mesh) -> Values:
    """Values of chart cni. It has no revisions: one DaemonSet serves them all."""
    return merge_values(
        _under(mesh, "cni"),
        _common(mesh),
        cni_settings(mesh),
        _shared(mesh, "cni"),
        dict(mesh.spec.cni.values),
    )


def ztunnel_values(mesh: Mesh) -> Values:
    """Values of chart ztunnel, whose keys are all at the top: ``ztunnel.x`` becomes ``x``."""
    ours: Values = {
        **_common(mesh),
        "istioNamespace": mesh.spec.namespace,
        "revision": mesh.spec.revision,
    }
    if mesh.spec.mesh_config:
        ours["meshConfig"] = dict(mesh.spec.mesh_config)
    values = merge_values(
        _under(mesh),
        _below(mesh.under, "ztunnel"),
        ours,
        _shared(mesh),
        _below(mesh.overlay, "ztunnel"),
        dict(mesh.spec.ztunnel.values),
    )
    if mesh.release.minor < _FLAT_SINCE:
        # Its chart does not look into `global` yet.
        common = values["global"]
        values = {**{key: common[key] for key in _FLAT if key in common}, **values}
    return values


def gateway_values(mesh: Mesh, gateway: Gateway) -> Values:
    """Values of chart gateway for one gateway; its keys are all at the top."""
    ours = _common(mesh)
    # The gateway's image comes from the injector.
    ours["global"] = {k: v for k, v in ours["global"].items() if k not in ("hub", "tag")}
    if gateway.revision:
        ours["revision"] = gateway.revision
    if gateway.egress:
        ours["service"] = {"type": "ClusterIP"}
    if gateway.spec.labels:
        ours["labels"] = dict(gateway.spec.labels)
    shared = _shared(mesh)
    shared.pop("meshConfig", None)
    shared_global = dict(shared.get("global") or {})
    secrets = shared_global.pop("imagePullSecrets", None)
    if secrets:
        # Names elsewhere, references here.
        ours["imagePullSecrets"] = [{"name": s} if isinstance(s, str) else s for s in secrets]
    if shared_global:
        shared["global"] = shared_global
    else:
        shared.pop("global", None)
    in_chart = mesh.release.profile_values("gateway", mesh.profile.chart_profile)
    profile = gateway_profile(merge_values(in_chart, dict(mesh.under)), gateway.egress)
    return _known_to(
        mesh.release.closed_keys("gateway"),
        merge_values(profile, ours, shared),
        dict(gateway.spec.values),
    )


def older_gateway_values(mesh: Mesh, gateway: Gateway) -> Values:
    """Values of charts istio-ingress and istio-egress, for releases without chart gateway.

    All lie below one key whatever the gateway's name. Labels decide what its Service finds, so they
    follow the name, as those of chart gateway do.
    """
    own: Values = {
        "name": gateway.name,
        "labels": {
            "app": gateway.name,
            "istio": gateway.name.removeprefix("istio-"),
            **gateway.spec.labels,
        },
    }
    ours = _common(mesh)
    ours["revision"] = gateway.revision
    if mesh.jwt_policy:
        ours["global"]["jwtPolicy"] = mesh.jwt_policy
    if mesh.spec.mesh_config:
        ours["meshConfig"] = dict(mesh.spec.mesh_config)
    ours["gateways"] = {EGRESS_NAME if gateway.egress else INGRESS_NAME: own}
    return merge_values(
        _under(mesh, "gateways"),
        ours,
        _shared(mesh, "gateways"),
        dict(gateway.spec.values),
    )


def gateway_profile(values: Mapping[str, Any], egress: bool) -> Values:
    """A profile's wishes for istioctl's gateways, in the keys of chart gateway.

    Profile demo makes them small and opens more ports, in keys that only the charts istio-ingress
    and istio-egress read.
    """
    name = EGRESS_NAME if egress else INGRESS_NAME
    wishes = (values.get("gateways") or {}).get(name) or {}
    result: Values = {}
    if "resources" in wishes:
        result["resources"] = wishes["resources"]
    if "autoscaleEnabled" in wishes:
        result["autoscaling"] = {"enabled": wishes["autoscaleEnabled"]}
    if "ports" in wishes:
        result["service"] = {"ports": wishes["ports"]}
    return result


def _common(mesh: Mesh) -> Values:
    common: Values = {
        "global": {
            "hub": mesh.spec.hub,
            "tag": mesh.tag,
            "istioNamespace": mesh.spec.namespace,
        }
    }
    if mesh.profile.chart_profile:
        common["profile"] = mesh.profile.chart_profile
    if mesh.platform != PLAIN_PLATFORM and mesh.release.minor >= PLATFORMS_SINCE:
        # At the top and not in `global`, which chart gateway of 1.24 does not look into.
        common["platform"] = mesh.platform
        common["global"]["platform"] = mesh.platform
    return common


def _shared(mesh: Mesh, *more: str) -> Values:
    return {key: mesh.overlay[key] for key in (*_SHARED, *more) if key in mesh.overlay}


def _under(mesh: Mesh, *more: str) -> Values:
    """Of what lies under all other values: what is meant for every chart, and more."""
    wanted = {*_SHARED, *more, *mesh.release.global_values}
    return {key: value for key, value in mesh.under.items() if key in wanted}


def _below(values: Mapping[str, Any], key: str) -> Values:
    inner = values.get(key)
    return dict(inner) if isinstance(inner, Mapping) else {}


def _known_to(known: frozenset[str], ours: Values, users: Values) -> Values:
    """Ours less what the chart's closed schema refuses, and all that the user wrote for it."""
    if known:
        ours = {key: value for key, value in ours.items() if key in known}
    return merge_values(ours, users)
