"""Messages, mesh and proxy configuration against Istio's own Go code, byte for byte."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.engine import Engine
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.errors import TemplateError
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes import protojson
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.message_view import (
    message_view,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.messages import (
    MESH_CONFIG,
    PROXY_CONFIG,
    VALUES,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.protojson import (
    MessageDict,
    parse_yaml,
    to_json,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import MeshError
from ansible_collections.meshops.istio.plugins.plugin_utils._meshconfig.clean import (
    clean_proxy_config,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._meshconfig.defaults import (
    mesh_config,
    with_proxy_config,
)
from tests import figures, reference
from tests.differential import message_cases, message_templates
from tests.differential.upstream import Upstream, UpstreamError

pytestmark = pytest.mark.reference

REFUSED = "refused"
Request = dict[str, Any]


def compare(figure: str, requests: list[Request], ours: Callable[[Request], Any]) -> None:
    """Ask both the same; equal is the same result, or a refusal by both."""
    with Upstream() as upstream:
        answers = upstream.ask_many(requests)
    wrong: list[str] = []
    refused = 0
    for request, answer in zip(requests, answers, strict=True):
        try:
            found = ours(request)
        except (MeshError, TemplateError) as error:
            found, shown = REFUSED, str(error)
        else:
            shown = found
        wanted = REFUSED if isinstance(answer, UpstreamError) else answer
        refused += wanted == REFUSED
        if found != wanted:
            wrong.append(f"{json.dumps(request)}\n  ours {shown}\n  Go   {answer}")
    figures.record(figure, len(requests) - len(wrong), len(requests))
    assert not wrong, f"{len(wrong)} of {len(requests)}:\n" + "\n".join(wrong[:5])
    assert refused < len(requests) * 0.6, "too few cases that Istio accepts"


def test_the_table_is_what_istios_descriptors_say() -> None:
    written = reference.types_dir() / "messages.json"
    ours = Path(protojson.__file__).with_name("messages.json")
    assert ours.read_bytes() == written.read_bytes(), "`make types` renews it"


def test_mesh_config() -> None:
    requests = []
    for number in range(3000):
        rng = random.Random(f"mesh {number}")
        value = message_cases.mesh_config(rng) if number % 10 else message_cases.locality(rng)
        requests.append({"op": "mesh_config", "yaml": message_cases.text(rng, value)})
    compare(
        "mesh configurations with defaults",
        requests,
        lambda request: to_json(MESH_CONFIG, mesh_config(request["yaml"])),
    )


def merged(request: Request) -> MessageDict:
    return with_proxy_config(request["proxy"], mesh_config(request["mesh"]))


def test_proxy_config() -> None:
    requests = []
    for number in range(2000):
        rng = random.Random(f"proxy {number}")
        below = message_cases.Maker(rng, 0.0, 0.2).message(PROXY_CONFIG) if number % 3 else {}
        mesh = message_cases.text(rng, {"defaultConfig": below})
        proxy = message_cases.text(rng, message_cases.proxy_config(rng))
        requests.append({"op": "proxy_config", "mesh": mesh, "proxy": proxy})

    def ours(request: Request) -> dict[str, str]:
        proxy = merged(request)["defaultConfig"]
        clean = to_json(PROXY_CONFIG, clean_proxy_config(proxy))
        return {"whole": to_json(PROXY_CONFIG, proxy), "clean": clean}

    compare("proxy configurations of annotations merged", requests, ours)


@pytest.mark.parametrize("strict", [False, True])
def test_messages(strict: bool) -> None:
    requests = []
    for name in (
        MESH_CONFIG,
        PROXY_CONFIG,
        VALUES,
        "istio.mesh.v1alpha1.MeshNetworks",
        "istio.networking.v1beta1.ProxyConfig",
    ):
        for number in range(500):
            rng = random.Random(f"{name} {number}")
            maker = message_cases.Maker(rng, rng.choice((0.0, 0.03, 0.1)), rng.choice((0.1, 0.3)))
            text = message_cases.text(rng, maker.message(name))
            requests.append({"op": "proto_json", "message": name, "yaml": text, "strict": strict})
    compare(
        f"messages as JSON, {'strict' if strict else 'lenient'}",
        requests,
        lambda request: to_json(
            request["message"], parse_yaml(request["message"], request["yaml"], strict=strict)
        ),
    )


def test_templates() -> None:
    requests = []
    for number, template in enumerate(message_templates.templates()):
        rng = random.Random(f"template {number}")
        for density in (0.1, 0.5, 0.9):
            maker = message_cases.Maker(rng, 0.0, density)
            mesh, proxy = maker.message(MESH_CONFIG), maker.message(PROXY_CONFIG)
            requests.append(
                {
                    "op": "mesh_template",
                    "mesh": json.dumps(mesh),
                    "proxy": json.dumps(proxy),
                    "template": template,
                }
            )

    def ours(request: Request) -> str:
        engine = Engine(message_templates.FUNCTIONS, "default")
        engine.parse("inject", request["template"])
        data = {
            "MeshConfig": message_view(MESH_CONFIG, parse_yaml(MESH_CONFIG, request["mesh"])),
            "ProxyConfig": message_view(PROXY_CONFIG, parse_yaml(PROXY_CONFIG, request["proxy"])),
        }
        return engine.execute("inject", data)

    compare("configuration in templates", requests, ours)
