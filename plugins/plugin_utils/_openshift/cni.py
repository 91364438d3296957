# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of the CNI plugin as values of the charts cni and istiod, for all releases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.mesh import Mesh
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.profiles import OPENSHIFT
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.openshift import NONE
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import (
    Problem,
    raise_for,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._openshift.rendered import NETWORKS

Values = dict[str, Any]

_MULTUS, _CHAINED = "multus", "default"
_KEYS: Final = {"bin_dir": "cniBinDir", "conf_dir": "cniConfDir", "conf_file": "cniConfFileName"}
_MODES: Final = {"label": "labelPods", "delete": "deletePods", "repair": "repairPods"}


def cni_settings(mesh: Mesh) -> Values:
    """What ``components.cni`` says, as values of chart cni; raises InputError for what it lacks."""
    spec = mesh.spec.cni
    values: Values = {name: text for key, name in _KEYS.items() if (text := getattr(spec, key))}
    if spec.chained is not None:
        values["chained"] = spec.chained
        if _knows(mesh, "cni", "provider"):
            values["provider"] = _provider(mesh, spec.chained)
    if spec.exclude_namespaces is not None:
        values["excludeNamespaces"] = list(spec.exclude_namespaces)
    if spec.repair:
        values["repair"] = _repair(mesh, spec.repair)
    return {"cni": values} if values else {}


def injection_settings(mesh: Mesh) -> Values:
    """What istiod has to know of the CNI plugin to inject pods that fit it."""
    # As istioctl does; charts up to 1.21 read istio_cni.
    plugin: Values = {"enabled": mesh.cni}
    older: Values = {"enabled": mesh.cni}
    values: Values = {"pilot": {"cni": plugin}, "istio_cni": older}
    if not mesh.cni:
        # Platforms turn it on: pods would wait for a plugin that never comes.
        turned_off = mesh.spec.cni.enabled is False or mesh.platform == OPENSHIFT
        return values if turned_off else {}
    chained = mesh.spec.cni.chained
    if chained is not None:
        older["chained"] = chained
        # Charts have it below `pilot` up to 1.23, and at the top from then on.
        paths = (("pilot", "cni", "provider"), ("cni", "provider"))
        if any(_default(mesh, "istiod", *path) for path in paths):
            plugin["provider"] = _provider(mesh, chained)
        if _default(mesh, "istiod", "istio_cni", "provider"):
            older["provider"] = _provider(mesh, chained)
    return values


def with_network(mesh: Mesh, under: Mapping[str, Any]) -> Values:
    """The values under istiod's, with the network of Multus for pods only if they use one.

    Releases up to 1.18 name it by an annotation for every injected pod; a pod that names a network
    which is not there does not start.
    """
    if mesh.cni and not mesh.spec.cni.chained:
        return dict(under)
    webhook = dict(under.get("sidecarInjectorWebhook") or {})
    annotations = dict(webhook.get("injectedAnnotations") or {})
    if annotations.pop(NETWORKS, None) is None:
        return dict(under)
    webhook["injectedAnnotations"] = annotations
    return {**under, "sidecarInjectorWebhook": webhook}


def _provider(mesh: Mesh, chained: bool) -> str:
    return _MULTUS if mesh.platform == OPENSHIFT and not chained else _CHAINED


def _repair(mesh: Mesh, mode: str) -> Values:
    if mode != NONE and not _knows(mesh, "cni", "repair", _MODES[mode]):
        raise_for(
            [
                Problem(
                    f"{mesh.spec.prefix}components.cni.repair",
                    f"chart cni of Istio {mesh.release.version} has no way to {mode} pods",
                    "write label or delete",
                )
            ]
        )
    modes = {
        name: key == mode for key, name in _MODES.items() if _knows(mesh, "cni", "repair", name)
    }
    return {"enabled": mode != NONE, **modes}


def _knows(mesh: Mesh, *path: str) -> bool:
    """Whether the chart has the value, below `cni` (up to 1.23) or at the top."""
    return _default(mesh, "cni", *path) or _default(mesh, "cni", *path[1:])


def _default(mesh: Mesh, chart: str, *path: str) -> bool:
    return mesh.release.default_value(chart, *path) is not None
