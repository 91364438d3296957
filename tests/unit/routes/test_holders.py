"""Which Route keeps a router from admitting another one: age, namespace, path, wildcard."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._routes.holders import (
    Policy,
    holder_of,
)

OPEN = Policy(wildcards=True, sharing=True, known=True)
WILD = Policy(wildcards=True, known=True)
STRICT = Policy(known=True)


def route(name: str, host: str = "a.example.com", **more: Any) -> dict[str, Any]:
    """`namespace/name`, made at second `at`; `tls` is its termination."""
    namespace, _slash, bare = name.rpartition("/")
    metadata = {"name": bare, "namespace": namespace or "ours"}
    if "at" in more:
        metadata |= {"creationTimestamp": f"2026-11-21T10:00:{more['at']:02}Z", "uid": bare}
    spec: dict[str, Any] = {"host": host, "to": {"name": "x"}}
    spec |= {key: more[key] for key in ("path",) if key in more}
    if more.get("wild"):
        spec["wildcardPolicy"] = "Subdomain"
    if more.get("tls"):
        spec["tls"] = {"termination": more["tls"]}
    result = {
        "apiVersion": "route.openshift.io/v1",
        "kind": "Route",
        "metadata": metadata,
        "spec": spec,
    }
    if "admitted" in more:
        condition = {"type": "Admitted", "status": str(more["admitted"])}
        result["status"] = {"ingress": [{"host": host, "conditions": [condition]}]}
    return result


@pytest.mark.parametrize(
    ("mine", "other", "policy", "taken"),
    [
        (route("me"), route("theirs/it", at=1), STRICT, True),
        (route("me"), route("theirs/it", "b.example.com", at=1), STRICT, False),
        (route("me"), route("me", at=1), STRICT, False),
        # Ours is older, or as old with a uid before theirs.
        (route("me", at=1), route("theirs/it", at=2), STRICT, False),
        (route("me", at=1), route("theirs/it", at=1), STRICT, True),
        (route("zz", at=1), route("theirs/aa", at=1), STRICT, True),
        (route("aa", at=1), route("theirs/zz", at=1), STRICT, False),
        # Paths tell Routes of one namespace apart, others only where namespaces may share.
        (route("me", path="/v2"), route("it", at=1), STRICT, False),
        (route("me", path="/v2"), route("it", path="/v2", at=1), STRICT, True),
        (route("me", path="/v2"), route("theirs/it", at=1), STRICT, True),
        (route("me", path="/v2"), route("theirs/it", at=1), OPEN, False),
        (route("me"), route("theirs/it", at=1), OPEN, True),
        # What is passed through is told apart by its host alone.
        (route("me", path="/v2", tls="edge"), route("it", tls="passthrough", at=1), STRICT, True),
        (route("me", path="/v2"), route("it", tls="passthrough", at=1), STRICT, False),
        # One that routers have rejected holds nothing; one that none has judged yet does.
        (route("me"), route("theirs/it", at=1, admitted=False), STRICT, False),
        (route("me"), route("theirs/it", at=1, admitted=True), STRICT, True),
        # A wildcard's domain belongs to its namespace.
        (route("me"), route("theirs/it", "b.example.com", wild=True, at=1), WILD, True),
        (route("me", wild=True), route("theirs/it", "b.example.com", at=1), WILD, True),
        (route("me", wild=True), route("it", "b.example.com", at=1), WILD, False),
        (route("me", wild=True), route("it", "b.example.com", wild=True, at=1), WILD, True),
        (route("me"), route("theirs/it", "b.example.org", wild=True, at=1), WILD, False),
    ],
)
def test_a_host_belongs_to_the_oldest_and_its_namespace(
    mine: dict[str, Any], other: dict[str, Any], policy: Policy, taken: bool
) -> None:
    assert (holder_of(mine, [other], policy) is not None) is taken


def test_the_oldest_of_several_is_named() -> None:
    others = [
        route("b/young", at=9),
        route("c/old", at=3),
        route("d/rejected", at=1, admitted=False),
    ]
    holder = holder_of(route("me"), others, STRICT)
    assert holder is others[1]
