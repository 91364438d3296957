"""Random Kubernetes objects and strategic merge patches, made from the table of Go types."""

from __future__ import annotations

import random
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.types import (
    LEAVES,
    LIST,
    MAP,
    SCALARS,
    Field,
    struct,
)

# (apiVersion, kind, the struct's name): those that charts install or that have pods.
KINDS = (
    ("v1", "Pod", "core/v1.Pod"),
    ("apps/v1", "Deployment", "apps/v1.Deployment"),
    ("apps/v1", "StatefulSet", "apps/v1.StatefulSet"),
    ("apps/v1", "DaemonSet", "apps/v1.DaemonSet"),
    ("apps/v1", "ReplicaSet", "apps/v1.ReplicaSet"),
    ("batch/v1", "Job", "batch/v1.Job"),
    ("batch/v1", "CronJob", "batch/v1.CronJob"),
    ("v1", "ReplicationController", "core/v1.ReplicationController"),
    ("v1", "Service", "core/v1.Service"),
    ("v1", "ServiceAccount", "core/v1.ServiceAccount"),
    ("v1", "ConfigMap", "core/v1.ConfigMap"),
    ("v1", "Secret", "core/v1.Secret"),
    ("v1", "Namespace", "core/v1.Namespace"),
    ("v1", "Node", "core/v1.Node"),
    ("v1", "Event", "core/v1.Event"),
    ("v1", "PersistentVolume", "core/v1.PersistentVolume"),
    ("autoscaling/v2", "HorizontalPodAutoscaler", "autoscaling/v2.HorizontalPodAutoscaler"),
    ("policy/v1", "PodDisruptionBudget", "policy/v1.PodDisruptionBudget"),
    ("networking.k8s.io/v1", "NetworkPolicy", "networking/v1.NetworkPolicy"),
    ("networking.k8s.io/v1", "Ingress", "networking/v1.Ingress"),
    ("rbac.authorization.k8s.io/v1", "ClusterRole", "rbac/v1.ClusterRole"),
    (
        "admissionregistration.k8s.io/v1",
        "MutatingWebhookConfiguration",
        "admissionregistration/v1.MutatingWebhookConfiguration",
    ),
)
_TEXTS = ("a", "b", "c", "", "istio-proxy", "<&>\u2028", "ü", "TCP", "true", "8080")
_UNITS = ("", "m", "k", "M", "G", "Ki", "Mi", "Gi", "Ti", "Ei", "n", "u", "e3", "E", "e-2", "x")
_TIMES = (
    "2026-01-02T03:04:05Z",
    "2026-01-02T03:04:05.678901Z",
    "1999-12-31T23:59:59-05:30",
    "0001-01-01T00:00:00Z",
    "2026-02-30T00:00:00Z",
    "2026-01-02 03:04:05",
)
_VALID: dict[str, tuple[Any, ...]] = {
    "quantity": ("500m", "1024Mi", 2, 0.5),
    "time": _TIMES[:3],
    "microTime": _TIMES[1:2],
    "bytes": ("", "aGVsbG8="),
}
_WRONG: tuple[Any, ...] = ("text", 7, 1.5, True, [], {}, ["a"], {"a": "b"}, 2**40)


