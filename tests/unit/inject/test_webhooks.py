"""Webhooks, their selectors, and what their paths say."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._inject.selectors import (
    SelectorError,
    parse_selector,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.webhooks import (
    environment_of,
    injection_webhooks,
)


def _configuration(name: str, **rule: Any) -> dict[str, Any]:
    rules = [{"operations": ["CREATE"], "apiGroups": [""], "resources": ["pods"], **rule}]
    return {
        "kind": "MutatingWebhookConfiguration",
        "metadata": {"name": name},
        "webhooks": [{"name": f"of.{name}", "rules": rules}],
    }


def test_only_webhooks_for_new_pods_count_in_the_order_of_calls() -> None:
    objects = [
        _configuration("b", operations=["*"]),
        _configuration("a", resources=["*"]),
        _configuration("updates", operations=["UPDATE"]),
        _configuration("services", resources=["services"]),
        _configuration("apps", apiGroups=["apps"]),
        {"kind": "ValidatingWebhookConfiguration", "metadata": {"name": "v"}},
    ]
    webhooks = injection_webhooks(objects)
    assert [item.configuration for item in webhooks] == ["a", "b"]
    assert webhooks[0].revision == "default"
    assert webhooks[0].selects({}, {})  # no selector selects everything


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/inject", {}),
        ("/inject/", {}),
        (
            "/inject/cluster/east/net/blue/",
            {"ISTIO_META_CLUSTER_ID": "east", "ISTIO_META_NETWORK": "blue"},
        ),
        ("/inject/foo/a--slash--b/odd", {"FOO": "a/b"}),
        ("/inject/:ENV:net=blue:ENV:=x:ENV:b:ENV:C=", {"ISTIO_META_NETWORK": "blue", "C": ""}),
    ],
)
def test_a_path_sets_variables(path: str, expected: dict[str, str]) -> None:
    assert environment_of(path) == expected


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ({"key": "a", "operator": "Gt", "values": ["1"]}, "is no operator"),
        ({"key": "a b", "operator": "Exists"}, '"a b" is no name of a label'),
        ({"key": "a", "operator": "In"}, "In needs values"),
        ({"key": "a", "operator": "Exists", "values": ["b"]}, "Exists takes no values"),
        ({"key": "a", "operator": "In", "values": ["b c"]}, '"b c" cannot be the value'),
    ],
)
def test_bad_selectors_name_their_place(expression: dict[str, Any], text: str) -> None:
    selector = {"matchLabels": {"x": "y"}, "matchExpressions": [expression]}
    with pytest.raises(SelectorError, match=r"ns.matchExpressions\[0\]") as caught:
        parse_selector(selector, "ns")
    assert text in str(caught.value)


def test_a_selector_reads_as_words() -> None:
    selector = parse_selector(
        {
            "matchLabels": {"app": "web"},
            "matchExpressions": [
                {"key": "a", "operator": "NotIn", "values": ["b", "c"]},
                {"key": "d", "operator": "DoesNotExist"},
                {"key": "e", "operator": "Exists"},
            ],
        }
    )
    assert str(selector) == "app in (web) and a not in (b, c) and no d and e"
    assert str(parse_selector(None)) == "anything"
