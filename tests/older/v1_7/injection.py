"""What istiod of 1.7 injects: the template, the configuration around it and the webhook."""

from __future__ import annotations

# 1.7's container istio-init asks for `restartPolicy: Always`, which meant nothing then and makes
# it a native sidecar today; it is left out.
TEMPLATE = """\
template: |
  rewriteAppHTTPProbe: {{ valueOrDefault .Values.sidecarInjectorWebhook.rewriteAppHTTPProbe false }}
  initContainers:
  {{ if ne (annotation .ObjectMeta `sidecar.istio.io/interceptionMode` \
.ProxyConfig.InterceptionMode) `NONE` }}
  {{ if .Values.istio_cni.enabled -}}
  - name: istio-validation
  {{ else -}}
  - name: istio-init
  {{ end -}}
  {{- "" }}
    image: "{{ .Values.global.hub }}/{{ .Values.global.proxy_init.image }}:{{ .Values.global.tag }}"
    args:
    - istio-iptables
    - "-p"
    - 15001
    - "-u"
    - 1337
    - "-i"
    - "{{ annotation .ObjectMeta `traffic.sidecar.istio.io/includeOutboundIPRanges` \
.Values.global.proxy.includeIPRanges }}"
    {{ if .Values.istio_cni.enabled -}}
    - "--run-validation"
    - "--skip-rule-apply"
    {{ end -}}
    imagePullPolicy: "{{ valueOrDefault .Values.global.imagePullPolicy `Always` }}"
    resources:
      {{ toYaml .Values.global.proxy_init.resources | indent 4 }}
    securityContext:
      allowPrivilegeEscalation: {{ .Values.global.proxy.privileged }}
      privileged: {{ .Values.global.proxy.privileged }}
      capabilities:
    {{- if not .Values.istio_cni.enabled }}
        add:
        - NET_ADMIN
        - NET_RAW
    {{- end }}
        drop:
        - ALL
    {{- if not .Values.istio_cni.enabled }}
      readOnlyRootFilesystem: false
      runAsGroup: 0
      runAsNonRoot: false
      runAsUser: 0
    {{- else }}
      readOnlyRootFilesystem: true
      runAsGroup: 1337
      runAsUser: 1337
      runAsNonRoot: true
    {{- end }}
  {{ end -}}
  containers:
  - name: istio-proxy
    image: "{{ .Values.global.hub }}/{{ .Values.global.proxy.image }}:{{ .Values.global.tag }}"
    ports:
    - containerPort: 15090
      protocol: TCP
      name: http-envoy-prom
    args:
    - proxy
    - sidecar
    - --domain
    - $(POD_NAMESPACE).svc.{{ .Values.global.proxy.clusterDomain }}
    env:
    - name: JWT_POLICY
      value: {{ .Values.global.jwtPolicy }}
    - name: CA_ADDR
      value: istiod{{- if not (eq .Values.revision "") }}-{{ .Values.revision }}{{- end }}.\
{{ .Values.global.istioNamespace }}.svc:15012
    - name: POD_NAMESPACE
      valueFrom: {fieldRef: {fieldPath: metadata.namespace}}
    - name: PROXY_CONFIG
      value: |
             {{ protoToJSON .ProxyConfig }}
    imagePullPolicy: "{{ valueOrDefault .Values.global.imagePullPolicy `Always` }}"
    readinessProbe:
      httpGet: {path: /healthz/ready, port: 15021}
    securityContext:
      allowPrivilegeEscalation: {{ .Values.global.proxy.privileged }}
      capabilities:
        drop:
        - ALL
      privileged: {{ .Values.global.proxy.privileged }}
      readOnlyRootFilesystem: true
      runAsGroup: 1337
      fsGroup: 1337
      runAsNonRoot: true
      runAsUser: 1337
    resources:
      {{ toYaml .Values.global.proxy.resources | indent 4 }}
    volumeMounts:
    - {mountPath: /var/run/secrets/istio, name: istiod-ca-cert}
    - {mountPath: /etc/istio/proxy, name: istio-envoy}
    {{- if eq .Values.global.jwtPolicy "third-party-jwt" }}
    - {mountPath: /var/run/secrets/tokens, name: istio-token}
    {{- end }}
    - {mountPath: /etc/istio/pod, name: istio-podinfo}
  volumes:
  - emptyDir: {medium: Memory}
    name: istio-envoy
  - name: istio-podinfo
    downwardAPI:
      items:
      - path: labels
        fieldRef: {fieldPath: metadata.labels}
  {{- if eq .Values.global.jwtPolicy "third-party-jwt" }}
  - name: istio-token
    projected:
      sources:
      - serviceAccountToken:
          path: istio-token
          expirationSeconds: 43200
          audience: {{ .Values.global.sds.token.aud }}
  {{- end }}
  - name: istiod-ca-cert
    configMap:
      name: istio-ca-root-cert
  podRedirectAnnot:
  {{- if and (.Values.istio_cni.enabled) (not .Values.istio_cni.chained) }}
  {{ if isset .ObjectMeta.Annotations `k8s.v1.cni.cncf.io/networks` }}
    k8s.v1.cni.cncf.io/networks: "{{ index .ObjectMeta.Annotations \
`k8s.v1.cni.cncf.io/networks`}}, istio-cni"
  {{- else }}
    k8s.v1.cni.cncf.io/networks: "istio-cni"
  {{- end }}
  {{- end }}
    sidecar.istio.io/interceptionMode: "{{ annotation .ObjectMeta \
`sidecar.istio.io/interceptionMode` .ProxyConfig.InterceptionMode }}"
"""
CONFIG = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: istio-sidecar-injector{{- if .Values.revision }}-{{ .Values.revision }}{{- end }}
  namespace: {{ .Release.Namespace }}
  labels:
    istio.io/rev: {{ .Values.revision | default "default" }}
    release: {{ .Release.Name }}
