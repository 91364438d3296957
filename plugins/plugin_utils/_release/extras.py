# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a release has beside its charts: istioctl's profiles, and values common to all charts.

A release of istioctl has ``manifests/profiles/*.yaml`` (documents of kind IstioOperator), and up to
1.8 ``manifests/charts/global.yaml``, which is meant to be merged under the values of every chart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from ansible_collections.meshops.istio.plugins.plugin_utils._helm.chart import Chart
from ansible_collections.meshops.istio.plugins.plugin_utils._release.errors import ReleaseError

_VERSION = re.compile(r"\d+\.\d+\.\d+.*")
PROFILES: Final = "profiles"
GLOBAL: Final = "global.yaml"
_SUFFIX: Final = ".yaml"
_KIND: Final = b"kind: IstioOperator"
_VALUES: Final = b"\nglobal:"
MAX_EXTRA: Final = 1024 * 1024


def is_extra(path: str) -> bool:
    """Whether the file may be one of these, by its path outside of any chart."""
    folder, name = _split(path)
    return name == GLOBAL or (_split(folder)[1] == PROFILES and name.endswith(_SUFFIX))


def wanted_extra(path: str, data: bytes) -> bool:
    """Whether the file is one of these, by its content too."""
    if len(data) > MAX_EXTRA:
        return False
    return (_VALUES in b"\n" + data) if _split(path)[1] == GLOBAL else (_KIND in data)


def place_of(charts: Mapping[str, Chart]) -> str:
    """Where the charts of a release are: that of istiod, or the one that comes next to it."""
    chosen = [charts[name] for name in ("istiod", "base") if name in charts]
    return (chosen or list(charts.values()))[0].origin


def profiles_near(extras: Mapping[str, bytes], chart: str, version: str) -> dict[str, str]:
    """Name -> text of the profiles that belong to the chart at a place. Raises ReleaseError."""
    paths = [path for path in extras if _split(path)[1] != GLOBAL]
    folder = _nearest({_split(path)[0] for path in paths}, chart, version)
    return {
        _split(path)[1].removesuffix(_SUFFIX): _text(path, extras[path])
        for path in sorted(paths)
        if _split(path)[0] == folder
    }


def global_near(extras: Mapping[str, bytes], chart: str, version: str) -> tuple[str, str]:
    """Path and text of the common values that belong to the chart; empty when there are none."""
    paths = {path for path in extras if _split(path)[1] == GLOBAL}
    path = _nearest(paths, chart, version)
    return (path, _text(path, extras[path])) if path else ("", "")


def _nearest(paths: set[str], chart: str, version: str) -> str:
    """Of several releases in one folder: what is in one named by the version, else nearest above.

    The former is how a folder for an air gap has them, whose charts are all in one place.
    """
    of_versions = {path: _split(_split(path)[0])[1] for path in paths}
    for path, named in of_versions.items():
        if named == version:
            return path
    # What is another version's is nobody else's.
    paths = {path for path, named in of_versions.items() if not _VERSION.fullmatch(named)}
    near = [path for path in paths if _holds(_split(path)[0], chart)]
    if near:
        return max(near, key=lambda path: len(_split(path)[0]))
    return next(iter(paths)) if len(paths) == 1 else ""


def _holds(folder: str, chart: str) -> bool:
    return chart.startswith(folder if folder.endswith((":", "/")) else f"{folder}/")


def _split(path: str) -> tuple[str, str]:
    """Folder and name; the folder of what is at the top of an archive ends with a colon."""
    folder, slash, name = path.rpartition("/")
    top, colon, rest = (name if slash else path).rpartition(":")
    if colon:
        return f"{folder}{slash}{top}:", rest
    return folder, name


def _text(path: str, data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ReleaseError(f"{path}: {error}", "Take the file from a release of Istio.") from error
