# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks the merged document: values, mesh configuration, names, images, gateways.

As operator/pkg/apis/validation of Istio 1.31.1, and beyond it what would fail in the cluster.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.printing import (
    format_value,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.decode import decode
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.errors import GoTypeError
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.messages import MESH_CONFIG
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.protojson import (
    check,
    values_problems,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.kubernetes_names import (
    dns_label_fault,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import (
    InputError,
    MeshError,
    Problem,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._meshconfig.defaults import mesh_config
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.components import (
    ComponentSettings,
    Minor,
    minor_of,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.tree import (
    Tree,
    find,
    table_at,
    text_at,
    true_at,
    with_integers,
)

# The release that our table of values is of; others know more or fewer of them.
_TABLE: Final[Minor] = (1, 31)
TABLE_NAME: Final = f"{_TABLE[0]}.{_TABLE[1]}"
_UNKNOWN = re.compile(r'unknown field "([^"]+)"')
_REPOSITORY = re.compile(r"[a-z0-9_\-./]{1,255}")
_REGISTRY = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~-]+)(:[0-9]*)?")
_TAG = re.compile(r"[A-Za-z0-9_.-]{1,128}")
_OBJECT_NAME = re.compile(r"[a-z0-9.-]{1,254}")
_HIGHEST_PRIVILEGED: Final = 1024
_HIGHEST_PORT: Final = 65535
_MESH_CONFIGS: Final = ("spec.meshConfig", "spec.values.meshConfig")
_LABEL_SELECTOR: Final = "meta/v1.LabelSelector"
_TOLERATION: Final = "core/v1.Toleration"
_AFFINITY: Final = "core/v1.Affinity"
_SECCOMP: Final = "core/v1.SeccompProfile"
_SPREAD: Final = "core/v1.TopologySpreadConstraint"
# Values that are parts of Kubernetes objects; of a list each item is one.
_KUBERNETES: Final = {
    "cni.affinity": _AFFINITY,
    "cni.seccompProfile": _SECCOMP,
    **{
        f"gateways.istio-{way}gateway.{name}": type_name
        for way in ("egress", "ingress")
        for name, type_name in (
            ("podAntiAffinityLabelSelector", _LABEL_SELECTOR),
            ("podAntiAffinityTermLabelSelector", _LABEL_SELECTOR),
            ("tolerations", _TOLERATION),
        )
    },
    "global.defaultTolerations": _TOLERATION,
    "global.proxy.seccompProfile": _SECCOMP,
    "global.proxy.lifecycle": "core/v1.Lifecycle",
    "global.waypoint.affinity": _AFFINITY,
    "global.waypoint.topologySpreadConstraints": _SPREAD,
    "global.waypoint.nodeSelector": "core/v1.NodeSelector",
    "global.waypoint.toleration": _TOLERATION,
    "pilot.tolerations": _TOLERATION,
    "pilot.affinity": _AFFINITY,
    "pilot.seccompProfile": _SECCOMP,
    "pilot.topologySpreadConstraints": _SPREAD,
    "pilot.volumeMounts": "core/v1.VolumeMount",
    "pilot.volumes": "core/v1.Volume",
    "sidecarInjectorWebhook.neverInjectSelector": _LABEL_SELECTOR,
    "sidecarInjectorWebhook.alwaysInjectSelector": _LABEL_SELECTOR,
}


def merged_problems(tree: Tree, version: str) -> tuple[list[Problem], list[Problem]]:
    """What is wrong with a merged document, and what looks like a mistake; paths from the top.

    Values are checked against the table of one release only, see :func:`is_of_table`.
    """
    problems = [*_image_problems(tree), *_revision_problems(tree)]
    values = with_integers(find(tree, "spec.values") or {})
    found = values_problems(values, "spec.values")
    notes: list[Problem] = []
    # The revision gets there as a number when it looks like one, and is reported above.
    said = {item.where for item in problems}
    said |= {"spec.values.revision"} if "spec.revision" in said else set()
    problems += [item for item in found if item.where not in said]
    if minor_of(version) == _TABLE:
        problems += _kubernetes_problems(values)
        notes += _unknown_mesh_config(tree)
    problems += _proxy_problems(values)
    problems += _mesh_config_problems(tree)
    problems += _port_problems(tree)
    return problems, [*notes, *_autoscaling_notes(tree)]


def is_of_table(version: str) -> bool:
    """Whether a release has the values of our table; others know more or fewer of them."""
    return minor_of(version) == _TABLE


def unknown_field(problem: Problem) -> str:
    """The field that a message does not know, empty when something else is wrong with it."""
    match = _UNKNOWN.search(problem.message)
    return match[1] if match else ""


def gateway_problems(settings: Sequence[ComponentSettings]) -> Iterator[Problem]:
    """Gateways whose names cannot be, or are taken."""
    seen: dict[tuple[str, str], str] = {}
    for item in settings:
        if not item.type.gateway:
            continue
        where = f"spec.components.{item.type.spec_name}[{item.index}].name"
        name = item.name
        if name and not _OBJECT_NAME.fullmatch(name):
            yield Problem(where, f"{name!r} is no name of an object", "use a-z, 0-9, - and .")
        other = seen.setdefault((item.namespace, name), where)
        if other != where:
            yield Problem(
                where,
                f"{name!r} is also the name of {other} in the same namespace {item.namespace}",
                "give each gateway its own name or namespace",
            )


def _image_problems(tree: Tree) -> Iterator[Problem]:
    hub, tag = text_at(tree, "spec.hub"), find(tree, "spec.tag")
    if hub and not _is_hub(hub):
        yield Problem("spec.hub", f"{hub!r} is no address of images", "write it as docker.io/istio")
    if tag is not None and not _TAG.fullmatch(format_value(tag)):
        yield Problem("spec.tag", f"{format_value(tag)!r} is no image tag", "write it as 1.31.1")


def _is_hub(hub: str) -> bool:
    first, slash, rest = f"{hub}/pilot".partition("/")
    if slash and (first == "localhost" or "." in first or ":" in first):
        return bool(_REGISTRY.fullmatch(first) and _REPOSITORY.fullmatch(rest))
    return bool(_REPOSITORY.fullmatch(f"{hub}/pilot"))


def _revision_problems(tree: Tree) -> Iterator[Problem]:
    revision = find(tree, "spec.values.revision")
    said = text_at(tree, "spec.revision")
    if said and dns_label_fault(said):
        yield Problem("spec.revision", dns_label_fault(said), "write it as 1-31-1")
    elif revision is not None and not isinstance(revision, str):
        yield Problem(
            "spec.revision" if said else "spec.values.revision",
            f"{said or format_value(revision)!r} looks like a number or truth value, and istioctl "
            "takes it for one",
            f"begin it with another letter, such as r{said or format_value(revision)}",
        )


def _kubernetes_problems(values: Tree) -> Iterator[Problem]:
    for path, type_name in _KUBERNETES.items():
        value = find(values, path)
        items = value if isinstance(value, list) else [value]
        for number, item in enumerate(items):
            if not isinstance(item, dict):
                continue
            where = f"spec.values.{path}" + (f"[{number}]" if items is value else "")
            try:
                decode(type_name, item, strict=True, from_yaml=True)
            except GoTypeError as error:
                yield Problem(where, str(error))


def _proxy_problems(values: Tree) -> Iterator[Problem]:
    checks: dict[str, Callable[[str], str]] = {
        "includeIPRanges": _ranges_fault,
        "excludeIPRanges": _ranges_fault,
        "includeInboundPorts": _ports_fault,
        "excludeInboundPorts": _ports_fault,
    }
    for name, fault in checks.items():
        text = text_at(values, f"global.proxy.{name}")
        message = fault(text) if text else ""
        if message:
            yield Problem(f"spec.values.global.proxy.{name}", message)


def _ranges_fault(text: str) -> str:
    for item in text.split(",") if text != "*" else ():
        try:
            if not item.rpartition("/")[2].isdigit():
                raise ValueError("no prefix length")
            ipaddress.ip_network(item, strict=False)
        except ValueError:
            return f"{item!r} is no address range such as 10.0.0.0/8"
    return ""


def _ports_fault(text: str) -> str:
    for item in text.split(","):
        if item in ("*", ""):
            continue
        if not (re.fullmatch(r"[+-]?[0-9]{1,10}", item) and 0 <= int(item) <= _HIGHEST_PORT):
            return f"{item!r} is no port"
    return ""


def _mesh_config_problems(tree: Tree) -> list[Problem]:
    problems: dict[tuple[str, str], Problem] = {}
    for path in _MESH_CONFIGS:
        value = find(tree, path)
        if value is None:
            continue
        try:
            mesh_config(with_integers(value), where=path)
        except InputError as error:
            for item in error.problems:
                # The one is merged into the other, so that most is found twice.
                problems.setdefault((item.where.split("meshConfig", 1)[-1], item.message), item)
        except MeshError as error:
            problems.setdefault((path, error.message), Problem(path, error.message, error.remedy))
    return list(problems.values())


def _unknown_mesh_config(tree: Tree) -> Iterator[Problem]:
    """Fields that Istio passes over, once for each."""
    seen: set[tuple[str, str]] = set()
    for path in _MESH_CONFIGS:
        value = with_integers(find(tree, path))
        for item in check(MESH_CONFIG, value, path) if value is not None else ():
            below = (item.where.split("meshConfig", 1)[-1], item.message)
            if unknown_field(item) and below not in seen:
                seen.add(below)
                yield Problem(item.where, f"{item.message}, which has no effect", item.remedy)


def _port_problems(tree: Tree) -> Iterator[Problem]:
    for way in ("ingress", "egress"):
        root = f"gateways.istio-{way}gateway"
        if true_at(tree, f"spec.values.{root}.runAsRoot"):
            continue
        remedy = f"set targetPort to more than 1024, or values.{root}.runAsRoot to true"
        gateways = find(tree, f"spec.components.{way}Gateways")
        for at, gateway in enumerate(gateways if isinstance(gateways, list) else ()):
            ports = find(gateway, "k8s.service.ports") if isinstance(gateway, dict) else None
            for number, port in enumerate(ports if isinstance(ports, list) else ()):
                if isinstance(port, dict) and _privileged(port):
                    where = f"spec.components.{way}Gateways[{at}].k8s.service.ports[{number}]"
                    yield _privileged_port(where, port, remedy)
    root = "gateways.istio-ingressgateway"
    ports = find(tree, f"spec.values.{root}.ingressPorts")
    for number, port in enumerate(ports if isinstance(ports, list) else ()):
        if isinstance(port, dict) and isinstance(port.get("port"), float) and _privileged(port):
            where = f"spec.values.{root}.ingressPorts[{number}]"
            remedy = f"set targetPort to more than 1024, or values.{root}.runAsRoot to true"
            yield _privileged_port(where, port, remedy)


def _privileged(port: Mapping[str, Any]) -> bool:
    target, number = port.get("targetPort"), port.get("port") or 0
    if isinstance(target, str) or not isinstance(number, float | int):
        return False
    if not target:
        return number <= _HIGHEST_PRIVILEGED
    return bool(target < _HIGHEST_PRIVILEGED)


def _privileged_port(where: str, port: Mapping[str, Any], remedy: str) -> Problem:
    shown = with_integers(port.get("targetPort") or port.get("port"))
    return Problem(where, f"opens port {shown} in the pod, which only root may", remedy)


def _autoscaling_notes(tree: Tree) -> Iterator[Problem]:
    if true_at(tree, "spec.values.pilot.autoscaleEnabled"):
        pilot = find(tree, "spec.components.pilot.k8s.replicaCount")
        if isinstance(pilot, float) and pilot > 1:
            yield _replicas("spec.components.pilot", "pilot")
    for way in ("ingress", "egress"):
        root = f"gateways.istio-{way}gateway"
        gateways = table_at(tree, "spec.components") or {}
        listed = gateways.get(f"{way}Gateways")
        if true_at(tree, f"spec.values.{root}.autoscaleEnabled") and isinstance(listed, list):
            for at, gateway in enumerate(listed):
                if isinstance(gateway, dict) and find(gateway, "k8s.replicaCount"):
                    yield _replicas(f"spec.components.{way}Gateways[{at}]", root)


def _replicas(where: str, root: str) -> Problem:
    return Problem(
        f"{where}.k8s.replicaCount",
        f"says how many replicas there are, and values.{root}.autoscaleEnabled lets them vary",
        "set one of the two",
    )
