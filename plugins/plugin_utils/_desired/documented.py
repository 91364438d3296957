# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gateways of IstioOperator documents in our own terms, with the routes that variables give them.

A document has no place for Routes: they are said in the variable for components, beside the name
of the gateway, and nothing else of it.
"""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.spec import (
    GatewaySpec,
    MeshSpec,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.options import variable
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import (
    Problem,
    choices,
    raise_for,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.components import (
    ComponentSettings,
)

_SPEC_NAMES = {"ingress_gateways": "ingressGateways", "egress_gateways": "egressGateways"}


def documented_gateways(
    spec: MeshSpec, items: Sequence[ComponentSettings]
) -> tuple[tuple[GatewaySpec, ...], tuple[GatewaySpec, ...]]:
    """The gateways for ingress and for egress among the components of documents.

    Raises InputError for routes of a gateway that the documents do not have.
    """
    problems: list[Problem] = []
    ingress, egress = (
        _with_routes(
            [item for item in items if item.type.spec_name == spec_name],
            getattr(spec, kind) or (),
            f"{variable('components', spec.prefix)}.{kind}",
            problems,
        )
        for kind, spec_name in _SPEC_NAMES.items()
    )
    raise_for(problems)
    return ingress, egress


def _with_routes(
    items: Sequence[ComponentSettings],
    routed: Sequence[GatewaySpec],
    where: str,
    problems: list[Problem],
) -> tuple[GatewaySpec, ...]:
    found = {(item.name, item.namespace): GatewaySpec(item.name, item.namespace) for item in items}
    for number, given in enumerate(routed):
        matching = [
            place for place in found if given.name == place[0] and given.namespace in ("", place[1])
        ]
        if len(matching) == 1:
            name, namespace = matching[0]
            found[name, namespace] = GatewaySpec(name, namespace, routes=given.routes)
            continue
        known = choices([f"{namespace}/{name}" for name, namespace in found]) or "none"
        said = f"{given.namespace}/{given.name}" if given.namespace else given.name
        fault = "several gateways" if matching else "no gateway"
        problems.append(
            Problem(
                f"{where}[{number}]",
                f"the documents have {fault} {said}; they have {known}",
                "name one of these, with its namespace",
            )
        )
    return tuple(found.values())
