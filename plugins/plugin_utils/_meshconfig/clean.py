# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The proxy configuration that goes into a pod: without what is the default anyway."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.protojson import (
    MessageDict,
    unknown_of,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._meshconfig.defaults import (
    default_proxy_config,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._meshconfig.releases import (
    NEWEST,
    Minor,
)


def clean_proxy_config(proxy: Mapping[str, Any], *, release: Minor = NEWEST) -> MessageDict:
    """Return a proxy configuration in canonical form without fields equal to their default.

    As ``cleanProxyConfig`` in ``pkg/kube/inject``, which looks at all fields that have a default.
    ``proxy`` stays unchanged.
    """
    defaults = default_proxy_config(release)
    kept = {name: value for name, value in proxy.items() if value != defaults.get(name, _NOTHING)}
    return MessageDict(kept, unknown_of(proxy))


_NOTHING = object()
