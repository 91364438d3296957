# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Workloads: which kinds have pods, where a pod stands in each, and how it is put back.

As ``IntoObject`` of Istio's pkg/kube/inject: the kind alone decides, whatever the apiVersion, and
the whole object is read into its Go type and written again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.decode import decode
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.owners import Owner, owner_of
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import MeshError

LIST: Final = "List"
_LIST_TYPE: Final = "core/v1.List"
# pkg/kube/inject/initializer.go; lists are walked through, each item on its own.
_TYPES: Final = {
    "CronJob": "batch/v1.CronJob",
    "DaemonSet": "apps/v1.DaemonSet",
    "Deployment": "apps/v1.Deployment",
    "DeploymentConfig": "openshift/apps/v1.DeploymentConfig",
    "Job": "batch/v1.Job",
    "Pod": "core/v1.Pod",
    "ReplicaSet": "apps/v1.ReplicaSet",
    "ReplicationController": "core/v1.ReplicationController",
    "StatefulSet": "apps/v1.StatefulSet",
}
_TEMPLATE: Final = ("spec", "template")
_JOB_TEMPLATE: Final = ("spec", "jobTemplate")
# Their template is a pointer, so that it may be missing altogether.
_MUST_HAVE_TEMPLATE: Final = ("DeploymentConfig", "ReplicationController")
# What the controllers of these kinds write into the pods they make; others are in between.
_OWN_OWNER: Final = {
    "Deployment": "apps/v1",
    "CronJob": "batch/v1",
    "DeploymentConfig": "v1",
}

Object = dict[str, Any]


class WorkloadError(MeshError):
    """A workload that is no valid object of its kind."""


@dataclass(frozen=True)
class Workload:
    """A workload in canonical form, and where it was written."""

    object: Object
    kind: str
    where: str

    @property
    def name(self) -> str:
        """Its name; empty when it has none (yet)."""
        metadata = self._metadata
        return metadata.get("name") or metadata.get("generateName") or ""

    @property
    def own_namespace(self) -> str:
        """The namespace that the object itself names; may be empty."""
        return self._metadata.get("namespace") or ""

    @property
    def namespace(self) -> str:
        """The namespace that it names, or its pods' template does; empty for neither."""
        template = self.object
        for key in self._path("metadata", injected=False)[:-1]:
            template = template.get(key) or {}
        return self.own_namespace or (template.get("metadata") or {}).get("namespace") or ""

    @property
    def title(self) -> str:
        """For messages: ``Deployment shop/web``."""
        place = f"{self.namespace}/" if self.namespace else ""
        return f"{self.kind} {place}{self.name or '(without a name)'}"

    @property
    def _metadata(self) -> Mapping[str, Any]:
        return self.object.get("metadata") or {}

    def pod(self, *, injected: bool = True) -> Object:
        """A pod as the template has it: ``metadata`` and ``spec`` in canonical form.

        For CronJobs, ``istioctl kube-inject`` takes the metadata of the jobs for that of the pods;
        ``injected=False`` gives the pods' own, which is what a webhook sees.
        """
        # Parts of a canonical object are canonical themselves.
        return {part: self._get(self._path(part, injected)) for part in ("metadata", "spec")}

    def with_pod(self, pod: Mapping[str, Any], *, injected: bool = True) -> Object:
        """The object with that pod as its template; ``injected`` as for :meth:`pod`."""
        result = self.object
        for part in ("metadata", "spec"):
            result = _replaced(result, self._path(part, injected), pod.get(part) or {})
        return result

    def owner(self) -> Owner:
        """What ``istioctl kube-inject`` takes for the pods' workload: the object itself."""
        if self.kind == "Pod":
            return owner_of(self._metadata)
        return Owner(
            self._metadata.get("name") or "",
            self.object.get("apiVersion") or "",
            self.object.get("kind") or "",
        )

    def owner_seen(self) -> Owner:
        """What a webhook takes for the pods' workload, once controllers have made them."""
        if self.kind == "Pod":
            return owner_of(self._metadata)
        name = self._metadata.get("name") or ""
        if self.kind in _OWN_OWNER:
            return Owner(name, _OWN_OWNER[self.kind], self.kind)
        controller = {
            "controller": True,
            "apiVersion": self.object.get("apiVersion") or "",
            "kind": self.kind,
            "name": name,
        }
        labels = (self.pod(injected=False).get("metadata") or {}).get("labels") or {}
        return owner_of(
            {"generateName": f"{name}-", "ownerReferences": [controller], "labels": labels}
        )

    def _path(self, part: str, injected: bool) -> tuple[str, ...]:
        """Where the pods' metadata or spec stands."""
        if self.kind == "Pod":
            return (part,)
        if self.kind != "CronJob":
            return (*_TEMPLATE, part)
        if part == "metadata" and injected:
            return (*_JOB_TEMPLATE, part)
        return (*_JOB_TEMPLATE, *_TEMPLATE, part)

    def _get(self, path: tuple[str, ...]) -> Any:
        value: Any = self.object
        for key in path:
            value = (value or {}).get(key)
        return value


def read_list(value: Mapping[str, Any], where: str) -> Object:
    """Return a List in canonical form, its items as they are. Raises MeshError."""
    return decode(_LIST_TYPE, value, from_yaml=True, where=f"{where}: {LIST}")


def read_workload(value: Mapping[str, Any], where: str) -> Workload | None:
    """Return the object as a workload, None for kinds that have no pods.

    Raises WorkloadError (with ``where``, file and line, say) for what is no valid object.
    """
    kind = value.get("kind")
    type_name = _TYPES.get(kind) if isinstance(kind, str) else None
    if type_name is None or not isinstance(kind, str):
        return None
    workload = Workload(
        decode(type_name, value, from_yaml=True, where=f"{where}: {kind}"), kind, where
    )
    if kind in _MUST_HAVE_TEMPLATE and not workload.object["spec"].get("template"):
        raise WorkloadError(f"{where}: {workload.title} has no spec.template", "Its pods need one.")
    return workload


def _replaced(value: Mapping[str, Any], path: tuple[str, ...], part: Any) -> Object:
    """Return a copy with another part; keys keep their places."""
    key, rest = path[0], path[1:]
    return {**value, key: _replaced(value.get(key) or {}, rest, part) if rest else part}
