# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The annotation ``sidecar.istio.io/status``: what injection has put into a pod."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.gojson import Ordered, dumps

_LISTS = ("initContainers", "containers", "volumes", "imagePullSecrets")


def injection_status(spec: Mapping[str, Any], revision: str) -> str:
    """Return the annotation's JSON, byte for byte as istiod writes it.

    ``spec`` is that of the pod the templates made on their own; an empty revision is ``default``.
    """
    status = Ordered()
    for field in _LISTS:
        # Go writes a list that was never made as null.
        status[field] = [item.get("name", "") for item in spec.get(field) or ()] or None
    status["revision"] = revision or "default"
    return dumps(status)
