# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gateways that somebody asks for one by one: by the name they have in the mesh, or described."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.gateways import (
    service_values,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.mesh import Gateway, Mesh
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.spec import (
    GatewaySpec,
    gateway_spec,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.values import merge_values
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.checker import Checker
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.options import (
    GATEWAY_KEYS,
    check_gateways,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.plain import plain
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import (
    choices,
    raise_for,
    suggestion,
)

KINDS = ("ingress", "egress")
SERVICE_TYPES = ("LoadBalancer", "NodePort", "ClusterIP", "None")
_OWN_KEYS = ("kind", "egress", "service_type", "ports")
_KEYS = (*GATEWAY_KEYS, *_OWN_KEYS)
# What a gateway of IstioOperator documents has no place for, and where they have one.
_IN_DOCUMENTS = {
    "labels": "label",
    "values": "k8s",
    "service_type": "k8s.service.type",
    "ports": "k8s.service.ports",
}


@dataclass(frozen=True)
class Wishes:
    """What is said for all gateways at once; empty is not said.

    ``values``, ``labels``, ``service_type`` and ``ports`` lie over those a gateway has in the mesh,
    and under those of one that is described as a dictionary. ``namespace`` and ``kind`` are for
    gateways that have none.
    """

    kind: str = ""
    namespace: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    service_type: str = ""
    ports: Sequence[Mapping[str, Any]] | None = None

    @classmethod
    def from_options(cls, mesh: Mesh, options: Mapping[str, Any]) -> Wishes:
        """Check and type the options by these names. Raises InputError."""
        check = Checker()
        said = {key: value for key, value in options.items() if value is not None}
        data = {key: plain(value, key, check.problems) for key, value in said.items()}
        described = {key: data[key] for key in ("namespace", "labels", "values") if key in data}
        _check_described(check, mesh, [("", {"name": "any", **described})])
        _check_service(check, "", data)
        # What is checked is part of nothing that has a name.
        check.problems = [replace(it, where=it.where.lstrip(".")) for it in check.problems]
        raise_for(check.problems)
        return cls(**data)


def gateways_for(
    mesh: Mesh, terms: Sequence[Any], wishes: Wishes
) -> tuple[list[Gateway], list[str]]:
    """The gateways in the order of the terms, all of the mesh without any; and warnings.

    A term is the name of a gateway (of the mesh, else a new one) or a dictionary that describes
    one. Raises InputError, for two gateways of one name and namespace too.

    Gateways that IstioOperator documents describe are returned as they are (see `is_documented`).
    """
    check = Checker()
    _check_documented(check, mesh, terms, wishes)
    found: list[Gateway] = []
    origins: list[tuple[str, Any]] = []
    warnings: list[str] = []
    for number, term in enumerate(terms):
        where = f"_terms[{number}]"
        if isinstance(term, Mapping):
            described = _described(check, mesh, where, term, wishes)
            items = [described] if described else []
        else:
            name = check.text(where, term)
            items = _of_mesh(check, mesh, where, name, wishes)
            if "/" in name and not items:
                _no_such(check, mesh, where, name)
            elif not items and name:
                warnings += _near(mesh, name)
                items = [_new(mesh, GatewaySpec(name), wishes.kind == "egress", wishes)]
        found += items
        origins += [(where, {"name": item.name, "namespace": item.namespace}) for item in items]
    if not terms:
        found = [_over(mesh, item, wishes) for item in mesh.gateways]
    _check_described(check, mesh, origins)
    raise_for(check.problems)
    return found, warnings


def is_documented(mesh: Mesh, gateway: Gateway) -> bool:
    """Whether it is one of those that the mesh's IstioOperator documents describe.

    These have components of their own. One like it that a dictionary describes is none of them.
    """
    return bool(mesh.spec.operator) and any(gateway is item for item in mesh.gateways)


def _check_documented(check: Checker, mesh: Mesh, terms: Sequence[Any], wishes: Wishes) -> None:
    """Refuse wishes for gateways of documents: their charts have other values for all that."""
    if not mesh.spec.operator:
        return
    named = [str(term) for term in terms if not isinstance(term, Mapping)]
    found = [item.name for item in mesh.gateways if not terms or _names(item) & {*named}]
    for option, place in _IN_DOCUMENTS.items():
        if found and getattr(wishes, option):
            check.add(
                option,
                f"cannot change gateway {found[0]!r}, which {mesh.spec.prefix}operator describes",
                f"write it as {place} of that gateway in spec.components of a document, or "
                "describe a gateway by a dictionary",
            )


def _names(gateway: Gateway) -> set[str]:
    return {gateway.name, f"{gateway.namespace}/{gateway.name}"}


def _no_such(check: Checker, mesh: Mesh, where: str, text: str) -> None:
    """Report a place without a gateway; where one is turned off, that is reported already."""
    namespace, _slash, name = text.partition("/")
    known = [f"{item.namespace}/{item.name}" for item in mesh.gateways]
    has = f"it has {choices(known)}" if known else "it has no gateways"
    check.add(
        where,
        f"the mesh has no gateway {name!r} in namespace {namespace!r}; {has}",
        f"for a new one write {{'name': '{name}', 'namespace': '{namespace}'}}",
    )


def _of_mesh(check: Checker, mesh: Mesh, where: str, name: str, wishes: Wishes) -> list[Gateway]:
    """The mesh's gateways of that name, which several namespaces may have."""
    found = [item for item in mesh.gateways if name in _names(item)]
    off = [*(mesh.spec.ingress_gateways or ()), *(mesh.spec.egress_gateways or ())]
    if not found and any(item.name == name and not item.enabled for item in off):
        option = f"{mesh.spec.prefix}components"
        check.add(where, f"gateway {name!r} is turned off in {option}", "set its enabled to true")
    return [_over(mesh, item, wishes) for item in found]


def _over(mesh: Mesh, gateway: Gateway, wishes: Wishes) -> Gateway:
    """A gateway of the mesh with the wishes over its own settings."""
    if is_documented(mesh, gateway):
        return gateway
    spec = gateway.spec
    ours = _service(mesh, gateway.egress, wishes.service_type, wishes.ports)
    values = merge_values(dict(spec.values), ours, dict(wishes.values))
    return replace(
        gateway,
        namespace=spec.namespace or wishes.namespace or gateway.namespace,
        spec=replace(spec, values=values, labels={**spec.labels, **wishes.labels}),
    )


def _described(
    check: Checker, mesh: Mesh, where: str, term: Mapping[str, Any], wishes: Wishes
) -> Gateway | None:
    """The gateway that a dictionary describes, over the wishes; None when it is wrong."""
    known = len(check.problems)
    own = {key: term[key] for key in _OWN_KEYS if term.get(key) is not None}
    rest = {key: value for key, value in term.items() if key in GATEWAY_KEYS}
    _check_keys(check, where, term)
    _check_described(check, mesh, [(where, rest)])
    _check_service(check, where, own)
    if own.get("egress") is not None:
        check.boolean(f"{where}.egress", own["egress"])
        if "kind" in own and (own["kind"] == "egress") != bool(own["egress"]):
            check.add(f"{where}.egress", f"contradicts kind {own['kind']!r}", "remove one of them")
    data, service = (plain(item, where, check.problems) for item in (rest, own))
    if len(check.problems) > known:
        return None
    spec = gateway_spec(data, where)
    if not spec.enabled:
        return None
    kind = service.get("kind") or wishes.kind
    egress = bool(service.get("egress", kind == "egress"))
    values = _service(mesh, egress, service.get("service_type", ""), service.get("ports"))
    values = merge_values(values, dict(spec.values))
    return _new(mesh, replace(spec, values=values), egress, wishes)


def _new(mesh: Mesh, spec: GatewaySpec, egress: bool, wishes: Wishes) -> Gateway:
    """A gateway that the mesh does not have, with the wishes under what it says itself."""
    under = _service(mesh, egress, wishes.service_type, wishes.ports)
    values = merge_values(under, dict(wishes.values), dict(spec.values))
    return Gateway(
        name=spec.name,
        namespace=spec.namespace or wishes.namespace or mesh.spec.namespace,
        revision=spec.revision or mesh.spec.revision,
        egress=egress,
        spec=replace(spec, values=values, labels={**wishes.labels, **spec.labels}),
    )


def _service(
    mesh: Mesh, egress: bool, service_type: str, ports: Sequence[Mapping[str, Any]] | None
) -> dict[str, Any]:
    listed = None if ports is None else [dict(port) for port in ports]
    return service_values(mesh.release, egress, service_type, listed)


def _near(mesh: Mesh, name: str) -> list[str]:
    names = [item.name for item in mesh.gateways]
    hint = suggestion(name, names)
    if not hint:
        return []
    return [f"the mesh has no gateway {name!r}, so a new one is rendered; {hint}"]


def _check_described(check: Checker, mesh: Mesh, items: Sequence[tuple[str, Any]]) -> None:
    options = {
        "revision": mesh.spec.revision,
        "profile": mesh.spec.profile,
        "platform": mesh.spec.platform,
        "namespace": mesh.spec.namespace,
    }
    check_gateways(check, items, options, mesh.spec.prefix)


def _check_keys(check: Checker, where: str, term: Mapping[str, Any]) -> None:
    """All keys that a term may have, which are more than those of a gateway in the mesh."""
    for key in term:
        if key not in _KEYS:
            hint = suggestion(str(key), _KEYS)
            possible = f"possible are {choices(_KEYS)}"
            remedy = f"{hint} {possible}" if hint else possible
            check.add(f"{where}.{key}", "no such key", remedy, term[key], key, term)


def _check_service(check: Checker, where: str, data: Mapping[str, Any]) -> None:
    for key, known in (("kind", KINDS), ("service_type", SERVICE_TYPES)):
        text = check.text(f"{where}.{key}", data.get(key))
        if text and text not in known:
            check.add(f"{where}.{key}", f"{text!r} is not possible", f"write {choices(known)}")
    for number, item in enumerate(check.sequence(f"{where}.ports", data.get("ports"))):
        path = f"{where}.ports[{number}]"
        check.required(path, check.mapping(path, item), "port")
