# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which OpenShift a cluster is, and what of it a mesh has to know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._mesh.reading import read_if_there

# API groups that only OpenShift serves.
_GROUPS = frozenset({"config.openshift.io", "security.openshift.io", "route.openshift.io"})
# The cluster network operator brings this group's CRD together with Multus, and neither when its
# `disableMultiNetwork` is set (bindata/network/multus of cluster-network-operator).
_MULTUS = "k8s.cni.cncf.io"
_CONFIG = "/apis/config.openshift.io/v1"
_OBJECTS = (
    f"{_CONFIG}/clusterversions/version",
    f"{_CONFIG}/networks/cluster",
    f"{_CONFIG}/ingresses/cluster",
)

Facts = dict[str, Any]


def is_openshift(groups: set[str]) -> bool:
    """Whether a cluster that serves these API groups is one; a single CRD of its does not do."""
    return len(groups & _GROUPS) > 1


def openshift_facts(client: Client, groups: set[str], gateway_api: Facts) -> Facts | None:
    """What there is, as JSON data, or None when it is no OpenShift.

    `groups` are the API groups that the cluster serves, `gateway_api` what gateway_api_facts says.
    `version` (4.19.3) is the one that runs, which is the older one while an update is under way;
    `network_type` OVNKubernetes, `ingress_domain` the one that Routes without a host get theirs of;
    each is empty where the account may not read it or the cluster does not say. `multus` says that
    pods can have further networks, `gateway_api_owned` that the Gateway API's CRDs are the
    platform's. Raises KubeError when the cluster cannot be asked.
    """
    if not is_openshift(groups):
        return None
    version, network, ingress = client.map(lambda path: read_if_there(client, path), _OBJECTS)
    spec = _table(ingress, "spec")
    return {
        "version": _version(_table(version, "status")),
        "network_type": str(
            _table(network, "status").get("networkType")
            or _table(network, "spec").get("networkType")
            or ""
        ),
        "multus": _MULTUS in groups,
        "ingress_domain": str(spec.get("appsDomain") or spec.get("domain") or ""),
        "gateway_api_owned": gateway_api["protected"]
        or any(crd["platform"] for crd in gateway_api["crds"].values()),
    }


def _version(status: Mapping[str, Any]) -> str:
    """The newest version that was rolled out to its end, as `oc get clusterversion` shows it."""
    done = (e for e in status.get("history") or () if e.get("state") == "Completed")
    newest = next(done, None) or status.get("desired") or {}
    return str(newest.get("version") or "")


def _table(obj: Any, key: str) -> Mapping[str, Any]:
    inner = (obj or {}).get(key)
    return inner if isinstance(inner, Mapping) else {}
