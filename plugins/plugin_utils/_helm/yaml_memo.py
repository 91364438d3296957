# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remembers within one rendering what big YAML texts mean.

The base chart's CRDs are 19,000 lines that its templates read twice; that is much of the time a
default installation takes. Texts are found by content, so that it does not matter what a template
does to a value in between.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.functions import gofunc
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.errors import GoDataError
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.functions.data import (
    from_yaml,
    read_yaml,
    to_yaml,
    yaml_map,
)

_BIG: Final = 2_000

Remember = Callable[[str, Mapping[str, Any]], None]


class YamlMemo:
    """``fromYaml`` and ``toYaml`` with a memory."""

    def __init__(self) -> None:
        self._read: dict[str, str] = {}

    def functions(self, remember: Remember) -> dict[str, Callable[..., Any]]:
        """Return the two functions; ``remember`` is told of big maps that were written."""

        @gofunc("fromYaml", (str,))
        def from_yaml_remembered(text: str) -> dict[str, Any]:
            return self._from_yaml(text)

        @gofunc("toYaml", (object,))
        def to_yaml_remembered(value: Any) -> str:
            text = str(to_yaml(value))
            if len(text) > _BIG and value.__class__ is dict:
                remember(text, value)
            return text

        return {"fromYaml": from_yaml_remembered, "toYaml": to_yaml_remembered}

    def _from_yaml(self, text: str) -> dict[str, Any]:
        if len(text) < _BIG:
            result: dict[str, Any] = from_yaml(text)
            return result
        known = self._read.get(text)
        if known is not None:
            copied: dict[str, Any] = json.loads(known)
            return copied
        try:
            value = yaml_map(read_yaml(text))
        except GoDataError as error:
            return {"Error": str(error)}
        self._read[text] = json.dumps(value)
        return value
