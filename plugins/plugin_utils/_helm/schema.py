# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks values against a chart's values.schema.json.

An own checker for the keywords that chart schemas use: importing the jsonschema library takes
longer than rendering the gateway chart. What is beyond it (``$dynamicRef``, ``unevaluated*``,
references to other documents) is given to that library if it is installed, and refused by name if
not.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._helm.errors import ChartError
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.regex import (
    RegexError,
    compile_go,
)

Check = Callable[["_Checker", Any, Any, dict[str, Any], str], Iterator[str]]


class _UnsupportedError(Exception):
    """The schema uses something that the own checker does not know."""


def _type_of(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, dict):
        return "object"
    return "array" if isinstance(value, list) else "string"


def _has_type(value: Any, wanted: str) -> bool:
    found = _type_of(value)
    if wanted == "integer":
        return found == "number" and float(value).is_integer()
    return found == wanted


def _same(left: Any, right: Any) -> bool:
    """JSON equality: 1 and 1.0 are the same, 1 and true are not."""
    if _type_of(left) != _type_of(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(_same(left[k], right[k]) for k in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(_same, left, right))
    return bool(left == right)


def _shown(value: Any) -> str:
    return f"'{value}'" if isinstance(value, str) else json.dumps(value)


def _quoted(names: list[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _pointer(path: str, key: str | int) -> str:
    return f"{path}/{str(key).replace('~', '~0').replace('/', '~1')}"


def _compiled(pattern: str) -> Any:
    try:
        return compile_go(pattern)
    except RegexError as error:
        raise _UnsupportedError(str(error)) from None


class _Checker:
    """Walks values and schema together. ``at`` is a JSON pointer into the values."""

    def __init__(self, root: Any, refs_alone: bool = False) -> None:
        self.root = root
        declared = root.get("$schema", "") if isinstance(root, dict) else ""
        old = any(draft in str(declared) for draft in ("draft-04", "draft-06", "draft-07"))
        self._refs_alone = old or refs_alone
        self._following: set[tuple[str, int]] = set()

    def check(self, schema: Any, value: Any, at: str) -> Iterator[str]:
        """Yield a problem for each rule that a value breaks."""
        if schema is True:
            return
        if schema is False:
            yield f"at '{at}': false schema"
            return
        if not isinstance(schema, dict):
            raise _UnsupportedError("a schema that is neither an object nor a boolean")
        if "$ref" in schema and self._refs_alone:
            yield from _ref(self, schema["$ref"], value, schema, at)
            return
        for keyword, rule in schema.items():
            check = _CHECKS.get(keyword)
            if check is not None:
                yield from check(self, rule, value, schema, at)
            elif keyword in _UNKNOWN:
                raise _UnsupportedError(keyword)

    def fits(self, schema: Any, value: Any, at: str) -> bool:
        """Tell whether a value breaks no rule."""
        return next(self.check(schema, value, at), None) is None

    def resolve(self, reference: str) -> Any:
        """Return the schema a local reference points to."""
        if not reference.startswith("#"):
            raise _UnsupportedError(f"$ref {reference}")
        target = self.root
        for part in reference[1:].split("/")[1:]:
            name = part.replace("~1", "/").replace("~0", "~").replace("%25", "%")
            if isinstance(target, dict) and name in target:
                target = target[name]
            elif isinstance(target, list) and name.isdigit() and int(name) < len(target):
                target = target[int(name)]
            else:
                raise _UnsupportedError(f"$ref {reference}, which points nowhere")
        if reference != "#" and not reference.startswith("#/"):
            raise _UnsupportedError(f"$ref {reference}")
        return target

    def follow(self, reference: str, value: Any, at: str) -> Iterator[str]:
        """Check against a referenced schema; a reference that leads to itself ends."""
        key = (reference, id(value))
        if key in self._following:
            return
        self._following.add(key)
        yield from self.check(self.resolve(reference), value, at)
        self._following.discard(key)


def _ref(c: _Checker, rule: Any, value: Any, schema: Any, at: str) -> Iterator[str]:
    yield from c.follow(str(rule), value, at)


def _type(c: _Checker, rule: Any, value: Any, schema: Any, at: str) -> Iterator[str]:
    wanted = rule if isinstance(rule, list) else [rule]
    if not any(_has_type(value, one) for one in wanted):
        names = " or ".join(wanted) if len(wanted) > 1 else wanted[0]
        yield f"at '{at}': got {_type_of(value)}, want {names}"


def _enum(c: _Checker, rule: Any, value: Any, schema: Any, at: str) -> Iterator[str]:
    if not any(_same(value, one) for one in rule):
        yield f"at '{at}': value must be one of {', '.join(map(_shown, rule))}"


def _const(c: _Checker, rule: Any, value: Any, schema: Any, at: str) -> Iterator[str]:
    if not _same(value, rule):
        yield f"at '{at}': value must be {_shown(rule)}"


def _properties(c: _Checker, rule: Any, value: Any, schema: Any, at: str) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in rule.items():
            if name in value:
                yield from c.check(inner, value[name], _pointer(at, name))


def _patterns(c: _Checker, rule: Any, value: Any, schema: Any, at: str) -> Iterator[str]:
    if isinstance(value, dict):
        for pattern, inner in rule.items():
            regex = _compiled(pattern)
            for name, item in value.items():
                if regex.search(name):
                    yield from c.check(inner, item, _pointer(at, name))


def _additional(c: _Checker, rule: Any, value: Any, schema: Any, at: str) -> Iterator[str]:
    if not isinstance(value, dict):
        return
    known = schema.get("properties", {})
    patterns = [_compiled(pattern) for pattern in schema.get("patternProperties", {})]
    extra = [
        name
        for name in value
        if name not in known and not any(regex.search(name) for regex in patterns)
    ]
    if rule is False:
        if extra:
            yield f"at '{at}': additional properties {_quoted(sorted(extra))} not allowed"
        return
    for name in extra:
        yield from c.check(rule, value[name], _pointer(at, name))


def _names(c: _Checker, rule: Any, value: Any, schema: Any, at: str) -> Iterator[str]:
    if isinstance(value, dict):
        for name in value:
            if not c.fits(rule, name, at):
                yield f"at '{at}': invalid propertyName '{name}'"


def _required(c: _Checker, rule: Any, value: Any, schema: Any, at: str) -> Iterator[str]:
    if isinstance(value, dict):
        missing = [name for name in rule if name not in value]
        if len(missing) == 1:
            yield f"at '{at}': missing property '{missing[0]}'"
        elif missing:
            yield f"at '{at}': missing properties {_quoted(missing)}"


def _dependencies(c: _Checker, rule: Any, value: Any, schema: Any, at: str) -> Iterator[str]:
    if not isinstance(value, dict):
        return
    for name, wanted in rule.items():
        if name not in value:
            continue
        if isinstance(wanted, list):
            missing = [one for one in wanted if one not in value]
            if missing:
                yield f"at '{at}': properties {_quoted(missing)} required, if '{name}' exists"
        else:
            yield from c.check(wanted, value, at)


def _items(c: _Checker, rule: Any, value: Any, schema: Any, at: str) -> Iterator[str]:
    if not isinstance(value, list):
        return
    if isinstance(rule, list):
        for index, (inner, item) in enumerate(zip(rule, value, strict=False)):
            yield from c.check(inner, item, _pointer(at, index))
        rest, start = schema.get("additionalItems", True), len(rule)
    else:
        rest, start = rule, len(schema.get("prefixItems", []))
    for index in range(start, len(value)):
        yield from c.check(rest, value[index], _pointer(at, index))


def _prefix(c: _Checker, rule: Any, value: Any, schema: Any, at: str) -> Iterator[str]:
    if isinstance(value, list):
        for index, (inner, item) in enumerate(zip(rule, value, strict=False)):
            yield from c.check(inner, item, _pointer(at, index))


def _contains(c: _Checker, rule: Any, value: Any, schema: Any, at: str) -> Iterator[str]:
    if isinstance(value, list):
        found = sum(c.fits(rule, item, at) for item in value)
        if found < schema.get("minContains", 1):
            yield f"at '{at}': no items match contains schema"
        if found > schema.get("maxContains", math.inf):
            yield f"at '{at}': too many items match contains schema"


def _unique(c: _Checker, rule: Any, value: Any, schema: Any, at: str) -> Iterator[str]:
    if rule is True and isinstance(value, list):
        for i, item in enumerate(value):
            if any(_same(item, other) for other in value[:i]):
                yield f"at '{at}': items are not unique"
                return


def _pattern(c: _Checker, rule: Any, value: Any, schema: Any, at: str) -> Iterator[str]:
    if isinstance(value, str) and not _compiled(rule).search(value):
        yield f"at '{at}': '{value}' does not match pattern '{rule}'"


def _bound(
    kind: type | tuple[type, ...], measure: Callable[[Any], float], word: str, upper: bool
) -> Check:
    def check(c: _Checker, rule: Any, value: Any, schema: Any, at: str) -> Iterator[str]:
        if isinstance(value, kind) and not isinstance(value, bool):
            found = measure(value)
            if (found > rule) if upper else (found < rule):
                yield f"at '{at}': {word}: got {found:g}, want {rule:g}"

    return check


_NUMBERS = (int, float)


def _exclusive(upper: bool) -> Check:
    def check(c: _Checker, rule: Any, value: Any, schema: Any, at: str) -> Iterator[str]:
        if isinstance(value, _NUMBERS) and not isinstance(value, bool):
            limit = rule
            if isinstance(rule, bool):  # draft 4
                limit = schema.get("maximum" if upper else "minimum") if rule else None
            if limit is not None and ((value >= limit) if upper else (value <= limit)):
                name = "exclusiveMaximum" if upper else "exclusiveMinimum"
                yield f"at '{at}': {name}: got {value:g}, want {limit:g}"

    return check


def _multiple(c: _Checker, rule: Any, value: Any, schema: Any, at: str) -> Iterator[str]:
    if isinstance(value, _NUMBERS) and not isinstance(value, bool):
        from fractions import Fraction

        if Fraction(repr(float(value))) % Fraction(repr(float(rule))):
            yield f"at '{at}': multipleOf: got {value:g}, want {rule:g}"


def _all_of(c: _Checker, rule: Any, value: Any, schema: Any, at: str) -> Iterator[str]:
    for inner in rule:
        yield from c.check(inner, value, at)


def _any_of(c: _Checker, rule: Any, value: Any, schema: Any, at: str) -> Iterator[str]:
    if not any(c.fits(inner, value, at) for inner in rule):
        yield f"at '{at}': 'anyOf' failed, none matched"


def _one_of(c: _Checker, rule: Any, value: Any, schema: Any, at: str) -> Iterator[str]:
    count = sum(c.fits(inner, value, at) for inner in rule)
    if count != 1:
        found = "none matched" if not count else f"{count} matched"
        yield f"at '{at}': 'oneOf' failed, {found}"


def _not(c: _Checker, rule: Any, value: Any, schema: Any, at: str) -> Iterator[str]:
    if c.fits(rule, value, at):
        yield f"at '{at}': 'not' failed"


def _if(c: _Checker, rule: Any, value: Any, schema: Any, at: str) -> Iterator[str]:
    branch = "then" if c.fits(rule, value, at) else "else"
    if branch in schema:
        yield from c.check(schema[branch], value, at)


_UNKNOWN: Final = frozenset(
    ("$dynamicRef", "$recursiveRef", "unevaluatedProperties", "unevaluatedItems", "$anchor")
)
_CHECKS: Final[dict[str, Check]] = {
    "$ref": _ref,
    "type": _type,
    "enum": _enum,
    "const": _const,
    "properties": _properties,
    "patternProperties": _patterns,
    "additionalProperties": _additional,
    "propertyNames": _names,
    "required": _required,
    "dependencies": _dependencies,
    "dependentRequired": _dependencies,
    "dependentSchemas": _dependencies,
    "items": _items,
    "prefixItems": _prefix,
    "contains": _contains,
    "uniqueItems": _unique,
    "pattern": _pattern,
    "minLength": _bound(str, len, "minLength", False),
    "maxLength": _bound(str, len, "maxLength", True),
    "minItems": _bound(list, len, "minItems", False),
    "maxItems": _bound(list, len, "maxItems", True),
    "minProperties": _bound(dict, len, "minProperties", False),
    "maxProperties": _bound(dict, len, "maxProperties", True),
    "minimum": _bound(_NUMBERS, float, "minimum", False),
    "maximum": _bound(_NUMBERS, float, "maximum", True),
    "exclusiveMinimum": _exclusive(False),
    "exclusiveMaximum": _exclusive(True),
    "multipleOf": _multiple,
    "allOf": _all_of,
    "anyOf": _any_of,
    "oneOf": _one_of,
    "not": _not,
    "if": _if,
}


def validate(
    schema_text: str, values: dict[str, Any], origin: str, *, refs_alone: bool = False
) -> list[str]:
    """Return what the values break, a line each with the JSON pointer of the place.

    ``origin`` names the schema in errors. ``refs_alone``: beside a ``$ref`` nothing counts, in any
    draft the schema declares. Raises ChartError for a schema that cannot be used.
    """
    try:
        schema = json.loads(schema_text)
    except json.JSONDecodeError as error:
        raise ChartError(f"{origin}: not JSON: {error}") from None
    try:
        return list(_Checker(schema, refs_alone).check(schema, values, ""))
    except _UnsupportedError as reason:
        return _by_library(schema, values, origin, str(reason))


def _by_library(schema: Any, values: dict[str, Any], origin: str, reason: str) -> list[str]:
    try:
        import jsonschema
    except ImportError:
        raise ChartError(
            f"{origin} uses {reason}: install the Python package jsonschema to check it"
        ) from None
    try:
        validator = jsonschema.validators.validator_for(schema)(schema)
        return [
            f"at '{''.join(f'/{part}' for part in error.absolute_path)}': {error.message}"
            for error in validator.iter_errors(values)
        ]
    except Exception as error:  # noqa: BLE001 - the library raises many kinds, also referencing's
        raise ChartError(f"{origin}: {error}") from None
