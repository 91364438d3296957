# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Render the mesh for a cluster whose facts are known."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.meshops.istio.plugins.module_utils._mesh.plan import Plan, PlanComponent
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.component import Component
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.desired import (
    DesiredState,
    desired_state,
    identified,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.facts import ClusterFacts
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.profiles import OPENSHIFT
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.options import OPTIONS
from ansible_collections.meshops.istio.plugins.plugin_utils._job.openshift import openshift_line


class Planner:
    """Makes the plan when it is called with facts; `desired` is what it was made of.

    `arguments` are a task's, as written: only they still know where they were written. With
    `render` off the plan names the mesh and has no components: to remove it, no charts are needed.
    A relative path of charts counts from the first of the `folders` that has it.
    """

    def __init__(
        self, arguments: Mapping[str, Any], render: bool = True, folders: Sequence[Path] = ()
    ) -> None:
        self.options = with_files(
            {name: arguments[name] for name in OPTIONS if arguments.get(name) is not None}, folders
        )
        self.adopt = boolean(arguments.get("adopt") or False)
        self.render = render
        self.folders = folders
        self.desired: DesiredState | None = None
        self._facts: Mapping[str, Any] = {}

    def __call__(self, facts: Mapping[str, Any]) -> Plan:
        """The plan for a cluster. Raises MeshError."""
        if not self.render:
            spec = identified(self.options)
            return Plan(spec.namespace, spec.revision, spec.version)
        self._facts = facts
        self.desired = desired_state(
            self.options,
            facts=ClusterFacts(
                kube_version=facts.get("kube_version"),
                api_versions=frozenset(facts.get("api_versions") or ()),
                platform=facts.get("platform"),
                default_revision=facts.get("default_revision"),
                jwt_policy=facts.get("jwt_policy"),
                gateway_api=facts.get("gateway_api"),
                api_complete=bool(facts.get("api_versions")),
                openshift=facts.get("openshift"),
            ),
            cache_dir=cache_folder(),
            base_dir=folder_with(self.options, self.folders),
            adopt=self.adopt,
        )
        spec = self.desired.spec
        return Plan(
            spec.namespace,
            spec.revision,
            self.desired.release.version,
            [_component(component) for component in self.desired.components],
        )

    @property
    def basis(self) -> str:
        """What the mesh was rendered for, and who says so; empty when it was not rendered."""
        if self.desired is None:
            return ""
        version, platform, tokens = (
            self._origin(option, fact, unset)
            for option, fact, unset in (
                ("kubernetes_version", "kube_version", ""),
                ("platform", "platform", "auto"),
                ("jwt_policy", "jwt_policy", "auto"),
            )
        )
        text = f"rendered for Kubernetes {self.desired.kube_version} ({version})"
        text += f", platform {self.desired.platform} ({platform})"
        if self.desired.jwt_policy:
            text += f", tokens {self.desired.jwt_policy} ({tokens})"
        return text

    @property
    def openshift(self) -> str:
        """Which OpenShift the mesh was rendered for; empty for any other platform."""
        if self.desired is None or self.desired.platform != OPENSHIFT:
            return ""
        return openshift_line(self._facts.get("openshift"), self.desired.spec.openshift.facts)

    def _origin(self, option: str, fact: str, unset: str) -> str:
        if self.options.get(option) not in (None, "", unset):
            return "given"
        return "detected" if self._facts.get(fact) else "default"

    @property
    def warnings(self) -> list[str]:
        """What the user should know of the rendered mesh."""
        return list(self.desired.warnings) if self.desired else []


def folder_with(options: Mapping[str, Any], folders: Sequence[Path]) -> Path | None:
    """The first folder in which the charts or their lock file are; None when it is none of them."""
    charts = options.get("charts")
    source = charts.get("source") if isinstance(charts, Mapping) else charts
    paths = [
        path
        for path in (source, options.get("charts_lock"))
        if path and isinstance(path, str) and "://" not in path
    ]
    return next((f for f in folders if any((f / path).exists() for path in paths)), None)


def with_files(options: Mapping[str, Any], folders: Sequence[Path]) -> dict[str, Any]:
    """The options; a path of a document or of CRDs counts from the first folder that has it."""
    crds = options.get("gateway_api")
    if isinstance(crds, Mapping) and crds.get("source"):
        options = {**options, "gateway_api": {**crds, "source": _located(crds["source"], folders)}}
    documents = options.get("operator")
    if not documents:
        return dict(options)
    if isinstance(documents, Sequence) and not isinstance(documents, str):
        found: Any = [_located(document, folders) for document in documents]
    else:
        found = _located(documents, folders)
    return {**options, "operator": found}


def _located(document: Any, folders: Sequence[Path]) -> Any:
    if not isinstance(document, str) or "\n" in document:
        return document
    return next((str(f / document) for f in folders if (f / document).exists()), document)


def cache_folder() -> Path:
    """Where what charts render to is kept: the user's cache folder."""
    root = os.environ.get("XDG_CACHE_HOME")
    return (Path(root) if root else Path.home() / ".cache") / "meshops.istio"


def _component(component: Component) -> PlanComponent:
    return PlanComponent(
        name=component.name,
        kind=component.kind,
        title=component.title,
        namespace=component.namespace,
        version=component.version,
        revision=component.revision,
        shared=component.shared,
        set_name=component.set_name,
        set_namespace=component.set_namespace,
        objects=component.objects,
        kept=component.kept,
        scc_entries=list(component.scc_entries),
    )
