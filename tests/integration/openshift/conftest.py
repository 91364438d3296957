"""What the tests on OpenShift share."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from tests.labs import Cluster


@pytest.fixture
def home(openshift_cluster: Cluster) -> Iterator[str]:
    """A fresh namespace, removed after the test without waiting for its end."""
    name = f"t-{uuid.uuid4().hex[:8]}"
    openshift_cluster.kubectl("create", "namespace", name)
    yield name
    openshift_cluster.kubectl("delete", "namespace", name, "--wait=false")
