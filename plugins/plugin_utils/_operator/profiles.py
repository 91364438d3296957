# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Profiles of istioctl: the documents that a user's documents are merged onto.

They are files of a release (``manifests/profiles``). Charts pulled one by one come without them;
then they are made from our own table of components, which is that of Istio 1.31.1.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.profiles import (
    EGRESS_NAME,
    INGRESS_NAME,
    Profile,
    find_profile,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import (
    Problem,
    choices,
    raise_for,
    suggestion,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.components import (
    DEFAULT_NAMESPACE,
    REWRITTEN,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.inputs import (
    API_VERSION,
    KIND,
    Document,
    parse_document,
    read_document,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.older_merge import overlay
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.tree import Tree, merge_into
from ansible_collections.meshops.istio.plugins.plugin_utils._release.release import Release

DEFAULT: Final = "default"
_SUFFIXES: Final = (".yaml", ".yml")
_SYSTEM: Final = "kube-system"


class Profiles:
    """The profiles of a release, by name or by path."""

    def __init__(self, release: Release, base_dir: Path | None = None) -> None:
        self._release = release
        self._base_dir = base_dir

    def names(self) -> list[str]:
        """Names of the profiles, sorted."""
        return sorted(self._release.profile_files) or sorted(
            {DEFAULT, "demo", "empty", "minimal", "openshift", *self._release.profiles()}
        )

    def merged(self, name: str, where: str, folder: Path | None = None) -> tuple[Tree, Document]:
        """The profile merged onto `default`, as every profile is, and the profile alone.

        ``where`` is what chose it, for messages. A path counts from ``folder`` first. Raises
        InputError when there is no such profile.
        """
        base = self._named(DEFAULT, where)
        if name in ("", DEFAULT):
            return base.data, base
        top = self._file(name, where, folder) if _is_path(name) else self._named(name, where)
        tree = base.data
        if self._release.minor < REWRITTEN:
            overlay(tree, top.data)
        else:
            # The profile stays what it is: merging makes parts of it parts of the result.
            merge_into(tree, _copy(top).data)
        return tree, top

    def _file(self, path: str, where: str, folder: Path | None) -> Document:
        start = folder if folder and (folder / path).exists() else self._base_dir
        return read_document(path, where, start)

    def _named(self, name: str, where: str) -> Document:
        files = self._release.profile_files
        if name in files:
            return parse_document(files[name], f"profile {name} of {self._release.origin}")
        if files:
            known = self.names()
            raise_for(
                [
                    Problem(
                        where,
                        f"no profile {name!r} in {self._release.origin} ({choices(known)})",
                        suggestion(name, known) or "choose one of these, or give a file's path",
                    )
                ]
            )
        profile = find_profile(name, self._release.profiles(), where)
        return Document(_document(profile), f"profile {name}")


def _is_path(name: str) -> bool:
    return "/" in name or name.endswith(_SUFFIXES)


def _copy(document: Document) -> Document:
    if document.text:
        return parse_document(document.text, document.name, document.folder)
    return read_document(document.data, document.name)


def _document(profile: Profile) -> Tree:
    """The file that istioctl has of a profile, as far as it decides anything."""
    spec: Tree = {"components": _components(profile)}
    values: Tree = {}
    if profile.name == DEFAULT:
        values = {
            "defaultRevision": "",
            "global": {"istioNamespace": DEFAULT_NAMESPACE, "configValidation": True},
            "gateways": {INGRESS_NAME: {}, EGRESS_NAME: {}},
            "ztunnel": {"resourceName": "ztunnel"},
        }
    if profile.chart_profile:
        values["profile"] = profile.chart_profile
    if profile.platform:
        values["global"] = {"platform": profile.platform}
    if values:
        spec["values"] = values
    document: Tree = {"apiVersion": API_VERSION, "kind": KIND, "spec": spec}
    if profile.name == DEFAULT:
        document["metadata"] = {"namespace": DEFAULT_NAMESPACE}
    return document


def _components(profile: Profile) -> Tree:
    agent: dict[str, Any] = {"enabled": True}
    if profile.platform == "openshift":
        agent["namespace"] = _SYSTEM
    components: Tree = {
        "base": {"enabled": profile.base},
        "pilot": {"enabled": profile.istiod},
        "ingressGateways": [{"name": INGRESS_NAME, "enabled": profile.ingress}],
        "egressGateways": [{"name": EGRESS_NAME, "enabled": profile.egress}],
    }
    for name, on in (("cni", profile.cni), ("ztunnel", profile.ztunnel)):
        if on:
            components[name] = dict(agent)
    return components
