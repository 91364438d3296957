"""Chart istio-cni: the node agent that installs the plugin, and repairs earlier pods."""

from __future__ import annotations

VALUES = """\
cni:
  hub: ""
  tag: ""
  image: install-cni
  pullPolicy: ""
  logLevel: info
  cniBinDir: /opt/cni/bin
  cniConfDir: /etc/cni/net.d
  cniConfFileName: ""
  excludeNamespaces:
  - istio-system
  podAnnotations: {}
  psp_cluster_role: ""
  chained: true
  repair:
    enabled: true
    labelPods: true
    deletePods: true
    initContainerName: istio-validation
    brokenPodLabelKey: cni.istio.io/uninitialized
    brokenPodLabelValue: "true"
"""
CONFIG = """\
kind: ConfigMap
apiVersion: v1
metadata:
  name: istio-cni-config
  namespace: {{ .Release.Namespace }}
  labels: {app: istio-cni, release: {{ .Release.Name }}}
data:
  cni_network_config: |-
        {
          "cniVersion": "0.3.1",
          "name": "istio-cni",
          "type": "istio-cni",
          "log_level": {{ quote .Values.cni.logLevel }},
          "kubernetes": {
              "kubeconfig": "__KUBECONFIG_FILEPATH__",
              "cni_bin_dir": {{ quote .Values.cni.cniBinDir }},
              "exclude_namespaces": [ {{ range $idx, $ns := .Values.cni.excludeNamespaces }}\
{{ if $idx }}, {{ end }}{{ quote $ns }}{{ end }} ]
          }
        }
"""
ROLES = """\
apiVersion: v1
kind: ServiceAccount
metadata:
  name: istio-cni
  namespace: {{ .Release.Namespace }}
  labels: {app: istio-cni, release: {{ .Release.Name }}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: istio-cni
  labels: {app: istio-cni, release: {{ .Release.Name }}}
rules:
- apiGroups: [""]
  resources: [pods, nodes]
  verbs: [get]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: istio-cni
  labels: {app: istio-cni, release: {{ .Release.Name }}}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: istio-cni}
subjects:
- {kind: ServiceAccount, name: istio-cni, namespace: {{ .Release.Namespace }}}
{{- if .Values.cni.repair.enabled }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: istio-cni-repair-role
  labels: {app: istio-cni, release: {{ .Release.Name }}}
rules:
- apiGroups: [""]
  resources: [pods]
  verbs: [get, list, watch, delete, patch, update]
- apiGroups: [""]
  resources: [events]
  verbs: [get, list, watch, delete, patch, update, create]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: istio-cni-repair-rolebinding
  labels: {k8s-app: istio-cni-repair}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: istio-cni-repair-role}
subjects:
- {kind: ServiceAccount, name: istio-cni, namespace: {{ .Release.Namespace }}}
{{- end }}
"""
DAEMON_SET = """\
{{- $image := printf "%s/%s:%s" (.Values.cni.hub | default .Values.global.hub) .Values.cni.image \
(.Values.cni.tag | default .Values.global.tag) }}
kind: DaemonSet
apiVersion: apps/v1
metadata:
  name: istio-cni-node
  namespace: {{ .Release.Namespace }}
  labels: {k8s-app: istio-cni-node, release: {{ .Release.Name }}}
spec:
  selector:
    matchLabels: {k8s-app: istio-cni-node}
  updateStrategy:
    type: RollingUpdate
    rollingUpdate: {maxUnavailable: 1}
  template:
    metadata:
      labels: {k8s-app: istio-cni-node}
      annotations:
        sidecar.istio.io/inject: "false"
        {{- if .Values.cni.podAnnotations }}
{{ toYaml .Values.cni.podAnnotations | indent 8 }}
        {{- end }}
    spec:
      nodeSelector: {kubernetes.io/os: linux}
      hostNetwork: true
      tolerations:
      - {effect: NoSchedule, operator: Exists}
      - {key: CriticalAddonsOnly, operator: Exists}
      - {effect: NoExecute, operator: Exists}
      priorityClassName: system-cluster-critical
      serviceAccountName: istio-cni
      terminationGracePeriodSeconds: 5
      containers:
      - name: install-cni
        image: {{ quote $image }}
        command: [install-cni]
        env:
{{- if .Values.cni.cniConfFileName }}
        - {name: CNI_CONF_NAME, value: {{ quote .Values.cni.cniConfFileName }}}
{{- end }}
        - name: CNI_NETWORK_CONFIG
          valueFrom: {configMapKeyRef: {name: istio-cni-config, key: cni_network_config}}
        - {name: CNI_NET_DIR, value: {{ default "/etc/cni/net.d" .Values.cni.cniConfDir }}}
        - {name: CHAINED_CNI_PLUGIN, value: "{{ .Values.cni.chained }}"}
        volumeMounts:
        - {mountPath: /host/opt/cni/bin, name: cni-bin-dir}
        - {mountPath: /host/etc/cni/net.d, name: cni-net-dir}
{{- if .Values.cni.repair.enabled }}
      - name: repair-cni
        image: {{ quote $image }}
        command: [/opt/cni/bin/istio-cni-repair]
        env:
        - name: REPAIR_NODE-NAME
          valueFrom: {fieldRef: {fieldPath: spec.nodeName}}
        - {name: REPAIR_LABEL-PODS, value: "{{ .Values.cni.repair.labelPods }}"}
        - {name: REPAIR_DELETE-PODS, value: "{{ .Values.cni.repair.deletePods }}"}
        - {name: REPAIR_INIT-CONTAINER-NAME, value: "{{ .Values.cni.repair.initContainerName }}"}
{{- end }}
      volumes:
      - name: cni-bin-dir
        hostPath: {path: {{ default "/opt/cni/bin" .Values.cni.cniBinDir }}}
      - name: cni-net-dir
        hostPath: {path: {{ default "/etc/cni/net.d" .Values.cni.cniConfDir }}}
"""
