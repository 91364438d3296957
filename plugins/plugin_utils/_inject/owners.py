# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which workload a pod belongs to, as istiod tells from the pod (``GetDeployMetaFromPod``)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

_CRON_JOB = re.compile(r"(.+)-\d{8,10}$")
_ROLLOUT_HASH = "rollouts-pod-template-hash"
_HASH = "pod-template-hash"
_DEPLOYMENT_CONFIG = "deploymentconfig"


class Owner(NamedTuple):
    """What the proxy says it belongs to: name, apiVersion and kind of a workload."""

    name: str
    api_version: str
    kind: str


def owner_of(metadata: Mapping[str, Any]) -> Owner:
    """Return the workload of a pod with this metadata; without a controller it is the pod itself.

    Only pods with a generated name have one: those that somebody named are taken as they are.
    """
    name = metadata.get("name") or ""
    owner = Owner(name, "v1", "Pod")
    if metadata.get("generateName"):
        references = metadata.get("ownerReferences") or ()
        controller = next((item for item in references if item.get("controller")), None)
        if controller is not None:
            owner = _of_controller(controller, metadata.get("labels") or {})
    return owner if owner.name else owner._replace(name=name)


def _of_controller(controller: Mapping[str, Any], labels: Mapping[str, str]) -> Owner:
    """Return the workload above the one that made the pod, as far as names and labels tell."""
    name = controller.get("name") or ""
    kind = controller.get("kind") or ""
    api_version = controller.get("apiVersion") or ""
    if kind == "ReplicaSet":
        deployment = _above(name, labels.get(_HASH))
        if deployment is not None:
            return Owner(deployment, api_version, "Deployment")
        rollout = _above(name, labels.get(_ROLLOUT_HASH))
        if rollout is not None:
            return Owner(rollout, "v1alpha1", "Rollout")
    elif kind == "ReplicationController" and labels.get(_DEPLOYMENT_CONFIG):
        return Owner(labels[_DEPLOYMENT_CONFIG], api_version, "DeploymentConfig")
    elif kind == "Job":
        match = _CRON_JOB.search(name)
        if match:
            return Owner(match[1], "batch/v1", "CronJob")
    return Owner(name, api_version, kind)


def _above(name: str, suffix: str | None) -> str | None:
    """Return the name without the hash of a template; None when it does not end in it."""
    return name.removesuffix(f"-{suffix}") if suffix and name.endswith(suffix) else None
