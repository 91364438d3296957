"""Generated messages: mostly such as Istio accepts, some with everything that may be wrong."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import yaml

from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes import messages

TEXTS = ("a", "istio-proxy", "", "é<&>\u2028", "x\ty", "5", "true", "null", "a/b", "10.0.0.0/8")
LABELS = ("a", "cluster.local", "my-domain", "td1", "x.y.z.", "b2")
ADDRESSES = (
    "istiod.istio-system.svc:15012",
    "zipkin.istio-system:9411",
    "10.0.0.1:80",
    "[2001:db8::1]:443",
    "$(HOST_IP):8126",
    "a:65535",
)
WRONG_ADDRESSES = ("a", "a:0", "a:x", ":80", "a_b:80", "[::1]", "1.2.3:80", "x:70000", "a:+80", "")
DURATIONS = ("1s", "45s", "1m30s", "1h", "500ms", "0.25s", "10s", "3600s", "5s", "2s")
ODD_DURATIONS = (
    "0s", "0", "-1s", "1.5s", "100us", "1ns", "1.000000001s", "2h45m30.5s", "+3s", "-1.5h", ".5s",
    "1.s", "", "5", "s", "1 s", "1d", "300000h", "9223372036854775807ns", "9223372036854775808ns",
    "-9223372036854775808ns", "0.3333333333333333333h", "1h1", "1µs", " 1s", "1S", "1e3s",
)  # fmt: skip
NUMBERS = (0, 1, 2, 5, 50, 100, 1024, 8080, 15020, 65535)
ODD_NUMBERS = (
    -1, 2**31 - 1, 2**31, -(2**31), 2**32 - 1, 2**32, 2**53 + 1, 2**63, -(2**63) - 1, 1.0, 1.5,
    1e3, 1e21, "7", " 7 ", "07", "0x7", "+7", "-0", "1.0", "1e1", "", "null", "Infinity", "NaN",
)  # fmt: skip
ANYTHING: tuple[Any, ...] = (
    None, True, False, 0, 1, -5, 1.5, "", "text", "1", [], {}, [1], [None], {"a": 1}, {"a": None},
    [[]], [{}],
)  # fmt: skip
UNKNOWN = ("unknownField", "sdsUdsPath", "parentShutdownDuration", "mixerAddress", "[ext]", "X")
SCALARS: dict[str, Callable[[random.Random], Any]] = {
    "bool": lambda rng: rng.choice((True, False)),
    "double": lambda rng: rng.choice((0, 1, 0.5, 99.99, 100, 1e-7, 1e21, 12345.678, "2.5")),
    "int32": lambda rng: rng.choice(NUMBERS),
    "int64": lambda rng: rng.choice((*NUMBERS, 2**40, "77")),
    "string": lambda rng: rng.choice(TEXTS),
    "uint32": lambda rng: rng.choice(NUMBERS),
}


class Maker:
    """Makes values of messages; ``wild`` is the share of fields that get something odd."""

    def __init__(self, rng: random.Random, wild: float, density: float) -> None:
        self.rng = rng
        self.wild = wild
        self.density = density

    def message(self, name: str, depth: int = 0, share: float = 0.0) -> dict[str, Any]:
        """Return a value with some of the message's fields."""
        rng = self.rng
        share = share or self.density / (depth + 1)
        result: dict[str, Any] = {}
        oneofs: set[str] = set()
        for field in messages.message(name).fields:
            if (
                field.dropped
                or rng.random() > share
                or (field.oneof in oneofs and rng.random() > self.wild)
            ):
                continue
            oneofs |= {field.oneof} - {""}
            key = field.name if rng.random() < 0.1 else field.json
            result[key] = self.field(field, depth)
            if key != field.json and rng.random() < 0.2:
                result[field.json] = self.field(field, depth)
        if rng.random() < self.wild:
            result[rng.choice(UNKNOWN)] = rng.choice(ANYTHING)
        return result

    def field(self, field: messages.Field, depth: int) -> Any:
        """Return a value of a field."""
        rng = self.rng
        if rng.random() < self.wild:
            return rng.choice(ANYTHING)
        if field.card == "list":
            return [self.single(field, depth) for count in range(rng.choice((0, 1, 1, 2, 3)))]
        if field.card == "map":
            keys = rng.sample(("a", "b", "k.x", "é", "A_B", "10", ""), rng.choice((0, 1, 2, 3)))
            return {key: self.single(field, depth) for key in keys}
        return self.single(field, depth)

    def single(self, field: messages.Field, depth: int) -> Any:
        """Return one value of a field, or one element."""
        rng = self.rng
        if rng.random() < self.wild / 4:
            return None
        if field.kind == "enum":
            return self.enum(field)
        if field.kind == "message":
            return self.part(field, depth)
        if rng.random() < self.wild:
            return rng.choice(ODD_NUMBERS)
        return self.scalar(field)

    def enum(self, field: messages.Field) -> Any:
        """Return a value of an enum: its name, its number, or something near."""
        numbers = messages.enum(field.type).numbers
        if self.rng.random() < self.wild:
            return self.rng.choice(
                ("UNKNOWN_NAME", 77, -1, "1", 1.0, 0.5, "mutual_tls", None, True)
            )
        name = self.rng.choice(sorted(numbers))
        return numbers[name] if self.rng.random() < 0.2 else name

    def part(self, field: messages.Field, depth: int) -> Any:
        """Return a nested message, one of the well-known ones included."""
        rng = self.rng
        kind = field.type.removeprefix("google.protobuf.")
        if kind == field.type:
            if kind == messages.INT_OR_STRING:
                return rng.choice((1, "25%", 2**31 - 1, "x", 1.0))
            return self.message(field.type, depth + 1)
        if kind == "Duration":
            return rng.choice(ODD_DURATIONS if rng.random() < self.wild else DURATIONS)
        if kind in ("Struct", "Value", "ListValue"):
            tree = {"a": self.any(2), "b": [self.any(1), {"c": self.any(0)}], "": "é"}
            return {"Struct": tree, "ListValue": [tree, 1]}.get(kind, self.any(2))
        scalar = messages.message(field.type).fields[0]
        return rng.choice(ODD_NUMBERS) if rng.random() < self.wild else SCALARS[scalar.kind](rng)

    def any(self, depth: int) -> Any:
        """Return any JSON value."""
        if depth and self.rng.random() < 0.5:
            return [self.any(depth - 1), {"k": self.any(depth - 1), "10": None}]
        odd = (None, True, "t<", 0, 1.5, -3, 2**53 + 1, 1e300, 1e-9, 123456789012345680000, 1e22)
        return self.rng.choice(odd)

    def scalar(self, field: messages.Field) -> Any:
        """Return a scalar that makes sense for the field's name."""
        rng, name = self.rng, field.name
        odd = rng.random() < self.wild
        if field.kind == "string":
            if name.endswith("address"):
                return rng.choice(WRONG_ADDRESSES if odd else ADDRESSES)
            if name in ("trust_domain", "trust_domain_aliases", "hosts"):
                return rng.choice((*TEXTS, "a_b", "*.a", "*-a.b") if odd else LABELS)
            if name in ("config_path", "binary_path", "service_cluster"):
                return rng.choice(TEXTS if odd else ("/etc/x", "istio-proxy", "app"))
            if name in ("from", "to", "failover_priority"):
                return rng.choice(
                    ("r1", "r2", "r1/z1", "r1/*", "*", "topology.kubernetes.io/zone", "")
                )
        elif name.endswith(("port", "window_size")) and not odd:
            return rng.choice((80, 15020, 65535))
        return SCALARS[field.kind](rng)


