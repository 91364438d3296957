"""Documents merged onto a profile: order, translation, and what wins over what."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._operator.components import (
    components_of,
    wanted,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.inputs import read_documents
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.merge import (
    Defaults,
    add_last,
    merge_all,
    merge_documents,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.tree import (
    Tree,
    TreeError,
    find,
    merge_into,
    parse_value,
    put,
)

DEFAULTS = Defaults("1.31.1", "docker.io/istio", "1.31.1")


def profile() -> Tree:
    return {
        "metadata": {"namespace": "istio-system"},
        "spec": {
            "components": {"base": {"enabled": True}, "pilot": {"enabled": True}},
            "values": {"global": {"istioNamespace": "istio-system"}},
        },
    }


def merged(
    *specs: Any, last: Tree | None = None, defaults: Defaults = DEFAULTS, base: Tree | None = None
) -> Tree:
    user = merge_documents(read_documents([{"spec": spec} for spec in specs], "operator"))
    if last:
        add_last(user, last)
    return merge_all(base or profile(), user, defaults)


def values(tree: Tree) -> Tree:
    found: Tree = tree["spec"]["values"]
    return found


def test_the_release_brings_hub_and_tag_and_a_later_document_wins() -> None:
    assert find(merged({}), "spec.values.global.hub") == "docker.io/istio"
    assert find(merged({"tag": "a"}, {"tag": "b"}), "spec.values.global.tag") == "b"
    assert find(merged({"tag": 2}), "spec.values.global.tag") == "2"


def test_a_value_of_the_user_wins_over_a_translated_field() -> None:
    tree = merged({"hub": "spec.hub", "values": {"global": {"hub": "values.hub"}}})
    assert values(tree)["global"]["hub"] == "values.hub"
    # No profile has a mesh configuration, so istioctl writes into the user's own.
    tree = merged({"meshConfig": {"a": 1, "b": 1}, "values": {"meshConfig": {"b": 2}}})
    assert values(tree)["meshConfig"] == {"a": 1, "b": 1}


def test_enablement_is_written_into_values_even_over_the_users() -> None:
    # istioctl shares the user's mapping with the result, so that writing to the one is to both.
    tree = merged({"values": {"pilot": {"cni": {"enabled": True}, "enabled": False}}})
    assert values(tree)["pilot"] == {"cni": {"enabled": False}, "enabled": True}


def test_values_of_null_take_the_profiles_away() -> None:
    tree = merged({"values": None})
    assert tree["spec"]["values"] is None
    assert tree["metadata"]["namespace"] == "istio-system"


def test_variables_win_over_documents_whatever_way_these_set_it() -> None:
    last = {"hub": "mine", "revision": "r", "meshConfig": {"a": 3}}
    said = {
        "hub": "theirs",
        "values": {"global": {"hub": "deeper"}, "revision": "x", "meshConfig": {"a": 1, "b": 1}},
    }
    found = values(merged(said, last=last))
    assert found["global"]["hub"] == "mine"
    assert found["revision"] == "r"
    assert found["meshConfig"] == {"a": 3, "b": 1}


def test_a_null_goes_back_to_the_release() -> None:
    tree = merged({"hub": "first", "meshConfig": {"a": 1}}, {"hub": None, "meshConfig": None})
    assert values(tree)["global"]["hub"] == "docker.io/istio"
    assert "meshConfig" not in values(tree)


def test_the_namespace_of_values_is_that_of_the_mesh() -> None:
    tree = merged({"values": {"global": {"istioNamespace": "mesh"}}})
    assert tree["metadata"]["namespace"] == "mesh"


def test_gke_is_recognised_and_turns_no_component_on() -> None:
    defaults = Defaults("1.31.1", "h", "t", "v1.33.5-gke.100")
    tree = merged({}, defaults=defaults)
    assert find(tree, "spec.values.global.platform") == "gke"
    assert "cni" not in tree["spec"]["components"]
    tree = merged({"components": {"cni": {"enabled": True}}}, defaults=defaults)
    assert tree["spec"]["components"]["cni"] == {"enabled": True, "namespace": "kube-system"}


def test_before_1_24_translated_fields_lie_under_all_values() -> None:
    defaults = Defaults("1.17.8", "docker.io/istio", "1.17.8")
    tree = merged(
        {
            "components": {"cni": {"enabled": True, "namespace": "kube-system", "tag": "t"}},
            "values": {"pilot": {"enabled": False}, "global": {"tag": "v"}},
        },
        defaults=defaults,
    )
    found = values(tree)
    assert found["istio_cni"] == {"enabled": True}
    assert found["cni"] == {"namespace": "kube-system", "tag": "t"}
    assert found["pilot"] == {"enabled": False, "namespace": "istio-system"}
    assert found["global"]["tag"] == "v"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2", 2),
        ("-3", -3),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("true", True),
        ("t", True),
        ("False", False),
        ("yes", "yes"),
        ("1.31.1", "1.31.1"),
        ("a\\,b", "a,b"),
        ("", ""),
    ],
)
def test_texts_become_values_as_of_set_flags(text: str, value: Any) -> None:
    found = parse_value(text)
    assert (found, found.__class__) == (value, value.__class__)


def test_what_stands_in_the_way_of_a_path() -> None:
    tree: Tree = {"a": None, "b": 1}
    put(tree, "a.x", 1)
    assert tree == {"a": None, "b": 1}
    with pytest.raises(TreeError, match="b must be a mapping"):
        put(tree, "b.x", 1)


def test_merging_shares_what_was_not_there() -> None:
    base: Tree = {"a": {"x": 1}}
    other: Tree = {"a": {"y": 2}, "b": {"z": 3}}
    merge_into(base, other)
    assert base == {"a": {"x": 1, "y": 2}, "b": {"z": 3}}
    assert base["b"] is other["b"]


def test_which_components_are_wanted() -> None:
    gateways = [{"name": "a"}, {"name": "b", "enabled": False}, {"name": "c", "namespace": "n"}]
    tree = merged({"components": {"pilot": None, "ingressGateways": gateways}})
    found = {
        item.spec_name: [(one.name, one.namespace) for one in wanted(item, tree)]
        for item in components_of("1.31.1")
    }
    assert found == {
        "base": [("", "istio-system")],
        "pilot": [("", "istio-system")],
        "ingressGateways": [("a", "istio-system"), ("c", "n")],
        "egressGateways": [],
        "cni": [],
        "ztunnel": [],
    }
    by_value = {"values": {"gateways": {"istio-ingressgateway": {"enabled": True}}}}
    tree = merged({"components": {"ingressGateways": gateways}}, by_value)
    ingress = components_of("1.31.1")[2]
    assert [item.name for item in wanted(ingress, tree)] == ["a", "b", "c"]


def test_addons_of_1_7() -> None:
    spec = {
        "addonComponents": {"kiali": {"enabled": True}, "grafana": {"enabled": False}},
        "components": {"pilot": {}, "policy": {"enabled": True}},
        "values": {"tracing": {"enabled": True}},
    }
    tree = merged(spec, defaults=Defaults("1.7.8", "h", "1.7.8"), base={"spec": {}})
    on = [c.spec_name for c in components_of("1.7.8") if wanted(c, tree, (1, 7))]
    assert on == ["policy", "tracing", "kiali"]
    assert values(tree)["mixer"]["policy"]["enabled"] is True
    assert values(tree)["kiali"]["enabled"] is True
    assert values(tree)["global"]["telemetryNamespace"] == "istio-system"


def test_components_by_release() -> None:
    names = {version: {c.spec_name for c in components_of(version)} for version in ("1.7.8", "2.0")}
    assert "ztunnel" not in names["1.7.8"]
    assert "istiodRemote" in names["1.7.8"]
    assert "istiodRemote" not in names["2.0"]
