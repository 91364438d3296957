# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of mesh_scc, and the request they make."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._kube.options import (
    CONNECTION_MUTUALLY_EXCLUSIVE,
    CONNECTION_REQUIRED_TOGETHER,
    connection_argument_spec,
)
from ansible_collections.meshops.istio.plugins.module_utils._scc.errors import SccError
from ansible_collections.meshops.istio.plugins.module_utils._scc.model import (
    GATHERED,
    GRANTED,
    REVOKED,
    STATES,
    Request,
)
from ansible_collections.meshops.istio.plugins.module_utils._scc.names import (
    Subject,
    accounts_group,
    check_account,
    check_namespace,
    check_scc,
    subjects_of,
)
from ansible_collections.meshops.istio.plugins.module_utils._scc.rights import ROLE_BINDING, WAYS

# Keyword arguments of AnsibleModule and of ArgumentSpecValidator alike.
RULES: dict[str, Any] = {
    "mutually_exclusive": CONNECTION_MUTUALLY_EXCLUSIVE,
    "required_together": CONNECTION_REQUIRED_TOGETHER,
    "required_if": [("state", GRANTED, ["scc"]), ("state", REVOKED, ["scc"])],
}
_WHO = ("service_accounts", "groups", "users")


def argument_spec(env_fallback: Callable[..., Any]) -> dict[str, dict[str, Any]]:
    """Argument spec of mesh_scc, new on each call."""
    return {
        "state": {"type": "str", "choices": list(STATES), "default": GRANTED},
        "scc": {"type": "list", "elements": "str"},
        "by": {"type": "str", "choices": list(WAYS), "default": ROLE_BINDING},
        "namespace": {"type": "str"},
        "service_accounts": {"type": "list", "elements": "str"},
        "groups": {"type": "list", "elements": "str"},
        "users": {"type": "list", "elements": "str"},
        **connection_argument_spec(env_fallback),
    }


def request_from(params: Mapping[str, Any], check_mode: bool) -> Request:
    """The request of validated parameters; SccError for names that cannot be what they should."""
    state, by = params["state"], params["by"]
    namespace = str(params.get("namespace") or "")
    if namespace:
        check_namespace(namespace)
    sccs = tuple(dict.fromkeys(check_scc(name) for name in _names(params, "scc") or ()))
    subjects = _subjects(params, namespace)
    if state != GATHERED:
        if not sccs:
            raise SccError("scc: no SCC is named")
        if not subjects:
            raise SccError(f"nobody is named: {_who(params)}")
        if by == ROLE_BINDING and not namespace:
            raise SccError(
                "namespace: of the RoleBinding is missing: name it, or choose another way by `by`"
            )
    where = namespace if by == ROLE_BINDING or state == GATHERED else ""
    return Request(state, by, sccs, where, tuple(subjects), check_mode)


def _subjects(params: Mapping[str, Any], namespace: str) -> list[Subject]:
    given = [_names(params, option) for option in _WHO]
    if namespace and params["state"] != GATHERED and all(names is None for names in given):
        return subjects_of([], [accounts_group(namespace)])
    accounts, groups, users = (names or [] for names in given)
    return subjects_of([*(check_account(name, namespace) for name in accounts), *users], groups)


def _names(params: Mapping[str, Any], option: str) -> list[str] | None:
    """The option's names as plain text: Ansible's own is no str to those who write YAML."""
    given = params.get(option)
    return None if given is None else [str(name) for name in given]


def _who(params: Mapping[str, Any]) -> str:
    empty = [option for option in _WHO if params.get(option) is not None]
    if empty:
        return f"{' and '.join(empty)} {'is' if len(empty) == 1 else 'are'} empty"
    return "give service_accounts, groups or users, or a namespace for all its service accounts"
