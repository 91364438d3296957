# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Merges documents as istioctl does: profile default, the profile, the release's hub and tag, the
documents in their order, what the user's own variables say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._operator.components import (
    DEFAULT_NAMESPACE,
    REWRITTEN,
    components_of,
    minor_of,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.inputs import (
    API_VERSION,
    KIND,
    Document,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.older_merge import overlay
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.tree import (
    Tree,
    clone,
    find,
    has,
    merge_into,
    put,
    put_text,
    table_at,
    text_at,
    true_at,
)

# Fields of the specification and the values they become.
TRANSLATED: Final = {
    "hub": "global.hub",
    "tag": "global.tag",
    "revision": "revision",
    "meshConfig": "meshConfig",
    "compatibilityVersion": "compatibilityVersion",
}
# What a Google Kubernetes Engine cluster is recognised by, and what istioctl sets there.
_GKE: Final = "-gke"
_LAST_MIXER: Final = (1, 7)


@dataclass(frozen=True)
class Defaults:
    """What a release brings with it, and what is known of the cluster.

    ``jwt_policy`` is the kind of tokens that releases up to 1.21 choose from; empty to leave it.
    """

    version: str
    hub: str
    tag: str
    kube_version: str = ""
    jwt_policy: str = ""


def merge_documents(documents: Sequence[Document]) -> Tree:
    """The documents merged in their order, nothing below them."""
    user: Tree = {"apiVersion": API_VERSION, "kind": KIND, "metadata": {}, "spec": {}}
    for document in documents:
        data = clone(document.data)
        if data.get("spec") is None:
            data.pop("spec", None)
        merge_into(user, data)
    for name in TRANSLATED:
        # istioctl would write the text "<nil>" into the values.
        if has(user, f"spec.{name}") and user["spec"][name] is None:
            del user["spec"][name]
    return user


def add_last(user: Tree, last: Tree) -> None:
    """Merge what counts as the last document, a specification.

    Where the documents set the same by a chart's value, that is replaced too, as it would win.
    """
    given = clone(last)
    merge_into(user, {"spec": given})
    for name, path in TRANSLATED.items():
        if name not in given or not has(user, f"spec.values.{path}"):
            continue
        if isinstance(given[name], dict):
            merge_into(user, {"spec": {"values": {"meshConfig": clone(given[name])}}})
        else:
            put(user, f"spec.values.{path}", given[name])


def merge_all(base: Tree, user: Tree, defaults: Defaults) -> Tree:
    """The user's documents merged onto a profile, translated to what charts take.

    Both arguments are used up. Raises TreeError when a value stands where a mapping must be.
    """
    if _GKE in defaults.kube_version:
        _add_gke(base, user)
    if defaults.jwt_policy:
        put(base, "spec.values.global.jwtPolicy", defaults.jwt_policy)
    put_text(base, "spec.hub", defaults.hub)
    put_text(base, "spec.tag", defaults.tag)
    users_values = table_at(user, "spec.values")
    if minor_of(defaults.version) < REWRITTEN:
        overlay(base, user)
        return _translate_before_rewrite(base, defaults.version)
    merge_into(base, user)
    _translate(base)
    if users_values is not None:
        merge_into(base, {"spec": {"values": clone(users_values)}})
    return base


def _add_gke(base: Tree, user: Tree) -> None:
    """What istioctl sets when it finds that a cluster is Google's."""
    if any(has(tree, "spec.components.cni") for tree in (base, user)):
        # istioctl makes the component when there is none, and so turns it on unasked.
        put(base, "spec.components.cni.namespace", "kube-system")
    put(base, "spec.values.global.platform", "gke")
    put(base, "spec.values.cni.resourceQuotas.enabled", False)


def add_unvalidated(tree: Tree) -> None:
    """Merge ``unvalidatedValues`` over the values, after these have been checked."""
    more = table_at(tree, "spec.unvalidatedValues")
    if more is not None:
        merge_into(tree, {"spec": {"values": clone(more)}})


def _translate(tree: Tree) -> None:
    for name, path in TRANSLATED.items():
        if has(tree, f"spec.{name}"):
            _translate_field(tree, find(tree, f"spec.{name}"), path)
    put(tree, "spec.values.pilot.enabled", true_at(tree, "spec.components.pilot.enabled"))
    put(tree, "spec.values.pilot.cni.enabled", true_at(tree, "spec.components.cni.enabled"))
    namespace = text_at(tree, "spec.values.global.istioNamespace")
    if namespace:
        put(tree, "metadata.namespace", namespace)


def _translate_field(tree: Tree, value: Any, path: str) -> None:
    if isinstance(value, dict):
        merge_into(tree, {"spec": {"values": {"meshConfig": clone(value)}}})
    else:
        put_text(tree, f"spec.values.{path}", value)


def _translate_before_rewrite(tree: Tree, version: str) -> Tree:
    """The way of releases up to 1.23: what is translated lies under the profile's values, too."""
    values: Tree = {}
    for name, path in TRANSLATED.items():
        value = find(tree, f"spec.{name}")
        if value not in (None, ""):
            put(values, path, clone(value) if isinstance(value, dict) else value)
    places = ("spec.namespace", "spec.values.global.istioNamespace", "metadata.namespace")
    default_namespace = next(filter(None, (text_at(tree, p) for p in places)), DEFAULT_NAMESPACE)
    # Base and istiodRemote have the same place; the word of base is the last.
    for component in sorted(components_of(version), key=lambda item: item.title, reverse=True):
        if component.many:
            continue
        said = table_at(tree, ".".join(component.path)) or {}
        switch = "istio_cni" if component.spec_name == "cni" else component.root
        put(values, f"{switch}.enabled", said.get("enabled") is True)
        namespace = said.get("namespace") or default_namespace
        put(values, f"{component.root}.namespace", namespace)
        for name in ("hub", "tag"):
            if said.get(name) not in (None, ""):
                put(values, f"{component.root}.{name}", said[name])
        if component.spec_name == "pilot":
            put(values, "global.istioNamespace", namespace)
    if minor_of(version) <= _LAST_MIXER:
        for name in ("telemetryNamespace", "policyNamespace"):
            put(values, f"global.{name}", default_namespace)
    merge_into(values, table_at(tree, "spec.values") or {})
    put(tree, "spec.values", values)
    put(tree, "metadata.namespace", text_at(tree, "spec.values.global.istioNamespace"))
    return tree
