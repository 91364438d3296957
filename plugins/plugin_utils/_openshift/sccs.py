# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SecurityContextConstraints of our own, which allow what a mesh's pods ask for and no more.

All that is not said here is as in OpenShift's `restricted-v2`: no privileges, no host, all
capabilities dropped, the runtime's seccomp profile, the namespace's SELinux label. Fields are all
written out, as OpenShift would else fill them in, and fields without a value would be no one's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.component import Object

# Kinds of volumes as an SCC names them, of those that a pod's volume has as its key.
_VOLUMES: Final = (
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
)
_RUNTIME: Final = "runtime/default"


def proxy_scc(name: str) -> Object:
    """For pods whose proxy runs as user 1337 (up to Istio 1.19): any user but root."""
    return _scc(
        name,
        "Pods of an Istio mesh whose proxies run as user 1337: any user but root, nothing else",
        runAsUser={"type": "MustRunAsNonRoot"},
        fsGroup={"type": "RunAsAny"},
    )


def sidecar_scc(name: str) -> Object:
    """For injected pods without the CNI plugin: istio-init is root and changes their network."""
    return _scc(
        name,
        "Injected pods of an Istio mesh without CNI: root, NET_ADMIN and NET_RAW for istio-init",
        allowedCapabilities=["NET_ADMIN", "NET_RAW"],
        runAsUser={"type": "RunAsAny"},
        fsGroup={"type": "RunAsAny"},
    )


def agent_scc(name: str, pod: Mapping[str, Any]) -> Object:
    """For the pods of a node agent: what this pod asks for."""
    contexts = [_context(pod), *map(_context, _containers(pod))]
    host_network = bool(pod.get("hostNetwork"))
    privileged = any(context.get("privileged") for context in contexts)
    more: dict[str, Any] = {}
    if privileged or any("SYS_ADMIN" in _added(context) for context in contexts):
        # Kubernetes refuses `allowPrivilegeEscalation: false` for both.
        more = {"allowPrivilegeEscalation": True, "defaultAllowPrivilegeEscalation": True}
    if any("ALL" not in _dropped(_context(one)) for one in _containers(pod)):
        # Dropping all would take away from a container what its release counts on.
        more["requiredDropCapabilities"] = []
    kinds = {key for volume in pod.get("volumes") or () for key in volume if key != "name"}
    return _scc(
        name,
        "Node agents of an Istio mesh: what their DaemonSet asks for",
        allowHostDirVolumePlugin="hostPath" in kinds,
        allowHostNetwork=host_network,
        allowHostPID=bool(pod.get("hostPID")),
        allowHostPorts=host_network or _host_ports(pod),
        allowPrivilegedContainer=privileged,
        allowedCapabilities=sorted({one for context in contexts for one in _added(context)}),
        runAsUser={"type": "RunAsAny"},
        seLinuxContext={"type": "RunAsAny"},
        fsGroup={"type": "RunAsAny"},
        seccompProfiles=["*"],
        # The token of the service account is always mounted, as `projected`.
        volumes=sorted({*kinds, "projected"}),
        **more,
    )


def _scc(name: str, description: str, **fields: Any) -> Object:
    return {
        "apiVersion": "security.openshift.io/v1",
        "kind": "SecurityContextConstraints",
        "metadata": {"name": name, "annotations": {"kubernetes.io/description": description}},
        "allowHostDirVolumePlugin": False,
        "allowHostIPC": False,
        "allowHostNetwork": False,
        "allowHostPID": False,
        "allowHostPorts": False,
        "allowPrivilegeEscalation": False,
        "allowPrivilegedContainer": False,
        "allowedCapabilities": [],
        "defaultAddCapabilities": [],
        "defaultAllowPrivilegeEscalation": False,
        "fsGroup": {"type": "MustRunAs"},
        "groups": [],
        "priority": 0,
        "readOnlyRootFilesystem": False,
        "requiredDropCapabilities": ["ALL"],
        "runAsUser": {"type": "MustRunAsRange"},
        "seLinuxContext": {"type": "MustRunAs"},
        "seccompProfiles": [_RUNTIME],
        "supplementalGroups": {"type": "RunAsAny"},
        "users": [],
        "volumes": list(_VOLUMES),
        **fields,
    }


def _containers(pod: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [*(pod.get("initContainers") or ()), *(pod.get("containers") or ())]


def _context(item: Mapping[str, Any]) -> Mapping[str, Any]:
    return item.get("securityContext") or {}


def _added(context: Mapping[str, Any]) -> Iterable[str]:
    return (context.get("capabilities") or {}).get("add") or ()


def _dropped(context: Mapping[str, Any]) -> Iterable[str]:
    return (context.get("capabilities") or {}).get("drop") or ()


def _host_ports(pod: Mapping[str, Any]) -> bool:
    return any(port.get("hostPort") for one in _containers(pod) for port in one.get("ports") or ())
