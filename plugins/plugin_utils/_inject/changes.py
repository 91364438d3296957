# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What injection changed in a pod that an API server has seen, apart from what that did itself.

An API server fills in defaults, mounts the token of the service account, and asks other webhooks.
All of that happens to a pod without a proxy as well: what tells the two apart is injection.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

# Lists whose elements are known by one of their fields, wherever they stand in a pod.
_KEYS: Final = {
    "containers": "name",
    "initContainers": "name",
    "volumes": "name",
    "env": "name",
    "volumeMounts": "mountPath",
    "imagePullSecrets": "name",
}
_TOKEN: Final = "kube-api-access-"
# What the API server puts into parts of a pod that do not say (k8s.io/kubernetes, v1 defaults).
_DEFAULTS: Final[tuple[tuple[str, Any], ...]] = (
    ("terminationMessagePath", "/dev/termination-log"),
    ("terminationMessagePolicy", "File"),
    ("defaultMode", 420),
    ("protocol", "TCP"),
    ("scheme", "HTTP"),
    ("timeoutSeconds", 1),
    ("periodSeconds", 10),
    ("successThreshold", 1),
    ("failureThreshold", 3),
    ("divisor", "0"),
)

_MISSING: Final = object()


def with_changes(mine: Any, before: Any, after: Any) -> Any:
    """Return ``mine`` with what changed from ``before`` to ``after``, all JSON values.

    ``before`` and ``after`` are what a server made of ``mine``, without and with injection. What
    is the same in both stays as it is in ``mine``; what is only in ``after`` loses defaults.
    """
    return _merged(mine, without_token(before), without_token(after))


def without_token(pod: Any) -> Any:
    """Return a copy without the service account's token, whose name is random."""
    if isinstance(pod, Mapping):
        parts = {key: without_token(value) for key, value in pod.items()}
        # A list of nothing but the token goes with it.
        return {key: part for key, part in parts.items() if part != [] or pod[key] == []}
    if isinstance(pod, list):
        return [without_token(item) for item in pod if not _is_token(item)]
    return pod


def without_defaults(value: Any) -> Any:
    """Return a part that injection added, without what a server would default again."""
    if isinstance(value, Mapping):
        return {
            key: without_defaults(item)
            for key, item in value.items()
            if (key, item) not in _DEFAULTS and not _defaulted(key, item, value)
        }
    if isinstance(value, list):
        return [without_defaults(item) for item in value]
    return value


def _is_token(item: Any) -> bool:
    return isinstance(item, Mapping) and str(item.get("name", "")).startswith(_TOKEN)


def _defaulted(key: str, item: Any, around: Mapping[str, Any]) -> bool:
    """Whether a default depends on what stands around it."""
    if key == "apiVersion":
        return bool(item == "v1" and "fieldPath" in around)
    if key == "imagePullPolicy":
        image = str(around.get("image", ""))
        tag = image.rpartition("/")[2].partition("@")[0].partition(":")[2]
        fixed = "@" in image or tag not in ("", "latest")
        return bool(item == ("IfNotPresent" if fixed else "Always"))
    return key == "resources" and item == {}


def _merged(mine: Any, before: Any, after: Any, key: str = "") -> Any:
    if before == after:
        return mine
    if before is _MISSING:
        return without_defaults(after)
    if isinstance(after, Mapping) and isinstance(before, Mapping):
        return _merged_mapping(mine if isinstance(mine, Mapping) else {}, before, after)
    field = _KEYS.get(key)
    if field and isinstance(after, list) and isinstance(before, list):
        return _merged_list(mine if isinstance(mine, list) else [], before, after, field)
    return without_defaults(after)


def _merged_mapping(
    mine: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]
) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key in (*mine, *(key for key in after if key not in mine)):
        if key not in after:
            if key not in before:
                result[key] = mine[key]
            continue
        old = before.get(key, _MISSING)
        if old == after[key]:
            if key in mine:
                result[key] = mine[key]
            continue
        result[key] = _merged(mine.get(key), old, after[key], key)
    return result


def _merged_list(
    mine: Sequence[Any], before: Sequence[Any], after: Sequence[Any], field: str
) -> list[Any]:
    own, old = _by(mine, field), _by(before, field)
    if own is None or old is None or _by(after, field) is None:
        return without_defaults(list(after))  # type: ignore[no-any-return]
    result = []
    for item in after:
        name = item.get(field)
        if name in own:
            result.append(_merged(own[name], old.get(name, _MISSING), item))
        elif name not in old:
            result.append(without_defaults(item))
    return result


def _by(items: Sequence[Any], field: str) -> dict[Any, Any] | None:
    """The elements by that field; None when it does not tell them apart."""
    found = {item.get(field): item for item in items if isinstance(item, Mapping)}
    return found if len(found) == len(items) else None
