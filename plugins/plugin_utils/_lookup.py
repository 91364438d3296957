# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Base of the lookups: options from arguments and variables, errors without a traceback, output.

The options are those of the documentation fragments ``meshops.istio.release`` and, for what is
rendered, ``meshops.istio.rendered``, and what the plugin's own documentation adds to them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Final

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.component import Object
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.desired import release_of
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.facts import ClusterFacts
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.output import to_yaml
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.spec import MeshSpec
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.options import OPTIONS
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import (
    MeshError,
    choices,
    suggestion,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._job.planner import (
    folder_with,
    with_files,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._release.release import Release

# Arguments of every lookup, some of which some versions of Ansible hand on.
_ANSIBLES: Final = ("wantlist", "errors", "allow_unsafe")


class MeshLookup(LookupBase):
    """A lookup that renders something of a mesh; subclasses define :meth:`answer`."""

    # Whether a list is a term of its own; if not, it stands for what is in it.
    lists_are_terms: ClassVar[bool] = False

    _variables: Mapping[str, Any]

    def run(self, terms: list[Any], variables: Any = None, **kwargs: Any) -> list[Any]:
        """What :meth:`answer` gives; a MeshError of it becomes Ansible's error."""
        self._variables = variables or {}
        try:
            self._refuse_unknown(kwargs)
            self.set_options(var_options=variables, direct=kwargs)
            return self.answer(list(terms) if self.lists_are_terms else _flat(terms))
        except MeshError as error:
            # Our message says all; with the cause, Ansible would say it once more.
            raise AnsibleError(str(error)) from None

    def _refuse_unknown(self, given: Mapping[str, Any]) -> None:
        """Ansible itself passes over arguments that a lookup has not."""
        known: dict[str, None] = {}
        for name, definition in self.option_definitions.items():
            names = [name, *(item["name"] for item in definition.get("aliases") or ())]
            known.update({str(one): None for one in names if not str(one).startswith("_")})
        for name in given:
            if name not in known and name not in _ANSIBLES:
                hint = suggestion(name, list(known)).capitalize()
                raise MeshError(
                    f"{name}: this lookup has no such option",
                    hint or f"It has {choices(sorted(known))}.",
                )

    def answer(self, terms: list[Any]) -> list[Any]:
        """The lookup's result for its terms. Raises MeshError for bad input."""
        raise NotImplementedError

    def value(self, name: str) -> Any:
        """An option's value: an argument as it is, a variable with its templates resolved."""
        value, origin = self.get_option_and_origin(name)
        # Plugin options from variables come as they were written, templates and all.
        if str(origin).startswith("var:"):
            return self._templar.template(value)
        return value

    def mesh_options(self) -> dict[str, Any]:
        """The options of ``_inputs.options`` that this lookup has, by their names."""
        options = {name: self.value(name) for name in OPTIONS if self.has_option(name)}
        return with_files(options, self.folders())

    def release(self, **instead: Any) -> Release:
        """The release that the options name, with others ``instead`` of some. Raises MeshError."""
        options = {**self.mesh_options(), **instead}
        return release_of(
            MeshSpec.from_options(options, prefix=""), self.cache_dir(), self.base_dir(options)
        )

    def facts(self) -> ClusterFacts:
        """What the user says of the cluster; none is asked."""
        return ClusterFacts(api_versions=frozenset(self.value("api_versions") or ()))

    def cache_dir(self) -> Path | None:
        """The folder that keeps what was rendered and fetched, None for none."""
        folder = self.value("cache_dir")
        return Path(folder) if folder else None

    def base_dir(self, options: Mapping[str, Any]) -> Path | None:
        """The folder that relative paths of the options count from; None for the working one."""
        return folder_with(options, self.folders())

    def folders(self) -> list[Path]:
        """Where relative paths may start, the first one first: inventory, then playbook."""
        inventory = self._variables.get("inventory_dir")
        found = [Path(str(inventory))] if inventory else []
        return [*found, Path(self._loader.get_basedir())]

    def output(self, objects: Sequence[Object]) -> list[Any]:
        """The objects as the option ``output`` wants them: one item each, or one YAML text."""
        return self.text(objects) if self.value("output") == "yaml" else list(objects)

    def text(self, objects: Sequence[Object]) -> list[str]:
        """All objects as one YAML text; the same objects give the same bytes."""
        return [to_yaml(objects)]

    def warn(self, warnings: Sequence[str]) -> None:
        """Show what is allowed but looks like a mistake."""
        for warning in warnings:
            self._display.warning(warning)


def _flat(terms: Iterable[Any]) -> list[Any]:
    """The terms, with those of lists, at any depth, in place of the lists."""
    result: list[Any] = []
    for term in terms:
        if isinstance(term, Sequence) and not isinstance(term, str | bytes):
            result += _flat(term)
        else:
            result.append(term)
    return result
