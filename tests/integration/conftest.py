"""What all integration tests may use: a lab, and a namespace of their own in it."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator

import pytest

from tests.labs import Cluster, running


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A lab for this test process, audit log on; started when the first test asks for it."""
    with running(os.environ.get("PYTEST_XDIST_WORKER", "main")) as started:
        yield started


@pytest.fixture(scope="session")
def openshift_cluster() -> Iterator[Cluster]:
    """As `cluster`, but an OpenShift: its own admission, SCCs, Routes, Multus' kind."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with running(f"{worker}-openshift", "openshift") as started:
        yield started


@pytest.fixture
def namespace(cluster: Cluster) -> Iterator[str]:
    """A fresh namespace, removed after the test without waiting for its end."""
    name = f"t-{uuid.uuid4().hex[:8]}"
    cluster.kubectl("create", "namespace", name)
    yield name
    cluster.kubectl("delete", "namespace", name, "--wait=false")
