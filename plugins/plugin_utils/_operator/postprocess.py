# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What istioctl does to rendered objects: Kubernetes settings by strategic merge, then overlays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.charts import object_fault
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.decode import decode
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.errors import GoTypeError
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.strategic import (
    strategic_merge,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.types import struct_for
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.components import (
    ComponentSettings,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.errors import SettingError
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.overlays import (
    OverlayError,
    apply_patch,
    to_object,
    to_plain,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.tree import (
    Tree,
    text_at,
    with_integers,
)

Object = dict[str, Any]

_HPA: Final = "HorizontalPodAutoscaler"
_PDB: Final = "PodDisruptionBudget"
_SERVICE: Final = "Service"
_WORKLOAD: Final = ""
_DEFAULT_REVISION: Final = "default"
_METADATA: Final = "meta/v1.ObjectMeta"
# Versions that charts of old releases write and Kubernetes has dropped, and what merges alike.
_SUCCESSORS: Final = {
    "autoscaling/v2beta1": "autoscaling/v2",
    "autoscaling/v2beta2": "autoscaling/v2",
    "extensions/v1beta1": "apps/v1",
    "policy/v1beta1": "policy/v1",
}


@dataclass(frozen=True)
class Note:
    """Something that the document asks for and that has no effect; ``path`` is where it says so.

    ``missing`` are kind and name of the object that it is for and that the chart does not make.
    """

    path: tuple[str | int, ...]
    message: str
    missing: tuple[str, str] = ("", "")


def _in_container(field: str) -> Callable[[str, Any], Tree]:
    def build(container: str, value: Any) -> Tree:
        return _pod({"containers": [{"name": container, field: value}]})

    return build


def _in_pod(field: str) -> Callable[[str, Any], Tree]:
    return lambda _container, value: _pod({field: value})


def _pod(spec: Tree) -> Tree:
    return {"spec": {"template": {"spec": spec}}}


# Setting -> kind of the object it changes (empty: the component's workload), and the patch. Others
# (volumes, volumeMounts) are in the API and have no effect.
_PATCHES: Final[Mapping[str, tuple[str, Callable[[str, Any], Tree]]]] = {
    "affinity": (_WORKLOAD, _in_pod("affinity")),
    "env": (_WORKLOAD, _in_container("env")),
    "hpaSpec": (_HPA, lambda _container, value: {"spec": value}),
    "imagePullPolicy": (_WORKLOAD, _in_container("imagePullPolicy")),
    "nodeSelector": (_WORKLOAD, _in_pod("nodeSelector")),
    "podDisruptionBudget": (_PDB, lambda _container, value: {"spec": value}),
    "podAnnotations": (
        _WORKLOAD,
        lambda _container, value: {"spec": {"template": {"metadata": {"annotations": value}}}},
    ),
    "priorityClassName": (_WORKLOAD, _in_pod("priorityClassName")),
    "readinessProbe": (_WORKLOAD, _in_container("readinessProbe")),
    "replicaCount": (_WORKLOAD, lambda _container, value: {"spec": {"replicas": value}}),
    "resources": (_WORKLOAD, _in_container("resources")),
    "strategy": (_WORKLOAD, lambda _container, value: {"spec": {"strategy": value}}),
    "tolerations": (_WORKLOAD, _in_pod("tolerations")),
    "serviceAnnotations": (
        _SERVICE,
        lambda _container, value: {"metadata": {"annotations": value}},
    ),
    "service": (_SERVICE, lambda _container, value: {"spec": value}),
    "securityContext": (_WORKLOAD, _in_pod("securityContext")),
}


def post_process(
    settings: ComponentSettings, objects: list[Object], values: Tree
) -> tuple[list[Object], list[Note]]:
    """The objects with the component's Kubernetes settings and overlays, and what had no effect.

    ``values`` is the document the chart was rendered with. Raises SettingError for a setting that
    does not fit its object, and for overlays that leave no object.
    """
    kubernetes = settings.kubernetes
    if kubernetes is None:
        return objects, []
    result = list(objects)
    notes = list(_settings(settings, kubernetes, result, _resource_name(settings, values)))
    notes += _overlays(settings, kubernetes, result)
    return result, notes


def _resource_name(settings: ComponentSettings, values: Tree) -> str:
    name = settings.name or settings.type.workload[1]
    revision = text_at(values, "spec.values.revision") or _DEFAULT_REVISION
    if settings.type.kind == "istiod" and revision != _DEFAULT_REVISION:
        return f"{name}-{revision}"
    return name


def _settings(
    settings: ComponentSettings, kubernetes: Tree, objects: list[Object], name: str
) -> Iterator[Note]:
    for field, value in kubernetes.items():
        if field == "overlays":
            continue
        path = (*settings.path, "k8s", field)
        if field not in _PATCHES:
            yield Note(path, "has no effect in istioctl; write an overlay for it")
            continue
        kind, build = _PATCHES[field]
        kind = kind or settings.type.workload[0]
        if field == "service" and settings.type.gateway and isinstance(value, dict):
            # Ports are values already; a strategic merge knows them by number alone.
            value = {**value, "ports": []}
        patch = build(settings.type.container, with_integers(value))
        places = [at for at, item in enumerate(objects) if _is(item, kind, name)]
        for at in places:
            try:
                objects[at] = _merged(objects[at], patch)
            except GoTypeError as error:
                raise _misfit(path, value, f"{kind} {name}", error) from error
        if not places and value:
            yield Note(path, _no_object(kind, name), (kind, name))


def _misfit(
    path: tuple[str | int, ...], value: Any, target: str, error: GoTypeError
) -> SettingError:
    """The error for a setting that cannot be merged; it names the item when that is null."""
    if isinstance(value, list) and None in value:
        return SettingError(
            (*path, value.index(None)),
            f"is null, which cannot be merged into {target}",
            "remove the item or write it out",
        )
    return SettingError(
        path,
        f"cannot be applied to {target}: {error.message}",
        "correct it; it has the form of the Kubernetes object it changes",
    )


def _no_object(kind: str, name: str) -> str:
    if not kind:
        return "has no effect: this component takes no settings of Kubernetes but overlays"
    return f"has no effect: the charts make no {kind} {name}"


def _merged(item: Object, patch: Tree) -> Object:
    kind = item["kind"]
    version = item["apiVersion"]
    type_name = struct_for(version, kind) or struct_for(_SUCCESSORS.get(version, ""), kind)
    if type_name is None:
        raise GoTypeError(f"{kind} of {version} cannot be patched: its type is not known")
    merged: Object = strategic_merge(type_name, item, patch)
    spec = merged.get("spec")
    if kind == _PDB and isinstance(spec, dict) and {"maxUnavailable", "minAvailable"} <= set(spec):
        # Only one of them is allowed, and the charts set the latter.
        merged = {**merged, "spec": {**spec, "minAvailable": None}}
    return merged


def _overlays(
    settings: ComponentSettings, kubernetes: Tree, objects: list[Object]
) -> Iterator[Note]:
    for number, item in enumerate(kubernetes.get("overlays") or ()):
        # What is null is an overlay without anything for Go.
        overlay = item or {}
        path = (*settings.path, "k8s", "overlays", number)
        kind, name = overlay.get("kind") or "", overlay.get("name") or ""
        places = [at for at, item in enumerate(objects) if _is(item, kind, name)]
        if not places:
            yield Note(path, _no_object(kind or "object without a kind", name), (kind, name))
        for at in places:
            patches = [patch or {} for patch in overlay.get("patches") or ()]
            objects[at], failed = _patched(objects[at], patches, path)
            for patch, error in failed:
                where = (*path, "patches", patch)
                yield Note(where, f"has no effect on {kind} {name}: {error}")


def _patched(
    item: Object, patches: Sequence[Tree], path: tuple[str | int, ...]
) -> tuple[Object, list[tuple[int, OverlayError]]]:
    """The object with the patches of an overlay, and those that lead nowhere.

    Raises SettingError for the patch that made of the object what is none in the end.
    """
    root, failed = to_object(item), []
    culprit, fault = 0, ""
    for number, patch in enumerate(patches):
        try:
            apply_patch(root, patch.get("path") or "", patch.get("value"))
        except OverlayError as error:
            failed.append((number, error))
        before, fault = fault, _frame_fault(root)
        if fault and not before:
            culprit = number
    if fault:
        raise SettingError(
            (*path, "patches", culprit),
            f"path {patches[culprit].get('path')} leaves no usable object of {item['kind']} "
            f"{item['metadata']['name']}: {fault}",
            "patch a field below it, such as metadata.labels.<key>, with a value of the right "
            "type, or remove the patch",
        )
    return with_integers(to_plain(root)), failed


def _frame_fault(root: Object) -> str:
    """What is wrong with what every object must have: kind, name and other metadata."""
    frame = {key: to_plain(root.get(key)) for key in ("apiVersion", "kind", "metadata")}
    fault = object_fault(frame)
    if fault:
        return f"it would be {fault}"
    try:
        decode(_METADATA, with_integers(frame["metadata"]), where="metadata")
    except GoTypeError as error:
        return error.message
    return ""


def _is(item: Object, kind: str, name: str) -> bool:
    return item.get("kind") == kind and item["metadata"].get("name") == name
