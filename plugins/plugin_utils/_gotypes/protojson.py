# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Typed protobuf JSON as Istio reads it (``pkg/util/protomarshal``, which uses ``jsonpb``).

The canonical form of a message is a plain tree keyed by JSON names: zero values that do not count
as set are left out, enums are names, durations ``"90s"``, 64-bit integers text, wrappers their bare
value. It equals what ``json.Unmarshal`` makes of ``protomarshal.ToJSON``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes import messages
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.protoread import (
    TOO_DEEP,
    MessageDict,
    Reader,
    unknown_of,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.protowrite import to_json
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.load import load
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import (
    InputError,
    MeshError,
    Problem,
)

__all__ = [
    "MessageDict",
    "MessageError",
    "apply",
    "check",
    "load_yaml",
    "parse",
    "parse_yaml",
    "to_json",
    "unknown_of",
    "values_problems",
]


class MessageError(InputError):
    """A value that is not a message of its type; ``problems`` says where and why."""

    what = "the configuration"


def parse(
    message: str, value: Any, *, strict: bool = False, older: bool = False, where: str = ""
) -> MessageDict:
    """Return ``value`` (what YAML or JSON text holds) as a message in canonical form.

    Fields may be named as in JSON or as in the .proto file. Unknown ones are kept aside, or are
    problems when ``strict``; those that Istio has dropped since 1.7 are known when ``older``.
    ``where`` is the path that problems begin with. Raises MessageError with all problems.
    """
    return apply(message, {}, value, strict=strict, older=older, where=where)


def apply(
    message: str,
    base: Mapping[str, Any],
    value: Any,
    *,
    strict: bool = False,
    older: bool = False,
    where: str = "",
) -> MessageDict:
    """Return ``base`` with the fields that ``value`` sets, as ``protomarshal.ApplyYAML`` does.

    A field is replaced as a whole, nested messages, lists and maps included; null leaves it as it
    is. ``base`` is in canonical form and stays unchanged. The rest is as for :func:`parse`.
    """
    reader = Reader(strict, older)
    result = reader.read(message, base, value, where)
    if reader.problems:
        raise MessageError(reader.problems)
    return result


def parse_yaml(message: str, text: str, *, strict: bool = False, where: str = "") -> MessageDict:
    """Return YAML or JSON text as a message: ``protomarshal.ApplyYAML`` on an empty one."""
    return parse(message, load_yaml(text, where), strict=strict, where=where)


def load_yaml(text: str, where: str = "") -> Any:
    """Return the first document of a text, as sigs.k8s.io/yaml reads it; integers stay such.

    Raises MeshError when it is not YAML.
    """
    try:
        return load(text, keep_integers=True)
    except ValueError as error:
        raise MeshError(f"{where or 'text'}: is not YAML: {error}", "Correct the YAML.") from None
    except RecursionError:
        raise MeshError(f"{where or 'text'}: {TOO_DEEP}", "Simplify the YAML.") from None


def check(message: str, value: Any, where: str) -> list[Problem]:
    """Return everything that is wrong with a value as a message, unknown fields included."""
    reader = Reader(strict=True)
    reader.read(message, {}, value, where)
    return reader.problems


def values_problems(values: Any, where: str = "spec.values") -> list[Problem]:
    """Return what istioctl refuses in Helm values of an IstioOperator: ``apis.Values``, strict."""
    return check(messages.VALUES, values, where)
