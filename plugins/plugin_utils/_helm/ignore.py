# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a chart directory as Helm does, leaving out what ``.helmignore`` names."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from ansible_collections.meshops.istio.plugins.plugin_utils._helm.archive import (
    MAX_FILE,
    MAX_UNPACKED,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.errors import ChartError

_BOM: Final = b"\xef\xbb\xbf"


def glob_regex(pattern: str) -> re.Pattern[str]:
    """Translate a pattern of Go's ``filepath.Match``: ``*`` and ``?`` do not cross ``/``.

    Raises ValueError for a malformed pattern.
    """
    out: list[str] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if char == "*":
            out.append("[^/]*")
        elif char == "?":
            out.append("[^/]")
        elif char == "\\":
            if at == len(pattern):
                raise ValueError("syntax error in pattern")
            out.append(re.escape(pattern[at]))
            at += 1
        elif char == "[":
            match = re.compile(r"\^?(?:\\.|[^\]\\])+\]").match(pattern, at)
            if match is None:
                raise ValueError("syntax error in pattern")
            out.append("[" + match[0].replace("[", "\\["))
            at = match.end()
        else:
            out.append(re.escape(char))
    return re.compile("".join(out) + r"\Z", re.DOTALL)


class _Rule:
    def __init__(self, text: str) -> None:
        self.negate = text.startswith("!")
        text = text.removeprefix("!")
        self.directories_only = text.endswith("/")
        text = text.removesuffix("/")
        self._whole_path = "/" in text
        self._regex = glob_regex(text.removeprefix("/"))

    def matches(self, path: str) -> bool:
        return bool(self._regex.match(path if self._whole_path else path.rsplit("/", 1)[-1]))


class IgnoreRules:
    """The rules of one ``.helmignore`` file, plus Helm's own (dot files among the templates)."""

    def __init__(self, text: str = "", origin: str = ".helmignore") -> None:
        self._rules: list[_Rule] = []
        for number, line in enumerate([*text.removeprefix("\ufeff").split("\n"), "templates/.?*"]):
            rule = line.strip()
            if not rule or rule.startswith("#"):
                continue
            if "**" in rule:
                raise ChartError(f"{origin}:{number + 1}: double-star (**) syntax is not supported")
            try:
                self._rules.append(_Rule(rule))
            except (ValueError, re.error) as error:
                raise ChartError(f"{origin}:{number + 1}: {error}") from None

    def ignores(self, path: str, is_directory: bool) -> bool:
        """Tell whether a path relative to the chart is left out."""
        for rule in self._rules:
            if rule.negate:
                if (rule.directories_only and not is_directory) or not rule.matches(path):
                    return True
                continue
            if rule.directories_only and not is_directory:
                continue
            if rule.matches(path):
                return True
        return False


def read_directory(root: Path) -> dict[str, bytes]:
    """Return the files of a chart directory by their path in it, in Helm's order.

    Symbolic links are followed, as Helm does. Raises ChartError for what is no regular file.
    """
    ignore_file = root / ".helmignore"
    text = ignore_file.read_text("utf-8") if ignore_file.is_file() else ""
    rules = IgnoreRules(text, str(ignore_file))
    files: dict[str, bytes] = {}
    _walk(root, "", rules, files, frozenset())
    if sum(map(len, files.values())) > MAX_UNPACKED:
        raise ChartError(f"{root}: holds more than {MAX_UNPACKED} bytes; is it a chart?")
    return files


def _walk(
    root: Path, folder: str, rules: IgnoreRules, files: dict[str, bytes], above: frozenset[str]
) -> None:
    real = os.path.realpath(root / folder)
    if real in above:
        raise ChartError(f"{root / folder}: a symbolic link leads back to a folder above it")
    try:
        entries = sorted(os.scandir(real), key=lambda entry: entry.name)
    except OSError as error:
        raise ChartError(f"{root / folder}: {error.strerror}") from None
    for entry in entries:
        name = f"{folder}/{entry.name}" if folder else entry.name
        is_directory = entry.is_dir()
        if rules.ignores(name, is_directory):
            continue
        if is_directory:
            _walk(root, name, rules, files, above | {real})
        elif not entry.is_file():
            raise ChartError(f"{root}: {name} is no regular file")
        elif entry.stat().st_size > MAX_FILE:
            raise ChartError(f"{root}: {name} is larger than {MAX_FILE} bytes")
        else:
            try:
                files[name] = Path(entry.path).read_bytes().removeprefix(_BOM)
            except OSError as error:
                raise ChartError(f"{root}: {name}: {error.strerror}") from None
