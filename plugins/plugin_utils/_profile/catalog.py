# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The profiles of a release by name, each merged as istioctl merges it.

They are files of a release (``manifests/profiles``). Charts pulled one by one come without them;
then components and names are those of our own table and of the values that the charts have.
"""

from __future__ import annotations

from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.profiles import (
    OPENSHIFT,
    profile_names,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.spec import DEFAULT_HUB
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.values import (
    merge_values,
    read_values,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.profiles import (
    DEFAULT,
    Profiles,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._operator.tree import (
    put,
    with_integers,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._release.release import Release

# The first release whose charts know platforms; before, OpenShift was a profile like any other.
_PLATFORMS_SINCE: Final = (1, 24)
_WITHOUT_VALUES: Final = (DEFAULT, "empty", "minimal", OPENSHIFT)
_UNKNOWN: Final = "A profile of this source's own."
_PURPOSES: Final = {
    "default": "Control plane and ingress gateway, with settings for production.",
    "demo": "Egress gateway too, small resources, everything traced: to try Istio out.",
    "minimal": "Control plane without gateways.",
    "empty": "Nothing at all: the ground for settings of one's own.",
    "remote": "Cluster that is served by the control plane of another cluster.",
    "external": "Cluster whose control plane another cluster runs on its behalf.",
    "preview": "As default, with features that are still experimental.",
    "stable": "As default, and a policy that admits only features that are stable.",
    "ambient": "Mesh without sidecars: CNI plugin and ztunnel, no gateways.",
    "openshift": "As default, for OpenShift: with the CNI plugin.",
    "openshift-ambient": "As ambient, for OpenShift.",
}


class Catalog:
    """The profiles of one release."""

    def __init__(self, release: Release) -> None:
        self.release = release
        self._profiles = Profiles(release)

    def names(self) -> list[str]:
        """Names of all profiles, sorted."""
        if self.release.profile_files:
            return sorted(self.release.profile_files)
        in_charts = self.release.profiles()
        if self.release.minor >= _PLATFORMS_SINCE:
            return profile_names(in_charts)
        return sorted({*_WITHOUT_VALUES, *in_charts})

    def purpose(self, name: str) -> str:
        """One line about what the profile is for."""
        return _PURPOSES.get(name, _UNKNOWN)

    def document(self, name: str, where: str, *, chart_values: bool = False) -> dict[str, Any]:
        """The profile merged onto `default`, as an IstioOperator document of plain data.

        It has the hub and tag of the release.
        With ``chart_values`` also what the charts set for the profile and the platform that the
        document names, under its own values. Raises InputError when there is no such profile.
        """
        tree, _document = self._profiles.merged(name, where)
        # As istioctl puts them over a profile: the file may say what only its builders have.
        put(tree, "spec.hub", DEFAULT_HUB)
        put(tree, "spec.tag", self.release.version)
        merged: dict[str, Any] = with_integers(tree)
        if chart_values:
            spec = merged.setdefault("spec", {})
            own = spec.get("values") or {}
            spec["values"] = with_integers(merge_values(self._chart_values(own), own))
        return merged

    def _chart_values(self, values: dict[str, Any]) -> dict[str, Any]:
        """What charts (from 1.21 on) have for a profile and a platform, the platform's last."""
        platform = (values.get("global") or {}).get("platform")
        names = [values.get("profile"), f"platform-{platform}" if platform else None]
        found = [self._chart_file(f"files/profile-{name}.yaml") for name in names if name]
        return merge_values(*found)

    def _chart_file(self, path: str) -> dict[str, Any]:
        """A file that all charts have a copy of."""
        for chart in self.release.charts.values():
            if path in chart.files:
                return read_values(chart.files[path], f"{chart.origin}/{path}")
        return {}
