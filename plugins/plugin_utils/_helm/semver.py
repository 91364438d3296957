# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions and constraints as the Go library Masterminds/semver v3.4 (sprig, Helm) has them."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any, Final, NamedTuple

_IDENTIFIERS = r"[0-9A-Za-z\-]+(?:\.[0-9A-Za-z\-]+)*"
_VERSION = re.compile(
    rf"v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:-({_IDENTIFIERS}))?(?:\+({_IDENTIFIERS}))?\Z"
)
_MAX_UINT64: Final = 2**64 - 1
_POINTER_METHODS: Final = frozenset(
    ("Original", "Compare", "Equal", "LessThan", "LessThanEqual", "GreaterThan", "GreaterThanEqual")
)


class SemverError(ValueError):
    """A version or constraint that cannot be read."""


class Version:
    """A semantic version; missing parts of the text are 0, a leading v is allowed."""

    go_type = "*semver.Version"

    def __init__(
        self,
        major: int,
        minor: int,
        patch: int,
        pre: str = "",
        metadata: str = "",
        original: str = "",
    ) -> None:
        self.major = major
        self.minor = minor
        self.patch = patch
        self.pre = pre
        self.metadata = metadata
        self.original = original

    @classmethod
    def parse(cls, text: str) -> Version:
        """Read a version as ``semver.NewVersion``. Raises SemverError."""
        match = _VERSION.match(text)
        if match is None:
            raise SemverError("invalid semantic version")
        major, minor, patch = (int(part or 0) for part in match.group(1, 2, 3))
        if max(major, minor, patch) > _MAX_UINT64:
            raise SemverError("error parsing version segment: value out of range")
        pre = match[4] or ""
        for part in pre.split("."):
            if part.isdigit() and len(part) > 1 and part[0] == "0":
                raise SemverError("version segment starts with 0")
        return cls(major, minor, patch, pre, match[5] or "", text)

    def __str__(self) -> str:
        text = f"{self.major}.{self.minor}.{self.patch}"
        text += f"-{self.pre}" if self.pre else ""
        return text + (f"+{self.metadata}" if self.metadata else "")

    def compare(self, other: Version) -> int:
        """Return -1, 0 or 1; build metadata does not count."""
        mine = (self.major, self.minor, self.patch)
        theirs = (other.major, other.minor, other.patch)
        if mine != theirs:
            return 1 if mine > theirs else -1
        if not self.pre or not other.pre:
            return (not self.pre) - (not other.pre)
        return compare_prerelease(self.pre, other.pre)

    def _next(self, major: int, minor: int, patch: int) -> Version:
        prefix = "v" if self.original[:1] == "v" else ""
        following = _PlainVersion(major, minor, patch)
        following.original = f"{prefix}{following}"
        return following

    def go_string(self) -> str:
        """Go's String method."""
        return str(self)

    def go_json(self) -> str:
        """A version is a string in JSON."""
        return str(self)

    def go_field(self, name: str) -> Any:
        """A Version has no exported fields."""
        raise KeyError(name)

    def go_method(self, name: str) -> Callable[..., Any] | None:
        """Return a method of Go's type by its Go name."""
        methods: dict[str, Callable[..., Any]] = {
            "Major": lambda: self.major,
            "Minor": lambda: self.minor,
            "Patch": lambda: self.patch,
            "Prerelease": lambda: self.pre,
            "Metadata": lambda: self.metadata,
            "Original": lambda: self.original,
            "String": lambda: str(self),
            "Compare": self.compare,
            "Equal": lambda other: self.compare(other) == 0,
            "LessThan": lambda other: self.compare(other) < 0,
            "LessThanEqual": lambda other: self.compare(other) <= 0,
            "GreaterThan": lambda other: self.compare(other) > 0,
            "GreaterThanEqual": lambda other: self.compare(other) >= 0,
            "IncMajor": lambda: self._next(self.major + 1, 0, 0),
            "IncMinor": lambda: self._next(self.major, self.minor + 1, 0),
            "IncPatch": lambda: self._next(
                self.major, self.minor, self.patch + (0 if self.pre else 1)
            ),
        }
        return methods.get(name)


class _PlainVersion(Version):
    """What IncMinor and its like return: not a pointer, so it lacks the pointer's methods."""

    go_type = "semver.Version"

    def go_method(self, name: str) -> Callable[..., Any] | None:
        if name in _POINTER_METHODS:
            return None
        return super().go_method(name)


def compare_prerelease(left: str, right: str) -> int:
    """Compare dot-separated identifiers: numbers by value and before words."""
    mine, theirs = left.split("."), right.split(".")
    for i in range(max(len(mine), len(theirs))):
        a = mine[i] if i < len(mine) else ""
        b = theirs[i] if i < len(theirs) else ""
        if a == b:
            continue
        if not a or not b:
            return 1 if a else -1
        if a.isdigit() and b.isdigit():
            return 1 if int(a) > int(b) else -1
        if a.isdigit() or b.isdigit():
            return -1 if a.isdigit() else 1
        return 1 if a > b else -1
    return 0


_CV = (
    r"v?([0-9|x|X|\*]+)(\.[0-9|x|X|\*]+)?(\.[0-9|x|X|\*]+)?"
    r"(-([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?(\+([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?"
)
# RE2 takes the leftmost alternative that lets the whole match; so does Python. Go's list begins
# with "=" and the empty operator, so that ">=" is found by backtracking.
_OPS = r"(?:=|!=|>=|=>|<=|=<|~>|>|<|~|\^|)"


