"""Seeded generators of Go templates: every construct, nested, with scopes and mistakes."""

from __future__ import annotations

import random
import re
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.objects import (
    Int64,
    TypedList,
    TypedMap,
    Uint8,
)

DATA: dict[str, Any] = {
    "s": "héllo wörld",
    "e": "",
    "html": '<a href="x">&\'\\\t\0</a>',
    "n": 5.0,
    "z": 0.0,
    "f": 1.5,
    "big": 1e6,
    "huge": 1.2345e21,
    "tiny": 0.00001234,
    "neg": -3.25,
    "t": True,
    "no": False,
    "nil": None,
    "i": 7,
    "i64": Int64(-9),
    "u8": Uint8(200),
    "by": b"bytes!",
    "strs": TypedList(["b", "a", ""]),
    "sm": TypedMap({"k": "v", "a": "b"}),
    "l": [1.0, "two", None, True, [2.5], {"k": "v"}],
    "el": [],
    "nums": [3.0, 1.0, 2.0],
    "m": {"a": 1.0, "b": {"c": "deep", "d": None, "n": 0.0}, "nil": None, "list": ["x", "y"]},
    "em": {},
    "users": [{"name": "ann", "age": 30.0}, {"name": "bob"}, {"name": None}],
    "Å": "accent",
}

_STRINGS = [
    '"x"',
    '"a b"',
    '""',
    "`raw\\n`",
    '"q\\"q"',
    '"\\u00e9\\x41\\101"',
    '"}}"',
    '"%d %v\\n"',
    '"two"',
    '"héllo"',
    "`multi\nline`",
    '"\\xff"',
]
_NUMBERS = [
    "0",
    "1",
    "2",
    "-1",
    "3",
    "007",
    "0x1F",
    "0b101",
    "0o17",
    "1_000",
    "1.5",
    "-0.5",
    "1e3",
    "1e6",
    "2.0",
    "'a'",
    "'\\n'",
    "'é'",
    "1e-7",
    "+4",
    "100000",
    "1000000",
    "123456789.0",
    "0x1p4",
    "1i",
    "2+3i",
    "9223372036854775807",
    ".5",
    "1e19",
    "0i",
]
_PATHS = [
    ".s",
    ".e",
    ".n",
    ".z",
    ".f",
    ".big",
    ".huge",
    ".tiny",
    ".neg",
    ".t",
    ".no",
    ".nil",
    ".i",
    ".i64",
    ".u8",
    ".by",
    ".strs",
    ".sm",
    ".l",
    ".el",
    ".nums",
    ".m",
    ".m.a",
    ".m.b",
    ".m.b.c",
    ".m.b.d",
    ".m.nil",
    ".m.list",
    ".em",
    ".users",
    ".missing",
    ".m.missing",
    ".sm.k",
    ".sm.zz",
    ".html",
    ".Å",
    ".name",
    ".k",
]
_BAD_PATHS = [".m.nil.x", ".missing.x", ".s.x", ".l.x", ".m.b.d.e", ".n.x", ".sm.k.x", ".nil.a.b"]
_FORMATS = [
    "%v",
    "%d",
    "%s",
    "%q",
    "%t",
    "%5d",
    "%-5d|",
    "%05d",
    "%x",
    "%X",
    "%+d",
    "%.2f",
    "%8.3f",
    "%e",
    "%g",
    "%G",
    "%T",
    "%c",
    "%U",
    "%#x",
    "%#v",
    "%+v",
    "%%",
    "%",
    "%!",
    "%z",
    "%[2]d %[1]d",
    "%[5]d",
    "%*d",
    "%.*f",
    "%6.2f%%",
    "%o",
    "%O",
    "%b",
    "%#o",
    "% d",
    "% x",
    "%#q",
    "%+q",
    "%.3s",
    "%10s|",
    "%-10s|",
    "%x %v",
    "%s %s",
    "%d %d %d",
    "%v,%v",
    "%[1]v %[1]T",
    "%08.3f",
    "%+.1e",
    "%#U",
    "%3c|",
    "%-3q|",
    "%t %t",
    "%.0f",
    "%.10g",
    "%#g",
    "%[x]d",
    "%[1",
    "%-08d|",
    "%+08d",
    "%1000001d",
    "%.3d",
    "%.0d",
    "%5t",
    "%w",
    "%é",
    "%5v|",
    "%-12v|",
    "%05s",
    "%x",
]


