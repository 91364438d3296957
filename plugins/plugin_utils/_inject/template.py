# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Injection templates: which ones a pod gets, and what running one gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.engine import Engine
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.errors import TemplateError
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.functions import gofunc
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.errors import GoDataError
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.load import load
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.functionmap import (
    template_functions,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.gotext import trim_space
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.params import Params
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.pods import (
    Pod,
    annotations_of,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import (
    MeshError,
    choices,
    suggestion,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._meshconfig.releases import (
    NEWEST,
    Minor,
)

ANNOTATION: Final = "inject.istio.io/templates"
# A pod of Istio's templates has some 10,000 characters, and an object of Kubernetes 1.5 million at
# most; only a mistake needs more than this.
_MAX_OUTPUT: Final = 3_000_000
_MAX_STEPS: Final = 200_000
_MAX_DEPTH: Final = 1_000


class InjectionTemplateError(MeshError):
    """A template that is unknown, cannot be parsed or run, or gives no pod."""


class Templates:
    """The templates of an injector, by name; each is parsed once, when it is first needed."""

    def __init__(
        self,
        texts: Mapping[str, str],
        *,
        release: Minor = NEWEST,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.texts = dict(texts)
        self._release = release
        self._environment = dict(environment or {})
        self._engines: dict[str, Engine] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """All names, sorted."""
        return tuple(sorted(self.texts))

    def run(self, name: str, data: Any) -> dict[str, Any]:
        """Return the part of a pod that a template gives for ``data``; integers stay such.

        Raises InjectionTemplateError with the template's name, the line, and what to do.
        """
        text = self.text(name, data)
        try:
            overlay = load(text, keep_integers=True)
        except GoDataError as error:
            raise InjectionTemplateError(
                f"injection template {name} does not give YAML: {error}; around it: "
                f"{_excerpt(text, str(error))}",
                "Correct the template, or the annotations and values it writes out.",
            ) from None
        if overlay is not None and not isinstance(overlay, dict):
            raise InjectionTemplateError(
                f"injection template {name} gives no mapping but {text[:60]!r}",
                "A template gives a pod: metadata and spec.",
            )
        return overlay or {}

    def text(self, name: str, data: Any) -> str:
        """Return what a template writes for ``data``. Raises InjectionTemplateError."""
        engine = self._engine(name)
        engine.functions["render"] = self._renderer(data)
        try:
            return engine.execute(name, data)
        except TemplateError as error:
            raise InjectionTemplateError(
                f"injection template {name}: {error}",
                "Correct the template, or the values and annotations it reads there.",
            ) from None

    def check(self) -> None:
        """Parse all templates, as istiod does when it starts. Raises InjectionTemplateError."""
        for name in self.names:
            self._engine(name)

    def _engine(self, name: str) -> Engine:
        engine = self._engines.get(name)
        if engine is None:
            if name not in self.texts:
                raise _unknown(name, self.names)
            engine = self._new_engine(name, self.texts[name])
            self._engines[name] = engine
        return engine

    def _new_engine(self, name: str, text: str) -> Engine:
        functions = template_functions(self._release, self._environment)
        functions["render"] = self._renderer(None)
        engine = Engine(
            functions,
            name=name,
            max_depth=_MAX_DEPTH,
            max_steps=_MAX_STEPS,
            max_output=_MAX_OUTPUT,
        )
        try:
            engine.parse(name, text)
        except TemplateError as error:
            raise InjectionTemplateError(
                f"injection template {name} cannot be parsed: {error}",
                "Correct it; a function that is not defined may belong to another release.",
            ) from None
        return engine

    def _renderer(self, data: Any) -> Any:
        """Return the function ``render`` of Istio 1.7 to 1.9 for the data of one run."""

        @gofunc("render", (str,))
        def render(text: str) -> str:
            functions = template_functions(self._release, self._environment)
            engine = Engine({**functions, "render": render}, max_depth=_MAX_DEPTH)
            try:
                engine.parse("inject", text)
                return engine.execute("inject", data)
            except TemplateError:
                return ""  # as Istio, which only logs it

        return render


def chosen_templates(pod: Pod, params: Params) -> tuple[str, ...]:
    """Return the names of the templates for a pod, in order.

    The annotation ``inject.istio.io/templates`` names them, with commas between; without it they
    are ``params.template_names``. An alias stands for several; aliases of aliases are not looked
    up.
    """
    chosen = annotations_of(pod).get(ANNOTATION)
    if chosen is None:
        names = tuple(params.template_names)
    else:
        names = tuple(trim_space(name) for name in chosen.split(","))
    aliases = params.config.aliases
    return tuple(real for name in names for real in aliases.get(name, (name,)))


def _unknown(name: str, known: Sequence[str]) -> InjectionTemplateError:
    hint = suggestion(name, known)
    message = f'there is no injection template "{name}"' + (f"; {hint}" if hint else "")
    if not known:
        return InjectionTemplateError(
            f"{message}; the injector has none at all",
            "Its configuration may be of another release than Istio 1.9 or later.",
        )
    return InjectionTemplateError(
        message,
        f"Name {choices(known)} in the annotation {ANNOTATION} or in the injector's "
        "defaultTemplates.",
    )


def _excerpt(text: str, message: str) -> str:
    """Return the lines of a text around the one that a message of the YAML reader names."""
    _before, found, rest = message.partition("line ")
    digits = rest.partition(":")[0]
    at = int(digits) if found and digits.isdecimal() else 1
    lines = [line for line in text.splitlines()[max(at - 2, 0) : at + 1] if line.strip()]
    return " / ".join(line.strip()[:100] for line in lines)
