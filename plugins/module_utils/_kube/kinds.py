# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kinds and where the API serves them: known ones from a table, others by discovery."""

from __future__ import annotations

import difflib
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import (
    ApiError,
    UnknownKindError,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.known_kinds import KNOWN
from ansible_collections.meshops.istio.plugins.module_utils._kube.objects import split_api_version

if TYPE_CHECKING:
    from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client


class Kind(NamedTuple):
    """A kind at one version, with what is needed to make its URLs."""

    group: str
    version: str
    kind: str
    plural: str
    namespaced: bool

    @property
    def api_version(self) -> str:
        """`apps/v1`, or `v1` for the core group."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def group_kind(self) -> str:
        """`Deployment.apps`, as ApplySets and kubectl name it; `ConfigMap` for the core group."""
        return f"{self.kind}.{self.group}" if self.group else self.kind

    @property
    def resource(self) -> str:
        """`deployments.apps`, as in RBAC messages."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    def collection(self, namespace: str = "") -> str:
        """Path of the list in a namespace, or of all objects when namespace is empty."""
        prefix = group_version_path(self.group, self.version)
        if self.namespaced and namespace:
            return f"{prefix}/namespaces/{quote(namespace, safe='')}/{self.plural}"
        return f"{prefix}/{self.plural}"

    def path(self, namespace: str, name: str) -> str:
        """Path of one object; ValueError when a namespaced object has no namespace."""
        if self.namespaced and not namespace:
            raise ValueError(f"{self.kind} {name}: a namespace is needed")
        # Names of RBAC objects may hold characters such as a colon.
        return f"{self.collection(namespace)}/{quote(name, safe='')}"


def group_version_path(group: str, version: str) -> str:
    """`/apis/apps/v1`, or `/api/v1` for the core group."""
    # They come from users' objects: nothing in them may end the path or the request line.
    version = quote(version, safe="")
    return f"/apis/{quote(group, safe='')}/{version}" if group else f"/api/{version}"


class Kinds:
    """Finds kinds by apiVersion and kind; thread-safe.

    Kinds of the table cost no request. What discovery finds is remembered; what it does not find
    is not, because the run may create the CRD a moment later.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._found: dict[tuple[str, str, str], Kind] = {}
        self._served: dict[tuple[str, str], dict[str, Kind]] = {}
        self._by_group_kind: dict[tuple[str, str], Kind] = {}

    def find(self, api_version: str, kind: str) -> Kind:
        """The kind for an object's apiVersion and kind; UnknownKindError when nobody knows it."""
        group, version = split_api_version(api_version)
        key = (group, version, kind)
        found = self._found.get(key)
        if found is None:
            plural = KNOWN.get((group, kind))
            if plural is not None:
                found = Kind(group, version, kind, plural[0], plural[1])
            else:
                found = self.served(group, version, fresh=True).get(kind)
            if found is None:
                raise UnknownKindError(self._unknown(api_version, kind))
            self._found[key] = self._by_group_kind[(group, kind)] = found
        return found

    def for_key(self, group: str, kind: str) -> Kind:
        """The kind for a group and kind, at the version last asked for, else the preferred one."""
        found = self._by_group_kind.get((group, kind))
        if found is not None:
            return found
        for version in self._versions(group):
            found = self.served(group, version).get(kind)
            if found is not None:
                self._by_group_kind[(group, kind)] = found
                return found
        raise UnknownKindError(self._unknown(f"{group}/" if group else "v1", kind))

    def for_resource(self, group: str, plural: str) -> Kind | None:
        """The kind behind a resource such as `configmaps`; None when it is not served."""
        for version in self._versions(group):
            for kind in self.served(group, version).values():
                if kind.plural == plural:
                    return kind
        return None

    def of(self, obj: Mapping[str, Any]) -> Kind:
        """The kind of an object."""
        return self.find(str(obj.get("apiVersion", "")), str(obj.get("kind", "")))

    def is_served(self, kind: Kind) -> bool:
        """True when the cluster serves this kind now; asks again as long as it does not."""
        if kind.kind in self.served(kind.group, kind.version):
            return True
        return kind.kind in self.served(kind.group, kind.version, fresh=True)

    def served(self, group: str, version: str, fresh: bool = False) -> dict[str, Kind]:
        """Kinds the cluster serves in a group and version, empty when it does not know them.

        `fresh` asks the server even when the answer is known.
        """
        key = (group, version)
        known = self._served.get(key)
        if known is not None and not fresh:
            return known
        try:
            answer = self._client.request("GET", group_version_path(group, version))
        except ApiError as exc:
            if exc.status != 404:
                raise
            return {}
        kinds = {
            entry["kind"]: Kind(group, version, entry["kind"], entry["name"], entry["namespaced"])
            for entry in answer.get("resources") or ()
            if "/" not in entry["name"]
        }
        with self._lock:
            self._served[key] = kinds
        return kinds

    def learn(self, crd: Mapping[str, Any]) -> list[Kind]:
        """Remember the kinds a CustomResourceDefinition defines, whether or not it is applied yet.

        For check mode and for sets that carry CRDs along with their objects.
        """
        spec = crd.get("spec") or {}
        names = spec.get("names") or {}
        versions = [v.get("name") for v in spec.get("versions") or () if v.get("served", True)]
        if not versions and spec.get("version"):
            versions = [spec["version"]]
        namespaced = spec.get("scope") == "Namespaced"
        kinds = [
            Kind(spec.get("group", ""), str(version), names["kind"], names["plural"], namespaced)
            for version in versions
            if names.get("kind") and names.get("plural")
        ]
        for kind in kinds:
            self._found[(kind.group, kind.version, kind.kind)] = kind
            self._by_group_kind.setdefault((kind.group, kind.kind), kind)
        return kinds

    def explain_missing(self, kind: Kind) -> str:
        """Text for a 404 about the kind itself: what is missing and what to do."""
        return self._unknown(kind.api_version, kind.kind)

    def _unknown(self, api_version: str, kind: str) -> str:
        group, version = split_api_version(api_version)
        text = f"the cluster serves no kind {kind} in apiVersion {api_version}"
        versions = self._versions(group)
        if not versions:
            hint = self._groups_like(group, kind)
            if "." not in group and group not in {known for known, _kind in KNOWN}:
                return f"{text}: it has no API group {group!r}: is the apiVersion right?{hint}"
            return f"{text}: it has no API group {group!r}: is the CRD installed?{hint}"
        offers = []
        for other in versions:
            served = self.served(group, other)
            if kind in served:
                offers.append(f"{kind} in {group}/{other}".replace("in /", "in "))
                continue
            close = difflib.get_close_matches(kind, served, n=1, cutoff=0.75)
            offers += [f"{name} in {group}/{other}".replace("in /", "in ") for name in close]
        if offers:
            return f"{text}: did you mean {' or '.join(offers)}?"
        if version not in versions:
            return (
                f"{text}: group {group!r} has version {', '.join(versions)}: is the CRD installed?"
            )
        return f"{text}: is the CRD installed?"

    def _versions(self, group: str) -> list[str]:
        try:
            answer = self._client.request(
                "GET", f"/apis/{quote(group, safe='')}" if group else "/api"
            )
        except ApiError as exc:
            if exc.status != 404:
                raise
            return []
        if not group:
            return [str(version) for version in answer.get("versions") or ()]
        versions = [str(entry["version"]) for entry in answer.get("versions") or ()]
        preferred = (answer.get("preferredVersion") or {}).get("version")
        return sorted(versions, key=lambda version: version != preferred)

    def _groups_like(self, group: str, kind: str) -> str:
        """A hint at a group that has this kind, or one with nearly this name."""
        known = [name for name, known_kind in KNOWN if known_kind == kind and name != group]
        if not known:
            groups = {name for name, _kind in KNOWN}
            known = difflib.get_close_matches(group, groups, n=1, cutoff=0.8)
        names = [name or "the core group (apiVersion v1)" for name in known]
        return f" Did you mean group {' or '.join(names)}?" if names else ""
