"""Templates that do not end, and texts that take all memory, are refused at their place."""

from __future__ import annotations

import time

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._helm.errors import RenderError
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.load import load_files
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.release import Release
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.render import render

ROUNDS = "exceeded 2000000 rounds of range and calls of templates; does it end?"
LONG = "the result has more than 20000000 characters; refused"
TWICE = (
    '{{ define "a" }}{{ if gt (int .) 0 }}\n'
    '{{ CALL "a" (sub . 1) }}{{ CALL "a" (sub . 1) }}{{ end }}{{ end }}{{ CALL "a" 50 }}'
)


def refusal(template: str) -> RenderError:
    files = {
        "Chart.yaml": b"apiVersion: v2\nname: c\nversion: 1.0.0\n",
        "values.yaml": b"text: '{{ tpl .Values.text . }}'\n",
        "templates/a.yaml": template.encode(),
    }
    began = time.monotonic()
    with pytest.raises(RenderError) as caught:
        render(load_files(files, "c"), Release("r"), {})
    # Generous, as tests run beside others: without limits none of these would end.
    assert time.monotonic() - began < 60
    assert len(str(caught.value)) < 5000
    return caught.value


@pytest.mark.parametrize(
    ("template", "line", "words"),
    [
        ("a\n{{ range 100000000000 }}x{{ end }}", 2, ROUNDS),
        ("{{ range until 9000 }}{{ range until 9000 }}{{ end }}{{ end }}", 1, ROUNDS),
        ("{{ until 100000000 }}", 1, "more than 1000000 numbers asked for; refused"),
        ("{{ untilStep 0 100000000 1 }}", 1, "numbers asked for; refused"),
        (
            '{{ $x := repeat 1000000 "x" }}\n{{ range until 1000 }}\n{{ $x }}{{ end }}',
            2,
            "exceeded 100000000 characters of output; does it end?",
        ),
        ('\n\n{{ repeat 1000000000 "xx" }}', 3, LONG),
        ('{{ indent 1000000000 "x" }}', 1, LONG),
        ('{{ repeat 9000 "a" | replace "a" (repeat 9000 "b") }}', 1, LONG),
        ('{{ wrapWith 1 (repeat 9000 "b") (repeat 9000 "a") }}', 1, LONG),
        ('{{ $x := "ab" }}{{ range until 99 }}{{ $x = print $x $x }}{{ end }}', 1, LONG),
        (
            "{{ $x := list 1 }}{{ range until 99 }}{{ $x = concat $x $x }}{{ end }}",
            1,
            "the result has more than 2000000 elements; refused",
        ),
        (
            '{{ define "a" }}{{ include "a" . }}{{ end }}\n{{ include "a" . }}',
            2,
            "rendering template has a nested reference name: a",
        ),
        (
            '{{ define "a" }}{{ include "b" . }}{{ end }}{{ define "b" }}{{ include "a" . }}'
            '{{ end }}\n\n{{ include "a" . }}',
            3,
            "rendering template has a nested reference name: ",
        ),
        (
            '{{ define "a" }}{{ template "a" . }}{{ end }}\n{{ template "a" . }}',
            1,
            "exceeded maximum template depth (4000)",
        ),
        ("{{ tpl .Values.text . }}", 1, "tpl is nested more than 100 deep; does it end?"),
        (TWICE.replace("CALL", "include"), 2, ROUNDS),
        (TWICE.replace("CALL", "template"), 2, ROUNDS),
    ],
)
def test_a_template_without_end_is_refused_at_its_place(
    template: str, line: int, words: str
) -> None:
    error = refusal(template)
    assert words in str(error)
    assert f"templates/a.yaml:{line}:" in str(error)
    assert error.template == "c/templates/a.yaml"


def test_what_charts_do_is_far_below_the_limits() -> None:
    files = {
        "Chart.yaml": b"apiVersion: v2\nname: c\nversion: 1.0.0\n",
        "templates/a.yaml": (
            b'{{ define "line" }}a: {{ . }}\n{{ end }}'
            b'apiVersion: v1\nkind: A\n{{ range until 20000 }}{{ include "line" . }}{{ end }}'
        ),
    }
    rendered = render(load_files(files, "c"), Release("r"), {})
    assert len(rendered.manifests[0].text.splitlines()) == 20_002
