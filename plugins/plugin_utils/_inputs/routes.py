# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``routes`` of gateways: what makes an OpenShift Route of each entry, checked.

The rules are those of OpenShift's API (library-go, pkg/route/validation) and of `oc expose`; what
an API server would refuse, or a router not admit, is told beforehand, with the place in the
inventory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._inputs import (
    kubernetes_names as names,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.checker import (
    Checker,
    is_true,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.labels import check_labels
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import choices
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.route_entries import (
    EDGE,
    INSECURE_POLICIES,
    NONE,
    PASSTHROUGH,
    REENCRYPT,
    ROUTE_KEYS,
    TERMINATIONS,
    entry_of,
    is_wildcard,
    lowered,
    route_name,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.route_values import (
    ANY_HOST,
    check_certificate,
    check_host,
    check_key,
    check_port,
    path_fault,
)

_CERTIFICATES = ("certificate", "ca_certificate", "destination_ca_certificate")
# Fields that only make sense where the router terminates TLS.
_ROUTERS_OWN = ("certificate", "key", "ca_certificate", "external_certificate")
_LONGEST_LABEL = 63


def are_routes_alone(components: Any, lists: Sequence[str]) -> bool:
    """Whether components say nothing but which routes gateways have, or nothing at all."""
    if not components:
        return True
    if not isinstance(components, Mapping) or not set(components) <= set(lists):
        return False
    return all(
        isinstance(items, Sequence)
        and bool(items)
        and all(isinstance(item, Mapping) and _has_routes_alone(item) for item in items)
        for items in components.values()
    )


def _has_routes_alone(gateway: Mapping[str, Any]) -> bool:
    return "routes" in gateway and set(gateway) <= {"name", "namespace", "routes"}


def check_routes(check: Checker, gateways: Sequence[tuple[str, Any]], mesh_namespace: str) -> None:
    """Note what is wrong with the routes of gateways, each given with its path."""
    names_seen: dict[tuple[str, str], str] = {}
    hosts_seen: dict[tuple[str, str], str] = {}
    for path, gateway in gateways:
        if not isinstance(gateway, Mapping) or gateway.get("routes") is None:
            continue
        name, namespace = str(gateway.get("name")), gateway.get("namespace") or mesh_namespace
        for number, item in enumerate(check.sequence(f"{path}.routes", gateway["routes"])):
            where = f"{path}.routes[{number}]"
            if not isinstance(item, str | Mapping):
                check.add(where, f"must be a host or a mapping, is {item!r}", "", item)
                continue
            entry = entry_of(item)
            known = len(check.problems)
            _check_route(check, where, entry, item)
            if len(check.problems) > known or not is_true(gateway.get("enabled", True)):
                continue
            _check_name(check, where, entry, name, str(namespace))
            _check_twins(check, where, entry, (str(namespace), name), names_seen, hosts_seen)


def _check_route(check: Checker, where: str, entry: Mapping[str, Any], item: Any) -> None:
    check.keys(where, entry, ROUTE_KEYS)
    check.text(f"{where}.name", entry.get("name"), names.dns_name_fault)
    check_host(check, where if isinstance(item, str) else f"{where}.host", entry.get("host"))
    if isinstance(item, str) and not item:
        check.add(where, "is empty", "write a host, or {} for the cluster's default host", item)
    _check_word(check, f"{where}.termination", entry.get("termination"), TERMINATIONS)
    _check_word(check, f"{where}.insecure_policy", entry.get("insecure_policy"), INSECURE_POLICIES)
    check_port(check, f"{where}.port", entry.get("port"))
    if entry.get("path"):
        check.text(f"{where}.path", entry["path"], path_fault)
    if entry.get("wildcard") is not None:
        check.boolean(f"{where}.wildcard", entry["wildcard"])
    for key in _CERTIFICATES:
        check_certificate(check, f"{where}.{key}", entry.get(key))
    check_key(check, f"{where}.key", entry.get("key"))
    external = entry.get("external_certificate")
    if external:
        check.text(f"{where}.external_certificate", external, names.dns_name_fault)
    check_labels(check, f"{where}.labels", entry.get("labels"))
    check_labels(check, f"{where}.annotations", entry.get("annotations"), annotations=True)
    _check_host_needed(check, where, entry)
    _check_termination(check, where, entry)


def _check_word(check: Checker, where: str, value: Any, known: Sequence[str]) -> None:
    text = check.text(where, value)
    if text and text.lower() not in known:
        check.add(where, f"{text!r} is not possible", f"write {choices(known)}", value)


def _check_host_needed(check: Checker, where: str, entry: Mapping[str, Any]) -> None:
    host = entry.get("host") if isinstance(entry.get("host"), str) else ""
    if is_wildcard(entry) and (host or "").count(".") < 2:
        check.add(
            f"{where}.host" if host else where,
            "a wildcard needs a host with the domain it is for",
            'write host: "*.shop.example.com", or www.shop.example.com with wildcard: true',
            entry.get("wildcard"),
        )
    said = entry.get("wildcard")
    if (host or "").startswith(ANY_HOST) and said is not None and not is_true(said):
        check.add(f"{where}.wildcard", f"contradicts host {host}", "remove it", said)


def _check_termination(check: Checker, where: str, entry: Mapping[str, Any]) -> None:
    termination = lowered(entry.get("termination"), NONE)
    if termination not in TERMINATIONS:
        return

    def refuse(key: str, reason: str, remedy: str) -> None:
        if entry.get(key):
            check.add(f"{where}.{key}", reason, remedy, entry[key], entry)

    for key in _ROUTERS_OWN:
        if termination == NONE:
            refuse(key, "has no use without TLS", f"set termination: {EDGE} or {REENCRYPT}")
        elif termination == PASSTHROUGH:
            refuse(
                key,
                f"has no use with termination: {PASSTHROUGH}: the gateway has the certificate",
                f"set termination: {EDGE} or {REENCRYPT}, or remove it",
            )
    if termination != REENCRYPT:
        refuse(
            "destination_ca_certificate",
            f"has a use with termination: {REENCRYPT} only",
            f"set that, as it is {termination}, or remove it",
        )
    policy = lowered(entry.get("insecure_policy"), "")
    if policy and termination == NONE:
        refuse("insecure_policy", "has no use without TLS", "set termination or remove it")
    elif policy == "allow" and termination == PASSTHROUGH:
        refuse(
            "insecure_policy",
            f"{policy!r} is not possible with termination: {PASSTHROUGH}",
            "write none or redirect",
        )
    if termination == PASSTHROUGH:
        refuse(
            "path",
            f"has no use with termination: {PASSTHROUGH}: the router sees no paths",
            "remove it, or let the router terminate TLS",
        )
    if termination not in (EDGE, REENCRYPT):
        return
    for one, other in (("certificate", "key"), ("key", "certificate")):
        if entry.get(one) and not entry.get(other):
            check.add(f"{where}.{other}", f"is missing, but there is a {one}", "", entry)
    if entry.get("external_certificate"):
        for key in ("certificate", "key"):
            refuse(key, "cannot be combined with external_certificate", "remove one of them")


def _check_name(
    check: Checker, where: str, entry: Mapping[str, Any], gateway: str, namespace: str
) -> None:
    """What OpenShift makes a host of must fit into one: <name>-<namespace>.<ingress domain>."""
    name = route_name(entry, gateway)
    fault = names.dns_name_fault(name)
    if fault:
        check.add(f"{where}.name", f"would be {name}, and that {fault}", "write a name", entry)
    label = f"{name.replace('.', '-')}-{namespace}"
    if not entry.get("host") and len(label) > _LONGEST_LABEL:
        check.add(
            where,
            f"the cluster's default host would begin with {label}, which has {len(label)} "
            f"characters, at most {_LONGEST_LABEL} are possible",
            "write a host, or a shorter name",
            entry,
        )


def _check_twins(
    check: Checker,
    where: str,
    entry: Mapping[str, Any],
    gateway: tuple[str, str],
    names_seen: dict[tuple[str, str], str],
    hosts_seen: dict[tuple[str, str], str],
) -> None:
    namespace, gateway_name = gateway
    name, host = route_name(entry, gateway_name), str(entry.get("host") or "")
    claim = (host, str(entry.get("path") or ""))
    if host and claim in hosts_seen:
        check.add(
            where,
            f"{''.join(claim)} is also the host of {hosts_seen[claim]}; routers admit one",
            "give each its own host or path",
            entry,
        )
    elif (namespace, name) in names_seen:
        check.add(
            where,
            f"its name {name!r} is also that of {names_seen[namespace, name]}",
            "give each its own name, as they are in the same namespace",
            entry,
        )
    hosts_seen.setdefault(claim, where)
    names_seen.setdefault((namespace, name), where)
