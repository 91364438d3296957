"""Entries in the lists of SCCs: nobody's are lost, whoever removes theirs leaves the others'."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._scc.errors import (
    SccError,
    SubjectError,
    UnknownSccError,
)
from ansible_collections.meshops.istio.plugins.module_utils._scc.lists import (
    add_entries,
    entries_of,
    remove_entries,
)
from ansible_collections.meshops.istio.plugins.module_utils._scc.record import GRANTED
from tests.integration.kube_support import Handler, connect, gate_to
from tests.integration.openshift.scc_tools import KIND, lists, own_scc
from tests.labs import Cluster

pytestmark = pytest.mark.lab

WRITERS = 20
# Controllers of the lab write as its admin.
ACCOUNT = "meshops-cluster-admin"


@pytest.fixture
def client(openshift_cluster: Cluster) -> Iterator[Client]:
    with connect(kubeconfig=openshift_cluster.cluster_admin_kubeconfig) as made:
        yield made


@pytest.fixture
def own(openshift_cluster: Cluster) -> Iterator[str]:
    with own_scc(openshift_cluster) as name:
        yield name


def test_twenty_writers_at_once_lose_no_entry(openshift_cluster: Cluster, own: str) -> None:
    start = Barrier(WRITERS)

    def write(number: int) -> tuple[bool, bool]:
        account = f"system:serviceaccount:n{number}:app"
        with connect(kubeconfig=openshift_cluster.cluster_admin_kubeconfig) as client:
            start.wait()
            added = add_entries(client, own, [account], [f"g{number}"], owner=f"mesh/{number}")
            shared = add_entries(client, own, ["everybody"], [])
            if number % 2:
                remove_entries(client, own, [account], [], owner=f"mesh/{number}")
        return added.changed, shared.changed

    with openshift_cluster.audit(ACCOUNT) as seen, ThreadPoolExecutor(WRITERS) as pool:
        results = list(pool.map(write, range(WRITERS)))
    users, groups = lists(openshift_cluster, own)
    assert sorted(groups) == sorted(f"g{number}" for number in range(WRITERS))
    kept = [f"system:serviceaccount:n{number}:app" for number in range(0, WRITERS, 2)]
    assert sorted(users) == sorted([*kept, "everybody"])
    assert all(added for added, _shared in results)
    # All wanted the same entry; one wrote it, the others found it.
    assert [shared for _added, shared in results].count(True) == 1
    assert len(seen.writes) == WRITERS + 1 + WRITERS // 2
    refused = [text for text in seen.requests if text.endswith((": 422", ": 409"))]
    assert refused, "the writers never met"


def test_a_foreign_writer_in_between_loses_nothing(
    openshift_cluster: Cluster, client: Client, own: str
) -> None:
    """kubectl changes the SCC after it was read and before our patch arrives."""

    def interfere(handler: Handler, number: int) -> bool:
        if handler.command == "PATCH" and number == 2:
            openshift_cluster.kubectl(
                "patch", KIND, own, "--type=merge", "--patch", '{"users": ["foreign"]}'
            )
        return False

    with gate_to(client) as gate, connect(host=gate.url, api_key="unused") as through:
        gate.fault = interfere
        change = add_entries(through, own, ["ours"], [])
    assert lists(openshift_cluster, own)[0] == ["foreign", "ours"]
    assert (change.before_users, change.added_users) == (("foreign",), ("ours",))
    assert sum(request.startswith("PATCH") for request in gate.requests) == 2


def test_an_answer_that_is_lost_is_still_a_change(
    openshift_cluster: Cluster, client: Client, own: str
) -> None:
    def lose(handler: Handler, number: int) -> bool:
        if handler.command != "PATCH" or number != 2:
            return False
        handler.pass_on(cut=10)
        return True

    with gate_to(client) as gate, connect(host=gate.url, api_key="unused") as through:
        gate.fault = lose
        change = add_entries(through, own, ["ours"], [], owner="mesh/a")
    assert (change.changed, change.added_users) == (True, ("ours",))
    assert lists(openshift_cluster, own)[0] == ["ours"]
    assert entries_of(client, "mesh/a") == [{"scc": own, "users": ["ours"], "groups": []}]


def test_owners_remove_only_what_they_added(
    openshift_cluster: Cluster, client: Client, own: str
) -> None:
    group = "system:serviceaccounts:istio-system"
    openshift_cluster.kubectl(
        "patch", KIND, own, "--type=merge", "--patch", '{"users": ["before"]}'
    )
    add_entries(client, own, ["before", "a"], [group], owner="mesh/a")
    add_entries(client, own, ["b"], [group], owner="mesh/b")
    assert entries_of(client, "mesh/a") == [{"scc": own, "users": ["a"], "groups": [group]}]
    assert entries_of(client, "mesh/b") == [{"scc": own, "users": ["b"], "groups": [group]}]

    gone = remove_entries(client, own, ["before", "a", "b"], [group], owner="mesh/a")
    # The other mesh still needs the group; `before` was never ours, `b` is not this owner's.
    assert (gone.removed_users, gone.removed_groups, gone.changed) == (("a",), (), True)
    assert lists(openshift_cluster, own) == (["before", "b"], [group])
    assert entries_of(client, "mesh/a") == []

    remove_entries(client, own, ["b"], [group], owner="mesh/b")
    assert lists(openshift_cluster, own) == (["before"], [])
    annotations = openshift_cluster.get(KIND, own)["metadata"].get("annotations", {})
    assert GRANTED not in annotations


def test_without_an_owner_an_entry_goes_whoever_recorded_it(
    openshift_cluster: Cluster, client: Client, own: str
) -> None:
    add_entries(client, own, ["a", "b"], [], owner="mesh/a")
    remove_entries(client, own, ["a"], [])
    assert lists(openshift_cluster, own)[0] == ["b"]
    assert entries_of(client, "mesh/a") == [{"scc": own, "users": ["b"], "groups": []}]


def test_nothing_is_written_without_need_nor_in_check_mode(
    openshift_cluster: Cluster, client: Client, own: str
) -> None:
    add_entries(client, own, ["a"], [], owner="mesh/a")
    with openshift_cluster.audit(ACCOUNT) as seen:
        assert not add_entries(client, own, ["a"], [], owner="mesh/a").changed
        assert not remove_entries(client, own, ["b"], ["c"]).changed
        would = add_entries(client, own, ["b"], [], check_mode=True)
        assert (would.changed, would.added_users) == (True, ("b",))
        assert remove_entries(client, own, ["a"], [], owner="mesh/a", check_mode=True).changed
    assert seen.writes == []
    assert lists(openshift_cluster, own)[0] == ["a"]


def test_an_unknown_scc_is_answered_with_those_there_are(client: Client) -> None:
    with pytest.raises(UnknownSccError) as caught:
        add_entries(client, "privileges", ["a"], [])
    text = str(caught.value)
    assert "the cluster has no SCC 'privileges': did you mean 'privileged'?" in text
    assert "hostmount-anyuid, hostmount-anyuid-v2, hostnetwork" in text


def test_users_and_groups_mixed_up_are_refused_before_anything_is_asked(
    openshift_cluster: Cluster, client: Client, own: str
) -> None:
    with openshift_cluster.audit(ACCOUNT) as seen:
        with pytest.raises(SubjectError, match="name it among the groups"):
            add_entries(client, own, ["system:serviceaccounts:shop"], [])
        with pytest.raises(SubjectError, match="name it among the users"):
            remove_entries(client, own, [], ["system:serviceaccount:shop:a"])
    assert [text for text in seen.requests if own in text] == []


def test_a_record_that_somebody_has_changed_is_not_overwritten(
    openshift_cluster: Cluster, client: Client, own: str
) -> None:
    openshift_cluster.kubectl("annotate", KIND, own, f"{GRANTED}=yes")
    with pytest.raises(SccError, match=f"SCC {own}: its annotation {GRANTED} is not a record"):
        add_entries(client, own, ["a"], [], owner="mesh/a")
    assert lists(openshift_cluster, own)[0] == []
