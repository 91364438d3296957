"""The lookup proxy in a play: options, variables, terms, output, warnings and errors."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.lookup.plays import ask

LOOKUP = "'meshops.istio.proxy'"
TEMPLATE = """
metadata:
  labels: {revision: '{{ .Revision }}', kind: '{{ .TypeMeta.Kind }}'}
spec:
  containers:
  - name: istio-proxy
    image: "{{ .ProxyImage }}"
"""
USERS = json.dumps(
    {"templates": {"sidecar": TEMPLATE + "    securityContext: {runAsUser: {{ .ProxyUID }}}\n"}}
)
SHOP = {"name": "shop", "annotations": {"openshift.io/sa.scc.uid-range": "1000/10"}}
CONFIG = json.dumps({"policy": "enabled", "templates": {"sidecar": TEMPLATE}})
VALUES = json.dumps({"global": {"hub": "h", "tag": "t"}})
DEPLOYMENT = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "web", "namespace": "shop"},
    "spec": {"template": {"spec": {"containers": [{"name": "app"}]}}},
}
POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "on-host"},
    "spec": {"hostNetwork": True, "containers": [{"name": "app"}]},
}
SERVICE = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}}
MESH = "injector_mesh_config={'trustDomain': 'x'}"
EXPORTS = f"injector_config=config, injector_values='values.json', {MESH}"
ON_OPENSHIFT = f"injector_config=users, injector_values='values.json', {MESH}, platform='openshift'"
ASKED = {
    "known": f"query({LOOKUP}, nameless, {ON_OPENSHIFT}, namespace='shop', namespaces=[shop])",
    "unknown": f"query({LOOKUP}, nameless, {ON_OPENSHIFT}, namespaces=[shop])",
    "elsewhere": f"query({LOOKUP}, deployment, {ON_OPENSHIFT}, output='report')",
    "objects": f"query({LOOKUP}, deployment, service, {EXPORTS})",
    "file": f"query({LOOKUP}, 'web.yaml', {EXPORTS}, revision='canary')",
    "text": f"lookup({LOOKUP}, [pod, service], {EXPORTS}, output='yaml', quiet=true)",
    "report": f"query({LOOKUP}, deployment, pod, {EXPORTS}, output='report')",
    "webhook": f"query({LOOKUP}, deployment, {EXPORTS}, policy='webhook', output='report')",
}
REFUSED = {
    "missing": f"query({LOOKUP}, deployment, injector_config=config)",
    "both": f"query({LOOKUP}, deployment, live=true, {EXPORTS})",
    "no_file": f"query({LOOKUP}, 'none.yaml', {EXPORTS})",
    "template": f"query({LOOKUP}, deployment, {EXPORTS}, templates=['sidecra'])",
    "workload": f"query({LOOKUP}, {{'kind': 'Pod', 'spec': {{'containers': 5}}}}, {EXPORTS})",
}


@pytest.fixture(scope="module")
def play(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], str]:
    """What one play gets for all that is asked, and what it prints."""
    folder = tmp_path_factory.mktemp("proxy")
    (folder / "values.json").write_text(VALUES)
    (folder / "web.yaml").write_text(f"{json.dumps(SERVICE)}\n---\n{json.dumps(DEPLOYMENT)}\n")
    (folder / "users.json").write_text(USERS)
    (folder / "config.json").write_text(CONFIG)
    variables = {
        "deployment": DEPLOYMENT,
        "nameless": {**DEPLOYMENT, "metadata": {"name": "nameless"}},
        "shop": SHOP,
        "users": "users.json",
        "pod": POD,
        "service": SERVICE,
        "config": "config.json",
    }
    answers = ask(folder, ASKED, variables, REFUSED)
    return answers, " ".join(answers["output"].split())


def test_objects(play: tuple[dict[str, Any], str]) -> None:
    deployment, service = play[0]["objects"]
    template = deployment["spec"]["template"]
    assert template["metadata"]["labels"] == {"revision": "", "kind": "Deployment"}
    assert [one["name"] for one in template["spec"]["containers"]] == ["app", "istio-proxy"]
    assert template["spec"]["containers"][1]["image"] == "h/proxyv2:t"
    assert service == SERVICE


def test_a_file_with_documents_and_a_revision(play: tuple[dict[str, Any], str]) -> None:
    service, deployment = play[0]["file"]
    assert service == SERVICE
    assert deployment["spec"]["template"]["metadata"]["labels"]["revision"] == "canary"


def test_text(play: tuple[dict[str, Any], str]) -> None:
    assert play[0]["text"].startswith("---\napiVersion: v1\nkind: Pod\n")
    assert play[0]["text"].count("---\n") == 2


def test_reports_say_why(play: tuple[dict[str, Any], str]) -> None:
    answers, said = play
    deployment, pod = answers["report"]
    assert (deployment["injected"], deployment["templates"]) == (True, ["sidecar"])
    assert (deployment["kind"], deployment["name"], deployment["namespace"]) == (
        "Deployment",
        "web",
        "shop",
    )
    assert (pod["injected"], pod["code"]) == (False, "host-network")
    assert said.count("Pod on-host gets no proxy: the pod has hostNetwork: true") >= 1
    [webhook] = answers["webhook"]
    # The exports name no webhooks: what is known are the injector's own rules.
    assert (webhook["injected"], webhook["code"]) == (True, "policy-enabled")


def test_an_unknown_range_of_openshift_is_warned_of(play: tuple[dict[str, Any], str]) -> None:
    answers, said = play

    def user(name: str) -> int:
        containers = answers[name][0]["spec"]["template"]["spec"]["containers"]
        return int(containers[1]["securityContext"]["runAsUser"])

    assert (user("known"), user("unknown")) == (1009, 1337)
    assert said.count("Deployment nameless: its namespace is not known, so its proxy runs as") == 1
    [warning] = answers["elsewhere"][0]["warnings"]
    assert warning.startswith("the user ids of namespace shop are not known")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("missing", ["injector_values is missing", "ConfigMap istio-sidecar-injector"]),
        ("both", ["injector_config and live exclude each other"]),
        ("no_file", ["there is no file none.yaml"]),
        (
            "template",
            ['no injection template "sidecra"', "did you mean sidecar", "Deployment shop"],
        ),
        ("workload", ["Pod: spec.containers: must be a list"]),
    ],
)
def test_errors(play: tuple[dict[str, Any], str], name: str, words: list[str]) -> None:
    message = play[0][name]["msg"]
    for word in words:
        assert word in message
    assert "Traceback" not in message
