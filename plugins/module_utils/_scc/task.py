# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One task of mesh_scc: parameters in, result out; the module and the action both call it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._apply.diff import entry
from ansible_collections.meshops.istio.plugins.module_utils._apply.task import shown
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.config import (
    ConnectionOptions,
    load_connection,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import KubeError
from ansible_collections.meshops.istio.plugins.module_utils._scc.change import carry_out
from ansible_collections.meshops.istio.plugins.module_utils._scc.constraints import read_scc
from ansible_collections.meshops.istio.plugins.module_utils._scc.errors import SccError
from ansible_collections.meshops.istio.plugins.module_utils._scc.gather import (
    gather,
    still_held,
)
from ansible_collections.meshops.istio.plugins.module_utils._scc.model import (
    GATHERED,
    GRANTED,
    REVOKED,
    Change,
    Request,
)
from ansible_collections.meshops.istio.plugins.module_utils._scc.options import request_from
from ansible_collections.meshops.istio.plugins.module_utils._scc.wide import too_wide

Result = dict[str, Any]


def execute(params: Mapping[str, Any], check_mode: bool, diff: bool) -> Result:
    """Do what validated parameters ask; the result, with `failed` and `msg` when it went wrong."""
    result: Result = {"changed": False}
    changes: list[Change] = []
    try:
        request = request_from(params, check_mode)
        with Client(load_connection(ConnectionOptions.from_params(params))) as client:
            if request.state == GATHERED:
                result["gathered"] = _gathered(client, request)
            else:
                warnings = _change(client, request, changes)
                if warnings:
                    result["warnings"] = warnings
    except KubeError as error:
        result.update(failed=True, msg=str(error))
    if "gathered" not in result:
        result["changed"] = any(change.changed for change in changes)
        result["grants"] = [change.as_dict(check_mode) for change in changes]
        if diff:
            result["diff"] = [
                entry(change.title, change.before, change.after)
                for change in changes
                if change.changed
            ]
    result["invocation"] = {"module_args": shown(params)}
    return result


def _gathered(client: Client, request: Request) -> list[Result]:
    for name in request.sccs:
        read_scc(client, name)
    found = gather(client, request.sccs, request.namespace, request.subjects)
    return [use.as_dict(found.sccs) for use in found.uses]


def _change(client: Client, request: Request, changes: list[Change]) -> list[str]:
    """Grant or revoke, into `changes`; returns what people should know."""
    sccs = [read_scc(client, name) for name in request.sccs]
    for scc in request.sccs:
        carry_out(client, request, scc, changes)
    if request.state == GRANTED:
        found = [too_wide(scc, who, request.namespace) for scc in sccs for who in request.subjects]
        return [text for text in found if text]
    return _remaining(client, request)


def _remaining(client: Client, request: Request) -> list[str]:
    """What still lets those use an SCC from whom it was revoked, where that can be read."""
    if request.check_mode or request.state != REVOKED:
        return []
    try:
        uses = gather(client, request.sccs, request.namespace).uses
    except SccError:
        # A right to read all roles and bindings is not needed to take a grant back.
        return []
    found = []
    for scc in request.sccs:
        for subject in request.subjects:
            for use in still_held(uses, scc, subject):
                member = "" if use.subject == subject else f", which names {use.subject}"
                found.append(f"{subject} may still use SCC {scc}: by {use.by}{member}")
    return found
