# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""sprig's remaining functions: defaults, types, paths, patterns, versions, URLs."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.errors import FunctionError
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.functions import gofunc
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.objects import (
    TypedList,
    type_name,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.strconv import quote
from ansible_collections.meshops.istio.plugins.plugin_utils._helm import regex as go_regex
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.govalues import (
    deep_equal,
    is_empty,
    kind_of,
    texts,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.semver import (
    Constraints,
    SemverError,
    Version,
)


@gofunc("default", (object, object), variadic=True)
def default(fallback: Any, *given: Any) -> Any:
    """The given value unless it is empty."""
    return fallback if not given or is_empty(given[0]) else given[0]


@gofunc("empty", (object,))
def empty(value: Any) -> bool:
    """Tell whether a value is nil, false, 0 or has length 0."""
    return is_empty(value)


@gofunc("coalesce", (object,), variadic=True)
def coalesce(*values: Any) -> Any:
    """The first value that is not empty, or nil."""
    return next((value for value in values if not is_empty(value)), None)


@gofunc("all", (object,), variadic=True)
def all_(*values: Any) -> bool:
    """Tell whether no value is empty."""
    return not any(map(is_empty, values))


@gofunc("any", (object,), variadic=True)
def any_(*values: Any) -> bool:
    """Tell whether some value is not empty."""
    return not all(map(is_empty, values))


@gofunc("ternary", (object, object, bool))
def ternary(yes: Any, no: Any, condition: bool) -> Any:
    """Choose."""
    return yes if condition else no


@gofunc("typeOf", (object,))
def type_of(value: Any) -> str:
    """The Go type."""
    return type_name(value)


@gofunc("typeIs", (str, object))
def type_is(target: str, value: Any) -> bool:
    """Compare the Go type."""
    return target == type_name(value)


@gofunc("typeIsLike", (str, object))
def type_is_like(target: str, value: Any) -> bool:
    """Compare the Go type, pointer or not."""
    return type_name(value) in (target, f"*{target}")


@gofunc("kindOf", (object,))
def kind_of_(value: Any) -> str:
    """The kind of the Go type."""
    return kind_of(value)


@gofunc("kindIs", (str, object))
def kind_is(target: str, value: Any) -> bool:
    """Compare the kind of the Go type."""
    return target == kind_of(value)


@gofunc("deepEqual", (object, object))
def deep_equal_(left: Any, right: Any) -> bool:
    """Compare types and values all the way down."""
    return deep_equal(left, right)


def _clean(path: str) -> str:
    if not path:
        return "."
    clean = posixpath.normpath(path)
    return "/" + clean.lstrip("/") if clean.startswith("/") else clean


@gofunc("base", (str,))
def base(path: str) -> str:
    """The last part of a path."""
    if not path:
        return "."
    stripped = path.rstrip("/")
    return stripped.rsplit("/", 1)[-1] if stripped else "/"


@gofunc("dir", (str,))
def dir_(path: str) -> str:
    """All but the last part of a path."""
    return _clean(path[: path.rfind("/") + 1])


@gofunc("clean", (str,))
def clean(path: str) -> str:
    """The shortest form of a path."""
    return _clean(path)


@gofunc("ext", (str,))
def ext(path: str) -> str:
    """The suffix of a path, with its dot."""
    name = path.rsplit("/", 1)[-1]
    return name[name.rfind(".") :] if "." in name else ""


@gofunc("isAbs", (str,))
def is_abs(path: str) -> bool:
    """Tell whether a path begins at the root."""
    return path.startswith("/")


def _pattern(pattern: str) -> Any:
    try:
        return go_regex.compile_go(pattern)
    except go_regex.RegexError as error:
        raise FunctionError(str(error)) from None


@gofunc("regexMatch", (str, str))
def regex_match(pattern: str, text: str) -> bool:
    """Tell whether a pattern is found; a bad pattern is not found."""
    try:
        return go_regex.compile_go(pattern).search(text) is not None
    except go_regex.RegexError:
        return False


@gofunc("mustRegexMatch", (str, str))
def must_regex_match(pattern: str, text: str) -> bool:
    """Tell whether a pattern is found."""
    return _pattern(pattern).search(text) is not None


@gofunc("regexFind", (str, str))
def regex_find(pattern: str, text: str) -> str:
    """The first match, or an empty text."""
    match = _pattern(pattern).search(text)
    return match[0] if match else ""


@gofunc("regexFindAll", (str, str, int))
def regex_find_all(pattern: str, text: str, limit: int) -> TypedList:
    """All matches, or so many."""
    return texts([m[0] for m in go_regex.find_all(_pattern(pattern), text, limit)])


@gofunc("regexReplaceAll", (str, str, str))
def regex_replace_all(pattern: str, text: str, replacement: str) -> str:
    """Replace matches; ``${1}`` is a group."""
    return go_regex.replace_all(_pattern(pattern), text, replacement, False)


@gofunc("regexReplaceAllLiteral", (str, str, str))
def regex_replace_all_literal(pattern: str, text: str, replacement: str) -> str:
    """Replace matches by a text as it is."""
    return go_regex.replace_all(_pattern(pattern), text, replacement, True)


@gofunc("regexSplit", (str, str, int))
def regex_split(pattern: str, text: str, limit: int) -> TypedList:
    """Split at matches."""
    return texts(go_regex.split(_pattern(pattern), text, limit) or [])


@gofunc("regexQuoteMeta", (str,))
def regex_quote_meta(text: str) -> str:
    """Escape what has a meaning in a pattern."""
    return go_regex.quote_meta(text)


@gofunc("semver", (str,))
def semver(text: str) -> Version:
    """Read a version."""
    try:
        return Version.parse(text)
    except SemverError as error:
        raise FunctionError(str(error)) from None


@gofunc("semverCompare", (str, str))
def semver_compare(constraint: str, version: str) -> bool:
    """Tell whether a version fits a constraint."""
    try:
        return Constraints(constraint).check(Version.parse(version))
    except SemverError as error:
        raise FunctionError(str(error)) from None


@gofunc("urlParse", (str,))
def url_parse(text: str) -> dict[str, Any]:
    """The parts of a URL."""
    from urllib.parse import unquote, urlsplit

    problem = _url_problem(text)
    if problem:
        raise FunctionError(f"unable to parse url: parse {quote(text)}: {problem}")
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise FunctionError(f"unable to parse url: {error}") from None
    userinfo, at, host = parts.netloc.rpartition("@")
    opaque = bool(parts.scheme) and not parts.netloc and not parts.path.startswith("/")
    return {
        "scheme": parts.scheme,
        "host": host,
        "hostname": _hostname(host),
        "path": "" if opaque else unquote(parts.path),
        "query": parts.query,
        "opaque": parts.path if opaque else "",
        "fragment": unquote(parts.fragment),
        "userinfo": userinfo if at else "",
    }


def _url_problem(text: str) -> str:
    """What Go's url.Parse refuses and Python's does not."""
    if any(char < " " or char == "\x7f" for char in text):
        return "net/url: invalid control character in URL"
    scheme = re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", text)
    if text.startswith(":"):
        return "missing protocol scheme"
    if not scheme and ":" in text.split("/", 1)[0].split("?", 1)[0].split("#", 1)[0]:
        return "first path segment in URL cannot contain colon"
    escapes = re.search(r"%(?![0-9A-Fa-f]{2})", text.split("?", 1)[0])
    return f'invalid URL escape "{text[escapes.start() :][:3]}"' if escapes else ""


def _hostname(host: str) -> str:
    if host.startswith("["):
        return host[1:].split("]", 1)[0]
    return host.rpartition(":")[0] if ":" in host else host


@gofunc("urlJoin", (dict,))
def url_join(parts: dict[str, Any] | None) -> str:
    """A URL of its parts."""
    from urllib.parse import quote as url_quote

    def part(name: str) -> str:
        value = (parts or {}).get(name, "")
        if not isinstance(value, str):
            raise FunctionError(
                f"unable to parse {name} key, must be of type string, but {kind_of(value)} found"
            )
        return value

    out = f"{part('scheme')}:" if part("scheme") else ""
    if part("opaque"):
        out += part("opaque")
    else:
        host, user = part("host"), part("userinfo")
        if part("scheme") or host or user:
            if host or user or part("path"):
                out += "//"
            out += f"{user}@" if user else ""
            out += host
        path = url_quote(part("path"), safe="/!$&'()*+,;=:@~")
        out += f"/{path}" if path and not path.startswith("/") and host else path
    out += f"?{part('query')}" if part("query") else ""
    fragment = url_quote(part("fragment"), safe="/!$&'()*+,;=:@?~")
    return out + (f"#{fragment}" if fragment else "")


FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    **{
        function.__dict__["go_name"]: function
        for function in (
            all_, any_, base, clean, coalesce, deep_equal_, default, dir_, empty, ext, is_abs,
            kind_is, kind_of_, must_regex_match, regex_find, regex_find_all, regex_match,
            regex_quote_meta, regex_replace_all, regex_replace_all_literal, regex_split, semver,
            semver_compare, ternary, type_is, type_is_like, type_of, url_join, url_parse,
        )
    },
    "mustRegexFind": regex_find,
    "mustRegexFindAll": regex_find_all,
    "mustRegexReplaceAll": regex_replace_all,
    "mustRegexReplaceAllLiteral": regex_replace_all_literal,
    "mustRegexSplit": regex_split,
    "osBase": base,
    "osClean": clean,
    "osDir": dir_,
    "osExt": ext,
    "osIsAbs": is_abs,
}  # fmt: skip
