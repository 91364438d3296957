# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kinds whose plural and scope are the same on every cluster.

Read from the discovery of Kubernetes 1.36, the CRDs of Istio 1.31, Gateway API 1.4 and the
APIs of OpenShift 4. Versions are not part of the table: plural and scope never change with them.
"""

from __future__ import annotations

# group -> (plurals of namespaced kinds, plurals of cluster-scoped kinds), kind=plural
_TABLE: dict[str, tuple[str, str]] = {
    "": (
        "Binding=bindings ConfigMap=configmaps Endpoints=endpoints Event=events"
        " LimitRange=limitranges PersistentVolumeClaim=persistentvolumeclaims Pod=pods"
        " PodTemplate=podtemplates ReplicationController=replicationcontrollers"
        " ResourceQuota=resourcequotas Secret=secrets ServiceAccount=serviceaccounts"
        " Service=services",
        "Namespace=namespaces Node=nodes PersistentVolume=persistentvolumes",
    ),
    "apps": (
        "ControllerRevision=controllerrevisions DaemonSet=daemonsets Deployment=deployments"
        " ReplicaSet=replicasets StatefulSet=statefulsets",
        "",
    ),
    "rbac.authorization.k8s.io": (
        "Role=roles RoleBinding=rolebindings",
        "ClusterRole=clusterroles ClusterRoleBinding=clusterrolebindings",
    ),
    "admissionregistration.k8s.io": (
        "",
        "MutatingAdmissionPolicy=mutatingadmissionpolicies"
        " MutatingAdmissionPolicyBinding=mutatingadmissionpolicybindings"
        " MutatingWebhookConfiguration=mutatingwebhookconfigurations"
        " ValidatingAdmissionPolicy=validatingadmissionpolicies"
        " ValidatingAdmissionPolicyBinding=validatingadmissionpolicybindings"
        " ValidatingWebhookConfiguration=validatingwebhookconfigurations",
    ),
    "apiextensions.k8s.io": ("", "CustomResourceDefinition=customresourcedefinitions"),
    "apiregistration.k8s.io": ("", "APIService=apiservices"),
    "authentication.k8s.io": (
        "",
        "SelfSubjectReview=selfsubjectreviews TokenReview=tokenreviews",
    ),
    "authorization.k8s.io": (
        "LocalSubjectAccessReview=localsubjectaccessreviews",
        "SelfSubjectAccessReview=selfsubjectaccessreviews"
        " SelfSubjectRulesReview=selfsubjectrulesreviews"
        " SubjectAccessReview=subjectaccessreviews",
    ),
    "autoscaling": ("HorizontalPodAutoscaler=horizontalpodautoscalers", ""),
    "batch": ("CronJob=cronjobs Job=jobs", ""),
    "coordination.k8s.io": ("Lease=leases", ""),
    "discovery.k8s.io": ("EndpointSlice=endpointslices", ""),
    "events.k8s.io": ("Event=events", ""),
    "networking.k8s.io": (
        "Ingress=ingresses NetworkPolicy=networkpolicies",
        "IngressClass=ingressclasses",
    ),
    "node.k8s.io": ("", "RuntimeClass=runtimeclasses"),
    "policy": ("PodDisruptionBudget=poddisruptionbudgets", ""),
    "scheduling.k8s.io": ("", "PriorityClass=priorityclasses"),
    "storage.k8s.io": ("", "StorageClass=storageclasses CSIDriver=csidrivers"),
    "networking.istio.io": (
        "DestinationRule=destinationrules EnvoyFilter=envoyfilters Gateway=gateways"
        " ProxyConfig=proxyconfigs ServiceEntry=serviceentries Sidecar=sidecars"
        " VirtualService=virtualservices WorkloadEntry=workloadentries"
        " WorkloadGroup=workloadgroups",
        "",
    ),
    "security.istio.io": (
        "AuthorizationPolicy=authorizationpolicies PeerAuthentication=peerauthentications"
        " RequestAuthentication=requestauthentications",
        "",
    ),
    "telemetry.istio.io": ("Telemetry=telemetries", ""),
    "extensions.istio.io": (
        "TrafficExtension=trafficextensions WasmPlugin=wasmplugins",
        "",
    ),
    "gateway.networking.k8s.io": (
        "BackendTLSPolicy=backendtlspolicies GRPCRoute=grpcroutes Gateway=gateways"
        " HTTPRoute=httproutes ListenerSet=listenersets ReferenceGrant=referencegrants"
        " TCPRoute=tcproutes TLSRoute=tlsroutes UDPRoute=udproutes",
        "GatewayClass=gatewayclasses",
    ),
    "route.openshift.io": ("Route=routes", ""),
    "security.openshift.io": ("", "SecurityContextConstraints=securitycontextconstraints"),
    "config.openshift.io": (
        "",
        "ClusterOperator=clusteroperators ClusterVersion=clusterversions"
        " Infrastructure=infrastructures Network=networks",
    ),
    "project.openshift.io": ("", "Project=projects ProjectRequest=projectrequests"),
    "k8s.cni.cncf.io": ("NetworkAttachmentDefinition=network-attachment-definitions", ""),
}

# (group, kind) -> (plural, namespaced)
KNOWN: dict[tuple[str, str], tuple[str, bool]] = {
    (group, kind): (plural, namespaced)
    for group, scopes in _TABLE.items()
    for namespaced, words in ((True, scopes[0]), (False, scopes[1]))
    for kind, plural in (word.split("=") for word in words.split())
}
