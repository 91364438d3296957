# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""YAML text, read and written; PyYAML is imported only where there is YAML.

YAML is read as the Kubernetes tools read it where that matters: dates and `12:30` stay text, a
mapping that names a key twice is an error.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

_TEXT = "tag:yaml.org,2002:str"
_DROPPED_TAGS = {
    "tag:yaml.org,2002:timestamp",
    "tag:yaml.org,2002:int",
    "tag:yaml.org,2002:float",
}
_INTEGER = re.compile(r"^[-+]?(?:0b[01]+|0[0-7]+|0x[0-9a-fA-F]+|0|[1-9][0-9]*)$")
_FLOAT = re.compile(r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$")


@cache
def _loader() -> Any:
    """The safe loader, with Kubernetes' idea of scalars and without repeated keys."""
    import yaml

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # SafeLoader: no libyaml here

    class Loader(base):
        yaml_implicit_resolvers: dict[Any, Any]

        def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
            seen: set[str] = set()
            for key_node, _value in node.value:
                key = key_node.value
                if isinstance(key, str) and key != "<<":
                    if key in seen:
                        raise yaml.constructor.ConstructorError(
                            None, None, f"the key {key!r} is there twice", key_node.start_mark
                        )
                    seen.add(key)
            result: dict[Any, Any] = super().construct_mapping(node, deep=deep)
            return result

    Loader.yaml_implicit_resolvers = {
        first: [(tag, regexp) for tag, regexp in resolvers if tag not in _DROPPED_TAGS]
        for first, resolvers in base.yaml_implicit_resolvers.items()
    }
    Loader.add_implicit_resolver("tag:yaml.org,2002:int", _INTEGER, list("-+0123456789"))
    Loader.add_implicit_resolver("tag:yaml.org,2002:float", _FLOAT, list("-+.0123456789"))
    return Loader


def load_all(text: str) -> Iterator[tuple[Any, int]]:
    """Yield each document with the number of its first line.

    Raises ValueError, which says where and why not, and ImportError without PyYAML.
    """
    import yaml

    loader = _loader()(text)
    try:
        while loader.check_node():
            node = loader.get_node()
            yield loader.construct_document(node), node.start_mark.line + 1
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise ValueError(f"{where}{error.problem or error.context}") from error
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error
    finally:
        loader.dispose()


@cache
def _dumper() -> Any:
    """Writes long texts as blocks and repeats values instead of naming them by anchors."""
    import yaml

    base: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

    class Dumper(base):
        def ignore_aliases(self, data: Any) -> bool:
            return True

    Dumper.add_representer(str, _represent_text)
    return Dumper


def _represent_text(dumper: Any, value: str) -> Any:
    return dumper.represent_scalar(_TEXT, value, style="|" if "\n" in value else None)


def to_yaml(obj: Mapping[str, Any]) -> str:
    """YAML for people: keys in the object's order, texts of several lines as blocks.

    Without PyYAML it is JSON, which is YAML too.
    """
    try:
        import yaml
    except ImportError:
        return json.dumps(obj, indent=2, ensure_ascii=False) + "\n"
    text: str = yaml.dump(
        dict(obj), Dumper=_dumper(), sort_keys=False, allow_unicode=True, width=120
    )
    return text
