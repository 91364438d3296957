# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of the cluster a desired state is made for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ClusterFacts:
    """Facts of one cluster; all optional, as rendering needs none.

    ``kube_version`` is the API server's gitVersion (``v1.36.2+k3s1``); ``api_versions`` are names
    such as ``apps/v1`` and ``apps/v1/Deployment``, with ``api_complete`` all there are, and
    else are added to Helm's default list; ``jwt_policy`` is the kind of tokens that the cluster
    issues, ``third-party-jwt`` or ``first-party-jwt``; ``default_revision`` is the revision the
    live default validator or tag points at (``default`` for the un-revisioned control plane), None
    when there is none; ``gateway_api`` are the CRDs of the Gateway API that are there, None when
    nobody looked; ``openshift`` is what `_mesh.openshift.openshift_facts` finds, None elsewhere.
    """

    kube_version: str | None = None
    api_versions: frozenset[str] = frozenset()
    platform: str | None = None
    default_revision: str | None = None
    jwt_policy: str | None = None
    gateway_api: Mapping[str, Any] | None = None
    api_complete: bool = False
    openshift: Mapping[str, Any] | None = None
