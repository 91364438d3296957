"""Template expressions that call sprig's and Helm's functions with many arguments."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.objects import Int64

DATA: dict[str, Any] = {
    "text": "Hello, World",
    "empty": "",
    "uni": "Grüße 日本",
    "num": 42.0,
    "frac": 3.7,
    "neg": -2.5,
    "big": 1e20,
    "int": 7,
    "int64": Int64(9),
    "yes": True,
    "no": False,
    "nil": None,
    "list": ["b", "a", "c", "a"],
    "nums": [1.0, 2.0, 3.0],
    "mixed": [1.0, "1", True, None, {"a": 1.0}],
    "map": {"b": 2.0, "a": "x", "m": {"k": "v", "n": None}},
    "none": {},
    "nolist": [],
    "other": {"a": "y", "m": {"k": "w", "z": 0.0}, "new": False, "e": ""},
    "yaml": "a: 1\nb: [x, y]\nc: {d: null}\n",
    "json": '{"a": [1, 2.5, "x"], "b": null}',
}

_TEXTS = [
    '"Hello, World"',
    '""',
    ".uni",
    '"first_name lastName"',
    '"HTTPServer2xx-fooBar"',
    '"  pad \\t\\n"',
    '"a/b/../c.tar.gz"',
    '"v1.2.3-rc.1+b5"',
    '"12"',
    '"0x1f"',
    '"1e3"',
]
_VALUES = [
    ".text",
    ".empty",
    ".num",
    ".frac",
    ".neg",
    ".big",
    ".int",
    ".int64",
    ".yes",
    ".no",
    ".nil",
    ".list",
    ".nums",
    ".mixed",
    ".map",
    ".none",
    ".nolist",
    '"12"',
    '"08"',
    '"1_000"',
    '"7.9"',
    '"0b11"',
    "3",
    "2.5",
]
_LISTS = [
    ".list",
    ".nums",
    ".mixed",
    ".nolist",
    ".nil",
    ".text",
    '(splitList "," "a,b,a")',
    "(until 3)",
]
_MAPS = [".map", ".other", ".none", "(dict)", ".nil"]
_NUMBERS = ["0", "1", "-1", "3", "5", "100"]
_PATTERNS = [
    '"l+"',
    '"^H"',
    '"o$"',
    '"[[:upper:]]"',
    '"(?i)w(or)ld"',
    '"\\\\d+"',
    '"x*"',
    '"("',
    '"a**"',
    '"\\\\bW"',
    '"(?P<n>l)l"',
    '"[^a-z ,]"',
    '"(?s).+"',
    '"a|o"',
    '"o{1,2}?"',
    '"\\\\p{L}+"',
    '"(?=x)"',
]
_VERSIONS = [
    '"1.2.3"',
    '"v1.30.0-rc.1"',
    '"1.2"',
    '"1"',
    '"1.2.3+b"',
    '"x"',
    '"01.2.3"',
    '"2.0.0"',
    '"0.3.1"',
    '""',
]
_CONSTRAINTS = [
    '">=1.2"',
    '"~1.2"',
    '"^1.2.3"',
    '"1.x"',
    '"*"',
    '"!=1.2.3"',
    '"<2 || >3"',
    '"1.2 - 2"',
    '">1.2.3-0"',
    '"^0.3"',
    '"~>1"',
    '"=>1, <=1.9"',
    '"bad"',
    '""',
    '">= 1.2.0-0 < 2"',
    '"1.2.x"',
    '"^0.0.3"',
    '"!=1.x"',
]

_ONE_TEXT = [
    "trim",
    "upper",
    "lower",
    "title",
    "untitle",
    "swapcase",
    "nospace",
    "initials",
    "snakecase",
    "camelcase",
    "kebabcase",
    "b64enc",
    "b32enc",
    "b64dec",
    "b32dec",
    "sha1sum",
    "sha256sum",
    "sha512sum",
    "adler32sum",
    "base",
    "dir",
    "clean",
    "ext",
    "isAbs",
    "osBase",
    "atoi",
    "urlParse",
    "regexQuoteMeta",
    "fromJson",
    "mustFromJson",
    "fromYaml",
    "fromYamlArray",
    "fromJsonArray",
    "semver",
    "toDecimal",
]
_ONE_VALUE = [
    "quote",
    "squote",
    "toString",
    "toStrings",
    "int",
    "int64",
    "float64",
    "floor",
    "ceil",
    "empty",
    "typeOf",
    "kindOf",
    "sortAlpha",
    "toJson",
    "toYaml",
    "toPrettyJson",
    "toRawJson",
    "cat",
    "coalesce",
    "default",
    "add1",
    "toDecimal",
    "deepCopy",
    "mustToJson",
    "all",
    "any",
    "list",
    "durationRound",
    "duration",
    "add1f",
    "max",
    "min",
]
_ONE_LIST = [
    "first",
    "last",
    "rest",
    "initial",
    "reverse",
    "compact",
    "uniq",
    "mustFirst",
    "mustUniq",
    "has",
    "len",
    "join",
]
_INT_TEXT = ["trunc", "indent", "nindent", "repeat", "abbrev", "wrap"]
_TEXT_TEXT = [
    "contains",
    "hasPrefix",
    "hasSuffix",
    "trimSuffix",
    "trimPrefix",
    "trimAll",
    "splitList",
    "split",
]


def _calls(names: list[str], *arguments: list[str]) -> Iterator[str]:
    for name in names:
        for chosen in product(*arguments):
            yield " ".join((name, *chosen))


def expressions() -> Iterator[str]:
    """Yield template expressions."""
    yield from _calls(_ONE_TEXT, [*_TEXTS, ".yaml", ".json"])
    yield from _calls(_ONE_VALUE, _VALUES)
    yield from _calls([n for n in _ONE_LIST if n not in ("has", "join")], _LISTS)
    yield from _calls(["has"], ['"a"', "1.0", "1", "true", ".nil", ".map.m"], _LISTS)
    yield from _calls(["join"], ['"-"'], [*_LISTS, *_VALUES])
    yield from _calls(["append", "prepend", "without"], _LISTS, ['"a"', "1.0", ".nil"])
    yield from _calls(["slice"], _LISTS[:4], ["0", "1", "5"], ["", "2"])
    yield from _calls(["concat"], _LISTS[:4], [".list", ".nil"])
    yield from _calls(["chunk"], ["1", "2", "0"], _LISTS[:4])
    yield from _calls(_INT_TEXT, _NUMBERS, _TEXTS[:6])
    yield from _calls(_TEXT_TEXT, ['"l"', '"H"', '""', '"d"', '", "'], _TEXTS[:4])
    yield from _calls(["substr"], _NUMBERS, _NUMBERS, _TEXTS[:3])
    yield from _calls(["replace"], ['"l"', '""'], ['"L"', '""'], _TEXTS[:4])
    yield from _calls(["splitn"], ['"l"'], ["0", "1", "2", "-1"], _TEXTS[:2])
    yield from _calls(["wrapWith"], ["3", "5"], ['"|"'], _TEXTS[:5])
    yield from _calls(["abbrevboth"], ["0", "5"], ["4", "8"], _TEXTS[:5])
    yield from _calls(["plural"], ['"one"'], ['"many"'], ["1", "2"])
    yield from _calls(
        ["add", "sub", "mul", "div", "mod", "max", "min"], _VALUES[2:10], ["3", ".frac", '"4"', "0"]
    )
    yield from _calls(
        ["addf", "subf", "mulf", "divf", "maxf", "minf"],
        _VALUES[2:10],
        ["3", ".frac", '"4.5"', "0.1"],
    )
    yield from _calls(["round"], [".frac", ".neg", "2.345", '"1.55"'], ["0", "1", "2"])
    yield from _calls(["until"], ["0", "3", "-3"])
    yield from _calls(["untilStep"], ["0", "5"], ["0", "5", "-5"], ["1", "-2", "0"])
    yield from (
        "seq 3",
        "seq -2",
        "seq 2 5",
        "seq 5 2",
        "seq 0 2 6",
        "seq 6 -2 0",
        "seq",
        "seq 0 -1 5",
        "seq 1 1 1 1",
    )
    yield from _calls(["hasKey", "get"], _MAPS, ['"a"', '"zz"'])
    yield from _calls(["keys", "values"], [".none", '(dict "only" 1)', "(dict)"])
    yield from _calls(["pick", "omit"], _MAPS, ['"a"', '"zz" "b"'])
    yield from _calls(["pluck"], ['"a"', '"m"'], [".map .other", ".none"])
    for name in ("merge", "mustMerge", "mergeOverwrite", "mustMergeOverwrite"):
        for one, two in product(
            (
                "(deepCopy .map)",
                "(deepCopy .other)",
                "(dict)",
                '(dict "m" "text")',
                '(dict "a" nil "m" dict)',
            ),
            (
                ".map",
                ".other",
                ".none",
                '(dict "m" nil)',
                '(dict "m" (list 1))',
                '(dict "a" (list))',
            ),
        ):
            yield f"({name} {one} {two}) | toJson"
    yield from (
        'set (dict "a" 1) "b" 2 | toJson',
        'unset (dict "a" 1) "a" | toJson',
        'dict "a" | toJson',
        "dict 1 2 .yes 3 | toJson",
        'dig "m" "k" "d" .map',
        'dig "m" "zz" "d" .map',
        'dig "a" "b" "d" .map',
        'dig "a" "d"',
        'dig "x" "y" "d" .map',
        'ternary "y" "n" .yes',
        '.no | ternary "y" "n"',
        'ternary "y" "n" .num',
        'set .nil "a" 1',
    )
    yield from _calls(
        ["deepEqual"],
        [".list", ".num", ".nil", ".map"],
        [".list", "42.0", "42", ".nil", "(deepCopy .map)"],
    )
    yield from _calls(
        ["typeIs", "typeIsLike"], ['"string"', '"float64"', '"[]string"'], _VALUES[:8]
    )
    yield from _calls(["kindIs"], ['"map"', '"slice"', '"invalid"'], _VALUES)
    yield from _calls(["regexMatch", "mustRegexMatch", "regexFind"], _PATTERNS, _TEXTS[:4])
    yield from _calls(["regexFindAll", "regexSplit"], _PATTERNS, _TEXTS[:4], ["-1", "2", "0"])
    yield from _calls(
        ["regexReplaceAll", "regexReplaceAllLiteral"],
        _PATTERNS,
        _TEXTS[:3],
        ['"<${1}>"', '"$n-$0"', '"$$"'],
    )
    yield from _calls(["semverCompare"], _CONSTRAINTS, _VERSIONS)
    yield from (
        f"(semver {v}).{m}"
        for v in _VERSIONS
        for m in ("Major", "Prerelease", "String", "Original", "IncMinor.Original", "IncPatch")
    )
    yield from _calls(['(semver "1.2.3-rc.2").Compare'], [f"(semver {v})" for v in _VERSIONS])
    yield from (
        f"urlParse {u} | toJson"
        for u in (
            '"https://u:p@h.example:80/a%20b?q=1#f"',
            '"mailto:x@y"',
            '"/only/path"',
            '"http://[::1]:8080"',
            '""',
        )
    )
    yield from (
        'urlJoin (dict "scheme" "https" "host" "h" "path" "/a b" "query" "q=1" "fragment" "f")',
        'urlJoin (dict "scheme" "https" "host" "h" "userinfo" "u:p")',
        'urlJoin (dict "host" "h")',
        'urlJoin (dict "path" "p")',
        'urlJoin (dict "scheme" 1)',
    )
    yield from (
        f'toDate "2006-01-02" "2024-02-29" | date {layout}'
        for layout in (
            '"2006-01-02T15:04:05Z07:00"',
            '"Mon, 02 Jan 06"',
            '"January _2 3:04PM"',
            '"002 15h"',
        )
    )
    yield from (
        'dateInZone "2006-01-02 15:04" 1700000000 "UTC"',
        'htmlDateInZone 0 "UTC"',
        'dateInZone "15:04 MST" 1700000000 "Europe/Berlin"',
        'toDate "2006" "2024" | unixEpoch',
        'toDate "2006-01-02" "2024-01-01" | dateModify "-1.5h" | unixEpoch',
        'mustToDate "2006" "x"',
        'duration "95"',
        'durationRound "2h10m5s"',
        "hello",
        'getHostByName "localhost"',
    )
    yield from (
        "toToml .map",
        'toToml (dict "a" 1 "b" (list 1 2) "t" (dict "x" "y\\n"))',
        '"a = 1\\n[b]\\nc = \\"d\\"" | fromToml | toJson',
        'hasKey ("= bad" | fromToml) "Error"',
        "toYamlPretty .map",
        "toYamlPretty .mixed",
        "toYamlPretty .num",
        'toYamlPretty (dict "d" "2024-01-01" "l" (list (list 1) "yes"))',
    )
    yield from (
        f"{{{{ {text} }}}}"
        for text in (
            "nosuch .text",
            'env "HOME"',
            "trunc .num .text",
            "nindent .nil .text",
            "quote",
            "default 1",
            "upper 1",
        )
    )
    yield from _calls(["printf"], ['"%v %d"', '"%05.2f|%x"', '"%q %T"'], [".num 3", ".text .list"])
    yield from (
        'required "need" .empty',
        'required "need" .nil',
        'required "need" .text',
        'fail "no"',
        'lookup "v1" "Pod" "" "" | toJson',
        'tpl "{{ .text }}-{{ include \\"x\\" . }}" .',
        'tpl "{{ define \\"x\\" }}in{{ end }}" .',
        'tpl "{{ bad" .',
        'tpl "plain" .',
    )
