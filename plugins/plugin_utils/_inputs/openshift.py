# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of what users say about OpenShift: grants of SCCs, networks, the CNI plugin on Multus."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._scc.errors import SccError
from ansible_collections.meshops.istio.plugins.module_utils._scc.names import (
    check_group,
    check_scc,
    check_user,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs import (
    kubernetes_names as names,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.checker import Checker, Fault
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import (
    choices,
    suggestion,
)

AUTO = "auto"
NONE = "none"
SCC_KEYS = ("control_plane_sccs", "application_sccs", "cni_sccs")
NETWORK_ATTACHMENTS = (AUTO, NONE, "default", "namespaces")
ROLE_BINDING, SCC_LISTS = "role_binding", "scc_lists"
GRANT_BY = (ROLE_BINDING, SCC_LISTS)
GRANT_KEYS = ("scc", "namespace", "service_accounts", "groups", "users")
FACT_KEYS = ("version", "network_type", "multus", "gateway_api_owned", "ingress_domain")
OPENSHIFT_KEYS = (
    *SCC_KEYS,
    "least_privilege",
    "network_attachments",
    "grant_by",
    "grants",
    "facts",
)
REPAIRS = (NONE, "label", "delete", "repair")
CNI_KEYS = ("chained", "bin_dir", "conf_dir", "conf_file", "exclude_namespaces", "repair")

_VERSION = re.compile(r"4\.\d+(\.\d+)?([-.+][0-9A-Za-z.+-]+)?")
_FILE = re.compile(r"[A-Za-z0-9._-]+\.(conf|conflist)")


def check_openshift(check: Checker, where: str, value: Any) -> None:
    """Note what is wrong with the wishes for OpenShift."""
    wishes = check.mapping(where, value)
    check.keys(where, wishes, OPENSHIFT_KEYS)
    for key in SCC_KEYS:
        _check_sccs(check, f"{where}.{key}", wishes.get(key))
    if wishes.get("least_privilege") is not None:
        check.boolean(f"{where}.least_privilege", wishes["least_privilege"])
    _choice(check, f"{where}.network_attachments", wishes, NETWORK_ATTACHMENTS)
    _choice(check, f"{where}.grant_by", wishes, GRANT_BY)
    for number, item in enumerate(check.sequence(f"{where}.grants", wishes.get("grants"))):
        _check_grant(check, f"{where}.grants[{number}]", item)
    _check_facts(check, f"{where}.facts", wishes.get("facts"))


def check_cni(check: Checker, where: str, cni: Mapping[str, Any]) -> None:
    """Note what is wrong with the settings of the CNI plugin that need no raw values."""
    if cni.get("chained") is not None:
        check.boolean(f"{where}.chained", cni["chained"])
    for key in ("bin_dir", "conf_dir"):
        check.text(
            f"{where}.{key}",
            cni.get(key),
            lambda text: "" if text.startswith("/") else f"{text!r} is no absolute path",
        )
    check.text(
        f"{where}.conf_file",
        cni.get("conf_file"),
        lambda text: "" if _FILE.fullmatch(text) else f"{text!r} is no name of a file",
        "write a name without a folder that ends with .conf or .conflist",
    )
    excluded = f"{where}.exclude_namespaces"
    for number, item in enumerate(check.sequence(excluded, cni.get("exclude_namespaces"))):
        _named(check, f"{excluded}[{number}]", item, names.dns_label_fault)
    _choice(check, f"{where}.repair", cni, REPAIRS)


def _check_sccs(check: Checker, where: str, value: Any) -> None:
    if value is None or value in (AUTO, NONE):
        return
    if isinstance(value, str):
        remedy = "take the quotes away" if value.startswith("[") else f"write [{value}]"
        check.add(where, f"must be {AUTO}, {NONE} or a list, is {value!r}", remedy, value)
        return
    for number, item in enumerate(check.sequence(where, value)):
        _checked(check, f"{where}[{number}]", item, check_scc)


def _check_grant(check: Checker, where: str, value: Any) -> None:
    grant = check.mapping(where, value)
    check.keys(where, grant, GRANT_KEYS)
    if grant.get("scc") in (None, ""):
        check.required(where, grant, "scc")
    else:
        _checked(check, f"{where}.scc", grant["scc"], check_scc)
    namespace = check.text(f"{where}.namespace", grant.get("namespace"), names.dns_label_fault)
    subjects = {key: check.sequence(f"{where}.{key}", grant.get(key)) for key in GRANT_KEYS[2:]}
    if subjects["service_accounts"] and not namespace:
        check.add(
            f"{where}.namespace", "is missing, but there are service_accounts", "name it", grant
        )
    if not any(subjects.values()):
        _check_nobody(check, where, grant, namespace)
    for key, items in subjects.items():
        for number, item in enumerate(items):
            _check_subject(check, f"{where}.{key}[{number}]", key, item)


def _check_nobody(check: Checker, where: str, grant: Mapping[str, Any], namespace: str) -> None:
    empty = [key for key in GRANT_KEYS[2:] if grant.get(key) is not None]
    if empty:
        # A list that turned out empty must not become a grant to everybody.
        check.add(
            f"{where}.{empty[0]}",
            "is empty, so there is nobody to grant to",
            "take the grant out, or leave the key out for all service accounts of a namespace",
            grant,
        )
    elif not namespace:
        check.add(
            where,
            "says nobody to grant to",
            "name a namespace (for all its service accounts), service_accounts, groups or users",
            grant,
        )


def _check_subject(check: Checker, where: str, key: str, value: Any) -> None:
    if key == "service_accounts":
        fault = names.dns_subdomain_fault
        _named(check, where, value, fault, "write the name alone; namespace has the rest")
    else:
        _checked(check, where, value, check_user if key == "users" else check_group)


def _checked(check: Checker, where: str, value: Any, rule: Callable[[str], str]) -> None:
    """Note what a rule of module mesh_scc says against a name."""
    if _named(check, where, value):
        try:
            rule(value)
        except SccError as error:
            check.add(where, str(error), "", value)


def _named(
    check: Checker, where: str, value: Any, fault: Fault | None = None, remedy: str = ""
) -> bool:
    """Whether the item of a list is a text that is not empty."""
    if value in (None, ""):
        check.add(where, "is empty", "name it, or take it out", value)
        return False
    check.text(where, value, fault, remedy)
    return isinstance(value, str)


def _check_facts(check: Checker, where: str, value: Any) -> None:
    facts = check.mapping(where, value)
    check.keys(where, facts, FACT_KEYS)
    check.text(
        f"{where}.version",
        facts.get("version"),
        lambda text: "" if _VERSION.fullmatch(text) else f"{text!r} is no version of OpenShift",
        'write it as "4.19.3"',
    )
    check.text(f"{where}.network_type", facts.get("network_type"))
    check.text(f"{where}.ingress_domain", facts.get("ingress_domain"), names.dns_subdomain_fault)
    for key in ("multus", "gateway_api_owned"):
        if facts.get(key) is not None:
            check.boolean(f"{where}.{key}", facts[key])


def _choice(check: Checker, where: str, value: Mapping[str, Any], known: tuple[str, ...]) -> None:
    key = where.rpartition(".")[2]
    given = value.get(key)
    check.text(
        where,
        given,
        lambda text: "" if text in known else f"{text!r} is not possible",
        suggestion(str(given), known) or f"write {choices(known)}",
    )
