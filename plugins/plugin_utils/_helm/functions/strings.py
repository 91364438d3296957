# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""sprig's functions on strings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.calls import MAX_TEXT
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.errors import FunctionError
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.functions import gofunc
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.objects import (
    TypedList,
    TypedMap,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.printing import (
    format_value,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.strconv import (
    from_bytes,
    to_bytes,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.strconv import (
    quote as go_quote,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.govalues import (
    text_of,
    texts,
    texts_of,
)

WHITE_SPACE: Final = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)


def _cut(text: str, start: int, end: int | None) -> str:
    """A slice by bytes, as Go's; bounds must lie inside."""
    if text.isascii():
        size = len(text)
        result = text[start:end]
    else:
        data = to_bytes(text)
        size = len(data)
        result = from_bytes(data[start:end])
    if start < 0 or start > (size if end is None else end) or (end is not None and end > size):
        raise FunctionError(f"runtime error: slice bounds out of range [{start}:{end}]")
    return result


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(to_bytes(text))


@gofunc("trunc", (int, str))
def trunc(count: int, text: str) -> str:
    """Keep the first ``count`` bytes, or the last for a negative count."""
    size = _size(text)
    if count < 0 and size + count > 0:
        return _cut(text, size + count, None)
    if count >= 0 and size > count:
        return _cut(text, 0, count)
    return text


@gofunc("substr", (int, int, str))
def substr(start: int, end: int, text: str) -> str:
    """Cut out by bytes; a negative start or end means the text's own."""
    if start < 0:
        return _cut(text, 0, end)
    if end < 0 or end > _size(text):
        return _cut(text, start, None)
    return _cut(text, start, end)


def _abbreviate(text: str, offset: int, width: int) -> str:
    size = _size(text)
    if not text or width < 4:
        return ""
    if size <= width:
        return text
    offset = min(offset, size)
    if size - offset < width - 3:
        offset = size - (width - 3)
    if offset <= 4:
        return _cut(text, 0, width - 3) + "..."
    if width < 7:
        return ""
    if offset + width - 3 < size:
        return "..." + _abbreviate(_cut(text, offset, None), 0, width - 3)
    return "..." + _cut(text, size - (width - 3), None)


@gofunc("abbrev", (int, str))
def abbrev(width: int, text: str) -> str:
    """Shorten with an ellipsis."""
    return text if width < 4 else _abbreviate(text, 0, width)


@gofunc("abbrevboth", (int, int, str))
def abbrevboth(left: int, right: int, text: str) -> str:
    """Shorten with an ellipsis on both sides."""
    if right < 4 or (left > 0 and right < 7):
        return text
    return _abbreviate(text, left, right)


@gofunc("trim", (str,))
def trim(text: str) -> str:
    """Strip Unicode white space."""
    return text.strip(WHITE_SPACE)


@gofunc("trimAll", (str, str))
def trim_all(cutset: str, text: str) -> str:
    """Strip characters of a set."""
    return text.strip(cutset) if cutset else text


@gofunc("trimSuffix", (str, str))
def trim_suffix(suffix: str, text: str) -> str:
    """Drop a suffix once."""
    return text.removesuffix(suffix)


@gofunc("trimPrefix", (str, str))
def trim_prefix(prefix: str, text: str) -> str:
    """Drop a prefix once."""
    return text.removeprefix(prefix)


def _each(text: str, convert: Any) -> str:
    """Go changes case rune by rune: no rune becomes two."""
    if text.isascii():
        return str(convert(text))
    return "".join(new if len(new := convert(char)) == 1 else char for char in text)


@gofunc("upper", (str,))
def upper(text: str) -> str:
    """Go's ToUpper."""
    return _each(text, str.upper)


@gofunc("lower", (str,))
def lower(text: str) -> str:
    """Go's ToLower."""
    return _each(text, str.lower)


@gofunc("title", (str,))
def title(text: str) -> str:
    """Capitalise what follows anything but letters, digits and underscores."""
    out: list[str] = []
    before = " "
    for char in text:
        inside = before.isalnum() or before == "_"
        if not before.isascii() and not inside:
            inside = before not in WHITE_SPACE
        out.append(char if inside else _each(char, str.title))
        before = char
    return "".join(out)


@gofunc("untitle", (str,))
def untitle(text: str) -> str:
    """Lower the first letter of each word."""
    out: list[str] = []
    lower_next = True
    for char in text:
        if char in WHITE_SPACE:
            lower_next = True
        elif lower_next:
            char = _each(char, str.lower)
            lower_next = False
        out.append(char)
    return "".join(out)


@gofunc("swapcase", (str,))
def swapcase(text: str) -> str:
    """Swap case."""
    out: list[str] = []
    for char in text:
        if char.isupper() or char.istitle():
            out.append(_each(char, str.lower))
        elif char.islower():
            out.append(_each(char, str.upper))
        else:
            out.append(char)
    return "".join(out)


def _refuse_longer(length: int) -> None:
    """Refuse what would take all memory before it is made."""
    if length > MAX_TEXT:
        raise FunctionError(f"the result has more than {MAX_TEXT} characters; refused")


@gofunc("repeat", (int, str))
def repeat(count: int, text: str) -> str:
    """Repeat a text."""
    if count < 0:
        raise FunctionError("strings: negative Repeat count")
    _refuse_longer(count * len(text))
    return text * count


def _byte_runes(text: str) -> str:
    """Two functions of goutils take each byte for a character of its own."""
    return text if text.isascii() else to_bytes(text).decode("latin-1")


@gofunc("nospace", (str,))
def nospace(text: str) -> str:
    """Remove all white space."""
    return "".join(char for char in _byte_runes(text) if char not in WHITE_SPACE)


@gofunc("initials", (str,))
def initials(text: str) -> str:
    """First letters of the words."""
    blanks = dict.fromkeys(map(ord, WHITE_SPACE), " ")
    return "".join(word[0] for word in _byte_runes(text).translate(blanks).split(" ") if word)


def _wrap(text: str, width: int, line_break: str, cut_long: bool) -> str:
    line_break = line_break or "\n"
    width = max(width, 1)
    _refuse_longer(len(text) // width * len(line_break))
    data = to_bytes(text)
    out: list[bytes] = []
    offset = 0
    separator = to_bytes(line_break)
    while len(data) - offset > width:
        if data[offset : offset + 1] == b" ":
            offset += 1
            continue
        space = data.rfind(b" ", offset, offset + width + 1)
        if space >= offset:
            out += (data[offset:space], separator)
            offset = space + 1
        elif cut_long:
            out += (data[offset : offset + width], separator)
            offset += width
        else:
            space = data.find(b" ", offset + width)
            if space == -1:
                out.append(data[offset:])
                offset = len(data)
            else:
                out += (data[offset:space], separator)
                offset = space + 1
    out.append(data[offset:])
    return from_bytes(b"".join(out))


@gofunc("wrap", (int, str))
def wrap(width: int, text: str) -> str:
    """Wrap lines at a column; long words stay whole."""
    return _wrap(text, width, "", False)


@gofunc("wrapWith", (int, str, str))
def wrap_with(width: int, line_break: str, text: str) -> str:
    """Wrap lines with a break of one's own; long words are cut."""
    return _wrap(text, width, line_break, True)


@gofunc("contains", (str, str))
def contains(part: str, text: str) -> bool:
    """Tell whether a text holds another."""
    return part in text


@gofunc("hasPrefix", (str, str))
def has_prefix(prefix: str, text: str) -> bool:
    """Tell whether a text begins so."""
    return text.startswith(prefix)


@gofunc("hasSuffix", (str, str))
def has_suffix(suffix: str, text: str) -> bool:
    """Tell whether a text ends so."""
    return text.endswith(suffix)


@gofunc("quote", (object,), variadic=True)
def quote(*values: Any) -> str:
    """Double quotes, as Go's %q."""
    return " ".join(go_quote(text_of(value)) for value in values if value is not None)


@gofunc("squote", (object,), variadic=True)
def squote(*values: Any) -> str:
    """Single quotes, nothing escaped."""
    return " ".join(f"'{format_value(value)}'" for value in values if value is not None)


@gofunc("cat", (object,), variadic=True)
def cat(*values: Any) -> str:
    """Join with blanks what is not nil."""
    return " ".join(format_value(value) for value in values if value is not None)


@gofunc("indent", (int, str))
def indent(spaces: int, text: str) -> str:
    """Indent every line."""
    if spaces < 0:
        raise FunctionError("strings: negative Repeat count")
    _refuse_longer((text.count("\n") + 1) * spaces)
    pad = " " * spaces
    return pad + text.replace("\n", "\n" + pad)


@gofunc("nindent", (int, str))
def nindent(spaces: int, text: str) -> str:
    """Indent every line, after a line break."""
    return "\n" + indent(spaces, text)


@gofunc("replace", (str, str, str))
def replace(old: str, new: str, text: str) -> str:
    """Replace all occurrences."""
    _refuse_longer(text.count(old) * len(new))
    return text.replace(old, new)


@gofunc("plural", (str, str, int))
def plural(one: str, many: str, count: int) -> str:
    """Choose by number."""
    return one if count == 1 else many


@gofunc("toString", (object,))
def to_string(value: Any) -> str:
    """Any value as text."""
    return text_of(value)


@gofunc("toStrings", (object,))
def to_strings(value: Any) -> TypedList:
    """The items of a list as texts."""
    return texts(texts_of(value))


@gofunc("join", (str, object))
def join(separator: str, value: Any) -> str:
    """Join the texts of a list."""
    return separator.join(texts_of(value))


@gofunc("sortAlpha", (object,))
def sort_alpha(value: Any) -> TypedList:
    """Sort by bytes."""
    found = texts_of(value) if isinstance(value, list) else [text_of(value)]
    return texts(sorted(found, key=to_bytes))


def _split(text: str, separator: str, limit: int = -1) -> list[str]:
    if limit == 0:
        return []
    if not separator:
        chars = list(text)
        if 0 < limit < len(chars):
            return [*chars[: limit - 1], "".join(chars[limit - 1 :])]
        return chars
    return text.split(separator, limit - 1 if limit > 0 else -1)


@gofunc("splitList", (str, str))
def split_list(separator: str, text: str) -> TypedList:
    """Split into a list."""
    return texts(_split(text, separator))


@gofunc("split", (str, str))
def split(separator: str, text: str) -> TypedMap:
    """Split into a map with the keys _0, _1..."""
    return TypedMap({f"_{i}": part for i, part in enumerate(_split(text, separator))})


@gofunc("splitn", (str, int, str))
def splitn(separator: str, limit: int, text: str) -> TypedMap:
    """Split into a map of at most so many parts."""
    return TypedMap({f"_{i}": part for i, part in enumerate(_split(text, separator, limit))})


@gofunc("hello")
def hello() -> str:
    """Greets; sprig has it."""
    return "Hello!"


@gofunc("getHostByName", (str,))
def get_host_by_name(name: str) -> str:
    """No name is looked up while rendering; Helm answers the same without --enable-dns."""
    return ""


FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    function.__dict__["go_name"]: function
    for function in (
        abbrev,
        abbrevboth,
        cat,
        contains,
        get_host_by_name,
        has_prefix,
        has_suffix,
        hello,
        indent,
        initials,
        join,
        lower,
        nindent,
        nospace,
        plural,
        quote,
        repeat,
        replace,
        sort_alpha,
        split,
        split_list,
        splitn,
        squote,
        substr,
        swapcase,
        title,
        to_string,
        to_strings,
        trim,
        trim_all,
        trim_prefix,
        trim_suffix,
        trunc,
        untitle,
        upper,
        wrap,
        wrap_with,
    )
} | {"trimall": trim_all}
