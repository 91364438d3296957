"""Charts base and istio-discovery, and the values that are common to all."""

from __future__ import annotations

GLOBAL = """\
global:
  istioNamespace: istio-system
  hub: gcr.io/istio-testing
  tag: latest
  imagePullPolicy: ""
  configValidation: true
  priorityClassName: ""
  defaultResources: {requests: {cpu: 10m}}
  jwtPolicy: third-party-jwt
  pilotCertProvider: istiod
  logAsJson: false
  proxy:
    image: proxyv2
    autoInject: enabled
    clusterDomain: cluster.local
    privileged: false
    statusPort: 15020
    includeIPRanges: "*"
    resources: {requests: {cpu: 100m, memory: 128Mi}}
  proxy_init:
    image: proxyv2
    resources: {requests: {cpu: 10m, memory: 10Mi}}
  sds: {token: {aud: istio-ca}}
clusterResources: true
meshConfig:
  enablePrometheusMerge: true
  defaultConfig: {proxyMetadata: {}}
"""
VALUES = """\
pilot:
  hub: ""
  tag: ""
  image: pilot
  traceSampling: 1.0
  env: {}
  resources: {requests: {cpu: 500m, memory: 2048Mi}}
sidecarInjectorWebhook:
  neverInjectSelector: []
  alwaysInjectSelector: []
  injectedAnnotations: {}
  objectSelector: {enabled: false, autoInject: true}
revision: ""
meshConfig:
  rootNamespace: istio-system
"""
_CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: {plural}.networking.istio.io
  labels: {{app: istio-pilot, chart: istio, heritage: Tiller, release: istio}}
spec:
  group: networking.istio.io
  names: {{kind: {kind}, listKind: {kind}List, plural: {plural}, singular: {singular}}}
  scope: Namespaced
  versions:
  - name: v1alpha3
    served: true
    storage: true
    subresources: {{status: {{}}}}
    schema: {{openAPIV3Schema: {{type: object, x-kubernetes-preserve-unknown-fields: true}}}}
"""
ACCOUNTS = """\
{{- range $name := list "istio-reader" "istiod" }}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ $name }}-service-account
  namespace: {{ $.Values.global.istioNamespace }}
  labels: {app: {{ $name }}, release: {{ $.Release.Name }}}
