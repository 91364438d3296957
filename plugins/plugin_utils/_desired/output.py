# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects as text: same objects, same bytes."""

from __future__ import annotations

import json
from collections.abc import Sequence

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.component import Object
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.dump import dump


def to_json(objects: Sequence[Object]) -> str:
    """A Kubernetes List as indented JSON with sorted keys and a newline at the end."""
    document = {"apiVersion": "v1", "kind": "List", "items": list(objects)}
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def to_yaml(objects: Sequence[Object]) -> str:
    """The objects as YAML documents, keys sorted, in the style of kubectl and Helm."""
    return "".join(f"---\n{dump(item)}" for item in objects)
