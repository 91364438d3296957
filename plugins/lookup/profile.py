# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: profile
author:
  - The meshops.istio founders (@meshops)
version_added: 0.2.0
short_description: Show the profiles of an Istio release
description:
  - Lists the profiles of a release, shows what one of them has or a part of it, which components each installs, and how two of them
    or those of two releases differ. This is what C(istioctl profile) did until it was taken out of Istio.
  - Reads the profile files of the release where they are (C(manifests/profiles)). Charts pulled one by one come without them; then the
    names are those that the charts have values for, and the components those of Istio 1.31.
  - Works offline once it has the charts.
options:
  _terms:
    description:
      - Names of profiles. O(profile) when there is none, with O(action=list) and O(action=matrix) all of them.
      - O(action=diff) takes two, or one that is compared with V(default), or with its namesake of the other release.
    type: list
    elements: str
  action:
    description:
      - V(dump) returns the profile as an C(IstioOperator) document, merged onto profile V(default) as C(istioctl) merges it.
        It may be given to the option C(operator) of P(meshops.istio.control_plane#lookup).
      - V(list) returns the names of the profiles and what each is for.
      - V(matrix) returns for each profile which components it has on.
      - V(diff) returns what is different.
    type: str
    choices: [dump, list, matrix, diff]
    default: dump
  path:
    description:
      - The part of C(spec) to dump or to compare, such as V(components.pilot), V(components.ingressGateways[0].k8s) or
        V(values.global.proxy). Keys with a dot in them are written in brackets and quotes.
    type: str
  chart_values:
    description:
      - Also show the values that the charts themselves set for the profile and its platform. Since Istio 1.21 a profile's own file says little
        more than which components it has.
      - This is to be read. Some of these values are the charts' own, and no C(IstioOperator) document may have them.
    type: bool
    default: false
  other_charts:
    description:
      - Charts of the other release for O(action=diff), given as O(charts).
    type: raw
  other_version:
    description:
      - Version of the other release for O(action=diff). Without O(other_charts) it comes from where O(charts) come from.
    type: str
  profile:
    description:
      - Profile to show when no term names one.
    type: str
    default: default
    vars:
      - name: mesh_profile
  output:
    description:
      - V(data) returns dictionaries and lists. V(text) returns one text for people, that is YAML, a table or a unified diff.
    type: str
    default: data
    choices: [data, text]
extends_documentation_fragment:
  - meshops.istio.release
seealso:
  - plugin: meshops.istio.control_plane
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Show which components each profile has
  ansible.builtin.debug:
    msg: "{{ lookup('meshops.istio.profile', action='matrix', output='text', charts='/srv/istio-1.31.1').splitlines() }}"

- name: Show what the demo profile sets for proxies
  ansible.builtin.debug:
    msg: "{{ lookup('meshops.istio.profile', 'demo', path='values.global.proxy', chart_values=true) }}"

- name: Choose any profile for OpenShift
  ansible.builtin.assert:
    that: "'openshift' in query('meshops.istio.profile', action='list') | map(attribute='name')"

- name: Show what changes in the profile of the mesh with the next release
  ansible.builtin.debug:
    msg: "{{ lookup('meshops.istio.profile', action='diff', other_version='1.31.1', output='text', chart_values=true).splitlines() }}"
"""

RETURN = r"""
_raw:
  description:
    - With O(output=text) one text.
    - With O(action=dump) one document for each term, or the part of it that O(path) names.
    - With O(action=list) one dictionary for each profile, with C(name) and C(description).
    - With O(action=matrix) one dictionary of profiles, each of which is a dictionary of components and whether they are on. Gateways are
      there by their names.
    - With O(action=diff) one dictionary for each difference, with C(path), C(change) (V(added), V(removed) or V(changed)), C(old) and C(new).
  type: list
  elements: raw
"""

from collections.abc import Callable
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.dump import dump
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import MeshError
from ansible_collections.meshops.istio.plugins.plugin_utils._lookup import MeshLookup
from ansible_collections.meshops.istio.plugins.plugin_utils._profile.catalog import Catalog
from ansible_collections.meshops.istio.plugins.plugin_utils._profile.diff import (
    NOTHING,
    changes,
    unified,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._profile.matrix import (
    as_text,
    components,
    filled,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._profile.paths import (
    NoSuchPathError,
    pick,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._profile.table import table
from ansible_collections.meshops.istio.plugins.plugin_utils._release.release import Release


class LookupModule(MeshLookup):
    """Shows profiles."""

    def answer(self, terms: list[Any]) -> list[Any]:
        """What the action gives for the profiles that the terms name."""
        actions: dict[str, Callable[[list[str]], list[Any]]] = {
            "dump": self._dump,
            "list": self._list,
            "matrix": self._matrix,
            "diff": self._diff,
        }
        for option in ("other_charts", "other_version"):
            if self.value("action") != "diff" and self.value(option):
                raise MeshError(
                    f"{option} is for action diff only", "Remove it, or set the action."
                )
        return actions[self.value("action")]([str(term) for term in terms])

    def _dump(self, names: list[str]) -> list[Any]:
        catalog = self._catalog()
        path = self.value("path") or ""
        found = [self._part(catalog, name, path) for name in names or [self.value("profile")]]
        if not self._text:
            return found
        return ["---\n".join(dump(item) for item in found)]

    def _list(self, names: list[str]) -> list[Any]:
        catalog = self._catalog()
        rows = [(name, catalog.purpose(name)) for name in self._known(catalog, names)]
        if self._text:
            return [table(rows)]
        return [{"name": name, "description": purpose} for name, purpose in rows]

    def _matrix(self, names: list[str]) -> list[Any]:
        catalog = self._catalog()
        version = catalog.release.version
        matrix = {
            name: components(catalog.document(name, "profile"), version)
            for name in names or catalog.names()
        }
        return [as_text(matrix) if self._text else filled(matrix)]

    def _diff(self, names: list[str]) -> list[Any]:
        catalog = self._catalog()
        two = self.value("other_charts") or self.value("other_version")
        first, second = self._pair(names, bool(two))
        sides = [(first, catalog), (second, self._other() if two else catalog)]
        self._refuse_one_release(*(place.release for _name, place in sides))
        path = self.value("path") or ""
        parts = [self._part_if_any(place, name, path) for name, place in sides]
        if all(part is NOTHING for part in parts):
            name, place = sides[0]
            self._part(place, name, path)
        if not self._text:
            return changes(parts[0], parts[1], path)
        titles = [f"{name} ({place.release.version})" for name, place in sides]
        return [unified(parts[0], parts[1], titles[0], titles[1])]

    @staticmethod
    def _refuse_one_release(one: Release, other: Release) -> None:
        """Charts that say no version pass for any: the same ones are no other release."""
        if one.version != other.version and one.digest == other.digest:
            raise MeshError(
                f"{one.origin} is one release, whose charts say no version: it is not "
                f"{one.version} and {other.version} at once",
                "Name the charts of the other release by other_charts.",
            )

    def _pair(self, names: list[str], two_releases: bool) -> tuple[str, str]:
        names = names or [self.value("profile")]
        if len(names) == 1:
            return (names[0], names[0]) if two_releases else ("default", names[0])
        if len(names) > 2:
            raise MeshError("action diff compares two profiles", "Name one or two.")
        return names[0], names[1]

    def _part(self, catalog: Catalog, name: str, path: str) -> Any:
        document = catalog.document(name, "profile", chart_values=self.value("chart_values"))
        return pick(document, path, f"profile {name} of {catalog.release.version}")

    def _part_if_any(self, catalog: Catalog, name: str, path: str) -> Any:
        try:
            return self._part(catalog, name, path or "spec")
        except NoSuchPathError:
            return NOTHING

    @staticmethod
    def _known(catalog: Catalog, names: list[str]) -> list[str]:
        """The names, or all; an unknown one is an error."""
        for name in names:
            catalog.document(name, "profile")
        return names or catalog.names()

    def _catalog(self) -> Catalog:
        release = self.release()
        self.warn(release.notes)
        return Catalog(release)

    def _other(self) -> Catalog:
        charts = self.value("other_charts")
        release = self.release(
            charts=charts or self.value("charts"),
            version=self.value("other_version"),
            charts_lock=None,
        )
        return Catalog(release)

    @property
    def _text(self) -> bool:
        return bool(self.value("output") == "text")
