# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Annotations with which Istio refuses to inject (``validate.go`` of Istio 1.31)."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.messages import (
    PROXY_CONFIG as PROXY_CONFIG_MESSAGE,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.protojson import (
    apply,
    load_yaml,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.gotext import (
    parse_bool,
    parse_uint,
    trim_space,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.pods import PROXY_CONFIG
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.probes import STATUS_PORT
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.prometheus import MERGE
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import (
    InputError,
    MeshError,
    Problem,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._meshconfig.defaults import (
    default_proxy_config,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._meshconfig.releases import (
    NEWEST,
    Minor,
    is_before,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._meshconfig.validation import (
    proxy_config_problems,
)

_MODES: Final = frozenset(("REDIRECT", "TPROXY", "NONE"))
_INTERFACE = re.compile(r"[a-zA-Z][a-zA-Z0-9_.\-]*")
_MAX_INTERFACE: Final = 15
_INTERFACES_SINCE: Final[Minor] = (1, 31)
_BITS = re.compile(r"0|[1-9][0-9]{0,2}")
# k8s.io/apimachinery/pkg/api/resource: a number may lack its digits before or after the point.
_QUANTITY = re.compile(
    r"[-+]?(?P<number>[0-9]*(?:\.[0-9]*)?)"
    r"(?P<suffix>[KMGTPE]i|[numkMGTPE]|[eE](?P<exponent>[-+]?[0-9]+))?"
)
_DIGIT = re.compile("[0-9]")
_SMALLEST: Final = -9
_MAX_EXPONENT: Final = 2**63


class AnnotationError(InputError):
    """Annotations with which Istio refuses to inject; ``problems`` has all of them."""


def validate_annotations(
    annotations: Mapping[str, str], where: str = "", *, release: Minor = NEWEST
) -> None:
    """Raise AnnotationError if Istio refuses the annotations; ``where`` names the workload.

    Of older releases it is known that they take any text for names of interfaces.
    """
    problems = annotation_problems(annotations, where, release=release)
    if problems:
        raise AnnotationError(problems)


def annotation_problems(
    annotations: Mapping[str, str], where: str = "", *, release: Minor = NEWEST
) -> list[Problem]:
    """Return what makes Istio refuse the annotations, in order of their names."""
    problems: list[Problem] = []
    for name in sorted(annotations.keys() & VALIDATORS.keys()):
        validator, remedy = VALIDATORS[name]
        if validator is _interfaces and is_before(release, _INTERFACES_SINCE):
            continue
        message = validator(annotations[name])
        if message:
            place = f"{where}: annotation {name}" if where else f"annotation {name}"
            problems.append(Problem(place, f"{_shown(annotations[name])} {message}", remedy))
    return problems


def _shown(value: str) -> str:
    short = value if len(value) <= 80 else f"{value[:77]}..."
    printable = "".join(char if char.isprintable() else "?" for char in short)
    return f'"{printable}"'


def _interception_mode(value: str) -> str:
    return "" if value in _MODES else "is no interception mode"


def _status_port(value: str) -> str:
    return "" if _is_port(value) else "is no port"


def _is_port(text: str) -> bool:
    return parse_uint(trim_space(text), 16) is not None


def _ports(value: str) -> str:
    trimmed = trim_space(value)
    for port in trimmed.split(",") if trimmed else ():
        if not _is_port(port):
            return f"is no list of ports, {_shown(port)} being none"
    return ""


def _ports_or_all(value: str) -> str:
    return "" if value == "*" else _ports(value)


def _uint32(value: str) -> str:
    return "" if parse_uint(value, 32) is not None else "is no whole number"


def _boolean(value: str) -> str:
    return "is neither true nor false" if parse_bool(value) is None else ""


def _ranges(value: str) -> str:
    for cidr in value.split(",") if value else ():
        if not is_prefix(cidr):
            return f"is no list of IP ranges, {_shown(cidr)} being none"
    return ""


def _ranges_or_all(value: str) -> str:
    return "" if value == "*" else _ranges(value)


def is_prefix(text: str) -> bool:
    """Return whether Go's ``netip.ParsePrefix`` accepts a text: ``address/bits``, no zone."""
    address, slash, bits = text.rpartition("/")
    if not slash or "%" in address or not _BITS.fullmatch(bits):
        return False
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return int(bits) <= parsed.max_prefixlen


def _interfaces(value: str) -> str:
    for name in map(trim_space, value.split(",") if value else ()):
        if not name:
            return "has an empty name in it"
        if len(name) > _MAX_INTERFACE or not _INTERFACE.fullmatch(name):
            return f"is no list of network interfaces, {_shown(name)} being none"
    return ""


def _quantity(value: str) -> str:
    if any(unicodedata.category(char) == "Cc" for char in value):
        return "has control characters in it"
    found = _QUANTITY.fullmatch(value)
    return "" if value and found and _is_number(found) else "is no quantity of Kubernetes"


def _is_number(found: re.Match[str]) -> bool:
    """Return whether Kubernetes gets a number out of the parts of a quantity."""
    exponent = int(found["exponent"] or 0)
    if not -_MAX_EXPONENT <= exponent < _MAX_EXPONENT:
        return False
    # Without any digit it is zero, but not on the way that very large and small numbers take.
    precise = found["suffix"] in ("Pi", "Ei") or exponent < _SMALLEST
    return not precise or _DIGIT.search(found["number"]) is not None


def _proxy_config(value: str) -> str:
    try:
        given = load_yaml(value, "it")
        config = apply(PROXY_CONFIG_MESSAGE, default_proxy_config(), given, where="it")
    except InputError as error:
        return "is no proxy configuration: " + "; ".join(map(str, error.problems))
    except MeshError as error:
        return f"is no proxy configuration: {error.message}"
    problems = proxy_config_problems(config, "it")
    return "is refused by Istio: " + "; ".join(map(str, problems)) if problems else ""


_PORTS: Final = "write ports with commas between them, such as 8080,9090"
_RANGES: Final = "write IP ranges with commas between them, such as 10.0.0.0/8,fd00::/8"
_INTERFACES: Final = "write network interfaces with commas between them, such as eth0,net1"
_QUANTITY_REMEDY: Final = "write a quantity such as 100m, 2 or 128Mi"
_SECONDS: Final = "write a whole number, 0 to 4294967295"
_READINESS: Final = "readiness.status.sidecar.istio.io"
_TRAFFIC: Final = "traffic.sidecar.istio.io"

# What is wrong with a value (an empty text if nothing is), and what to do about it.
VALIDATORS: Final[Mapping[str, tuple[Callable[[str], str], str]]] = {
    "sidecar.istio.io/interceptionMode": (_interception_mode, "use REDIRECT, TPROXY or NONE"),
    STATUS_PORT: (_status_port, "write a port such as 15020"),
    f"{_READINESS}/initialDelaySeconds": (_uint32, _SECONDS),
    f"{_READINESS}/periodSeconds": (_uint32, _SECONDS),
    f"{_READINESS}/failureThreshold": (_uint32, _SECONDS),
    f"{_TRAFFIC}/includeOutboundIPRanges": (_ranges_or_all, f'{_RANGES}, or "*" for all'),
    f"{_TRAFFIC}/excludeOutboundIPRanges": (_ranges, _RANGES),
    f"{_TRAFFIC}/includeInboundPorts": (_ports_or_all, f'{_PORTS}, or "*" for all'),
    f"{_TRAFFIC}/excludeInboundPorts": (_ports, _PORTS),
    f"{_TRAFFIC}/excludeOutboundPorts": (_ports, _PORTS),
    f"{_TRAFFIC}/excludeInterfaces": (_interfaces, _INTERFACES),
    f"{_TRAFFIC}/kubevirtInterfaces": (_interfaces, _INTERFACES),
    "istio.io/reroute-virtual-interfaces": (_interfaces, _INTERFACES),
    MERGE: (_boolean, 'use "true" or "false"'),
    PROXY_CONFIG: (_proxy_config, "correct the field named here"),
    "sidecar.istio.io/proxyCPU": (_quantity, _QUANTITY_REMEDY),
    "sidecar.istio.io/proxyMemory": (_quantity, _QUANTITY_REMEDY),
    "sidecar.istio.io/proxyCPULimit": (_quantity, _QUANTITY_REMEDY),
    "sidecar.istio.io/proxyMemoryLimit": (_quantity, _QUANTITY_REMEDY),
}