# Typed expressions: constants and paths, functions, and later stages of pipelines, by kind.
_LEAVES: dict[str, list[str]] = {
    "str": [*_STRINGS[:10], ".s", ".e", ".html", ".m.b.c", ".sm.k", ".sm.zz", ".Å"],
    "float": [
        ".n",
        ".z",
        ".f",
        ".big",
        ".huge",
        ".tiny",
        ".neg",
        ".m.a",
        "1.5",
        "1e6",
        "2.0",
        ".5",
    ],
    "int": [*_NUMBERS[:9], "'a'", ".i", "42"],
    "bool": ["true", "false", ".t", ".no"],
    "list": [".l", ".el", ".nums", ".m.list", ".users"],
    "map": [".m", ".em", ".m.b"],
    "nil": [".nil", ".missing", ".m.nil", ".m.missing"],
}
_FORMS: dict[str, list[str]] = {
    "str": [
        "printf <format> <any>",
        "printf <format> <any> <any>",
        "printf <format>",
        "print <any>",
        "print <any> <any>",
        "println <any> <any> <any>",
        "html <str>",
        "js <str>",
        "html <any>",
        "urlquery <str> <any>",
        "upper <str>",
        "nindent <int> (<str>)",
        'index .m "b" "c"',
        "or <nil> <str>",
        "and <str> <str>",
        "ternary <str> <str> <bool>",
        "include <name> <any>",
        "slice <str> 1",
        "slice .s 0 3",
        "tpl <str> <any>",
        "required <str> <str>",
        "(<map>).a",
        'printf "%s-%s" <str> <str>',
        'printf "%v %T" <any> <any>',
        "index .strs 1",
        "or <str> ($q := <str>)",
        "js <any>",
        "index .sm <str>",
    ],
    "float": [
        "or <float> <float>",
        "index .nums 1",
        'index .m "a"',
        "and <bool> <float>",
        "ternary <float> <float> <bool>",
    ],
    "int": [
        "len <str>",
        "len <list>",
        "len <map>",
        "int <float>",
        "or 0 <int>",
        "len .by",
        "ternary <int> <int> <bool>",
        "len .strs",
    ],
    "bool": [
        "eq <same>",
        "ne <same>",
        "lt <same>",
        "le <same>",
        "gt <same>",
        "ge <same>",
        "not <any>",
        "eq <str> <str> <str>",
        "eq <bool> <bool>",
        "and <any> <bool>",
        "or <bool> <any>",
        "eq <nil> <any>",
        "eq .u8 .i64",
        "hasKey <map> <str>",
        "eq <int> .i64",
        "lt .i64 .u8",
        "ne <nil> <nil>",
        "eq <map> <nil>",
        "and <bool> <bool> <bool>",
        "not (not <any>)",
    ],
    "list": [
        "list <any> <any>",
        "list",
        "or <nil> <list>",
        "slice .l 1 3",
        "index .l 4",
        "list <str> <nil> <map>",
        "until 3",
        "slice .strs 1",
        'splitList "," "a,b,c"',
    ],
    "map": [
        "dict <str> <any>",
        "dict",
        "or <nil> <map>",
        'dict "a" <any> "k" <any>',
        "index .l 5",
        "index .users 0",
    ],
    "nil": ["index .m <str>", "and <nil> <any>", "or <nil> <nil>", "(<map>).b", "get <map> <str>"],
}
_STAGES: dict[str, dict[str, list[str]]] = {
    "str": {
        "str": [
            "upper",
            'printf "%s|%s" <str>',
            "html",
            "nindent <int>",
            "print <any>",
            "js",
            "or <nil>",
            "printf <format> <any>",
            "println",
            "urlquery",
        ],
        "float": ['printf "%.2f"', "print", "printf <format>", "html"],
        "list": ["print", 'printf "%v"', 'printf "%q"', "println <any>"],
        "map": ["print", "printf <format>", "include <name>"],
    },
    "float": {"float": ["or <nil>", "and <str>"], "bool": ["ternary <float> <float>"]},
    "int": {"str": ["len"], "list": ["len"], "map": ["len"], "float": ["int"]},
    "bool": {
        "str": ["eq <str>", "not", "ne <str> ", "lt <str>", "hasKey <map>", "and <bool>"],
        "float": ["gt <float>", "eq <float>", "not"],
        "nil": ["eq <any>", "not", "or <bool>"],
    },
    "list": {"str": ["list <any>", 'splitList ","'], "list": ["or <nil>", "list <str>"]},
    "map": {"str": ["dict <str>"], "map": ["and <list>"]},
    "nil": {"str": ["index .m"], "nil": ["or <nil>"]},
}


