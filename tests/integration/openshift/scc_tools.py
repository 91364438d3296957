"""What the tests of SCCs share: SCCs of one's own, and the module's code by its options."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ansible.module_utils.basic import env_fallback
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.meshops.istio.plugins.module_utils._scc.options import (
    RULES,
    argument_spec,
)
from ansible_collections.meshops.istio.plugins.module_utils._scc.task import execute
from tests.labs import Cluster

Object = dict[str, Any]

# The lab has no short names of it.
KIND = "securitycontextconstraints"


@contextmanager
def own_scc(cluster: Cluster, **fields: Any) -> Iterator[str]:
    """Make an SCC that allows what nonroot does, or other `fields`, under a name of its own."""
    name = f"t-{uuid.uuid4().hex[:8]}"
    obj = cluster.get(KIND, "nonroot")
    obj.update(metadata={"name": name}, users=[], groups=[], priority=None, **fields)
    cluster.kubectl("create", "--filename", "-", stdin=json.dumps(obj))
    try:
        yield name
    finally:
        cluster.kubectl("delete", KIND, name)
        cluster.kubectl(
            "delete", "clusterrole", f"system:openshift:scc:{name}", "--ignore-not-found"
        )


def scc(
    cluster: Cluster, *, check_mode: bool = False, diff: bool = False, **options: Any
) -> Object:
    """Run mesh_scc as `admin`, unless the options name another account."""
    options.setdefault("kubeconfig", cluster.kubeconfig)
    checked = ArgumentSpecValidator(argument_spec(env_fallback), **RULES).validate(options)
    assert not checked.error_messages, checked.error_messages
    return execute(checked.validated_parameters, check_mode, diff)


def lists(cluster: Cluster, name: str) -> tuple[list[str], list[str]]:
    """The users and groups in the lists of an SCC."""
    obj = cluster.get(KIND, name)
    return obj.get("users") or [], obj.get("groups") or []


def done(result: Object) -> list[tuple[str, str]]:
    """Kind and action of each object a run dealt with; fails when the run did."""
    assert not result.get("failed"), result["msg"]
    return [(change["kind"], change["action"]) for change in result["grants"]]
