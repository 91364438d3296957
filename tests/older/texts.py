"""Templates and values of the stand-ins: each does what its namesake in Istio's charts does."""

from __future__ import annotations

HELPERS = '{{- define "short" -}}{{ . | trunc 20 | trimSuffix "-" }}{{- end }}\n'
CRD = """\
apiVersion: apiextensions.k8s.io/v1beta1
kind: CustomResourceDefinition
metadata:
  name: {plural}.networking.istio.io
  labels: {{release: istio}}
spec:
  group: networking.istio.io
  names: {{kind: {kind}, plural: {plural}}}
  scope: Namespaced
  subresources: {{status: {{}}}}
  validation: {{openAPIV3Schema: {{type: object}}}}
  versions: [{{name: v1alpha3, served: true, storage: true}}]
"""
VALIDATOR = """\
{{- if .Values.global.configValidation }}
apiVersion: admissionregistration.k8s.io/v1beta1
kind: ValidatingWebhookConfiguration
metadata:
  name: istiod-{{ .Values.global.istioNamespace }}
webhooks:
- name: validation.istio.io
  clientConfig:
    service: {name: istiod, namespace: {{ .Values.global.istioNamespace }}, path: /validate}
    caBundle: ""
  failurePolicy: Ignore
---
{{- end }}
"""
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: istiod{{- if not (eq .Values.revision "") }}-{{ .Values.revision }}{{- end }}
  namespace: {{ .Release.Namespace }}
  labels:
    istio.io/rev: {{ .Values.revision | default "default" }}
    release: {{ .Release.Name }}
    chart: {{ include "short" (printf "%s-%s" .Chart.Name .Chart.Version) }}
