"""What the account of the documentation may do on OpenShift, and what not."""

from __future__ import annotations

import json

import pytest

from lab.errors import LabError
from tests.labs import Cluster

pytestmark = pytest.mark.lab

MORE = json.dumps({"users": ["meshops-deployer"]})


@pytest.mark.parametrize("scc", ["anyuid", "nonroot-v2", "privileged"])
def test_it_grants_what_releases_of_istio_ask_for(
    openshift_cluster: Cluster, home: str, scc: str
) -> None:
    role, group = f"system:openshift:scc:{scc}", f"system:serviceaccounts:{home}"
    binding = ("create", "rolebinding", scc, f"--clusterrole={role}", f"--group={group}")
    openshift_cluster.kubectl(*binding, "--namespace", home, user="deployer")


def test_it_grants_nothing_else(openshift_cluster: Cluster, home: str) -> None:
    for role in ("system:openshift:scc:hostaccess", "cluster-admin"):
        binding = ("create", "rolebinding", "more", f"--clusterrole={role}", f"--group={home}")
        with pytest.raises(LabError, match="attempting to grant RBAC permissions"):
            openshift_cluster.kubectl(*binding, "--namespace", home, user="deployer")
    for verb in (("patch", "--type=merge", f"--patch={MORE}"), ("delete",)):
        with pytest.raises(LabError, match="forbidden"):
            openshift_cluster.kubectl(
                *(verb[0], "securitycontextconstraints", "restricted-v2"),
                *verb[1:],
                user="deployer",
            )
