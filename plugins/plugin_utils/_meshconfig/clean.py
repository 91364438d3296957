# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The proxy configuration that goes into a pod: without what is the default anyway."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.protojson import (
    MessageDict,
    unknown_of,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._meshconfig.defaults import (
    default_proxy_config,
)

# What istiod compares (cleanProxyConfig in pkg/kube/inject/template.go); the rest always stays.
_COMPARED: Final = (
    "configPath",
    "binaryPath",
    "controlPlaneAuthPolicy",
    "serviceCluster",
    "drainDuration",
    "terminationDrainDuration",
    "discoveryAddress",
    "proxyAdminPort",
    "statNameLength",
    "statusPort",
)


def clean_proxy_config(proxy: Mapping[str, Any]) -> MessageDict:
    """Return a proxy configuration in canonical form without fields equal to their default.

    ``proxy`` stays unchanged.
    """
    defaults = default_proxy_config()
    kept = {
        name: value
        for name, value in proxy.items()
        if name not in _COMPARED or value != defaults.get(name)
    }
    return MessageDict(kept, unknown_of(proxy))
