"""Meshes on OpenShift, of stand-ins for releases, and their objects as short lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.component import Component
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.desired import desired_state
from tests.older import charts as older
from tests.older.v1_7 import charts as v1_7

MEMBERS = ["shop", {"name": "bank", "injection": "none"}]
GATEWAYS = [{"name": "public", "namespace": "edge"}]
KINDS = {
    "SecurityContextConstraints": "SCC",
    "NetworkAttachmentDefinition": "NAD",
    "RoleBinding": "grant",
    "ClusterRoleBinding": "cluster grant",
    "ClusterRole": "role",
}


def components(folder: Path, version: str, **options: Any) -> list[Component]:
    """The components of a mesh with two gateways' namespaces and two members, one injected."""
    if version == v1_7.VERSION:
        older.write(folder, v1_7.files())
    else:
        older.write(folder, older.RELEASES[version]())
    parts = {"ingress_gateways": GATEWAYS, **options.pop("components", {})}
    if options.get("operator"):
        parts = {}
    state = desired_state(
        {
            "charts": str(folder),
            "version": version,
            "platform": "openshift",
            "members": MEMBERS,
            "components": parts,
            **options,
        }
    )
    return state.components


def platform(folder: Path, version: str, **options: Any) -> dict[str, list[str]]:
    """The objects of each component `platform` and `platform-members`, as lines."""
    made = components(folder, version, **options)
    return {item.name: lines(item) for item in made if item.kind == "platform"}


def lines(component: Component) -> list[str]:
    """Such as `grant edge: anyuid to system:serviceaccounts:edge`."""
    return [_line(item) for item in component.objects]


def _line(item: dict[str, Any]) -> str:
    kind, metadata = KINDS[item["kind"]], item["metadata"]
    if "grant" not in kind:
        return " ".join(filter(None, (kind, metadata.get("namespace"), metadata["name"])))
    role = item["roleRef"]["name"].removeprefix("system:openshift:scc:")
    assert metadata["name"] == f"istio-scc-{role.removeprefix('istio-scc-')}"
    subjects = ", ".join(_subject(one) for one in item["subjects"])
    place = f" {metadata['namespace']}" if "namespace" in metadata else ""
    return f"{kind}{place}: {role} to {subjects}"


def _subject(one: dict[str, str]) -> str:
    return "/".join(filter(None, (one.get("namespace"), one["name"])))
