# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages in canonical form to JSON text, byte for byte as ``protomarshal.ToJSON``.

Fields come in the order of declaration, keys of maps sorted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes import messages
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.gojson import dumps

_ESCAPED = re.compile('[\x00-\x1f"\\\\<>&\u2028\u2029\ud800-\udfff]')
_WELL_KNOWN = "google.protobuf."


def to_json(message: str, value: Mapping[str, Any]) -> str:
    """Return a message in canonical form as JSON text, without any white space."""
    return _message(messages.message(message), value)


def _message(message: messages.Message, value: Mapping[str, Any]) -> str:
    parts = [
        f'"{field.json}":{_field(field, value[field.json])}'
        for field in message.fields
        if field.json in value
    ]
    return f"{{{','.join(parts)}}}"


def _field(field: messages.Field, value: Any) -> str:
    if field.card == "list":
        return f"[{','.join([_single(field, item) for item in value])}]"
    if field.card == "map":
        items = [f"{_scalar(key)}:{_single(field, value[key])}" for key in sorted(value)]
        return f"{{{','.join(items)}}}"
    return _single(field, value)


def _single(field: messages.Field, value: Any) -> str:
    if field.kind == "message" and value.__class__ not in _SCALARS:
        if field.type.startswith(_WELL_KNOWN):
            return dumps(value)
        return _message(messages.message(field.type), value)
    return _scalar(value)


_SCALARS = frozenset((str, bool, int, float))


def _scalar(value: Any) -> str:
    if value.__class__ is str and not _ESCAPED.search(value):
        return f'"{value}"'
    return dumps(value)
