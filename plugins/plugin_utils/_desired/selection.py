# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects of a desired state by the names that users give: components, kinds, gateways."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.component import (
    Component,
    Object,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.desired import DesiredState
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import (
    MeshError,
    suggestion,
)

NAMESPACES: Final = "namespaces"
# Components that an installation needs, whatever a document says of them.
_COMPLETE: Final = ("default", "members", "platform")
_GATEWAY_API: Final = "gateway-api"


def select(state: DesiredState, terms: Sequence[str]) -> list[Object]:
    """The objects of the components that the terms name, in order; of all without terms.

    Of a mesh that IstioOperator documents describe, that is what `istioctl manifest generate`
    makes; what only an installation adds comes with the terms ``namespaces``, ``platform``,
    ``default``, ``members`` and ``gateway-api``. Raises MeshError for a term that names nothing.
    """
    known = [item.name for item in state.components]
    documents = bool(state.spec.operator)
    if documents:
        known.append(NAMESPACES)
    for term in terms:
        if documents and term == NAMESPACES:
            continue
        if not any(_is(component, term) for component in state.components):
            if term == _GATEWAY_API:
                option = f"{state.spec.prefix}gateway_api"
                raise MeshError(
                    f"The CRDs of the Gateway API are no component of this mesh: {option} does not "
                    "ask for them",
                    f"Set {option}.source to their file, folder or address, or {option}.enabled to "
                    "true to take those that the project publishes.",
                )
            hint = suggestion(term, known)
            message = f"This mesh has no component {term!r}; it has {', '.join(known)}"
            raise MeshError(f"{message}; {hint}" if hint else message)
    result: list[Object] = []
    for component in state.components:
        if documents and component.kind == _GATEWAY_API and not terms:
            continue
        if component.kind == "base" and NAMESPACES in terms:
            result += component.objects[: component.added]
        if not terms or any(_is(component, term) for term in terms):
            complete = bool(terms) and component.kind in _COMPLETE
            result += component.objects[0 if complete else component.added :]
    return result


def _is(component: Component, term: str) -> bool:
    return term in (component.name, component.kind) or (
        component.kind == "gateway" and term == component.release_name
    )