def mesh_config(rng: random.Random) -> dict[str, Any]:
    """Return a mesh configuration; two in three have nothing odd."""
    maker = Maker(rng, rng.choice((0.0, 0.0, 0.08)), rng.choice((0.08, 0.15, 0.3)))
    value = maker.message(messages.MESH_CONFIG)
    if rng.random() < 0.7:
        value["defaultConfig"] = proxy_config(rng)
    for name in ("localityLbSetting", "locality_lb_setting"):
        if rng.random() < 0.7:
            value.pop(name, None)
    return value


def proxy_config(rng: random.Random) -> dict[str, Any]:
    """Return a proxy configuration; two in three have nothing odd."""
    maker = Maker(rng, rng.choice((0.0, 0.0, 0.08)), rng.choice((0.08, 0.15, 0.3)))
    value = maker.message(messages.PROXY_CONFIG)
    for name in ("privateKeyProvider", "private_key_provider"):
        if rng.random() < 0.7:
            value.pop(name, None)
    return value


def locality(rng: random.Random) -> dict[str, Any]:
    """Return a setting for load balancing by locality."""
    names = ("r1", "r1/z1", "r1/z2", "r1/z1/s1", "r1/z1/s2", "r2", "r1/*", "r1/z1/*", "r1//s", "")
    rules = []
    for _rule in range(rng.choice((1, 1, 2))):
        to = dict.fromkeys(rng.sample(names[:6], 2), 50)
        if rng.random() < 0.1:
            to[next(iter(to))] = rng.choice((0, 49, 101))
        rules.append({"from": rng.choice((*names, "*", "*/a")), "to": to})
    failover = [
        {"from": rng.choice(("r1", "r2", "*")), "to": rng.choice(("r1", "r2", "r2/z"))}
        for _rule in range(rng.choice((1, 2)))
    ]
    setting: dict[str, Any] = rng.choice(
        ({"distribute": rules}, {"failover": failover}, {"distribute": rules, "failover": failover})
    )
    if rng.random() < 0.3:
        label = rng.choice(("a", "topology.kubernetes.io/region", "topology.istio.io/subzone"))
        setting["failoverPriority"] = [label]
    return {rng.choice(("localityLbSetting", "zoneAwareLbSetting")): setting}


def text(rng: random.Random, value: Any) -> str:
    """Return a value as YAML text: JSON, compact or indented, or YAML in block style."""
    style = rng.randrange(4)
    if style == 0:
        return json.dumps(value, ensure_ascii=False)
    if style == 1:
        return json.dumps(value, indent=1)
    dumped: str = yaml.safe_dump(value, allow_unicode=style == 2, sort_keys=False)
    return dumped
