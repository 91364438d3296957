# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of the options that make a mesh (variable ``mesh_x``, option ``x``): types and sense."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._inputs import (
    kubernetes_names as names,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.chart_values import (
    check_values,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.checker import Checker
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.labels import check_labels
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.openshift import (
    CNI_KEYS,
    check_cni,
    check_openshift,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.places import (
    check_charts,
    check_gateway_api,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import (
    Problem,
    choices,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.routes import (
    are_routes_alone,
    check_routes,
)

OPTIONS = (
    "version",
    "charts",
    "charts_lock",
    "profile",
    "platform",
    "revision",
    "namespace",
    "hub",
    "tag",
    "values",
    "mesh_config",
    "components",
    "members",
    "kubernetes_version",
    "default_revision",
    "jwt_policy",
    "operator",
    "gateway_api",
    "openshift",
)
THIRD_PARTY = "third-party-jwt"
FIRST_PARTY = "first-party-jwt"
JWT_POLICIES = ("auto", THIRD_PARTY, FIRST_PARTY)
DEFAULT_NAMESPACE = "istio-system"
INJECTIONS = ("enabled", "disabled", "ambient", "none")
COMPONENT_KEYS: Mapping[str, tuple[str, ...]] = {
    "base": ("enabled", "values"),
    "istiod": ("enabled", "values"),
    "cni": ("enabled", "values", "namespace", *CNI_KEYS),
    "ztunnel": ("enabled", "values", "namespace"),
}
GATEWAY_LISTS = ("ingress_gateways", "egress_gateways")
GATEWAY_KEYS = ("name", "namespace", "enabled", "values", "labels", "revision", "routes")
MEMBER_KEYS = ("name", "injection", "revision", "labels", "annotations")

# A Helm release, such as istiod-<revision> or a gateway, has a name of at most 53 characters.
_LONGEST_NAME = 53
_LONGEST_REVISION = _LONGEST_NAME - len("istiod-")
_VERSION = re.compile(r"\d+\.\d+(\.\d+)?([-.+][0-9A-Za-z.+-]+)?")


def variable(option: str, prefix: str = "mesh_") -> str:
    """The name users know the option by: ``mesh_version`` for ``version``."""
    return option if option.startswith("mesh_") else prefix + option


def check_options(options: Mapping[str, Any], prefix: str = "mesh_") -> list[Problem]:
    """Every problem in the options, each with its path as users write it.

    Whether a profile or platform exists depends on the charts, and is checked with them.
    """
    check = Checker()
    for key in options:
        if key not in OPTIONS:
            check.keys("", {key: options[key]}, OPTIONS)
    _check_scalars(check, options, prefix)
    check_charts(check, variable("charts", prefix), options.get("charts"))
    where = variable("values", prefix)
    for path, overlay in overlays(where, options.get("values")):
        check_values(check, path, overlay, options, prefix)
    check.mapping(variable("mesh_config", prefix), options.get("mesh_config"))
    _check_components(check, options, prefix)
    _check_members(check, options, prefix)
    _check_operator(check, options, prefix)
    check_gateway_api(check, variable("gateway_api", prefix), options.get("gateway_api"))
    check_openshift(check, variable("openshift", prefix), options.get("openshift"))
    return check.problems


def _check_operator(check: Checker, options: Mapping[str, Any], prefix: str) -> None:
    """Documents describe components themselves; what is in them is checked with the charts."""
    where, documents = variable("operator", prefix), options.get("operator")
    for path, document in overlays(where, documents):
        if not isinstance(document, str | Mapping):
            check.add(path, f"must be a path or a document, is {document!r}", "", document)
    if documents and not are_routes_alone(options.get("components"), GATEWAY_LISTS):
        check.add(
            variable("components", prefix),
            f"cannot be combined with {where}, which has components of its own",
            "write them into spec.components of the document; only routes of its gateways have a "
            "place here, beside their name and namespace",
            options["components"],
        )


def overlays(where: str, value: Any) -> list[tuple[str, Any]]:
    """The overlays with their paths: one mapping, or a list of them."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [(f"{where}[{n}]", overlay) for n, overlay in enumerate(value)]
    return [] if value is None else [(where, value)]


def revision_fault(text: str) -> str:
    """What is wrong with the text as a revision, or an empty string."""
    if text == "default":
        return "'default' names the control plane without a revision"
    return names.dns_label_fault(text, _LONGEST_REVISION)


def revision_remedy(text: Any) -> str:
    """A name that would do."""
    if text == "default":
        return "leave it empty for that one"
    fixed = re.sub(r"[^a-z0-9]+", "-", str(text).lower()).strip("-")[:_LONGEST_REVISION]
    return f"write {fixed}" if fixed else ""


def _check_scalars(check: Checker, options: Mapping[str, Any], prefix: str) -> None:
    def text(option: str, fault: Any = None, remedy: str = "") -> None:
        check.text(variable(option, prefix), options.get(option), fault, remedy)

    text("version", _istio_version_fault, 'write it as "1.31.1"')
    text("kubernetes_version", _version_fault, 'write it as "1.36.0"')
    text("charts_lock")
    text("profile")
    text("platform")
    text("revision", revision_fault, revision_remedy(options.get("revision")))
    if options.get("default_revision") != "default":
        text("default_revision", revision_fault, "")
    text(
        "jwt_policy",
        lambda given: "" if given in JWT_POLICIES else f"{given!r} is not possible",
        f"write {choices(JWT_POLICIES)}",
    )
    text("namespace", _mesh_namespace_fault)
    text("hub", names.image_hub_fault)
    text("tag", names.image_tag_fault)


def _version_fault(text: str) -> str:
    if text.startswith("v"):
        return f"{text!r} begins with a v"
    return "" if _VERSION.fullmatch(text) else f"{text!r} is no version"


def _istio_version_fault(text: str) -> str:
    """A release, not a minor version: it is also the tag of the images."""
    found = _VERSION.fullmatch(text)
    if found and not found[1]:
        return f"{text!r} is a minor version, not a release"
    return _version_fault(text)


def _mesh_namespace_fault(text: str) -> str:
    """What keeps the control plane or a gateway from having the namespace; empty if nothing."""
    if names.is_system_namespace(text):
        return f"{text!r} belongs to the platform"
    return names.dns_label_fault(text)


def _check_components(check: Checker, options: Mapping[str, Any], prefix: str) -> None:
    where = variable("components", prefix)
    components = check.mapping(where, options.get("components"))
    check.keys(where, components, (*COMPONENT_KEYS, *GATEWAY_LISTS))
    for name, keys in COMPONENT_KEYS.items():
        path = f"{where}.{name}"
        component = check.mapping(path, components.get(name))
        check.keys(path, component, keys)
        if component.get("enabled") is not None:
            check.boolean(f"{path}.enabled", component["enabled"])
        check.text(f"{path}.namespace", component.get("namespace"), names.dns_label_fault)
        check_values(check, f"{path}.values", component.get("values"), options, prefix)
        if name == "cni":
            check_cni(check, path, component)
    _check_gateways(check, components, options, prefix)


def _check_gateways(
    check: Checker, components: Mapping[str, Any], options: Mapping[str, Any], prefix: str
) -> None:
    where = variable("components", prefix)
    items = [
        (f"{where}.{kind}[{number}]", item)
        for kind in GATEWAY_LISTS
        for number, item in enumerate(check.sequence(f"{where}.{kind}", components.get(kind)))
    ]
    check_gateways(check, items, options, prefix)


def check_gateways(
    check: Checker, items: Sequence[tuple[str, Any]], options: Mapping[str, Any], prefix: str
) -> None:
    """Note what is wrong with gateways, each given with its path, and with their names together."""
    seen: dict[tuple[str, str], str] = {}
    for path, item in items:
        gateway = check.mapping(path, item)
        _check_gateway(check, path, gateway)
        revision = gateway.get("revision") or options.get("revision")
        own = {**options, "revision": revision}
        check_values(check, f"{path}.values", gateway.get("values"), own, prefix)
        name = str(gateway.get("name"))
        namespace = gateway.get("namespace") or options.get("namespace") or DEFAULT_NAMESPACE
        place = (str(namespace), name)
        if gateway.get("name") and place in seen:
            check.add(
                f"{path}.name",
                f"{name!r} is also the name of {seen[place]}, in the same namespace",
                "give each gateway its own name or namespace",
                gateway["name"],
                gateway,
            )
        seen.setdefault(place, path)
    check_routes(check, items, options.get("namespace") or DEFAULT_NAMESPACE)


def _check_gateway(check: Checker, path: str, gateway: Mapping[str, Any]) -> None:
    check.keys(path, gateway, GATEWAY_KEYS)
    check.required(path, gateway, "name")
    check.text(f"{path}.name", gateway.get("name"), _gateway_fault)
    check.text(f"{path}.namespace", gateway.get("namespace"), _mesh_namespace_fault)
    check.text(
        f"{path}.revision",
        gateway.get("revision"),
        revision_fault,
        revision_remedy(gateway.get("revision")),
    )
    if gateway.get("enabled") is not None:
        check.boolean(f"{path}.enabled", gateway["enabled"])
    check_labels(check, f"{path}.labels", gateway.get("labels"))


def _gateway_fault(text: str) -> str:
    return names.dns_label_fault(text, _LONGEST_NAME)


def _check_members(check: Checker, options: Mapping[str, Any], prefix: str) -> None:
    where = variable("members", prefix)
    mesh_namespace = options.get("namespace") or DEFAULT_NAMESPACE
    seen: dict[str, str] = {}
    for number, item in enumerate(check.sequence(where, options.get("members"))):
        path = f"{where}[{number}]"
        member = {"name": item} if isinstance(item, str) else check.mapping(path, item)
        check.keys(path, member, MEMBER_KEYS)
        check.required(path, member, "name")
        name = check.text(f"{path}.name", member.get("name"), _member_fault)
        _check_injection(check, path, member, name == mesh_namespace)
        if name and name in seen:
            check.add(f"{path}.name", f"{name!r} is already {seen[name]}", "remove one", item)
        seen.setdefault(name, path)
        for key in ("labels", "annotations"):
            check_labels(check, f"{path}.{key}", member.get(key), key == "annotations")


def _member_fault(text: str) -> str:
    if names.is_system_namespace(text) and text != "default":
        return f"{text!r} belongs to the platform; Istio never injects there"
    return names.dns_label_fault(text)


def _check_injection(
    check: Checker, path: str, member: Mapping[str, Any], is_mesh_namespace: bool
) -> None:
    injection = check.text(f"{path}.injection", member.get("injection"))
    if injection and injection not in INJECTIONS:
        check.add(
            f"{path}.injection",
            f"{injection!r} is not possible",
            f"write {choices(INJECTIONS)}",
            member["injection"],
        )
    if is_mesh_namespace and injection in ("", "enabled", "ambient"):
        check.add(
            path, "is the control plane's own namespace", "set injection: none or remove it", member
        )
    revision = member.get("revision")
    check.text(f"{path}.revision", revision, _member_revision_fault, revision_remedy(revision))
    if revision and injection in ("disabled", "none"):
        check.add(
            f"{path}.revision", f"has no meaning with injection: {injection}", "remove it", revision
        )


def _member_revision_fault(text: str) -> str:
    # A member may follow a revision tag, and `default` is one.
    return "" if text == "default" else revision_fault(text)
