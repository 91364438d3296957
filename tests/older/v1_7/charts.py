"""Charts in the shape of Istio 1.7's, small, which a cluster of today takes.

All that OpenShift looks at is as it was: service accounts, users, volumes, capabilities, host
paths, annotations for Multus. What Kubernetes has dropped since is in its present form (CRDs,
webhooks and roles are v1). Like 1.7 it has no profile for OpenShift, and istiod's accounts are in
chart base. In November 2026 the pods that both render, injected ones too, with and without CNI,
were compared with those of tag 1.7.8: equal in all that an SCC sees.
"""

from __future__ import annotations

from pathlib import Path

from tests.older.charts import Files, chart_yaml, write
from tests.older.v1_7 import cni, control_plane, gateway, injection

VERSION = "1.7.8"
_DISCOVERY = "charts/istio-control/istio-discovery"
_PROFILE = """\
apiVersion: install.istio.io/v1alpha1
kind: IstioOperator
spec:
  hub: gcr.io/istio-testing
  tag: 1.7-dev
  components:
    base: {enabled: true}
    pilot: {enabled: true}
    ingressGateways: [{name: istio-ingressgateway, enabled: true}]
    egressGateways: [{name: istio-egressgateway, enabled: false}]
  values:
    global: {logAsJson: false}
"""


def files() -> Files:
    """The ``manifests`` of the release, by path."""
    made = {
        "charts/global.yaml": control_plane.GLOBAL,
        "charts/base/Chart.yaml": chart_yaml("base", "1.1.0"),
        "charts/base/values.yaml": "base: {enableCRDTemplates: false, validationURL: ''}\n",
        "charts/base/crds/crd-all.gen.yaml": control_plane.crds(),
        "charts/base/templates/serviceaccount.yaml": control_plane.ACCOUNTS,
        "charts/base/templates/clusterrole.yaml": control_plane.ROLES,
        "charts/base/templates/validatingwebhookconfiguration.yaml": control_plane.VALIDATOR,
        f"{_DISCOVERY}/Chart.yaml": chart_yaml("istio-discovery"),
        f"{_DISCOVERY}/values.yaml": control_plane.VALUES,
        f"{_DISCOVERY}/files/injection-template.yaml": injection.TEMPLATE,
        f"{_DISCOVERY}/templates/deployment.yaml": control_plane.DEPLOYMENT,
        f"{_DISCOVERY}/templates/service.yaml": control_plane.SERVICE,
        f"{_DISCOVERY}/templates/configmap.yaml": control_plane.MESH,
        f"{_DISCOVERY}/templates/istiod-injector-configmap.yaml": injection.CONFIG,
        f"{_DISCOVERY}/templates/mutatingwebhook.yaml": injection.WEBHOOK,
        "charts/istio-cni/Chart.yaml": chart_yaml("istio-cni", "1.1.0"),
        "charts/istio-cni/values.yaml": cni.VALUES,
        "charts/istio-cni/templates/configmap-cni.yaml": cni.CONFIG,
        "charts/istio-cni/templates/clusterrole.yaml": cni.ROLES,
        "charts/istio-cni/templates/daemonset.yaml": cni.DAEMON_SET,
    }
    for name in ("default", "minimal"):
        keep = name == "default"
        made[f"profiles/{name}.yaml"] = (
            _PROFILE if keep else _PROFILE.replace("way, enabled: true", "way, enabled: false")
        )
    for kind in ("ingress", "egress"):
        place = f"charts/gateways/istio-{kind}"
        made |= {
            f"{place}/Chart.yaml": chart_yaml(f"istio-{kind}", "1.1.0"),
            f"{place}/values.yaml": gateway.values(kind),
            f"{place}/templates/gateway.yaml": gateway.template(kind),
        }
    return made


def release(folder: Path) -> Path:
    """Write the charts below the folder."""
    return write(folder, files())
