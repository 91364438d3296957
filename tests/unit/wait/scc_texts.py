"""Refusals as OpenShift's admission plugin wrote them, in events; one is of istio/istio#61791."""

from __future__ import annotations

CNI = (
    'Error creating: pods "istio-cni-node-" is forbidden: unable to validate against any '
    'security context constraint: [provider "anyuid": Forbidden: not usable by user or '
    "serviceaccount, provider restricted-v2: .spec.securityContext.hostNetwork: Invalid "
    "value: true: Host network is not allowed to be used, spec.volumes[0]: Invalid value:"
    ' "hostPath": hostPath volumes are not allowed to be used, provider restricted-v2: '
    ".containers[0].runAsUser: Invalid value: 0: must be in the ranges: [1000100000, "
    "1000109999], provider restricted-v2: .containers[0].seLinuxOptions.level: Invalid "
    'value: "": must be s0:c10,c5, provider restricted-v2: '
    '.containers[0].seLinuxOptions.type: Invalid value: "spc_t": must be , provider '
    'restricted-v2: .containers[0].capabilities.add: Invalid value: "NET_ADMIN": '
    "capability may not be added, provider restricted-v2: "
    '.containers[0].capabilities.add: Invalid value: "NET_RAW": capability may not be '
    "added, provider restricted-v2: .containers[0].capabilities.add: Invalid value: "
    '"SYS_PTRACE": capability may not be added, provider restricted-v2: '
    '.containers[0].capabilities.add: Invalid value: "SYS_ADMIN": capability may not be '
    "added, provider restricted-v2: .containers[0].capabilities.add: Invalid value: "
    '"DAC_OVERRIDE": capability may not be added, provider restricted-v2: '
    ".containers[0].hostNetwork: Invalid value: true: Host network is not allowed to be "
    "used, provider restricted-v2: .containers[0].containers[0].hostPort: Invalid value: "
    '15014: Host ports are not allowed to be used, provider "restricted-v3": Forbidden: '
    'not usable by user or serviceaccount, provider "restricted": Forbidden: not usable '
    'by user or serviceaccount, provider "nested-container": Forbidden: not usable by '
    'user or serviceaccount, provider "nonroot-v2": Forbidden: not usable by user or '
    'serviceaccount, provider "nonroot": Forbidden: not usable by user or serviceaccount,'
    ' provider "hostmount-anyuid": Forbidden: not usable by user or serviceaccount, '
    'provider "hostmount-anyuid-v2": Forbidden: not usable by user or serviceaccount, '
    'provider "hostnetwork-v2": Forbidden: not usable by user or serviceaccount, provider'
    ' "hostnetwork": Forbidden: not usable by user or serviceaccount, provider '
    '"hostaccess": Forbidden: not usable by user or serviceaccount, provider '
    '"privileged": Forbidden: not usable by user or serviceaccount]'
)
CUSTOM_RANGE = (
    'pods "web-7c9d5-" is forbidden: unable to validate against any security context '
    "constraint: [provider restricted-uid-fsgroup-8939015: .initContainers[0].runAsUser: "
    "Invalid value: 1000989999: must be in the ranges: [8939015, 8939016], provider "
    "restricted-uid-fsgroup-8939015: .containers[1].runAsUser: Invalid value: 1000989999:"
    " must be in the ranges: [8939015, 8939016]]"
)
IDS = (
    'Error creating: pods "uid-7445bf748c-" is forbidden: unable to validate against any '
    'security context constraint: [provider "anyuid": Forbidden: not usable by user or '
    "serviceaccount, provider restricted-v2: .spec.securityContext.fsGroup: Invalid "
    "value: [1337]: 1337 is not an allowed group, provider restricted-v2: "
    ".containers[0].runAsUser: Invalid value: 1337: must be in the ranges: [1000100000, "
    '1000109999], provider "restricted-v3": Forbidden: not usable by user or '
    'serviceaccount, provider "restricted": Forbidden: not usable by user or '
    'serviceaccount, provider "nested-container": Forbidden: not usable by user or '
    'serviceaccount, provider "nonroot-v2": Forbidden: not usable by user or '
    'serviceaccount, provider "nonroot": Forbidden: not usable by user or serviceaccount,'
    ' provider "hostmount-anyuid": Forbidden: not usable by user or serviceaccount, '
    'provider "hostmount-anyuid-v2": Forbidden: not usable by user or serviceaccount, '
    'provider "hostnetwork-v2": Forbidden: not usable by user or serviceaccount, provider'
    ' "hostnetwork": Forbidden: not usable by user or serviceaccount, provider '
    '"hostaccess": Forbidden: not usable by user or serviceaccount, provider '
    '"privileged": Forbidden: not usable by user or serviceaccount]'
)
INJECTED = (
    'Error creating: pods "inj-5d445bc658-" is forbidden: unable to validate against any '
    'security context constraint: [provider "anyuid": Forbidden: not usable by user or '
    "serviceaccount, provider restricted-v2: .initContainers[0].runAsUser: Invalid value:"
    " 0: must be in the ranges: [1000100000, 1000109999], provider restricted-v2: "
    '.initContainers[0].capabilities.add: Invalid value: "NET_ADMIN": capability may not '
    "be added, provider restricted-v2: .initContainers[0].capabilities.add: Invalid "
    'value: "NET_RAW": capability may not be added, provider restricted-v2: '
    ".containers[1].runAsUser: Invalid value: 1337: must be in the ranges: [1000100000, "
    '1000109999], provider "restricted-v3": Forbidden: not usable by user or '
    'serviceaccount, provider "restricted": Forbidden: not usable by user or '
    'serviceaccount, provider "nested-container": Forbidden: not usable by user or '
    'serviceaccount, provider "nonroot-v2": Forbidden: not usable by user or '
    'serviceaccount, provider "nonroot": Forbidden: not usable by user or serviceaccount,'
    ' provider "hostmount-anyuid": Forbidden: not usable by user or serviceaccount, '
    'provider "hostmount-anyuid-v2": Forbidden: not usable by user or serviceaccount, '
    'provider "hostnetwork-v2": Forbidden: not usable by user or serviceaccount, provider'
    ' "hostnetwork": Forbidden: not usable by user or serviceaccount, provider '
    '"hostaccess": Forbidden: not usable by user or serviceaccount, provider '
    '"privileged": Forbidden: not usable by user or serviceaccount]'
)
SECCOMP = (
    'Error creating: pods "seccomp-68d96755f9-" is forbidden: unable to validate against '
    'any security context constraint: [provider "anyuid": Forbidden: not usable by user '
    "or serviceaccount, "
    "pod.metadata.annotations[container.seccomp.security.alpha.kubernetes.io/a]: "
    "Forbidden: unconfined is not an allowed seccomp profile. Valid values are "
    '[runtime/default], provider "restricted-v3": Forbidden: not usable by user or '
    'serviceaccount, provider "restricted": Forbidden: not usable by user or '
    'serviceaccount, provider "nested-container": Forbidden: not usable by user or '
    'serviceaccount, provider "nonroot-v2": Forbidden: not usable by user or '
    'serviceaccount, provider "nonroot": Forbidden: not usable by user or serviceaccount,'
    ' provider "hostmount-anyuid": Forbidden: not usable by user or serviceaccount, '
    'provider "hostmount-anyuid-v2": Forbidden: not usable by user or serviceaccount, '
    'provider "hostnetwork-v2": Forbidden: not usable by user or serviceaccount, provider'
    ' "hostnetwork": Forbidden: not usable by user or serviceaccount, provider '
    '"hostaccess": Forbidden: not usable by user or serviceaccount, provider '
    '"privileged": Forbidden: not usable by user or serviceaccount]'
)
