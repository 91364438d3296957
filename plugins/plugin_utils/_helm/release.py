# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a chart is rendered for: the release and the cluster's capabilities."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from ansible_collections.meshops.istio.plugins.plugin_utils._helm.errors import HelmError

_KUBE = re.compile(r"v?(?P<major>[0-9]+)\.(?P<minor>[0-9]+)(?:\.(?P<patch>[0-9]+))?")
_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\Z")

# What helm 3.20 takes for granted without a cluster: the groups known to its client library.
DEFAULT_API_VERSIONS: Final = [
    "v1",
    "admissionregistration.k8s.io/v1",
    "admissionregistration.k8s.io/v1alpha1",
    "admissionregistration.k8s.io/v1beta1",
    "internal.apiserver.k8s.io/v1alpha1",
    "apps/v1",
    "apps/v1beta1",
    "apps/v1beta2",
    "authentication.k8s.io/v1",
    "authentication.k8s.io/v1alpha1",
    "authentication.k8s.io/v1beta1",
    "authorization.k8s.io/v1",
    "authorization.k8s.io/v1beta1",
    "autoscaling/v1",
    "autoscaling/v2",
    "autoscaling/v2beta1",
    "autoscaling/v2beta2",
    "batch/v1",
    "batch/v1beta1",
    "certificates.k8s.io/v1",
    "certificates.k8s.io/v1beta1",
    "certificates.k8s.io/v1alpha1",
    "coordination.k8s.io/v1alpha2",
    "coordination.k8s.io/v1beta1",
    "coordination.k8s.io/v1",
    "discovery.k8s.io/v1",
    "discovery.k8s.io/v1beta1",
    "events.k8s.io/v1",
    "events.k8s.io/v1beta1",
    "extensions/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1",
    "flowcontrol.apiserver.k8s.io/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1beta2",
    "flowcontrol.apiserver.k8s.io/v1beta3",
    "networking.k8s.io/v1",
    "networking.k8s.io/v1beta1",
    "node.k8s.io/v1",
    "node.k8s.io/v1alpha1",
    "node.k8s.io/v1beta1",
    "policy/v1",
    "policy/v1beta1",
    "rbac.authorization.k8s.io/v1",
    "rbac.authorization.k8s.io/v1beta1",
    "rbac.authorization.k8s.io/v1alpha1",
    "resource.k8s.io/v1",
    "resource.k8s.io/v1beta2",
    "resource.k8s.io/v1beta1",
    "resource.k8s.io/v1alpha3",
    "scheduling.k8s.io/v1alpha1",
    "scheduling.k8s.io/v1beta1",
    "scheduling.k8s.io/v1",
    "storage.k8s.io/v1beta1",
    "storage.k8s.io/v1",
    "storage.k8s.io/v1alpha1",
    "storagemigration.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1",
]


class Release(NamedTuple):
    """The release a chart is rendered for, ``.Release`` in templates."""

    name: str
    namespace: str = "default"
    revision: int = 1
    is_install: bool = True

    def check(self) -> None:
        """Raise HelmError unless the name is one that Helm takes."""
        if len(self.name) > 53 or not _NAME.match(self.name):
            raise HelmError(
                f"release name {self.name!r} is invalid: at most 53 of a-z, 0-9, '-' and '.'"
            )


class Capabilities(NamedTuple):
    """What the cluster can, ``.Capabilities`` in templates.

    ``kube_version`` such as "1.36.0"; ``api_versions`` are added to what Helm takes for granted, or
    are all there are if ``complete``.
    """

    kube_version: str = "1.36.0"
    api_versions: frozenset[str] = frozenset()
    helm_version: str = "v3.20.2"
    complete: bool = False

    def kube_parts(self) -> tuple[str, str, str]:
        """Return version (v1.36.0), major and minor. Raises HelmError for what is no version."""
        match = _KUBE.match(self.kube_version)
        if match is None:
            raise HelmError(f"Kubernetes version {self.kube_version!r} is no version")
        major, minor = match["major"].lstrip("0") or "0", match["minor"].lstrip("0") or "0"
        patch = (match["patch"] or "0").lstrip("0") or "0"
        return f"v{major}.{minor}.{patch}", major, minor