data:
  values: |-
{{ pick .Values "global" "istio_cni" "sidecarInjectorWebhook" "revision" | toPrettyJson \
| indent 4 }}
  config: |-
    policy: {{ .Values.global.proxy.autoInject }}
    alwaysInjectSelector:
{{ toYaml .Values.sidecarInjectorWebhook.alwaysInjectSelector | trim | indent 6 }}
    neverInjectSelector:
{{ toYaml .Values.sidecarInjectorWebhook.neverInjectSelector | trim | indent 6 }}
    injectedAnnotations:
      {{- range $key, $val := .Values.sidecarInjectorWebhook.injectedAnnotations }}
      "{{ $key }}": "{{ $val }}"
      {{- end }}

{{ .Files.Get "files/injection-template.yaml" | trim | indent 4 }}
"""
WEBHOOK = """\
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata:
  name: istio-sidecar-injector{{- if .Values.revision }}-{{ .Values.revision }}{{- end }}
  labels:
    istio.io/rev: {{ .Values.revision | default "default" }}
    app: sidecar-injector
    release: {{ .Release.Name }}
webhooks:
- name: sidecar-injector.istio.io
  clientConfig:
    service:
      name: istiod{{- if .Values.revision }}-{{ .Values.revision }}{{- end }}
      namespace: {{ .Release.Namespace }}
      path: /inject
    caBundle: ""
  sideEffects: None
  rules:
  - operations: [CREATE]
    apiGroups: [""]
    apiVersions: [v1]
    resources: [pods]
  failurePolicy: Fail
  admissionReviewVersions: [v1beta1, v1]
  namespaceSelector:
{{- if .Values.revision }}
    matchExpressions:
    - {key: istio-injection, operator: DoesNotExist}
    - {key: istio.io/rev, operator: In, values: [{{ .Values.revision }}]}
{{- else }}
    matchLabels: {istio-injection: enabled}
{{- end }}
{{- if and .Values.sidecarInjectorWebhook.objectSelector.enabled \
.Values.sidecarInjectorWebhook.objectSelector.autoInject }}
  objectSelector:
    matchExpressions:
    - {key: sidecar.istio.io/inject, operator: NotIn, values: ["false"]}
{{- end }}
"""
