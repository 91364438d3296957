# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many threads a proxy of Istio 1.11 to 1.17 gets: its templates have ``EstimatedConcurrency``.

Later releases leave it to the proxy, which is told its limit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_CEILING, Decimal
from typing import Any, Final

# Of the first annotation that is there only; then the chart values, limits before requests.
_ANNOTATIONS: Final = ("sidecar.istio.io/proxyCPULimit", "sidecar.istio.io/proxyCPU")
_QUANTITY: Final = re.compile(
    r"(?P<number>[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))"
    r"(?:(?P<binary>[KMGTPE])i|(?P<decimal>[numkMGTPE])|[eE](?P<exponent>[-+]?[0-9]{1,3}))?"
)
_BINARY: Final = "KMGTPE"
_DECIMAL: Final = {"n": -9, "u": -6, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}


def estimated_concurrency(
    proxy: Mapping[str, Any], annotations: Mapping[str, str], values: Mapping[str, Any]
) -> int:
    """Return the number of threads: what is configured, else the CPUs it may have; 0 if unknown.

    ``proxy`` and ``values`` are in canonical form.
    """
    configured = int(proxy.get("concurrency", 0))
    if configured > 0:
        return configured
    for name in _ANNOTATIONS:
        if name in annotations:
            return cpus(annotations[name])
    resources = ((values.get("global") or {}).get("proxy") or {}).get("resources") or {}
    for kind in ("limits", "requests"):
        if "cpu" in (resources.get(kind) or {}):
            return cpus(str(resources[kind]["cpu"]))
    return 0


def cpus(quantity: str) -> int:
    """Return a quantity of Kubernetes such as ``1500m`` in whole CPUs, rounded up; 0 for none."""
    found = _QUANTITY.fullmatch(quantity)
    if found is None:
        return 0
    number = Decimal(found["number"])
    if found["binary"]:
        number *= 1024 ** (_BINARY.index(found["binary"]) + 1)
    elif found["decimal"]:
        number = number.scaleb(_DECIMAL[found["decimal"]])
    elif found["exponent"]:
        number = number.scaleb(int(found["exponent"]))
    return int(number.to_integral_value(ROUND_CEILING))
