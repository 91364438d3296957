"""Our engine with the few chart functions the comparisons need, made as helm makes them."""

from __future__ import annotations

import copy
from typing import Any, Literal

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.engine import Engine
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.errors import (
    FunctionError,
    TemplateError,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.functions import (
    Function,
    gofunc,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.objects import TypedList
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.printing import (
    format_value,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.strconv import quote
from tests.differential.gotemplate_cases import PARTIALS

MissingKey = Literal["default", "zero", "error"]


@gofunc("upper", params=(str,))
def _upper(text: str) -> str:
    return text.upper()


@gofunc("nindent", params=(int, str))
def _nindent(spaces: int, text: str) -> str:
    if spaces < 0:
        raise FunctionError("strings: negative Repeat count")
    pad = " " * spaces
    return "\n" + pad + text.replace("\n", "\n" + pad)


@gofunc("list", params=(object,), variadic=True)
def _list(*values: Any) -> list[Any]:
    return list(values)


@gofunc("dict", params=(object,), variadic=True)
def _dict(*values: Any) -> dict[str, Any]:
    pairs = [*values, ""] if len(values) % 2 else values
    return {format_value(pairs[at]): pairs[at + 1] for at in range(0, len(pairs), 2)}


@gofunc("ternary", params=(object, object, bool))
def _ternary(yes: Any, no: Any, test: bool) -> Any:
    return yes if test else no


@gofunc("hasKey", params=(dict, str))
def _has_key(values: dict[str, Any] | None, key: str) -> bool:
    return key in (values or {})


@gofunc("get", params=(dict, str))
def _get(values: dict[str, Any] | None, key: str) -> Any:
    return (values or {}).get(key, "")


@gofunc("until", params=(int,))
def _until(count: int) -> list[Any]:
    return TypedList(range(0, count, 1 if count >= 0 else -1), "int")


@gofunc("splitList", params=(str, str))
def _split_list(separator: str, text: str) -> list[Any]:
    return TypedList(text.split(separator) if separator else list(text))


@gofunc("int", params=(object,))
def _int(value: Any) -> int:
    # spf13/cast: what is no number is 0.
    if isinstance(value, (int, float)):
        return int(value) if abs(value) < 2**63 else -(2**63)
    text = str(value) if isinstance(value, str) else ""
    return int(text) if text.isascii() and text.isdigit() else 0


@gofunc("required", params=(str, object))
def _required(message: str, value: Any) -> Any:
    if value is None or (isinstance(value, str) and not value):
        raise FunctionError(message)
    return value


@gofunc("fail", params=(str,))
def _fail(message: str) -> str:
    raise FunctionError(message)


_PURE: dict[str, Function] = {
    "upper": _upper,
    "nindent": _nindent,
    "list": _list,
    "dict": _dict,
    "ternary": _ternary,
    "hasKey": _has_key,
    "get": _get,
    "until": _until,
    "splitList": _split_list,
    "int": _int,
    "required": _required,
    "fail": _fail,
}


class World:
    """An engine with include and tpl bound to it."""

    def __init__(self, missing_key: MissingKey, engine: Engine | None = None) -> None:
        bound: dict[str, Function] = {"include": self._include(), "tpl": self._tpl()}
        if engine is None:
            self.engine = Engine({**_PURE, **bound}, missing_key)
        else:
            self.engine = engine.clone(bound)

    def _include(self) -> Function:
        @gofunc("include", params=(str, object))
        def include(name: str, data: Any) -> str:
            return self.engine.execute(name, data)

        return include

    def _tpl(self) -> Function:
        @gofunc("tpl", params=(str, object))
        def tpl(text: str, data: Any) -> str:
            world = World("zero", self.engine)
            try:
                world.engine.parse("gotpl", text)
            except TemplateError as error:
                raise FunctionError(f"cannot parse template {quote(text)}: {error}") from error
            try:
                output = world.engine.execute("gotpl", data)
            except TemplateError as error:
                message = f"error during tpl function execution for {quote(text)}: {error}"
                raise FunctionError(message) from error
            return output.replace("<no value>", "")

        return tpl


def run(text: str, data: Any, missing_key: MissingKey) -> tuple[str | None, str]:
    """Return (output, "") or (None, error) of one template, with the partials at hand."""
    world = World(missing_key)
    try:
        for name, partial in PARTIALS:
            world.engine.parse(name, partial)
        world.engine.parse("main", text)
        return world.engine.execute("main", copy.deepcopy(data)), ""
    except TemplateError as error:
        return None, str(error)
