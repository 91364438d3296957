# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How two profiles differ, as data and as text."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.dump import dump

_PLAIN_KEY = re.compile(r"""[^.\[\]"']+""")


class _Nothing:
    """What is not there at all, which is not the same as null."""


NOTHING: Final = _Nothing()


def changes(old: Any, new: Any, path: str = "") -> list[dict[str, Any]]:
    """What is different, in the order of paths: `path`, `change`, and `old` and `new` if there.

    `change` is `added`, `removed` or `changed`. Mappings and lists are gone through; what only one
    of the two has is one entry, whatever is in it. Either may be NOTHING.
    """
    return list(_changes(old, new, path))


def _changes(old: Any, new: Any, path: str) -> Iterator[dict[str, Any]]:
    before, after = _children(old), _children(new)
    if before is not None and after is not None and isinstance(old, list) == isinstance(new, list):
        for key in sorted({**before, **after}):
            yield from _changes(
                before.get(key, NOTHING), after.get(key, NOTHING), _below(path, key)
            )
    elif new is NOTHING:
        yield {"path": path, "change": "removed", "old": old}
    elif old is NOTHING:
        yield {"path": path, "change": "added", "new": new}
    elif old != new or isinstance(old, bool) != isinstance(new, bool):
        yield {"path": path, "change": "changed", "old": old, "new": new}


def _children(value: Any) -> dict[Any, Any] | None:
    if isinstance(value, Mapping):
        return dict(value)
    return dict(enumerate(value)) if isinstance(value, list) else None


def _below(path: str, key: str | int) -> str:
    if isinstance(key, int):
        return f"{path}[{key}]"
    if not _PLAIN_KEY.fullmatch(key):
        return f'{path}["{key}"]'
    return f"{path}.{key}" if path else key


def unified(old: Any, new: Any, old_name: str, new_name: str) -> str:
    """A unified diff of both as YAML with sorted keys; empty when they are equal."""
    before, after = (
        [] if value is NOTHING else dump(value).splitlines(keepends=True) for value in (old, new)
    )
    return "".join(difflib.unified_diff(before, after, old_name, new_name))
