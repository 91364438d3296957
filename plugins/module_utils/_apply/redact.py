# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keep secrets out of results, diffs and messages.

What is secret is told by kind and path (all of a Secret's data, the key of a Route), by path (an
annotation that repeats a whole object) and by name (an environment variable `DB_PASSWORD`, a field
`clientSecret`), and in free text by what it looks like (a private key, a token).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

HIDDEN = "(hidden)"
HIDDEN_BEFORE = "(hidden, before)"
HIDDEN_AFTER = "(hidden, after)"

Path = tuple[str, ...]

_SECRET_PATHS: dict[str, tuple[Path, ...]] = {
    "Secret": (("data",), ("stringData",)),
    # People also put the key behind the certificate.
    "Route": (("spec", "tls", "key"), ("spec", "tls", "certificate")),
}
_WHOLE_OBJECT_ANNOTATION = "kubectl.kubernetes.io/last-applied-configuration"
_SECRET_NAME = re.compile(
    r"(?:^|[-_.]|(?<=[a-z]))(?:password|passwd|passphrase|token|secret|secret[-_]?key|"
    r"client[-_]?secret|private[-_]?key|api[-_]?key|access[-_]?key|hmac[-_]?key|"
    r"client[-_]key[-_]data|dockerconfigjson|\.dockercfg|inlineString)$",
    re.IGNORECASE,
)
# Fields with such a name that hold a reference or public material.
_PUBLIC_NAMES = {"imagePullSecret", "automountServiceAccountToken"}
# What can be nothing else: private keys, JSON web tokens, tokens of OpenShift.
_KEYS_AND_TOKENS = (
    r"-----BEGIN (?P<label>[A-Z ]*PRIVATE KEY)-----.*?(?:-----END (?P=label)-----|\Z)"
    r"|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"
    r"|\bsha256~[A-Za-z0-9_-]{16,}"
)
_CERTAIN = re.compile(_KEYS_AND_TOKENS, re.DOTALL)
_SECRET_TEXT = re.compile(
    _KEYS_AND_TOKENS
    + r"|(?P<lead>(?:\b(?:password|passwd|token|client-key-data|clientSecret|secretKey|bearer)"
    r"[\"']?\s*[:= ]|(?:(?<=_)(?:password|passwd|token|secret)|"
    r"(?:\b|(?<=_))(?:api|access|private|secret)_key)[\"']?\s*[:=])\s*[\"']?)(?P<value>[^\s\"',;}]{6,})",
    re.IGNORECASE | re.DOTALL,
)

Hide = Callable[[Any, Any], str]


def redact(obj: Mapping[str, Any]) -> dict[str, Any]:
    """Copy of an object with every secret value replaced by `(hidden)`."""
    return redact_pair(obj, None)[0]


def redact_pair(
    obj: Mapping[str, Any], other: Mapping[str, Any] | None, hidden: str = HIDDEN_BEFORE
) -> tuple[dict[str, Any], bool]:
    """Redact `obj`; secrets that differ from those at the same place of `other` get `hidden`.

    Without `other` all get `(hidden)`. Also returns whether anything was hidden.
    """
    walker = _Walker(other is not None, hidden)
    paths = _paths_of(obj)
    other = other or {}
    result = {
        key: walker.below(value, other.get(key), key, _after(paths, key))
        for key, value in obj.items()
    }
    return result, walker.found


class _Walker:
    """Walks a value beside its counterpart and hides what is secret."""

    def __init__(self, pair: bool, hidden: str) -> None:
        self.pair = pair
        self.hidden = hidden
        self.found = False

    def hide(self, value: Any, other: Any) -> str:
        self.found = True
        return self.hidden if self.pair and value != other else HIDDEN

    def all(self, value: Any, other: Any) -> Any:
        if isinstance(value, dict):
            theirs = other if isinstance(other, dict) else {}
            return {key: self.all(item, theirs.get(key)) for key, item in value.items()}
        return self.hide(value, other)

    def below(self, value: Any, other: Any, name: str, paths: Sequence[Path]) -> Any:
        """Hide what is at the paths, and walk the rest."""
        if () in paths:
            return self.all(value, other)
        if not paths or not isinstance(value, dict):
            return self.walk(value, other, name)
        theirs = other if isinstance(other, dict) else {}
        return {
            key: self.below(item, theirs.get(key), key, _after(paths, key))
            for key, item in value.items()
        }

    def walk(self, value: Any, other: Any, name: str) -> Any:
        if isinstance(value, dict):
            return self._map(value, other if isinstance(other, dict) else {})
        if isinstance(value, list):
            theirs = _by_name(other)
            return [
                self.walk(
                    item,
                    theirs.get(item.get("name")) if isinstance(item, dict) else None,
                    name,
                )
                for item in value
            ]
        if isinstance(value, str):
            if name == _WHOLE_OBJECT_ANNOTATION or _is_secret_name(name):
                return self.hide(value, other) if value else value
            return self._text(value)
        return value

    def _map(self, value: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
        env_name = value.get("name")
        secret_env = isinstance(env_name, str) and "value" in value and _is_secret_name(env_name)
        return {
            key: self.hide(item, other.get(key))
            if secret_env and key == "value" and isinstance(item, str) and item
            else self.walk(item, other.get(key), key)
            for key, item in value.items()
        }

    def _text(self, value: str) -> str:
        if len(value) < 12:
            return value
        text = redact_text(value)
        if text != value:
            self.found = True
        return text


def _paths_of(obj: Mapping[str, Any]) -> Sequence[Path]:
    return _SECRET_PATHS.get(str(obj.get("kind")), ())


def _after(paths: Sequence[Path], key: str) -> list[Path]:
    """What is left of the paths that begin with the key."""
    return [path[1:] for path in paths if path[0] == key]


def _by_name(items: Any) -> dict[Any, Any]:
    if not isinstance(items, list):
        return {}
    return {item.get("name"): item for item in items if isinstance(item, dict)}


def _is_secret_name(name: str) -> bool:
    return name not in _PUBLIC_NAMES and _SECRET_NAME.search(name) is not None


def redact_text(text: str, secrets: frozenset[str] = frozenset()) -> str:
    """Free text with private keys, tokens and the given secret values replaced by `(hidden)`."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return _SECRET_TEXT.sub(lambda match: (match["lead"] or "") + HIDDEN, text)


def without_keys(text: str) -> str:
    """Text of ours with private keys and tokens in it replaced; words like `password` are none."""
    return _CERTAIN.sub(HIDDEN, text)


def secret_values(obj: Mapping[str, Any]) -> frozenset[str]:
    """Secret values of an object that could be quoted by an error message."""
    values: list[Any] = []
    for path in _paths_of(obj):
        value: Any = obj
        for key in path:
            value = value.get(key) if isinstance(value, Mapping) else None
        values += value.values() if isinstance(value, Mapping) else [value]
    return frozenset(value for value in values if isinstance(value, str) and len(value) > 3)