class _Patterns(NamedTuple):
    constraint: re.Pattern[str]
    range: re.Pattern[str]
    find: re.Pattern[str]
    valid: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    # They take 4 ms to compile, and few renderings look at a constraint.
    return _Patterns(
        re.compile(rf"\s*({_OPS})\s*({_CV})\s*\Z", re.ASCII),
        re.compile(rf"\s*({_CV})\s+-\s+({_CV})\s*", re.ASCII),
        re.compile(rf"({_OPS})\s*({_CV})", re.ASCII),
        re.compile(rf"(\s*{_OPS}\s*{_CV}\s*)((?:\s+|,\s*){_OPS}\s*{_CV}\s*)*\Z", re.ASCII),
    )


_ANY: Final = ("x", "X", "*")


class _Constraint(NamedTuple):
    operator: str
    version: Version
    dirty: bool
    minor_dirty: bool
    patch_dirty: bool

    def check(self, version: Version, include_pre: bool) -> bool:
        if version.pre and not include_pre:
            return False
        return _CHECKS[self.operator](version, self)


def _not_equal(v: Version, c: _Constraint) -> bool:
    con = c.version
    if c.dirty:
        if con.major != v.major:
            return True
        if con.minor != v.minor and not c.minor_dirty:
            return True
        if c.minor_dirty:
            return False
        if con.patch != v.patch and not c.patch_dirty:
            return True
        if c.patch_dirty:
            return bool(v.pre or con.pre) and compare_prerelease(v.pre, con.pre) != 0
    return v.compare(con) != 0


def _greater(v: Version, c: _Constraint) -> bool:
    if not c.dirty or v.major != c.version.major:
        return v.compare(c.version) == 1 if not c.dirty else v.major > c.version.major
    if c.minor_dirty:
        return False
    if c.patch_dirty:
        return v.minor > c.version.minor
    return v.compare(c.version) == 1


def _less_or_equal(v: Version, c: _Constraint) -> bool:
    if not c.dirty:
        return v.compare(c.version) <= 0
    if v.major > c.version.major:
        return False
    return not (v.major == c.version.major and v.minor > c.version.minor and not c.minor_dirty)


def _tilde(v: Version, c: _Constraint) -> bool:
    con = c.version
    if v.compare(con) < 0:
        return False
    if not (con.major or con.minor or con.patch) and not c.minor_dirty and not c.patch_dirty:
        return True
    return v.major == con.major and (v.minor == con.minor or c.minor_dirty)


def _caret(v: Version, c: _Constraint) -> bool:
    con = c.version
    if v.compare(con) < 0:
        return False
    if con.major > 0 or c.minor_dirty:
        return v.major == con.major
    if v.major > 0:
        return False
    if con.minor > 0 or c.patch_dirty:
        return v.minor == con.minor
    return v.minor == 0 and con.patch == v.patch


def _equal(v: Version, c: _Constraint) -> bool:
    return _tilde(v, c) if c.dirty else v.compare(c.version) == 0


_CHECKS: Final[dict[str, Callable[[Version, _Constraint], bool]]] = {
    "": _equal,
    "=": _equal,
    "!=": _not_equal,
    ">": _greater,
    "<": lambda v, c: v.compare(c.version) < 0,
    ">=": lambda v, c: v.compare(c.version) >= 0,
    "=>": lambda v, c: v.compare(c.version) >= 0,
    "<=": _less_or_equal,
    "=<": _less_or_equal,
    "~": _tilde,
    "~>": _tilde,
    "^": _caret,
}


def _parse_one(text: str) -> _Constraint:
    if not text:
        return _Constraint("", Version(0, 0, 0), True, False, False)
    match = _patterns().constraint.match(text)
    if match is None:
        raise SemverError(f"improper constraint: {text}")
    operator, version = match[1], match[2]
    major, minor, patch, pre = match[3], match[4] or "", match[5] or "", match[6] or ""
    dirty = minor_dirty = patch_dirty = False
    if major in _ANY:
        version, dirty = f"0.0.0{pre}", True
    elif not minor or minor[1:] in _ANY:
        version, dirty, minor_dirty = f"{major}.0.0{pre}", True, True
    elif not patch or patch[1:] in _ANY:
        version, dirty, patch_dirty = f"{major}{minor}.0{pre}", True, True
    try:
        parsed = Version.parse(version)
    except SemverError:
        raise SemverError("constraint parser error") from None
    return _Constraint(operator, parsed, dirty, minor_dirty, patch_dirty)


class Constraints:
    """A constraint such as ``>=1.20 <2 || ~3.1``; comma and space are AND, ``||`` is OR."""

    def __init__(self, text: str) -> None:
        for match in _patterns().range.finditer(text):
            text = text.replace(match[0], f">= {match[1]}, <= {match[11]} ", 1)
        self._groups: list[tuple[list[_Constraint], bool]] = []
        for part in text.split("||"):
            if not _patterns().valid.match(part):
                raise SemverError(f"improper constraint: {part}")
            group = [_parse_one(found[0]) for found in _patterns().find.finditer(part)]
            self._groups.append((group, any(one.version.pre for one in group)))

    def check(self, version: Version) -> bool:
        """Tell whether the version fits. A prerelease fits only if the constraint has one."""
        return any(
            all(one.check(version, has_pre) for one in group) for group, has_pre in self._groups
        )


def compatible(constraint: str, version: str) -> bool:
    """Tell whether ``version`` fits ``constraint``; False if either cannot be read (as Helm)."""
    try:
        return Constraints(constraint).check(Version.parse(version))
    except SemverError:
        return False