class Objects:
    """Random values of types; the same seed gives the same.

    ``noise`` is how often a value is what the type does not allow, an unknown field or null.
    ``valid`` leaves out texts that are no quantities, times or bytes.
    """

    def __init__(self, seed: int, noise: float, valid: bool = False) -> None:
        self.valid = valid
        self.random = random.Random(seed)
        self.noise = noise

    def object(self, name: str, depth: int = 0) -> dict[str, Any]:
        """Return an object of a struct; deeper ones have fewer fields."""
        fields = struct(name).fields
        some = min(len(fields), self.random.randrange(1, max(2, 7 - depth)))
        result: dict[str, Any] = {}
        for field in self.random.sample(fields, some):
            result[self._key(field)] = self.value(field.type, depth)
        if self._odd():
            result["unknown"] = {"a": 1}
        return result

    def value(self, expression: str, depth: int) -> Any:
        """Return a value of a type."""
        if self._odd():
            return self.random.choice((None, None, self.random.choice(_WRONG)))
        if expression.startswith("*"):
            return self.value(expression[1:], depth)
        if expression.startswith(LIST):
            inner = expression.removeprefix(LIST)
            items = [self.value(inner, depth + 1) for _number in range(self._length(depth))]
            # What upstream makes of duplicates in a list that it merges depends on the memory
            # that Go had set aside for the list.
            return list(dict.fromkeys(items)) if inner == "string" and not self.noise else items
        if expression.startswith(MAP):
            inner = expression.removeprefix(MAP)
            keys = self.random.sample(("b", "a", "z/y", "cpu"), self._length(depth))
            return {key: self.value(inner, depth + 1) for key in keys}
        if expression in SCALARS or expression in LEAVES:
            return self.leaf(expression)
        return self.object(expression, depth + 1) if depth < 9 else {}

    def leaf(self, expression: str) -> Any:
        """Return a single value."""
        choose = self.random.choice
        if expression == "bool":
            return choose((True, False))
        if expression == "float64":
            return choose((0, 1, 2.5))
        if self.valid and expression in _VALID:
            return choose(_VALID[expression])
        if expression == "quantity":
            number = choose(("0", "1", "1.5", "100", "0.25", "1000", "1024", "-3", "007", "1e"))
            return choose((number + choose(_UNITS), choose((0, 1, 0.5, 2000))))
        if expression == "intOrString":
            return choose(("http", "25%", "", 0, 8080))
        if expression in ("time", "microTime"):
            return choose(_TIMES[: choose((3, 4, 6))])
        if expression == "bytes":
            return choose(("", "aGVsbG8=", "aGVs\nbG8=", "aGVsbG8"))
        if expression == "raw":
            return choose(({"b": 1, "a": [1, None]}, {}, {"kind": "Pod"}))
        if expression == "string":
            return choose(_TEXTS)
        return choose((0, 1, 80, 8080, -1))

    def _key(self, field: Field) -> str:
        return field.json.upper() if self.noise and self.random.random() < 0.02 else field.json

    def _length(self, depth: int) -> int:
        return self.random.choice((0, 1, 1, 2, 2, 3) if depth < 6 else (0, 1))

    def _odd(self) -> bool:
        return self.random.random() < self.noise


class Patches(Objects):
    """Random patches, with the directives of strategic merges."""

    def patch(self, name: str, depth: int = 0) -> dict[str, Any]:
        """Return a patch for a struct."""
        chance = self.random.random
        result: dict[str, Any] = {}
        fields = struct(name).fields
        some = min(len(fields), self.random.randrange(1, max(2, 6 - depth)))
        for field in self.random.sample(fields, some):
            self._field(result, field, depth)
        if chance() < 0.03:
            result["$patch"] = self.random.choice(("replace", "delete", "merge"))
        if chance() < 0.05:
            keys = [key for key in result if not key.startswith("$")]
            result["$retainKeys"] = [*keys[self.random.choice((0, 0, 0, 1)) :], "name"]
        return result

    def _field(self, result: dict[str, Any], field: Field, depth: int) -> None:
        chance = self.random.random
        target = field.type.removeprefix("*")
        inner = target.removeprefix(LIST)
        if chance() < 0.06:
            result[field.json] = None
        elif inner != target and inner not in SCALARS and inner not in LEAVES:
            items = [self._element(inner, field, depth) for _number in range(self._length(depth))]
            result[field.json] = items
            if field.merge_key and chance() < 0.2:
                self._set_order(result, field, items)
        elif inner != target:
            key = field.json
            if chance() < 0.2:
                key = f"$deleteFromPrimitiveList/{key}"
            result[key] = self.value(target, depth + 1) * self.random.choice((1, 1, 2))
            if chance() < 0.1 and key == field.json:
                result[f"$setElementOrder/{key}"] = list(dict.fromkeys(map(str, result[key])))
        elif target in SCALARS or target in LEAVES or target.startswith(MAP):
            result[field.json] = self.value(field.type, depth)
        else:
            result[field.json] = self.patch(target, depth + 1) if depth < 8 else {}

    def _element(self, inner: str, field: Field, depth: int) -> Any:
        item = self.patch(inner, depth + 1)
        chance = self.random.random()
        if field.merge_key and chance < 0.97:
            key = struct(inner).find(field.merge_key)
            assert key is not None
            item[field.merge_key] = self.leaf(key.type.removeprefix("*"))
        if chance < 0.1:
            item["$patch"] = self.random.choice(("delete", "delete", "replace"))
        return item

    def _set_order(self, result: dict[str, Any], field: Field, items: list[Any]) -> None:
        order = [
            {field.merge_key: item.get(field.merge_key)}
            for item in items
            if item.get("$patch") != "delete"
        ]
        extra = {field.merge_key: self.random.choice(("a", "b", 80, "c"))}
        order.insert(self.random.randrange(len(order) + 1), extra)
        if self.random.random() < 0.1:
            self.random.shuffle(order)
        result[f"$setElementOrder/{field.json}"] = order
