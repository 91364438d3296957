"""The comparison never calls equal what the server would change: random objects, real server."""

from __future__ import annotations

import copy
import json
import random
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._apply.compare import doubt
from ansible_collections.meshops.istio.plugins.module_utils._apply.documents import Item
from ansible_collections.meshops.istio.plugins.module_utils._apply.engine import apply_set
from ansible_collections.meshops.istio.plugins.module_utils._apply.targets import make_targets
from ansible_collections.meshops.istio.plugins.module_utils._apply.writer import MERGE, Writer
from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kinds
from tests.figures import record
from tests.integration.mesh_objects_tools import (
    Object,
    configmap,
    connected,
    deployment,
    request,
    service,
    widget,
    widget_crd,
)
from tests.labs import Cluster

pytestmark = pytest.mark.lab

MANAGER = "meshops.istio"
ROUNDS = 20
VARIANTS = 30


@pytest.fixture
def group(cluster: Cluster) -> Iterator[str]:
    name = f"g{uuid.uuid4().hex[:6]}.example.com"
    with connected(cluster.kubeconfig) as (client, kinds):
        apply_set(client, kinds, request([widget_crd(name)], "default", name=None))
    yield name
    cluster.kubectl("delete", "crd", f"widgets.{name}", "--wait=false")


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths of everything inside a value."""
    entries = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in entries:
        yield (*path, key)
        if isinstance(item, (dict, list)):
            yield from places(item, (*path, key))


SCALARS = ["a", "b", "", "1", 1, 0, 80, 443, True, None, 0.5, 1.0, "1000m", "1", "1024Mi", {}, []]
IDENTITY = {"apiVersion", "kind", "name", "namespace"}


def mutated(rng: random.Random, obj: Object) -> Object:
    """The object with up to three random edits below its identity."""
    result = copy.deepcopy(obj)
    for _number in range(rng.choice([0, 1, 1, 1, 2, 3])):
        paths = [p for p in places(result) if p[0] not in IDENTITY and len(p) > 1]
        paths = [p for p in paths if not (p[0] == "metadata" and p[1] in IDENTITY)]
        if not paths:
            break
        *head, last = rng.choice(paths)
        parent = result
        for key in head:
            parent = parent[key]
        edit(rng, parent, last)
    return result


def edit(rng: random.Random, parent: Any, key: Any) -> None:
    """One random edit of an entry, or of the list or map that holds it."""
    choice = rng.randrange(6)
    if choice == 0:
        del parent[key]
    elif choice == 1 and isinstance(parent, list):
        rng.shuffle(parent)
    elif choice == 2 and isinstance(parent, list):
        parent.append(copy.deepcopy(parent[key]))
    elif choice == 3 and isinstance(parent, dict):
        parent[f"extra{rng.randrange(3)}"] = rng.choice(SCALARS)
    elif choice == 4 and isinstance(parent[key], str):
        parent[key] = {"1000m": "1", "1": "1000m", "1Gi": "1024Mi"}.get(
            parent[key], parent[key] + "x"
        )
    else:
        parent[key] = rng.choice(SCALARS)


def webhooks(name: str) -> Object:
    """A webhook configuration: keyed list, defaults, a base64 field."""
    rule = {"apiGroups": ["demo"], "apiVersions": ["v1"], "operations": ["CREATE"]}
    hook = {
        "name": "a.example.com",
        "clientConfig": {"url": "https://127.0.0.1:1/x"},
        "rules": [{**rule, "resources": ["nothing"], "scope": "*"}],
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
    }
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": name, "labels": {"app": name}},
        "webhooks": [hook, {**copy.deepcopy(hook), "name": "b.example.com"}],
    }


def role(name: str, namespace: str) -> Object:
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": {"name": name, "namespace": namespace, "annotations": {"a": "b"}},
        "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}],
    }


class Judge:
    """Asks both, the comparison and the server, about one object after another."""

    def __init__(self, client: Client, kinds: Kinds) -> None:
        self.client = client
        self.kinds = kinds
        self.real = Writer(client, MANAGER, check_mode=False)
        self.dry = Writer(client, MANAGER, check_mode=True)
        self.wrong: list[str] = []
        self.sure = self.asked_in_vain = self.total = 0

    def target(self, obj: Object) -> Any:
        target = make_targets([Item(obj, "test")], self.kinds, request([], "default", name=None))[0]
        target.force = True
        return target

    def rounds(self, rng: random.Random, base: Object) -> None:
        """Apply variants for real, let another writer interfere, and judge many others."""
        for _number in range(ROUNDS):
            target = self.apply_some(rng, base)
            if rng.random() < 0.4:
                self.interfere(rng, target)
            for _number in range(VARIANTS):
                variant = mutated(rng, target.obj if rng.random() < 0.7 else base)
                self.judge(self.target(variant))

    def apply_some(self, rng: random.Random, base: Object) -> Any:
        """Apply a variant that the server accepts; most are refused by one rule or another."""
        while True:
            target = self.target(mutated(rng, base))
            try:
                self.real.apply(target)
            except ApiError:
                continue
            return target

    def interfere(self, rng: random.Random, target: Any) -> None:
        """Change the live object as another manager, who then owns what he changes."""
        path = target.kind.path(target.key.namespace, target.key.name)
        body = mutated(rng, target.obj)
        try:
            self.client.request(
                "PATCH", path, query={"fieldManager": "other"}, body=body, content_type=MERGE
            )
        except ApiError:
            return  # refused: nothing has changed

    def judge(self, target: Any) -> None:
        live = self.client.get(target.kind, target.key.namespace, target.key.name)
        assert live is not None
        place = doubt(target.obj, live, MANAGER)
        try:
            after = self.dry.apply(target)
        except ApiError as error:
            changed, text = True, str(error)
        else:
            changed, text = self.dry.changed(live, after), ""
        self.total += 1
        if place is None:
            self.sure += 1
            if changed:
                self.wrong.append(json.dumps({"desired": target.obj, "live": live, "why": text}))
        elif not changed:
            self.asked_in_vain += 1


@pytest.mark.parametrize(
    "shape", ["configmap", "deployment", "service", "widget", "webhooks", "role"]
)
def test_comparison_is_exact(cluster: Cluster, namespace: str, group: str, shape: str) -> None:
    base = {
        "configmap": lambda: configmap("x", namespace, a="1", b="2", c=""),
        "deployment": lambda: deployment("x", namespace, paused=True),
        "service": lambda: service("x", namespace),
        "widget": lambda: widget("x", namespace, group),
        "webhooks": lambda: webhooks(f"x-{namespace}"),
        "role": lambda: role("x", namespace),
    }[shape]()
    rng = random.Random(f"{shape}-1")
    # A malformed variant is answered by 500, which a client would try again.
    with connected(cluster.kubeconfig, attempts=1) as (client, kinds):
        judge = Judge(client, kinds)
        judge.real.apply(judge.target(base))
        try:
            judge.rounds(rng, base)
        finally:
            if shape == "webhooks":
                cluster.kubectl("delete", "validatingwebhookconfiguration", f"x-{namespace}")
    record(
        "objects called unchanged that the server would not change either",
        judge.sure - len(judge.wrong),
        judge.sure,
    )
    assert judge.wrong == []
    assert judge.total == ROUNDS * VARIANTS
    assert judge.sure > 20, "the comparison is never sure: it would ask about everything"
    # Asking is right but costs a request; most unchanged objects must be recognized as such.
    assert judge.asked_in_vain < judge.sure
