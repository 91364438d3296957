"""Which grants are called too wide. The SCCs are those of OpenShift, as the lab has them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._scc.names import Subject
from ansible_collections.meshops.istio.plugins.module_utils._scc.wide import too_wide
from lab.constraints import standard

SCCS: dict[str, dict[str, Any]] = {obj["metadata"]["name"]: obj for obj in standard()}


def group(name: str) -> Subject:
    return Subject("Group", name)


def user(name: str) -> Subject:
    return Subject("User", name)


ACCOUNT = "system:serviceaccount:shop:"
SHOP = group("system:serviceaccounts:shop")


@pytest.mark.parametrize(
    ("scc", "subject", "namespace", "says"),
    [
        ("anyuid", group("system:authenticated"), "", "every user and every service account"),
        ("privileged", group("system:authenticated:oauth"), "", "every user who logs in"),
        ("nonroot-v2", group("system:serviceaccounts"), "", "every service account of the cluster"),
        ("anyuid", group("system:unauthenticated"), "", "without a login"),
        ("anyuid", group("system:serviceaccounts"), "shop", "may use SCC anyuid in shop"),
        ("privileged", SHOP, "shop", "Name the service accounts that need it"),
        ("hostnetwork-v2", SHOP, "shop", "use the host's network"),
        ("privileged", user(f"{ACCOUNT}default"), "shop", "Every pod of shop that names no"),
        ("privileged", user("bob"), "", "in every namespace"),
        ("hostaccess", group("devs"), "", "group devs may use SCC hostaccess in every namespace"),
    ],
)
def test_wide_grants_are_told(scc: str, subject: Subject, namespace: str, says: str) -> None:
    assert says in too_wide(SCCS[scc], subject, namespace)


@pytest.mark.parametrize(
    ("scc", "subject", "namespace"),
    [
        # As every OpenShift has it.
        ("restricted-v2", group("system:authenticated"), ""),
        ("privileged", group("system:masters"), ""),
        ("privileged", user("system:admin"), ""),
        # What Istio's own pages ask for.
        ("anyuid", SHOP, "shop"),
        ("privileged", user("system:serviceaccount:kube-system:istio-cni"), "kube-system"),
        ("anyuid", user(f"{ACCOUNT}default"), "shop"),
        ("privileged", user("bob"), "shop"),
        ("anyuid", user("bob"), ""),
    ],
)
def test_what_is_usual_is_not_complained_of(scc: str, subject: Subject, namespace: str) -> None:
    assert too_wide(SCCS[scc], subject, namespace) == ""


def test_powers_are_said_in_words() -> None:
    text = too_wide(SCCS["privileged"], SHOP, "shop")
    assert (
        "it lets pods run privileged containers, mount folders of the host, use the host's network,"
        " see the host's processes, use the host's IPC and have every capability." in text
    )
