"""What the API server says besides yes: warnings reach the user, wrong types are final."""

from __future__ import annotations

import time

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._apply.engine import apply_set
from ansible_collections.meshops.istio.plugins.module_utils._apply.errors import ApplyError
from ansible_collections.meshops.istio.plugins.module_utils._apply.inspect import verify
from tests.integration.mesh_objects_tools import Object, configmap, connected, deployment, request
from tests.labs import Cluster

pytestmark = pytest.mark.lab

# The API server warns of this label wherever a pod template names it.
OLD_LABEL = "beta.kubernetes.io/os"


def old_fashioned(name: str, namespace: str) -> Object:
    obj = deployment(name, namespace, replicas=0)
    obj["spec"]["template"]["spec"]["nodeSelector"] = {OLD_LABEL: "linux"}
    return obj


@pytest.mark.parametrize("check_mode", [True, False])
def test_warnings_are_passed_on_once(cluster: Cluster, namespace: str, check_mode: bool) -> None:
    objects = [old_fashioned(name, namespace) for name in ("a", "b", "c", "d")]
    with connected(cluster.kubeconfig) as (client, kinds):
        wanted = request(
            [*objects, configmap("c", namespace, a="1")], namespace, check_mode=check_mode
        )
        report = apply_set(client, kinds, wanted)
        [warning] = report.warnings
        assert warning.startswith(", ".join(f"Deployment {namespace}/{n}" for n in "abc"))
        assert f"and 1 more: spec.template.spec.nodeSelector[{OLD_LABEL}]: deprecated" in warning
        assert report.as_dict()["warnings"] == [warning]
        if not check_mode:
            assert apply_set(client, kinds, wanted).warnings == []
            assert [v for v in verify(client, kinds, wanted) if not v.ok] == []


@pytest.mark.parametrize("check_mode", [True, False])
def test_warnings_come_with_a_failure_too(
    cluster: Cluster, namespace: str, check_mode: bool
) -> None:
    bad = deployment("bad", namespace)
    bad["spec"]["replicas"] = "many"
    objects = [old_fashioned("a", namespace), bad]
    with connected(cluster.kubeconfig) as (client, kinds):
        began = time.monotonic()
        with pytest.raises(
            ApplyError, match=r"bad .*: \.spec\.replicas: expected numeric"
        ) as error:
            apply_set(client, kinds, request(objects, namespace, check_mode=check_mode))
        assert time.monotonic() - began < 3, "an object of the wrong type was tried again"
    assert OLD_LABEL in str(getattr(error.value.report, "warnings", None))
