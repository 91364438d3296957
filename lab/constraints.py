"""The SecurityContextConstraints that every OpenShift has, as data.

What they allow is that of openshift/cluster-kube-apiserver-operator, bindata/bootkube/scc-manifests
(2026): each is one of four shapes with a few fields that differ.
"""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]

GROUP = "security.openshift.io"
_VOLUMES = (
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
)
_ANY: Object = {"type": "RunAsAny"}
_CLOSED: Object = {
    "allowHostDirVolumePlugin": False,
    "allowHostIPC": False,
    "allowHostNetwork": False,
    "allowHostPID": False,
    "allowHostPorts": False,
    "allowPrivilegedContainer": False,
    "defaultAddCapabilities": None,
    "fsGroup": {"type": "MustRunAs"},
    "groups": [],
    "priority": None,
    "readOnlyRootFilesystem": False,
    "runAsUser": {"type": "MustRunAsRange"},
    "seLinuxContext": {"type": "MustRunAs"},
    "supplementalGroups": _ANY,
    "users": [],
    "volumes": list(_VOLUMES),
}
# Before and after OpenShift 4.11: the second ones drop all capabilities.
_FIRST: Object = {
    **_CLOSED,
    "allowPrivilegeEscalation": True,
    "allowedCapabilities": None,
    "requiredDropCapabilities": ["KILL", "MKNOD", "SETUID", "SETGID"],
}
_SECOND: Object = {
    **_CLOSED,
    "allowPrivilegeEscalation": False,
    "allowedCapabilities": ["NET_BIND_SERVICE"],
    "requiredDropCapabilities": ["ALL"],
    "seccompProfiles": ["runtime/default"],
}
_ANY_USER: Object = {
    **_FIRST,
    "fsGroup": _ANY,
    "requiredDropCapabilities": ["MKNOD"],
    "runAsUser": _ANY,
}
_NOT_ROOT: Object = {"fsGroup": _ANY, "runAsUser": {"type": "MustRunAsNonRoot"}}
_HOST_NETWORK: Object = {
    "allowHostNetwork": True,
    "allowHostPorts": True,
    "supplementalGroups": {"type": "MustRunAs"},
}
_HOST: Object = {
    "allowHostDirVolumePlugin": True,
    "allowHostIPC": True,
    "allowHostNetwork": True,
    "allowHostPID": True,
    "allowHostPorts": True,
}


def _ids(kind: str, first: int) -> Object:
    return {"type": kind, "ranges": [{"min": first, "max": 65534}]}


_STANDARD: dict[str, Object] = {
    "anyuid": {**_ANY_USER, "priority": 10, "groups": ["system:cluster-admins"]},
    "hostaccess": {**_FIRST, **_HOST, "volumes": [*_VOLUMES, "hostPath"]},
    "hostmount-anyuid": {
        **_ANY_USER,
        "allowHostDirVolumePlugin": True,
        "users": ["system:serviceaccount:openshift-infra:pv-recycler-controller"],
        "volumes": [*_VOLUMES, "hostPath", "nfs"],
    },
    "hostmount-anyuid-v2": {
        **_ANY_USER,
        "allowHostDirVolumePlugin": True,
        "seLinuxContext": _ANY,
        "volumes": [*_VOLUMES, "hostPath", "image", "nfs"],
    },
    "hostnetwork": {**_FIRST, **_HOST_NETWORK},
    "hostnetwork-v2": {**_SECOND, **_HOST_NETWORK},
    "nested-container": {
        **_FIRST,
        "allowedCapabilities": ["SETUID", "SETGID"],
        "fsGroup": _ids("MustRunAs", 0),
        "requiredDropCapabilities": None,
        "runAsUser": {"type": "MustRunAsRange", "uidRangeMin": 0, "uidRangeMax": 65534},
        "seLinuxContext": {
            "type": "MustRunAs",
            "seLinuxOptions": {"type": "container_engine_t"},
        },
        "seccompProfiles": ["*"],
        "supplementalGroups": _ids("MustRunAs", 0),
        "userNamespaceLevel": "RequirePodLevel",
    },
    "nonroot": {**_FIRST, **_NOT_ROOT},
    "nonroot-v2": {**_SECOND, **_NOT_ROOT},
    "privileged": {
        **_FIRST,
        **_HOST,
        "allowPrivilegedContainer": True,
        "allowedCapabilities": ["*"],
        "allowedUnsafeSysctls": ["*"],
        "fsGroup": _ANY,
        "groups": ["system:cluster-admins", "system:nodes", "system:masters"],
        "requiredDropCapabilities": None,
        "runAsUser": _ANY,
        "seLinuxContext": _ANY,
        "seccompProfiles": ["*"],
        "users": ["system:admin", "system:serviceaccount:openshift-infra:build-controller"],
        "volumes": ["*"],
    },
    "restricted": _FIRST,
    "restricted-v2": _SECOND,
    "restricted-v3": {
        **_SECOND,
        "fsGroup": _ids("MustRunAs", 1000),
        "runAsUser": {"type": "MustRunAsRange", "uidRangeMin": 1000, "uidRangeMax": 65534},
        "supplementalGroups": _ids("MustRunAs", 1000),
        "userNamespaceLevel": "RequirePodLevel",
    },
}
# Everybody may use this one, and only this one, by a binding.
_FOR_ALL = "restricted-v2"


def standard() -> list[Object]:
    """The constraints themselves."""
    return [
        {
            "apiVersion": f"{GROUP}/v1",
            "kind": "SecurityContextConstraints",
            "metadata": {
                "name": name,
                "annotations": {"release.openshift.io/create-only": "true"},
            },
            **fields,
        }
        for name, fields in _STANDARD.items()
    ]


def roles() -> list[Object]:
    """A ClusterRole for each that lets use it, and the binding to all users."""
    rbac = "rbac.authorization.k8s.io"

    def role(name: str) -> Object:
        rule = {
            "apiGroups": [GROUP],
            "resources": ["securitycontextconstraints"],
            "resourceNames": [name],
            "verbs": ["use"],
        }
        return {
            "apiVersion": f"{rbac}/v1",
            "kind": "ClusterRole",
            "metadata": {"name": f"system:openshift:scc:{name}"},
            "rules": [rule],
        }

    for_all = f"system:openshift:scc:{_FOR_ALL}"
    binding = {
        "apiVersion": f"{rbac}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": for_all},
        "roleRef": {"apiGroup": rbac, "kind": "ClusterRole", "name": for_all},
        "subjects": [{"apiGroup": rbac, "kind": "Group", "name": "system:authenticated"}],
    }
    return [*(role(name) for name in _STANDARD), binding]
