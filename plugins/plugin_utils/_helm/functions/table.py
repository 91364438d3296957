# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All functions of a chart's templates in one map: sprig 3.3 without env, and Helm's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._helm.functions import (
    casing,
    data,
    dates,
    encoding,
    general,
    lists,
    maps,
    numbers,
    strings,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.functions.context_bound import (
    PLAIN_FUNCTIONS,
    random_functions,
    refused_functions,
)

Function = Callable[..., Any]

_STATELESS: Final[dict[str, Function]] = {
    **strings.FUNCTIONS,
    **encoding.FUNCTIONS,
    **casing.FUNCTIONS,
    **lists.FUNCTIONS,
    **maps.FUNCTIONS,
    **numbers.FUNCTIONS,
    **general.FUNCTIONS,
    **dates.FUNCTIONS,
    **data.FUNCTIONS,
    **PLAIN_FUNCTIONS,
    **refused_functions(),
}


def functions_for(seed: str) -> dict[str, Function]:
    """Return the functions for one rendering, without include and tpl.

    ``seed`` decides what the random functions give.
    """
    return {**_STATELESS, **random_functions(seed)}
