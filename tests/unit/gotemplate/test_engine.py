"""The engine's own promises: clones, limits, deep nesting, chains of errors."""

from __future__ import annotations

import sys
import threading
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.engine import Engine
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.errors import (
    FunctionError,
    TemplateError,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.functions import (
    Function,
    gofunc,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.objects import Int64


class Chart:
    """A Go struct with a field, a method, and a text form."""

    go_type = "*chart.Chart"

    def go_field(self, name: str) -> Any:
        return {"Name": "istiod", "Maybe": None}[name]

    def go_method(self, name: str) -> Function | None:
        @gofunc("Has", params=(str,))
        def has(key: str) -> bool:
            return key == "x"

        @gofunc("Fail")
        def fail() -> str:
            raise FunctionError("no such file")

        methods: dict[str, Function] = {"Has": has, "Fail": fail}
        return methods.get(name)

    def go_string(self) -> str:
        return "chart!"


def engine_with_include(max_steps: int = 1_000_000) -> Engine:
    @gofunc("include", params=(str, object))
    def include(name: str, data: Any) -> str:
        return engine.execute(name, data)

    engine = Engine({"include": include}, "zero", max_steps=max_steps)
    return engine


def render(text: str, data: Any = None) -> str:
    engine = Engine({}, "zero")
    engine.parse("t", text)
    return engine.execute("t", data)


def error(text: str, data: Any = None) -> str:
    with pytest.raises(TemplateError) as caught:
        render(text, data)
    return str(caught.value)


def test_objects_with_fields_and_methods() -> None:
    data = {"c": Chart()}
    assert render('{{.c.Name}} {{.c.Has "x"}} {{"y" | .c.Has}} {{.c}}', data) == (
        "istiod true false chart!"
    )
    assert "<.c.Version>: can't evaluate field Version in type interface {}" in error(
        "{{.c.Version}}", data
    )
    assert "<.c.Has>: wrong number of args for Has: want 1 got 0" in error("{{.c.Has}}", data)
    assert "<1>: expected string; found 1" in error("{{.c.Has 1}}", data)
    assert "<.c.Fail>: error calling Fail: no such file" in error("{{.c.Fail}}", data)
    assert "Name has arguments but cannot be invoked as function" in error("{{.c.Name 1}}", data)


def test_booleans_are_no_numbers() -> None:
    assert render("{{.t}} {{printf `%d %v` 1 .t}}", {"t": True}) == "true 1 true"
    assert "incompatible types for comparison: bool and int" in error("{{eq .t 1}}", {"t": True})
    assert "range can't iterate over true" in error("{{range .t}}{{end}}", {"t": True})
    assert "cannot index slice/array with type bool" in error("{{index .l true}}", {"l": [1.0]})


def test_integers_keep_their_type() -> None:
    assert render("{{printf `%T %T` .a .b}}", {"a": Int64(1), "b": 1.0}) == "int64 float64"
    assert render("{{eq .a 1}}", {"a": Int64(1)}) == "true"


def test_nested_includes() -> None:
    """A thousand nested includes, each in some ifs and withs, work on a small C stack."""
    engine = engine_with_include()
    engine.parse(
        "down",
        '{{define "down"}}{{if .next}}{{with .next}}{{if true}}{{range $i, $x := $.one}}'
        '{{include "down" $.next}}{{end}}{{end}}{{end}}{{else}}end{{end}}.{{end}}',
    )
    data: dict[str, Any] = {"next": None, "one": [1.0]}
    for _number in range(1000):
        data = {"next": data, "one": [1.0]}
    before = sys.getrecursionlimit()
    results: list[str] = []
    threading.stack_size(512 * 1024)
    try:
        thread = threading.Thread(target=lambda: results.append(engine.execute("down", data)))
        thread.start()
        thread.join()
    finally:
        threading.stack_size(0)
    assert results == ["end" + "." * 1001]
    assert sys.getrecursionlimit() == before


@pytest.mark.parametrize("call", ['{{template "f" .}}', '{{include "f" .}}'])
def test_runaway_recursion_is_an_error(call: str) -> None:
    engine = engine_with_include()
    engine.parse("t", '{{define "f"}}{{if true}}' + call + "{{end}}{{end}}" + call)
    with pytest.raises(TemplateError) as caught:
        engine.execute("t", None)
    assert "exceeded maximum template depth (4000)" in str(caught.value)
    assert len(str(caught.value)) < 10_000
    engine.parse("u", "still fine")
    assert engine.execute("u", None) == "still fine"


def test_endless_ranges_are_bounded() -> None:
    engine = engine_with_include(max_steps=1000)
    engine.parse("t", "{{range 1000000000000}}{{range 1000000000000}}{{end}}{{end}}")
    with pytest.raises(TemplateError, match="exceeded 1000 rounds of range"):
        engine.execute("t", None)
    engine.parse("t", "{{range 1000000000000}}x{{break}}{{end}}")
    assert engine.execute("t", None) == "x"


def test_chain_of_an_error() -> None:
    engine = engine_with_include()
    engine.parse("_helpers.tpl", '{{define "name"}}\n {{.Values.a.b}}{{end}}')
    engine.parse("x.yaml", 'a:\n  {{template "mid" .}}{{define "mid"}}{{include "name" .}}{{end}}')
    with pytest.raises(TemplateError) as caught:
        engine.execute("x.yaml", {"Values": {"a": None}})
    failure = caught.value
    assert str(failure) == (
        'template: x.yaml:2:40: executing "mid" at <include "name" .>: error calling include: '
        'template: _helpers.tpl:2:10: executing "name" at <.Values.a.b>: '
        "nil pointer evaluating interface {}.b"
    )
    assert failure.reason == "nil pointer evaluating interface {}.b"
    assert [(frame.template, frame.line, frame.name) for frame in failure.chain] == [
        ("x.yaml", 2, "x.yaml"),
        ("x.yaml", 2, "mid"),
        ("_helpers.tpl", 2, "name"),
    ]


def test_clones_see_their_own_functions_and_templates() -> None:
    @gofunc("who")
    def first() -> str:
        return "first"

    @gofunc("who")
    def second() -> str:
        return "second"

    engine = Engine({"who": first})
    engine.parse("t", '{{who}} {{template "part"}}{{define "part"}}old{{end}}')
    copy = engine.clone({"who": second})
    copy.parse("more", '{{define "part"}}new{{end}}')
    assert copy.execute("t", None) == "second new"
    assert engine.execute("t", None) == "first old"


def test_nothing_is_added_by_a_text_that_cannot_be_parsed() -> None:
    engine = Engine()
    with pytest.raises(TemplateError, match='template: t:2: function "nosuch" not defined'):
        engine.parse("t", '{{define "a"}}{{end}}\n{{nosuch}}')
    assert not engine.has("a")
    assert not engine.has("t")


def test_failing_functions_of_any_kind_are_errors_of_the_template() -> None:
    @gofunc("broken", params=(object,))
    def broken(value: Any) -> Any:
        return value["a"]

    engine = Engine({"broken": broken})
    engine.parse("t", "{{broken .}}")
    with pytest.raises(TemplateError, match="error calling broken: "):
        engine.execute("t", 5)
