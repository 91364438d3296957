"""Fields of the tool that had an object before become ours."""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._mesh.adopt import (
    with_former_fields,
)


def entry(manager: str, operation: str, fields: dict[str, Any], **more: str) -> dict[str, Any]:
    return {
        "manager": manager,
        "operation": operation,
        "apiVersion": "apps/v1",
        "fieldsType": "FieldsV1",
        "fieldsV1": fields,
        **more,
    }


def test_fields_of_installers_are_united_with_ours() -> None:
    status = entry("helm", "Update", {"f:status": {}}, subresource="status")
    autoscaler = entry("kube-controller-manager", "Update", {"f:spec": {"f:replicas": {}}})
    entries = [
        entry("helm", "Update", {"f:spec": {"f:a": {}, "f:b": {"f:c": {}}}}),
        entry("meshops.istio", "Apply", {"f:spec": {"f:b": {"f:d": {}}}}),
        status,
        autoscaler,
    ]
    assert with_former_fields(entries) == [
        entry("meshops.istio", "Apply", {"f:spec": {"f:a": {}, "f:b": {"f:c": {}, "f:d": {}}}}),
        status,
        autoscaler,
    ]


def test_an_object_that_no_installer_wrote_is_left_alone() -> None:
    assert with_former_fields([]) is None
    assert with_former_fields([entry("pilot-discovery", "Update", {"f:webhooks": {}})]) is None