class Generator:
    """Grows one random template after the other from a seed."""

    def __init__(self, seed: int, *, wild: float = 0.01) -> None:
        self.random = random.Random(seed)
        self.variables = ["$"]
        self.depth = 0
        self.in_range = 0
        self.wild = wild
        self.names = ["one", "two", "three"]
        self.kinds: dict[str, str] = {}
        self.at_root = True
        self.blocks = 0

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def pick(self, items: list[str]) -> str:
        return self.random.choice(items)

    def path(self) -> str:
        if self.chance(self.wild):
            return self.pick(_BAD_PATHS)
        if self.chance(0.25) and len(self.variables) > 1:
            variable = self.pick(self.variables)
            return variable + (self.pick(_PATHS) if self.chance(0.2) else "")
        path = self.pick(_PATHS)
        return "$" + path if self.chance(0.35) else path

    def term(self) -> str:
        roll = self.random.random()
        if roll < 0.4:
            return self.path()
        if roll < 0.55:
            return self.pick(_STRINGS)
        if roll < 0.7:
            return self.pick(_NUMBERS)
        if roll < 0.75:
            return self.pick(["true", "false"])
        if roll < 0.78:
            return "."
        if roll < 0.8:
            return "nil"
        if self.depth > 3:
            return self.path()
        self.depth += 1
        text = f"({self.pipe()})"
        self.depth -= 1
        if self.chance(0.15):
            text += self.pick([".a", ".b.c", ".k", ".name", ".x"])
        return text

    def terms(self, low: int, high: int) -> str:
        return " ".join(self.term() for _number in range(self.random.randint(low, high)))

    def chaos_command(self) -> str:
        roll = self.random.random()
        if roll < 0.28:
            return self.term() if self.chance(0.93) else self.terms(2, 3)
        if roll < 0.4:
            name = self.pick(["eq", "ne", "lt", "le", "gt", "ge"])
            return f"{name} {self.terms(2, 3 if name == 'eq' else 2)}"
        if roll < 0.52:
            return f"{self.pick(['and', 'or'])} {self.terms(1, 3)}"
        if roll < 0.6:
            return f"not {self.term()}"
        if roll < 0.7:
            return f"printf {self.format()} {self.terms(0, 3)}"
        if roll < 0.78:
            return f"{self.pick(['print', 'println', 'html', 'js', 'urlquery'])} {self.terms(0, 3)}"
        if roll < 0.86:
            return self._container()
        return self._typed()

    def format(self) -> str:
        return (
            '"' + "".join(self.pick(_FORMATS) for _number in range(self.random.randint(1, 2))) + '"'
        )

    def _container(self) -> str:
        index = self.pick(["0", "1", "5", '"a"', '"b"', '"missing"', ".i", ".n", "nil", "-1"])
        bounds = self.pick(["", "1", "1 2", "0 9", "2 1", "0 1 2", ".n", ".i"])
        return self.pick(
            [
                f"index {self.path()} {index}",
                f"index {self.pick(['.m', '.l', '.strs', '.sm', '.s', '.by'])} {index}",
                f'index .m "b" {index}',
                f"len {self.term()}",
                f"len {self.pick(['.l', '.m', '.s', '.strs', '.by', '.missing', '(.nil)'])}",
                f"slice {self.pick(['.s', '.l', '.strs', '.by', self.term()])} {bounds}",
            ]
        )

    def _typed(self) -> str:
        return self.pick(
            [
                f"upper {self.term()}",
                f"{self.term()} | upper",
                f"nindent {self.pick(['2', '0', self.term()])} {self.term()}",
                f"{self.term()} | nindent {self.pick(['2', '4', '1.0', '1.5', '.n', '.i'])}",
                f"list {self.terms(0, 3)}",
                f"dict {self.pick(_STRINGS)} {self.term()}",
                f"ternary {self.term()} {self.term()} {self.pick(['true', 'false', '.t', '.n'])}",
                f"hasKey {self.pick(['.m', '.sm', '.em', 'nil', '.nil', '.l', '.'])} {self.term()}",
                f"get {self.pick(['.m', '.em', '$'])} {self.term()}",
                f"until {self.pick(['0', '3', '.i', '.n'])}",
                f'splitList {self.pick(_STRINGS)} "a,b"',
                f'include "{self.pick(self.names)}" {self.term()}',
                f"tpl {self.pick(_STRINGS)} .",
                f"int {self.term()}",
                'fail "stop"' if self.chance(0.15) else "list",
                f"required {self.pick(_STRINGS)} {self.term()}",
            ]
        )

    def chaos_pipe(self) -> str:
        stages = [self.chaos_command()]
        while self.chance(0.25) and len(stages) < 4:
            stages.append(
                self.pick(
                    [
                        "print",
                        "printf " + self.format(),
                        "html",
                        "len",
                        "not",
                        "upper",
                        "eq 1",
                        "list",
                        "println",
                        "js",
                        "urlquery",
                        "and .t",
                        "or .no",
                        "nindent 2",
                        "index .m",
                        "ne .n",
                        "lt 3",
                        "ternary 1 2",
                        self.path(),
                        "nosuch" if self.chance(self.wild / 4) else "print",
                    ]
                )
            )
        text = " | ".join(stages)
        if self.depth and self.chance(self.wild):
            name = self.pick(["$p", "$q"])
            self.variables.append(name)
            return f"{name} := {text}"
        return text

    # Expressions that mostly fit together: each has a kind, and uses values of fitting kinds.

    def leaf(self, kind: str) -> str:
        """Return a constant, path or variable of a kind."""
        names = [name for name, of in self.kinds.items() if of == kind and name in self.variables]
        if names and self.chance(0.35):
            return self.pick(names)
        text = self.pick(_LEAVES[kind])
        if not text.startswith(".") or text[1:].isdigit():
            return text
        return text if self.at_root and self.chance(0.6) else "$" + text

    def value(self, kind: str) -> str:
        """Return a term of a kind."""
        if self.chance(self.wild):
            return self.term()
        if self.depth > 2 or self.chance(0.6):
            return self.leaf(kind)
        self.depth += 1
        text = self.pipe(kind)
        if self.depth > 1 and self.chance(self.wild):
            name = self.pick(["$p", "$q"])
            self.variables.append(name)
            self.kinds[name] = kind
            text = f"{name} := {text}"
        self.depth -= 1
        return f"({text})"

    def any(self) -> str:
        return self.value(self.pick(list(_LEAVES)))

    def fill(self, form: str) -> str:
        """Return a form with its placeholders, such as <str>, replaced by values."""
        if not self.at_root:
            form = re.sub(r"(?<![\w$)])\.(?=[a-z])", "$.", form)
        parts = form.split("<")
        text = parts[0]
        for part in parts[1:]:
            kind, rest = part.split(">", 1)
            if kind == "any":
                text += self.any()
            elif kind == "format":
                text += self.format()
            elif kind == "same":
                both = self.pick(["str", "float", "int"])
                text += f"{self.value(both)} {self.value(both)}"
            elif kind == "name":
                text += f'"{self.pick(self.names)}"'
            else:
                text += self.value(kind)
            text += rest
        return text

    def pipe(self, kind: str = "") -> str:
        """Return a pipeline of a kind."""
        if self.chance(self.wild):
            return self.chaos_pipe()
        kind = kind or self.pick(list(_LEAVES))
        if self.chance(0.25):
            source = self.pick(list(_STAGES[kind]))
            return (
                f"{self.pipe(source) if self.chance(0.3) else self.value(source)} | "
                + self.fill(self.pick(_STAGES[kind][source]))
            )
        if self.chance(0.3):
            return self.leaf(kind)
        return self.fill(self.pick(_FORMS[kind]))

    def open(self) -> str:
        return self.pick(["{{", "{{", "{{", "{{- ", "{{ "])

    def close(self) -> str:
        return self.pick(["}}", "}}", "}}", " -}}", " }}", "\n}}"])

    def tag(self, body: str) -> str:
        return self.open() + body + self.close()

    def text(self) -> str:
        return self.pick(
            [
                "a",
                " ",
                "\n",
                "  b  ",
                "\n\n  ",
                "é",
                "{ ",
                "}",
                "x: y\n",
                "",
                "- ",
                "}}",
                "{" if self.chance(self.wild) else ".",
            ]
        )

    def block(self, depth: int) -> str:
        kept = len(self.variables)
        parts = [self.statement(depth) for _number in range(self.random.randint(1, 3))]
        del self.variables[kept:]
        return "".join(parts)

    def statement(self, depth: int) -> str:
        roll = self.random.random()
        if roll < 0.22 or depth <= 0:
            return self.text() + self.tag(self.pipe())
        if roll < 0.34:
            name = self.pick(["$a", "$b", "$c"])
            known = name in self.variables
            if known and self.chance(0.5):
                return self.tag(f"{name} = {self.pipe(self.kinds.get(name, ''))}")
            kind = self.pick(list(_LEAVES))
            text = self.tag(f"{name} := {self.pipe(kind)}")
            self.variables.append(name)
            self.kinds[name] = kind
            return text + self.text()
        if roll < 0.54:
            return self._if(depth)
        if roll < 0.64:
            return self._with(depth)
        if roll < 0.82:
            return self._range(depth)
        if roll < 0.87:
            return self.tag(
                f'template "{self.pick(self.names)}"{self.pick([" .", "", " .m", " .s"])}'
            )
        if roll < 0.9:
            note = self.pick(["/* note */", "/**/", "/* {{ }} */", "/* a\n*/"])
            return self.pick(["{{", "{{- ", "{{-\n"]) + note + self.pick(["}}", " -}}", "\n-}}"])
        if roll < 0.94 and (self.in_range or self.chance(self.wild)):
            word = self.pick(["break", "continue"])
            return self.tag(f"if {self.pipe()}") + self.tag(word) + self.tag("end")
        if roll < 0.96:
            self.blocks += 1
            name = "one" if self.chance(0.1) else f"block{self.blocks}"
            return self.tag(f'block "{name}" .m') + "B" + self.tag(".a") + self.tag("end")
        return self.text()

    def _else(self, word: str, depth: int) -> str:
        text = ""
        while self.chance(0.25):
            text += self.tag(f"else {word} {self.pipe()}") + self.block(depth - 1)
        if self.chance(0.4):
            text += self.tag("else") + self.block(depth - 1)
        return text

    def _if(self, depth: int) -> str:
        kept = len(self.variables)
        head = self.tag("if " + self._declared())
        text = head + self.block(depth - 1) + self._else("if", depth) + self.tag("end")
        del self.variables[kept:]
        return text

    def _with(self, depth: int) -> str:
        kept = len(self.variables)
        head = self.tag("with " + self._declared())
        root, self.at_root = self.at_root, False
        body = self.block(depth - 1)
        self.at_root = root
        text = head + body + self._else("with", depth) + self.tag("end")
        del self.variables[kept:]
        return text

    def _declared(self) -> str:
        kind = self.pick(list(_LEAVES))
        text = self.pipe(kind)
        if self.chance(0.2):
            name = self.pick(["$v", "$w"])
            self.variables.append(name)
            self.kinds[name] = kind
            return f"{name} := {text}"
        return text

    def _range(self, depth: int) -> str:
        kept = len(self.variables)
        source = self.pick(
            [
                ".l",
                ".m",
                ".strs",
                ".sm",
                ".el",
                ".users",
                ".nums",
                ".m.list",
                "3",
                ".i",
                ".i64",
                ".by",
                "until 2",
                ".nil",
                ".m.b",
                self.pipe("list"),
                self.pipe("map"),
                "list 1 nil $.m",
            ]
        )
        if self.chance(self.wild):
            source = self.pick([".s", ".n", "(list 1 nil .m)", self.chaos_pipe()])
        if not self.at_root and source.startswith("."):
            source = "$" + source
        form = self.random.random()
        names: list[str] = []
        if form < 0.3:
            names = ["$v"]
        elif form < 0.6:
            names = ["$k", "$v"]
        head = source
        if names:
            sign = (
                "=" if all(name in self.variables for name in names) and self.chance(0.4) else ":="
            )
            head = f"{', '.join(names)} {sign} {source}"
            self.variables += names
            for name in names:
                self.kinds.pop(name, None)
        self.in_range += 1
        root, self.at_root = self.at_root, False
        body = self.block(depth - 1)
        self.at_root = root
        self.in_range -= 1
        text = self.tag("range " + head) + body
        if self.chance(0.25):
            text += self.tag("else") + self.block(depth - 1)
        del self.variables[kept:]
        return text + self.tag("end")

    def template(self) -> str:
        """Return one template text, sometimes damaged."""
        self.variables = ["$"]
        self.at_root = True
        self.blocks = 0
        text = "".join(self.statement(3) for _number in range(self.random.randint(1, 4)))
        if self.chance(0.12):
            text += self.tag('define "two"') + self.block(1) + self.tag("end")
        return self.damage(text) if self.chance(self.wild * 3) else text

    def damage(self, text: str) -> str:
        """Return the text with one small mistake."""
        at = self.random.randrange(len(text) + 1)
        cut = self.random.randint(0, 3)
        junk = [
            "",
            "{{",
            "}}",
            "(",
            ")",
            "|",
            "$",
            ".",
            '"',
            "`",
            "'",
            "end",
            "{{end}}",
            "{{else}}",
            "{{break}}",
            ":=",
            ",",
            "%",
            "é",
            "\n",
            "-",
            " -}}",
            "{{- ",
            "nil",
            "=",
            "/*",
            "0x",
            "$x",
            ".5",
            "€",
            "\x01",
            "{{if}}",
            '{{define "d"}}',
            "{{template}}",
            "1+2",
        ]
        return text[:at] + self.pick(junk) + text[at + cut :]


PARTIALS = [
    ("one", "[{{.}}]"),
    ("three", "{{with .}}<{{.}}>{{else}}none{{end}}{{$x := 1}}{{$x}}"),
    ("two", "{{range $i, $e := list 1 2}}{{$i}}:{{$e}} {{end}}"),
]


def templates(seed: int, count: int) -> list[str]:
    """Return that many generated templates."""
    generator = Generator(seed)
    return [generator.template() for _number in range(count)]
