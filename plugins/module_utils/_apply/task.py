# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One task of mesh_objects: parameters in, result out; the module and the action both call it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._apply.delete import delete_set
from ansible_collections.meshops.istio.plugins.module_utils._apply.documents import (
    Item,
    read_items,
)
from ansible_collections.meshops.istio.plugins.module_utils._apply.engine import apply_set, silent
from ansible_collections.meshops.istio.plugins.module_utils._apply.errors import (
    ApplyError,
    InputError,
)
from ansible_collections.meshops.istio.plugins.module_utils._apply.inspect import (
    gather,
    render_set,
)
from ansible_collections.meshops.istio.plugins.module_utils._apply.model import (
    ApplyReport,
    ApplyRequest,
    Progress,
)
from ansible_collections.meshops.istio.plugins.module_utils._apply.options import (
    apply_argument_spec,
    objects_argument_spec,
    request_from,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.config import (
    ConnectionOptions,
    load_connection,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import KubeError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds
from ansible_collections.meshops.istio.plugins.module_utils._kube.options import (
    CONNECTION_MUTUALLY_EXCLUSIVE,
    CONNECTION_REQUIRED_TOGETHER,
    connection_argument_spec,
)

_HIDDEN_PARAMS = ("api_key", "password", "proxy", "proxy_headers")

# Keyword arguments of AnsibleModule and of ArgumentSpecValidator alike.
RULES: dict[str, Any] = {
    "mutually_exclusive": [*CONNECTION_MUTUALLY_EXCLUSIVE, ("objects", "src")],
    "required_together": CONNECTION_REQUIRED_TOGETHER,
    "required_by": {"name": "namespace"},
}


def argument_spec(env_fallback: Callable[..., Any]) -> dict[str, dict[str, Any]]:
    """Argument spec of mesh_objects, new on each call."""
    return {
        **objects_argument_spec(),
        **apply_argument_spec(),
        **connection_argument_spec(env_fallback),
    }


def execute(
    params: Mapping[str, Any], check_mode: bool, diff: bool, progress: Progress = silent
) -> dict[str, Any]:
    """Do what validated parameters ask; the result, with `failed` and `msg` when it went wrong."""
    result: dict[str, Any] = {"changed": False}
    try:
        result = _execute(params, check_mode, diff, progress)
    except (InputError, KubeError) as error:
        result.update(failed=True, msg=str(error))
    except ApplyError as error:
        if isinstance(error.report, ApplyReport):
            result = error.report.as_dict(params["report"] == "all")
        result.update(failed=True, msg=str(error))
    result["invocation"] = {"module_args": shown(params)}
    return result


def _execute(
    params: Mapping[str, Any], check_mode: bool, diff: bool, progress: Progress
) -> dict[str, Any]:
    request = request_from(params, _items(params), check_mode, diff)
    if params["concurrency"] < 1:
        raise InputError(f"concurrency must be 1 or more, not {params['concurrency']}")
    state = params["state"]
    if state == "rendered":
        return {"changed": False, "rendered": render_set(request)}
    connection = load_connection(ConnectionOptions.from_params(params))
    with Client(connection, concurrency=params["concurrency"]) as client:
        kinds = Kinds(client)
        if state == "gathered":
            return {"changed": False, "gathered": gather(client, kinds, request)}
        run: Callable[[Client, Kinds, ApplyRequest, Progress], ApplyReport] = (
            delete_set if state == "absent" else apply_set
        )
        return run(client, kinds, request, progress).as_dict(params["report"] == "all")


def _items(params: Mapping[str, Any]) -> list[Item]:
    items = read_items(params.get("objects"))
    for path in params.get("src") or ():
        try:
            text = Path(path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"src {path} cannot be read: {error}") from error
        items += read_items(text, path)
    return items


def shown(params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters for `invocation`: without credentials, and without the objects themselves."""
    result = dict(params)
    for name in _HIDDEN_PARAMS:
        if result.get(name):
            result[name] = "(hidden)"
    if isinstance(result.get("kubeconfig"), Mapping):
        result["kubeconfig"] = "(hidden: given as data)"
    given = result.get("objects")
    if isinstance(given, (list, tuple)):
        result["objects"] = f"(a list of {len(given)})"
    elif given is not None:
        result["objects"] = f"({'a text' if isinstance(given, str) else 'one object'})"
    return result
