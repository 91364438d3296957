"""Kubernetes objects in templates; every field is compared in tests/differential."""

from __future__ import annotations

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.engine import Engine
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.errors import TemplateError
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.decode import decode
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.view import view
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.functions.table import (
    functions_for,
)

POD = {
    "metadata": {"name": "p", "labels": {"app": "web"}},
    "spec": {
        "serviceAccountName": "sa",
        "terminationGracePeriodSeconds": 0,
        "containers": [
            {
                "name": "app",
                "ports": [{"containerPort": 8080}],
                "livenessProbe": {"httpGet": {"port": "http"}},
                "resources": {"limits": {"cpu": "2000m"}},
            }
        ],
    },
}


def _run(template: str) -> str:
    engine = Engine(functions_for("seed"), "default")
    engine.parse("test", template)
    return engine.execute("test", view("core/v1.Pod", decode("core/v1.Pod", POD)))


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{ .ObjectMeta.Name }} {{ .Name }} {{ .ObjectMeta.GetName }}", "p p p"),
        ("{{ index .ObjectMeta.Labels `app` }}{{ index .ObjectMeta.Labels `no` }}", "web"),
        ("{{ .Spec.ServiceAccountName }}", "sa"),
        ("{{ range (index .Spec.Containers 0).Ports }}{{ .ContainerPort }}{{ end }}", "8080"),
        ("{{ len .Spec.InitContainers }}{{ range .Spec.InitContainers }}x{{ end }}", "0"),
        ("{{ (index .Spec.Containers 0).LivenessProbe.HTTPGet.Port.StrVal }}", "http"),
        ("{{ if .Spec.SecurityContext }}set{{ end }}{{ .Spec.SecurityContext }}", "<nil>"),
        ("{{ if .Spec.TerminationGracePeriodSeconds }}set{{ end }}", "set"),
        ("{{ toJson (index .Spec.Containers 0).Resources }}", '{"limits":{"cpu":"2"}}'),
        ("{{ toJson .Spec.Tolerations }}", "null"),
        (
            "{{ toJson (index .Spec.Containers 0) }}",
            '{"name":"app","ports":[{"containerPort":8080}],"resources":{"limits":{"cpu":"2"}},'
            '"livenessProbe":{"httpGet":{"port":"http"}}}',
        ),
        ("{{ eq (index (index .Spec.Containers 0).Ports 0).ContainerPort 8080 }}", "true"),
    ],
)
def test_templates_select_go_fields(template: str, expected: str) -> None:
    assert _run(template) == expected


@pytest.mark.parametrize(
    "template", ["{{ .metadata }}", "{{ .Spec.Nope }}", "{{ .Spec.SecurityContext.RunAsUser }}"]
)
def test_other_names_and_nil_pointers_are_errors(template: str) -> None:
    with pytest.raises(TemplateError):
        _run(template)
