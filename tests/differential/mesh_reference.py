"""Charts of a release and what real helm makes of them, for comparisons of whole meshes."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests import reference

VERSION = "1.31.1"
CHARTS = {
    "base": "base",
    "cni": "istio-cni",
    "gateway": "gateway",
    "istio-egress": "gateways/istio-egress",
    "istio-ingress": "gateways/istio-ingress",
    "istiod": "istio-control/istio-discovery",
    "ztunnel": "ztunnel",
}
Key = tuple[str, str, str]


def stamped_charts(target: Path) -> Path:
    """A copy of the release's folder with its version in every chart, as it is shipped."""
    shutil.copytree(reference.charts_dir(VERSION), target)
    for path in target.rglob("Chart.yaml"):
        path.chmod(0o644)
        path.write_text(
            re.sub(r"(?m)^(version|appVersion): 1\.0\.0$", rf"\1: {VERSION}", path.read_text())
        )
    return target


def helm_objects(
    charts: Path, chart: str, name: str, namespace: str, values: dict[str, Any], kube: str
) -> list[dict[str, Any]]:
    """What `helm template` makes of a chart."""
    command = [str(reference.helm_path()), "template", name, str(charts / "charts" / CHARTS[chart])]
    command += ["--namespace", namespace, "--kube-version", kube, "--values", "-"]
    done = subprocess.run(
        command, input=json.dumps(values), capture_output=True, text=True, check=True, timeout=60
    )
    return parse(done.stdout)


@cache
def profile_files() -> dict[str, dict[str, Any]]:
    """Name -> spec of the IstioOperator files that istioctl's profiles are."""
    folder = reference.charts_dir(VERSION) / "profiles"
    return {path.stem: yaml.safe_load(path.read_text())["spec"] for path in folder.glob("*.yaml")}


def istioctl_objects(*settings: str) -> list[dict[str, Any]]:
    """What `istioctl manifest generate` makes of `--set` settings."""
    command = [str(reference.istioctl_path()), "manifest", "generate"]
    for setting in settings:
        command += ["--set", setting]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return parse(done.stdout)


def parse(text: str) -> list[dict[str, Any]]:
    """The documents of a YAML text that are not empty."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return [document for document in yaml.load_all(text, Loader=loader) if document]


def key(item: dict[str, Any]) -> Key:
    """Kind, namespace and name."""
    metadata = item["metadata"]
    return item["kind"], metadata.get("namespace", ""), metadata["name"]


def by_key(objects: list[dict[str, Any]]) -> dict[Key, dict[str, Any]]:
    """The objects by their keys, in any order."""
    return {key(item): item for item in objects}


# Of the release's name and of the version in a chart's copy, which differ on purpose.
_RELEASE_LABELS = frozenset(
    {
        "app.kubernetes.io/instance",
        "app.kubernetes.io/version",
        "helm.sh/chart",
        "release",
    }
)


def as_istioctls(item: dict[str, Any]) -> dict[str, Any]:
    """An object without what differs between istioctl and us on purpose.

    That is labels of the release, the values as they were handed in, the revision of the CNI plugin
    (it serves them all), and the validator's failure policy: istiod turns Ignore into Fail when it
    runs, we begin with Fail.
    """
    bare: dict[str, Any] = _without_release(item)
    if item["metadata"]["name"].startswith("istio-cni"):
        bare["metadata"]["labels"].pop("istio.io/rev", None)
    if item["kind"] == "ConfigMap" and item["metadata"]["name"].startswith("values"):
        bare["data"] = sorted(item["data"])
    if item["kind"] == "ValidatingWebhookConfiguration":
        bare["webhooks"] = [{**hook, "failurePolicy": "Fail"} for hook in bare["webhooks"]]
    return bare


def _without_release(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: _without_release(item)
            for name, item in value.items()
            if not (name in _RELEASE_LABELS and isinstance(item, str))
        }
    return [_without_release(item) for item in value] if isinstance(value, list) else value
