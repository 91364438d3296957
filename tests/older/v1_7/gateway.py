"""Charts istio-ingress and istio-egress: gateways that run as Istio's own user."""

from __future__ import annotations


def values(kind: str) -> str:
    """The values of the chart for `ingress` or `egress`."""
    name = f"istio-{kind}gateway"
    service = "LoadBalancer" if kind == "ingress" else "ClusterIP"
    return f"""\
gateways:
  {name}:
    name: {name}
    type: {service}
    runAsRoot: false
    labels: {{app: {name}, istio: {kind}gateway}}
    ports:
    - {{port: 15021, targetPort: 15021, name: status-port}}
    - {{port: 80, targetPort: 8080, name: http2}}
    - {{port: 443, targetPort: 8443, name: https}}
    resources: {{requests: {{cpu: 100m, memory: 128Mi}}}}
revision: ""
"""


def template(kind: str) -> str:
    """All objects of the chart."""
    return _TEMPLATE.replace("KEY", f"istio-{kind}gateway")


_TEMPLATE = """\
{{- $gateway := index .Values "gateways" "KEY" }}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ $gateway.name }}-service-account
  namespace: {{ .Release.Namespace }}
  labels:
{{ $gateway.labels | toYaml | trim | indent 4 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: {{ $gateway.name }}-sds
  namespace: {{ .Release.Namespace }}
  labels: {release: {{ .Release.Name }}}
rules:
- apiGroups: [""]
  resources: [secrets]
  verbs: [get, watch, list]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: {{ $gateway.name }}-sds
  namespace: {{ .Release.Namespace }}
  labels: {release: {{ .Release.Name }}}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: {{ $gateway.name }}-sds
subjects:
- kind: ServiceAccount
  name: {{ $gateway.name }}-service-account
---
apiVersion: v1
kind: Service
metadata:
  name: {{ $gateway.name }}
  namespace: {{ .Release.Namespace }}
  labels:
{{ $gateway.labels | toYaml | trim | indent 4 }}
    release: {{ .Release.Name }}
spec:
  type: {{ $gateway.type }}
  selector:
{{ $gateway.labels | toYaml | trim | indent 4 }}
  ports:
{{- range $gateway.ports }}
  -
{{- range $key, $val := . }}
    {{ $key }}: {{ $val }}
{{- end }}
{{- end }}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $gateway.name }}
  namespace: {{ .Release.Namespace }}
  labels:
{{ $gateway.labels | toYaml | trim | indent 4 }}
    release: {{ .Release.Name }}
spec:
  selector:
    matchLabels:
{{ $gateway.labels | toYaml | trim | indent 6 }}
  template:
    metadata:
      labels:
{{ $gateway.labels | toYaml | trim | indent 8 }}
        service.istio.io/canonical-name: {{ $gateway.name }}
      annotations:
        sidecar.istio.io/inject: "false"
    spec:
{{- if not $gateway.runAsRoot }}
      securityContext:
        runAsUser: 1337
        runAsGroup: 1337
        runAsNonRoot: true
        fsGroup: 1337
{{- end }}
      serviceAccountName: {{ $gateway.name }}-service-account
      containers:
      - name: istio-proxy
        image: "{{ .Values.global.hub }}/{{ .Values.global.proxy.image }}:{{ .Values.global.tag }}"
        ports:
        {{- range $gateway.ports }}
        - containerPort: {{ .targetPort | default .port }}
        {{- end }}
        args: [proxy, router]
{{- if not $gateway.runAsRoot }}
        securityContext:
          allowPrivilegeEscalation: false
          capabilities: {drop: [ALL]}
          privileged: false
          readOnlyRootFilesystem: true
{{- end }}
        readinessProbe:
          httpGet: {path: /healthz/ready, port: 15021}
        resources:
{{ toYaml $gateway.resources | indent 10 }}
        volumeMounts:
        - {name: istio-envoy, mountPath: /etc/istio/proxy}
        - {name: istiod-ca-cert, mountPath: /var/run/secrets/istio}
      volumes:
      - name: istiod-ca-cert
        configMap: {name: istio-ca-root-cert}
      - name: istio-envoy
        emptyDir: {}
      - name: podinfo
        downwardAPI:
          items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}]
      - name: {{ $gateway.name | trimPrefix "istio-" }}-certs
        secret: {secretName: {{ $gateway.name }}-certs, optional: true}
{{- if eq .Values.global.jwtPolicy "third-party-jwt" }}
      - name: istio-token
        projected:
          sources:
          - serviceAccountToken:
              path: istio-token
              expirationSeconds: 43200
              audience: {{ .Values.global.sds.token.aud }}
{{- end }}
"""
