# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Functions that belong to one rendering: include, tpl, required, fail, lookup, random texts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.engine import Engine
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.errors import (
    FunctionError,
    TemplateError,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.functions import gofunc
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.strconv import quote

Function = Callable[..., Any]

_MAX_NESTED: Final = 1000
# A text with templates whose text has templates: each level takes a copy of the engine.
_MAX_LEVEL: Final = 100
_TOLD_LEVELS: Final = 3
_UPPER: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LETTERS: Final = _UPPER + _UPPER.lower()
_DIGITS: Final = "0123456789"

# helm marks the texts of fail and required, to show them without Go's wording around them.
MARK_START: Final = "HELM_ERR_START"
MARK_END: Final = "HELM_ERR_END"

_NOT_DETERMINISTIC: Final = (
    "bcrypt", "buildCustomCert", "decryptAES", "derivePassword", "encryptAES", "genCA",
    "genCAWithKey", "genPrivateKey", "genSelfSignedCert", "genSelfSignedCertWithKey",
    "genSignedCert", "genSignedCertWithKey", "htpasswd", "now", "ago", "shuffle",
)  # fmt: skip


def _refusal(name: str) -> Function:
    @gofunc(name, (object,), variadic=True)
    def refuse(*values: Any) -> Any:
        raise FunctionError(
            f"{name} is not available: rendering must give the same bytes each time; "
            "create the secret, certificate or date outside of the chart and pass it as a value"
        )

    return refuse


def refused_functions() -> dict[str, Function]:
    """Return functions that say why they are not available."""
    return {name: _refusal(name) for name in _NOT_DETERMINISTIC}


class _Stream:
    """Bytes that look random and depend only on a seed."""

    def __init__(self, seed: str) -> None:
        self._bytes = self._generate(seed)

    @staticmethod
    def _generate(seed: str) -> Iterator[int]:
        count = 0
        while True:
            yield from hashlib.sha256(f"{count}:{seed}".encode()).digest()
            count += 1

    def take(self, count: int) -> bytes:
        return bytes(next(self._bytes) for _number in range(max(count, 0)))

    def text(self, alphabet: str, count: int) -> str:
        limit = 256 - 256 % len(alphabet)
        out: list[str] = []
        while len(out) < count:
            value = next(self._bytes)
            if value < limit:
                out.append(alphabet[value % len(alphabet)])
        return "".join(out)


def random_functions(seed: str) -> dict[str, Function]:
    """Return randAlphaNum and its like, and uuidv4.

    Their results depend only on ``seed`` (chart, release and namespace) and on the order of calls:
    the same input renders the same bytes. They are therefore no secrets.
    """
    stream = _Stream(seed)

    def alphabet(name: str, chars: str) -> Function:
        @gofunc(name, (int,))
        def pick(count: int) -> str:
            return stream.text(chars, count)

        return pick

    @gofunc("randBytes", (int,))
    def rand_bytes(count: int) -> str:
        import base64

        return base64.b64encode(stream.take(count)).decode()

    @gofunc("randInt", (int, int))
    def rand_int(low: int, high: int) -> int:
        if high <= low:
            raise FunctionError("invalid argument to Intn")
        return low + int.from_bytes(stream.take(16), "big") % (high - low)

    @gofunc("uuidv4")
    def uuidv4() -> str:
        import uuid

        return str(uuid.UUID(bytes=stream.take(16), version=4))

    return {
        "randAlphaNum": alphabet("randAlphaNum", _LETTERS + _DIGITS),
        "randAlpha": alphabet("randAlpha", _LETTERS),
        "randNumeric": alphabet("randNumeric", _DIGITS),
        "randAscii": alphabet("randAscii", "".join(map(chr, range(32, 127)))),
        "randBytes": rand_bytes,
        "randInt": rand_int,
        "uuidv4": uuidv4,
    }


@gofunc("required", (str, object))
def required(message: str, value: Any) -> Any:
    """The value, or an error if it is nil or an empty text."""
    if value is None or value == "":
        raise FunctionError(f"{MARK_START}{message}{MARK_END}")
    return value


@gofunc("fail", (str,))
def fail(message: str) -> str:
    """An error."""
    raise FunctionError(f"{MARK_START}{message}{MARK_END}")


@gofunc("lookup", (str, str, str, str))
def lookup(api_version: str, kind: str, namespace: str, name: str) -> dict[str, Any]:
    """Nothing: rendering never asks a cluster."""
    return {}


PLAIN_FUNCTIONS: Final[Mapping[str, Function]] = {
    "required": required,
    "fail": fail,
    "lookup": lookup,
}


class Includes:
    """``include`` and ``tpl`` for one engine; each ``tpl`` has an engine and a pair of its own."""

    def __init__(
        self, engine: Engine, nested: dict[str, int] | None = None, level: int = 0
    ) -> None:
        self._engine = engine
        self._nested: dict[str, int] = {} if nested is None else nested
        self._level = level

    def functions(self) -> dict[str, Function]:
        """Return both, bound to this engine."""

        @gofunc("include", (str, object))
        def include(name: str, data: Any) -> str:
            return self._include(name, data)

        @gofunc("tpl", (str, object))
        def tpl(text: str, data: Any) -> str:
            return self._tpl(text, data)

        return {"include": include, "tpl": tpl}

    def _include(self, name: str, data: Any) -> str:
        depth = self._nested.get(name, 0)
        if depth > _MAX_NESTED:
            raise FunctionError(
                f"rendering template has a nested reference name: {name}: "
                "unable to execute template"
            )
        self._nested[name] = depth + 1
        try:
            return self._engine.execute(name, data)
        finally:
            self._nested[name] -= 1

    def _tpl(self, text: str, data: Any) -> str:
        if "{{" not in text:
            return text.replace("<no value>", "")
        if self._level >= _MAX_LEVEL:
            raise FunctionError(f"tpl is nested more than {_MAX_LEVEL} deep; does it end?")
        engine = self._engine.clone()
        inner = Includes(engine, self._nested, self._level + 1)
        engine = _with(engine, inner)
        # Go parses each text as "gotpl"; the name must be new here, or an empty one would not
        # replace that of the tpl around it.
        name = "gotpl" if self._level == 0 else f"gotpl-{self._level}"
        try:
            engine.parse(name, text)
        except TemplateError as error:
            raise FunctionError(f"cannot parse template {quote(text)}: {error}") from error
        try:
            output = engine.execute(name, data)
        except TemplateError as error:
            if self._level > _TOLD_LEVELS:
                raise FunctionError(error.reason) from error
            raise FunctionError(
                f"error during tpl function execution for {quote(text)}: {error}"
            ) from error
        return output.replace("<no value>", "")


def _with(engine: Engine, includes: Includes) -> Engine:
    engine.functions.update(includes.functions())
    return engine
