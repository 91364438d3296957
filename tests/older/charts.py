"""Small charts in the shapes that Istio's had: up to 1.11, up to 1.20, and up to 1.23.

They have what our code has to cope with, and nothing else: Chart.yaml of apiVersion v1 without a
version of Istio in it, CRDs of v1beta1 in ``crds/``, ``global.yaml``, names of old, istiod-remote,
profiles of istioctl, profiles in charts that keep their defaults apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.older.texts import (
    CNI,
    CNI_VALUES,
    CRD,
    DEPLOYMENT,
    GATEWAY,
    GLOBAL,
    HELPERS,
    INJECTOR,
    ISTIOD_VALUES,
    LATE_PROFILE,
    MESH,
    TAGS,
    VALIDATOR,
)

Files = dict[str, str]

_PROFILES = {
    "default": "components: {base: {enabled: true}, pilot: {enabled: true},\n"
    "    ingressGateways: [{name: istio-ingressgateway, enabled: true}],\n"
    "    egressGateways: [{name: istio-egressgateway, enabled: false}]}\n"
    "  values: {global: {logAsJson: false}}\n",
    "minimal": "components: {ingressGateways: [{name: istio-ingressgateway, enabled: false}]}\n",
    "demo": "meshConfig: {accessLogFile: /dev/stdout}\n"
    "  components:\n"
    "    egressGateways: [{name: istio-egressgateway, enabled: true}]\n"
    "    ingressGateways:\n"
    "    - name: istio-ingressgateway\n"
    "      enabled: true\n"
    "      k8s:\n"
    "        resources: {requests: {cpu: 10m}}\n"
    "        service: {ports: [{port: 31400, targetPort: 31400, name: tcp}]}\n"
    "    pilot:\n"
    "      k8s:\n"
    '        env: [{name: PILOT_TRACE_SAMPLING, value: "100"}, {name: OTHER, value: a}]\n'
    "        resources: {requests: {cpu: 10m}}\n"
    "  values: {global: {proxy: {logLevel: debug}}}\n",
    "openshift": "components: {cni: {enabled: true, namespace: kube-system}}\n"
    "  values:\n"
    "    cni: {cniConfDir: /etc/cni/multus/net.d, chained: false}\n"
    "    sidecarInjectorWebhook: {injectedAnnotations: {k8s.v1.cni.cncf.io/networks: istio-cni}}\n",
    "remote": "components: {base: {enabled: false}, pilot: {enabled: false},\n"
    "    ingressGateways: [{name: istio-ingressgateway, enabled: false}],\n"
    "    istiodRemote: {enabled: true}}\n"
    "  values: {global: {externalIstiod: true}}\n",
}


def chart_yaml(name: str, version: str = "1.2.0", more: str = "") -> str:
    """A Chart.yaml as charts up to 1.11 had it; their version is none of Istio's."""
    return (
        f"apiVersion: v1\nname: {name}\nversion: {version}\n"
        f'tillerVersion: ">=2.7.2"\nengine: gotpl\n{more}'
    )


