"""An API server that has some objects and grants some rights, for checks that read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, TypeVar

from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds
from ansible_collections.meshops.istio.plugins.module_utils._mesh.plan import Plan, PlanComponent

Object = dict[str, Any]
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
LONG_AGO = "2026-01-01T00:00:00Z"
_Item = TypeVar("_Item")
_Made = TypeVar("_Made")


class Api(Client):
    """Answers reads from `objects`, and reviews from `rights` (`use sccs/privileged`; None: all).

    `hidden` are plurals that the account may not read; `requests` are those that were made.
    """

    def __init__(
        self,
        objects: Iterable[Object] = (),
        rights: Iterable[str] | None = None,
        hidden: Iterable[str] = (),
    ) -> None:
        self.requests: list[str] = []
        self._rights = None if rights is None else set(rights)
        self._hidden = set(hidden)
        self._objects: dict[str, Object] = {}
        kinds = Kinds(self)
        for obj in objects:
            metadata = obj["metadata"]
            path = kinds.of(obj).path(metadata.get("namespace") or "", metadata["name"])
            self._objects[path] = obj

    def map(self, fn: Callable[[_Item], _Made], items: Iterable[_Item]) -> list[_Made]:
        return [fn(item) for item in items]

    def server_time(self) -> datetime:
        return NOW

    def request(self, method: str, path: str, **options: Any) -> Any:
        self.requests.append(f"{method} {path}")
        if method == "POST":
            return self._review(path, options["body"])
        assert method == "GET"
        if path.split("/")[-1] in self._hidden or path.split("/")[-2] in self._hidden:
            raise ApiError(403, "Forbidden", "not for this account")
        if path in self._objects:
            return self._objects[path]
        labels = (options.get("query") or {}).get("labelSelector", "")
        found = [obj for at, obj in self._objects.items() if _is_in(at, path, obj, labels)]
        if not found and path.split("/")[-1].rstrip("s") == path.split("/")[-1]:
            raise ApiError(404, "NotFound", "not found")
        return {"items": found, "metadata": {}}

    def _review(self, path: str, body: Object) -> Object:
        if path.endswith("/selfsubjectreviews"):
            return {"status": {"userInfo": {"username": "robot"}}}
        asked = body["spec"]["resourceAttributes"]
        words = f"{asked['verb']} {asked['resource']}"
        words += f"/{asked['name']}" if "name" in asked else ""
        words += f" in {asked['namespace']}" if "namespace" in asked else ""
        return {"status": {"allowed": self._rights is None or words in self._rights}}


def _is_in(at: str, collection: str, obj: Object, labels: str) -> bool:
    """Whether an object is in a list, which may be one over all namespaces."""
    base, _slash, plural = collection.rpartition("/")
    mine = at.rpartition("/")[0] == collection
    anywhere = at.startswith(f"{base}/namespaces/") and at.split("/")[-2] == plural
    key, _sign, value = labels.partition("=")
    has = not key or (obj["metadata"].get("labels") or {}).get(key) == value
    return has and (mine or anywhere)


def component(kind: str, *objects: Object, **more: Any) -> PlanComponent:
    """A component of a plan with these objects."""
    return PlanComponent(
        name=kind,
        kind=kind,
        title=kind,
        namespace="istio-system",
        version="1.31.1",
        revision="",
        shared=True,
        set_name=f"mesh.{kind}",
        set_namespace="istio-system",
        objects=list(objects),
        **more,
    )


def plan(*components: PlanComponent, version: str = "1.31.1") -> Plan:
    """A plan of these components."""
    return Plan("istio-system", "", version, list(components))


def obj(kind: str, name: str, namespace: str = "", **more: Any) -> Object:
    """An object of a kind that these checks know, its metadata under `metadata`."""
    versions = {
        "DaemonSet": "apps/v1",
        "Deployment": "apps/v1",
        "StatefulSet": "apps/v1",
        "ClusterRole": "rbac.authorization.k8s.io/v1",
        "RoleBinding": "rbac.authorization.k8s.io/v1",
        "ClusterRoleBinding": "rbac.authorization.k8s.io/v1",
        "SecurityContextConstraints": "security.openshift.io/v1",
        "NetworkAttachmentDefinition": "k8s.cni.cncf.io/v1",
    }
    metadata = {"name": name, **more.pop("metadata", {})}
    if namespace:
        metadata["namespace"] = namespace
    return {
        "apiVersion": versions.get(kind, "v1"),
        "kind": kind,
        "metadata": {"creationTimestamp": LONG_AGO, **metadata},
        **more,
    }