spec:
  template:
    spec:
      containers:
      - name: discovery
        image: "{{ .Values.pilot.hub | default .Values.global.hub }}/{{ .Values.pilot.image }}:\
{{ .Values.global.tag }}"
        env:
        - name: JWT_POLICY
          value: {{ .Values.global.jwtPolicy }}
        - name: SAMPLING
          value: "{{ .Values.pilot.traceSampling }}"
        {{- range $key, $val := .Values.pilot.env }}
        - name: {{ $key }}
          value: "{{ $val }}"
        {{- end }}
        resources:
{{- if .Values.pilot.resources }}
{{ toYaml .Values.pilot.resources | trim | indent 10 }}
{{- else }}
{{ toYaml .Values.global.defaultResources | trim | indent 10 }}
{{- end }}
{{- if semverCompare "<1.19" .Capabilities.KubeVersion.GitVersion }}
        securityContext: {allowPrivilegeEscalation: false}
{{- end }}
{{- if .Capabilities.APIVersions.Has "policy/v1" }}
      priorityClassName: {{ .Values.global.priorityClassName | quote }}
{{- end }}
{{- if eq .Values.global.jwtPolicy "third-party-jwt" }}
      volumes:
      - name: istio-token
        projected:
          sources:
          - serviceAccountToken:
              audience: {{ .Values.global.sds.token.aud }}
              expirationSeconds: 43200
              path: istio-token
{{- end }}
"""
INJECTOR = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: istio-sidecar-injector{{- if .Values.revision }}-{{ .Values.revision }}{{- end }}
  namespace: {{ .Release.Namespace }}
data:
{{/* Only what the template uses. */}}
  values: |-
{{ pick .Values "global" "istio_cni" "revision" "pilot" | toPrettyJson | indent 4 }}
  config: |-
    injectedAnnotations:
      {{- range $key, $val := .Values.sidecarInjectorWebhook.injectedAnnotations }}
      "{{ $key }}": {{ $val | quote }}
      {{- end }}
{{ .Files.Get "files/injection-template.yaml" | trim | indent 4 }}
    check: {{ `{{ Version_Mismatched }}` | quote }}
"""
MESH = """\
{{- define "mesh" }}
    rootNamespace: {{ .Values.meshConfig.rootNamespace | default .Values.global.istioNamespace }}
{{- end }}
{{/* What users set wins. */}}
{{- $defaults := include "mesh" . | fromYaml }}
apiVersion: v1
kind: ConfigMap
metadata:
  name: istio{{- if not (eq .Values.revision "") }}-{{ .Values.revision }}{{- end }}
  namespace: {{ .Release.Namespace }}
data:
  mesh: |-
{{- if .Values.meshConfig }}
{{ $defaults | merge .Values.meshConfig | toYaml | indent 4 }}
{{- else }}
{{- include "mesh" . }}
{{- end }}
  host: {{ regexReplaceAll "[^a-z]+" .Values.global.hub "-" | quote }}
  text: {{ tpl "{{ .Release.Name }}/{{ .Values.pilot.image }}" . | squote }}
"""
TAGS = """\
{{- range $tagName := $.Values.revisionTags }}
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata:
  name: istio-revision-tag-{{ $tagName }}
  labels:
    istio.io/tag: {{ $tagName }}
    istio.io/rev: {{ $.Values.revision | default "default" }}
webhooks: []
---
{{- end }}
"""
CNI = """\
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: istio-cni-node
  namespace: {{ .Release.Namespace }}
spec:
  template:
    spec:
      containers:
      - name: install-cni
        image: "{{ .Values.cni.hub | default .Values.global.hub }}/cni:{{ .Values.global.tag }}"
        env:
        - {name: CNI_NET_DIR, value: {{ default "/etc/cni/net.d" .Values.cni.cniConfDir }}}
        - {name: CHAINED, value: "{{ .Values.cni.chained }}"}
        - {name: LOG, value: {{ .Values.cni.logLevel }}}
"""
GATEWAY = """\
{{- $gateway := index .Values "gateways" "KEY" }}
apiVersion: v1
kind: Service
metadata:
  name: {{ $gateway.name }}
  namespace: {{ .Release.Namespace }}
  labels:
{{ $gateway.labels | toYaml | indent 4 }}
    release: {{ .Release.Name }}
spec:
  type: {{ $gateway.type }}
  selector:
{{- range $key, $val := $gateway.labels }}
    {{ $key }}: {{ $val }}
{{- end }}
  ports:
{{- range $gateway.ports }}
  -
{{- range $key, $val := . }}
    {{ $key }}: {{ $val }}
{{- end }}
{{- end }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: "{{ $gateway.name }}", namespace: {{ .Release.Namespace }}}
data:
  tokens: {{ .Values.global.jwtPolicy }}
  merge: "{{ .Values.meshConfig.enablePrometheusMerge }}"
  resources: |
{{ toYaml $gateway.resources | indent 4 }}
"""
GLOBAL = """\
# Common to all charts.
global:
  istioNamespace: istio-system
  hub: gcr.io/istio-testing
  tag: latest
  configValidation: true
  priorityClassName: ""
  defaultResources: {requests: {cpu: 10m}}
  jwtPolicy: third-party-jwt
  proxy: {logLevel: warning}
  sds: {token: {aud: istio-ca}}
clusterResources: true
meshConfig: {enablePrometheusMerge: true}
"""
ISTIOD_VALUES = """\
pilot: {image: pilot, hub: "", traceSampling: 1.0, env: {}, resources: {requests: {cpu: 500m}}}
sidecarInjectorWebhook: {injectedAnnotations: {}}
revision: ""
meshConfig: {}
"""
CNI_VALUES = """\
cni: {hub: "", cniConfDir: /etc/cni/net.d, chained: true, logLevel: info}
"""
# As charts from 1.21 to 1.23: defaults apart, a profile between them and the user's values.
LATE_PROFILE = """\
{{- $defaults := $.Values.defaults }}
{{- $_ := unset $.Values "defaults" }}
{{- $profile := dict }}
{{- with .Values.profile }}
{{- with $.Files.Get (printf "files/profile-%s.yaml" .) }}
{{- $profile = (. | fromYaml) }}
{{- else }}
{{ fail (cat "unknown profile" $.Values.profile) }}
{{- end }}
{{- end }}
{{- $_ := set $ "Values" (mustMergeOverwrite $defaults $profile $.Values) }}
"""
