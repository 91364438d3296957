"""Values of chart gateway for the comparison with helm: each wish alone, and seeded mixtures."""

from __future__ import annotations

import random
from typing import Any

Values = dict[str, Any]

_TOLERATION = {"key": "edge", "operator": "Exists", "effect": "NoSchedule"}
_SPREAD = {
    "maxSkew": 1,
    "topologyKey": "topology.kubernetes.io/zone",
    "whenUnsatisfiable": "ScheduleAnyway",
    "labelSelector": {"matchLabels": {"app": "edge"}},
}
_ZONES = {"key": "zone", "operator": "In", "values": ["a", "b"]}
_METRIC = {
    "type": "Pods",
    "pods": {"metric": {"name": "rps"}, "target": {"type": "AverageValue", "averageValue": "1k"}},
}
SINGLE: list[Values] = [
    {},
    {"kind": "DaemonSet"},
    {"replicaCount": 3, "autoscaling": {"enabled": False}},
    {"autoscaling": {"minReplicas": 2, "maxReplicas": 9, "targetCPUUtilizationPercentage": 65}},
    {"autoscaling": {"targetMemoryUtilizationPercentage": 70}},
    {"autoscaling": {"autoscaleBehavior": {"scaleDown": {"stabilizationWindowSeconds": 60}}}},
    {"autoscaling": {"metrics": [_METRIC]}},
    {"podDisruptionBudget": {"minAvailable": 1}},
    {"podDisruptionBudget": {"maxUnavailable": "25%", "unhealthyPodEvictionPolicy": "AlwaysAllow"}},
    {"service": {"type": "NodePort"}},
    {"service": {"type": "None"}},
    {"service": {"type": "ClusterIP", "clusterIP": "None"}},
    {"service": {"annotations": {"lb": "internal"}, "externalTrafficPolicy": "Local"}},
    {"service": {"loadBalancerIP": "10.0.0.9", "loadBalancerSourceRanges": ["10.0.0.0/8"]}},
    {"service": {"ports": [{"name": "tls", "port": 8443, "targetPort": 443, "nodePort": 31443}]}},
    {"service": {"ipFamilyPolicy": "PreferDualStack", "ipFamilies": ["IPv6", "IPv4"]}},
    {"service": {"externalIPs": ["192.0.2.1"], "allocateLoadBalancerNodePorts": False}},
    {"service": {"loadBalancerClass": "nlb", "selectorLabels": {"tier": "edge"}}},
    {"networkGateway": "network-2", "global": {"network": "network-1"}},
    {"networkGateway": "network-2"},
    {"resources": {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": None}},
    {"nodeSelector": {"node-role": "edge"}, "tolerations": [_TOLERATION]},
    {"topologySpreadConstraints": [_SPREAD]},
    {"affinity": {"nodeAffinity": {"x": [{"matchExpressions": [_ZONES]}]}}},
    {"labels": {"istio": "edge", "app": "other"}},
    {"labels": {"sidecar.istio.io/inject": "false"}},
    {"annotations": {"team": "net"}, "podAnnotations": {"sidecar.istio.io/userVolume": "[]"}},
    {"podAnnotations": {"prometheus.io/scrape": "false"}},
    {"env": {"ISTIO_META_ROUTER_MODE": "sni-dnat", "EMPTY": ""}},
    {"envVarFrom": [{"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}]},
    {
        "volumes": [{"name": "x", "emptyDir": {}}],
        "volumeMounts": [{"name": "x", "mountPath": "/"}],
    },
    {"imagePullSecrets": [{"name": "pull"}]},
    {"imagePullPolicy": "Always", "priorityClassName": "system-cluster-critical"},
    {"serviceAccount": {"create": False}},
    {"serviceAccount": {"name": "own", "annotations": {"iam": "role"}}},
    {"rbac": {"enabled": False}},
    {"securityContext": {"runAsUser": 1000}, "containerSecurityContext": {"privileged": False}},
    {"strategy": {"rollingUpdate": {"maxSurge": "100%", "maxUnavailable": 0}}},
    {"minReadySeconds": 5, "terminationGracePeriodSeconds": 90},
    {"readinessProbe": {"httpGet": {"path": "/healthz/ready", "port": 15021}}},
    {"lifecycle": {"preStop": {"exec": {"command": ["sleep", "5"]}}}},
    {"initContainers": [{"name": "i", "image": "busybox"}]},
    {"additionalContainers": [{"name": "a", "image": "busybox", "args": ["true"]}]},
    {"unprivilegedPort": True},
    {"unprivilegedPort": False, "runAsRoot": True},
    {"name": "another"},
]
_SINGLE_ONLY: tuple[Values, ...] = ({}, {"name": "another"})
OPTIONS: list[dict[str, Any]] = [
    {},
    {"platform": "openshift"},
    {"platform": "gke", "revision": "canary"},
    {"revision": "1-31-1"},
    {"namespace": "mesh", "profile": "ambient"},
]


def mixtures(seed: int, count: int) -> list[Values]:
    """Some wishes together; where two say something of one top-level key, the later one counts."""
    chance = random.Random(seed)
    parts = [values for values in SINGLE if values not in _SINGLE_ONLY]
    return [
        {key: value for part in chance.sample(parts, 4) for key, value in part.items()}
        for _number in range(count)
    ]