def up_to_1_11() -> Files:
    """A release's ``manifests`` as of 1.8."""
    discovery = "charts/istio-control/istio-discovery"
    files = {
        "charts/global.yaml": GLOBAL,
        "charts/base/Chart.yaml": chart_yaml("base", "1.1.0"),
        "charts/base/values.yaml": "base: {enableCRDTemplates: false}\n",
        "charts/base/crds/crd-all.gen.yaml": "---\n".join(
            CRD.format(kind=kind, plural=f"{kind.lower()}s") for kind in ("Gateway", "Sidecar")
        ),
        "charts/base/templates/validatingwebhookconfiguration.yaml": VALIDATOR,
        "charts/base/templates/crds.yaml": (
            '{{- if .Values.base.enableCRDTemplates }}\n{{ .Files.Get "crds/crd-all.gen.yaml" }}\n'
            "{{- end }}\n"
        ),
        f"{discovery}/Chart.yaml": chart_yaml("istio-discovery"),
        f"{discovery}/requirements.yaml": (
            "dependencies:\n- name: extra\n  version: 1.0.0\n  condition: extra.enabled\n"
        ),
        f"{discovery}/charts/extra/Chart.yaml": chart_yaml("extra", "1.0.0"),
        f"{discovery}/charts/extra/templates/a.yaml": (
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: extra}\n"
            "data: {hub: {{ .Values.global.hub }}}\n"
        ),
        f"{discovery}/values.yaml": ISTIOD_VALUES + "extra: {enabled: false}\n",
        f"{discovery}/files/injection-template.yaml": "\ntemplate: |\n  containers: []\n\n",
        f"{discovery}/templates/_helpers.tpl": HELPERS,
        f"{discovery}/templates/deployment.yaml": DEPLOYMENT,
        f"{discovery}/templates/configmap.yaml": MESH,
        f"{discovery}/templates/istiod-injector-configmap.yaml": INJECTOR,
        "charts/istio-cni/Chart.yaml": chart_yaml("istio-cni", "1.1.0"),
        "charts/istio-cni/values.yaml": CNI_VALUES,
        "charts/istio-cni/templates/daemonset.yaml": CNI,
        "charts/istio-operator/Chart.yaml": chart_yaml("istio-operator", "1.7.0"),
    }
    for kind, key in (("ingress", "istio-ingressgateway"), ("egress", "istio-egressgateway")):
        place = f"charts/gateways/istio-{kind}"
        service = "LoadBalancer" if kind == "ingress" else "ClusterIP"
        files |= {
            f"{place}/Chart.yaml": chart_yaml(f"istio-{kind}", "1.1.0"),
            f"{place}/values.yaml": (
                f"gateways:\n  {key}:\n    name: {key}\n    type: {service}\n"
                f"    labels: {{app: {key}, istio: {kind}gateway}}\n"
                "    ports: [{port: 80, targetPort: 8080, name: http2}]\n"
                "    resources: {requests: {cpu: 100m}}\nrevision: ''\n"
            ),
            f"{place}/templates/service.yaml": GATEWAY.replace("KEY", key),
        }
    remote = "charts/istiod-remote"
    files |= {
        f"{remote}/Chart.yaml": chart_yaml("istiod-remote", "1.1.0"),
        f"{remote}/values.yaml": ISTIOD_VALUES,
        f"{remote}/files/injection-template.yaml": "a: b\n",
        f"{remote}/templates/istiod-injector-configmap.yaml": INJECTOR,
    }
    return {**files, **_profile_files()}


def up_to_1_20() -> Files:
    """A release's ``manifests`` as of 1.17: what every chart needs is in its own values."""
    files = up_to_1_11()
    common = files.pop("charts/global.yaml")
    for path in [path for path in files if path.endswith("/values.yaml")]:
        # A key that the chart has already stays as it is, as YAML allows it only once.
        both = "meshConfig" in files[path]
        kept = [line for line in common.splitlines() if not (both and "meshConfig" in line)]
        files[path] = files[path] + "\n".join(kept) + "\n"
    discovery = "charts/istio-control/istio-discovery"
    files[f"{discovery}/Chart.yaml"] = chart_yaml("istiod", "1.0.0", "appVersion: 1.0.0\n")
    files[f"{discovery}/templates/revision-tags.yaml"] = TAGS
    return files


def up_to_1_23() -> Files:
    """A release's ``manifests`` as of 1.22: charts have profiles, OpenShift is one of them."""
    files = up_to_1_20()
    for path in [path for path in files if path.endswith("/values.yaml")]:
        lines = files[path].splitlines()
        files[path] = "defaults:\n" + "".join(f"  {line}\n" for line in lines)
        folder = path.removesuffix("/values.yaml")
        files[f"{folder}/templates/zzz_profile.yaml"] = LATE_PROFILE
        files[f"{folder}/files/profile-openshift.yaml"] = (
            "cni: {cniConfDir: /etc/cni/multus/net.d, chained: false}\n"
            "global: {platform: openshift}\nplatform: openshift\n"
        )
        files[f"{folder}/files/profile-demo.yaml"] = "pilot: {traceSampling: 100}\n"
        files[f"{folder}/files/profile-ambient.yaml"] = "pilot: {env: {AMBIENT: 'true'}}\n"
        files[f"{folder}/files/profile-openshift-ambient.yaml"] = (
            "pilot: {env: {AMBIENT: 'true'}}\nglobal: {platform: openshift}\n"
        )
    for name in ("default", "minimal", "remote"):
        files[f"profiles/{name}.yaml"] = _operator(_PROFILES[name])
    for name, components in {
        "demo": "components: {egressGateways: [{name: istio-egressgateway, enabled: true}]}",
        "openshift": "components: {cni: {enabled: true, namespace: kube-system}}",
        "ambient": "components: {cni: {enabled: true},\n"
        "    ingressGateways: [{name: istio-ingressgateway, enabled: false}]}",
    }.items():
        files[f"profiles/{name}.yaml"] = _operator(f"{components}\n  values: {{profile: {name}}}\n")
    return files


RELEASES = {"1.8.1": up_to_1_11, "1.17.8": up_to_1_20, "1.22.8": up_to_1_23}


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """Write the files below the folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def _profile_files() -> Files:
    return {f"profiles/{name}.yaml": _operator(spec) for name, spec in _PROFILES.items()}


def _operator(spec: str) -> str:
    return f"apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nspec:\n  {spec}"
