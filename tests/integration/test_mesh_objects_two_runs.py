"""Two runs that change one set at the same time: the one that is overtaken stops and says so."""

from __future__ import annotations

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._apply.applyset import CONTAINS
from ansible_collections.meshops.istio.plugins.module_utils._apply.engine import apply_set
from ansible_collections.meshops.istio.plugins.module_utils._apply.errors import ApplyError
from tests.integration.mesh_objects_tools import (
    Object,
    actions,
    configmap,
    connected,
    request,
    service,
)
from tests.labs import Cluster

pytestmark = pytest.mark.lab


def kinds_of_set(cluster: Cluster, namespace: str) -> str:
    parent = cluster.get("configmap", "one", "-n", namespace)
    kinds: str = parent["metadata"]["annotations"][CONTAINS]
    return kinds


def overtaken(cluster: Cluster, namespace: str, mine: list[Object], theirs: list[Object]) -> str:
    """The error of a run that is overtaken by another one after its first writes."""
    done: list[str] = []

    def other_run(_line: str) -> None:
        if not done:
            done.append("other")
            with connected(cluster.kubeconfig) as (client, kinds):
                apply_set(client, kinds, request(theirs, namespace, prune=False))

    with connected(cluster.kubeconfig) as (client, kinds), pytest.raises(ApplyError) as error:
        apply_set(client, kinds, request(mine, namespace), other_run)
    assert done
    return str(error.value)


def test_an_overtaken_run_prunes_nothing(cluster: Cluster, namespace: str) -> None:
    old = [configmap("a", namespace, a="1"), configmap("b", namespace, a="1")]
    mine = [configmap("a", namespace, a="2")]
    theirs = [*old, service("s", namespace)]
    with connected(cluster.kubeconfig) as (client, kinds):
        apply_set(client, kinds, request(old, namespace))
    error = overtaken(cluster, namespace, mine, theirs)
    assert f"set {namespace}/one: another run has changed this set meanwhile" in error
    assert cluster.get("configmap", "b", "-n", namespace)["data"] == {"a": "1"}
    assert kinds_of_set(cluster, namespace) == "ConfigMap,Service"
    with connected(cluster.kubeconfig) as (client, kinds):
        again = actions(apply_set(client, kinds, request(mine, namespace)))
    assert (again["ConfigMap b"], again["Service s"]) == ("pruned", "pruned")
    assert kinds_of_set(cluster, namespace) == "ConfigMap"


def test_an_overtaken_run_does_not_forget_kinds_of_the_other(
    cluster: Cluster, namespace: str
) -> None:
    old = [configmap("a", namespace, a="1"), service("s", namespace)]
    with connected(cluster.kubeconfig) as (client, kinds):
        apply_set(client, kinds, request(old, namespace))
    cluster.kubectl("delete", "service", "s", "-n", namespace)
    account = {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": "x", "namespace": namespace},
    }
    mine = [configmap("a", namespace, a="2")]
    error = overtaken(cluster, namespace, mine, [configmap("a", namespace, a="1"), account])
    assert "Let only one run at a time change a set, and run again" in error
    assert "ServiceAccount" in kinds_of_set(cluster, namespace)