---
{{- end }}
"""
ROLES = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: istiod-{{ .Values.global.istioNamespace }}
  labels: {app: istiod, release: {{ .Release.Name }}}
rules:
- apiGroups: ["networking.istio.io", "security.istio.io"]
  resources: ["*"]
  verbs: ["get", "watch", "list"]
- apiGroups: [""]
  resources: ["pods", "nodes", "services", "namespaces", "endpoints"]
  verbs: ["get", "list", "watch"]
- apiGroups: ["authentication.k8s.io"]
  resources: ["tokenreviews"]
  verbs: ["create"]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: istiod-pilot-{{ .Values.global.istioNamespace }}
  labels: {app: pilot, release: {{ .Release.Name }}}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: istiod-{{ .Values.global.istioNamespace }}
subjects:
- kind: ServiceAccount
  name: istiod-service-account
  namespace: {{ .Values.global.istioNamespace }}
"""
VALIDATOR = """\
{{- if .Values.global.configValidation }}
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata:
  name: istiod-{{ .Values.global.istioNamespace }}
  labels: {app: istiod, release: {{ .Release.Name }}, istio: istiod}
webhooks:
- name: validation.istio.io
  clientConfig:
    service: {name: istiod, namespace: {{ .Values.global.istioNamespace }}, path: /validate}
    caBundle: ""
  rules:
  - operations: [CREATE, UPDATE]
    apiGroups: [security.istio.io, networking.istio.io]
    apiVersions: ["*"]
    resources: ["*"]
  failurePolicy: Ignore
  sideEffects: None
  admissionReviewVersions: [v1beta1, v1]
{{- end }}
"""
DEPLOYMENT = """\
{{- $suffix := ternary "" (printf "-%s" .Values.revision) (eq .Values.revision "") }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: istiod{{ $suffix }}
  namespace: {{ .Release.Namespace }}
  labels:
    app: istiod
    istio.io/rev: {{ .Values.revision | default "default" }}
    istio: pilot
    release: {{ .Release.Name }}
spec:
  selector:
    matchLabels:
      {{- if ne .Values.revision "" }}
      app: istiod
      istio.io/rev: {{ .Values.revision }}
      {{- else }}
      istio: pilot
      {{- end }}
  template:
    metadata:
      labels:
        app: istiod
        istio.io/rev: {{ .Values.revision | default "default" }}
        istio: {{ ternary "pilot" "istiod" (eq .Values.revision "") }}
      annotations:
        sidecar.istio.io/inject: "false"
    spec:
      serviceAccountName: istiod-service-account
      securityContext:
        fsGroup: 1337
      containers:
      - name: discovery
        image: "{{ .Values.pilot.hub | default .Values.global.hub }}/{{ .Values.pilot.image }}:\
{{ .Values.pilot.tag | default .Values.global.tag }}"
        args: [discovery, --domain, {{ .Values.global.proxy.clusterDomain }}]
        readinessProbe:
          httpGet: {path: /ready, port: 8080}
        env:
        - name: REVISION
          value: "{{ .Values.revision | default `default` }}"
        - name: JWT_POLICY
          value: {{ .Values.global.jwtPolicy }}
        resources:
{{ toYaml .Values.pilot.resources | trim | indent 10 }}
        securityContext:
          runAsUser: 1337
          runAsGroup: 1337
          runAsNonRoot: true
          capabilities: {drop: [ALL]}
        volumeMounts:
        - {name: config-volume, mountPath: /etc/istio/config}
        {{- if eq .Values.global.jwtPolicy "third-party-jwt" }}
        - {name: istio-token, mountPath: /var/run/secrets/tokens, readOnly: true}
        {{- end }}
        - {name: local-certs, mountPath: /var/run/secrets/istio-dns}
        - {name: cacerts, mountPath: /etc/cacerts, readOnly: true}
        - {name: inject, mountPath: /var/lib/istio/inject, readOnly: true}
      volumes:
      - name: local-certs
        emptyDir: {medium: Memory}
      {{- if eq .Values.global.jwtPolicy "third-party-jwt" }}
      - name: istio-token
        projected:
          sources:
          - serviceAccountToken:
              audience: {{ .Values.global.sds.token.aud }}
              expirationSeconds: 43200
              path: istio-token
      {{- end }}
      - name: cacerts
        secret: {secretName: cacerts, optional: true}
      - name: inject
        configMap: {name: istio-sidecar-injector{{ $suffix }}}
      - name: config-volume
        configMap: {name: istio{{ $suffix }}}
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: istiod{{- if .Values.revision }}-{{ .Values.revision }}{{- end }}
  namespace: {{ .Release.Namespace }}
  labels:
    istio.io/rev: {{ .Values.revision | default "default" }}
    app: istiod
    istio: pilot
    release: {{ .Release.Name }}
spec:
  ports:
  - {port: 15012, name: https-dns}
  - {port: 443, name: https-webhook, targetPort: 15017}
  selector:
    app: istiod
    {{- if .Values.revision }}
    istio.io/rev: {{ .Values.revision }}
    {{- else }}
    istio: pilot
    {{- end }}
"""
MESH = """\
{{- define "mesh" }}
    defaultConfig:
      discoveryAddress: istiod{{- if .Values.revision }}-{{ .Values.revision }}{{- end }}.\
{{ .Release.Namespace }}.svc:15012
{{- end }}
{{- $mesh := mergeOverwrite (include "mesh" . | fromYaml) .Values.meshConfig }}
apiVersion: v1
kind: ConfigMap
metadata:
  name: istio{{- if .Values.revision }}-{{ .Values.revision }}{{- end }}
  namespace: {{ .Release.Namespace }}
  labels:
    istio.io/rev: {{ .Values.revision | default "default" }}
    release: {{ .Release.Name }}
data:
  meshNetworks: "networks: {}"
  mesh: |-
{{ $mesh | toYaml | indent 4 }}
"""


def crds() -> str:
    """CRDs, as chart base had them in ``crds/``."""
    kinds = ("Gateway", "VirtualService", "Sidecar")
    return "---\n".join(
        _CRD.format(kind=kind, plural=f"{kind.lower()}s", singular=kind.lower()) for kind in kinds
    )
