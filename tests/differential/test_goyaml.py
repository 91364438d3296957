"""toYaml, fromYaml, toJson and friends against the real helm, many values in one run."""

from __future__ import annotations

import base64
import random
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.dump import dump
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.errors import GoDataError
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.gojson import dumps, loads
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.load import load
from tests import figures, reference
from tests.differential import goyaml_cases

pytestmark = pytest.mark.reference

VALUES = 5000
TEXTS = 3000


def run_helm(tmp_path: Path, lines: list[str], expression: str) -> list[str]:
    """Apply a template expression to each base64 line ($line) and return the results."""
    helm = reference.helm_path()
    chart = tmp_path / "chart"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: cases\nversion: 1.0.0\n")
    (chart / "cases.txt").write_text("\n".join(lines))
    (chart / "templates" / "out.yaml").write_text(
        '{{- range $i, $raw := .Files.Get "cases.txt" | splitList "\\n" }}\n'
        "{{- $line := b64dec $raw }}\n"
        f'r{{{{ $i }}}}: "{{{{ {expression} | b64enc }}}}"\n'
        "{{- end }}\n"
    )
    done = subprocess.run(
        [str(helm), "template", "x", str(chart)], capture_output=True, text=True, check=True
    )
    answers = yaml.load(done.stdout, yaml.CSafeLoader)
    assert len(answers) == len(lines)
    return [base64.b64decode(answers[f"r{i}"]).decode() for i in range(len(lines))]


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def swallow(function: Any, *args: Any, **kwargs: Any) -> str:
    try:
        return str(function(*args, **kwargs))
    except GoDataError:
        return ""


def compare(name: str, cases: list[Any], ours: list[str], theirs: list[str]) -> None:
    equal = sum(a == b for a, b in zip(ours, theirs, strict=True))
    figures.record(name, equal, len(cases))
    for case, our, their in zip(cases, ours, theirs, strict=True):
        assert our == their, f"case {case!r}"


def without_values(message: str) -> str:
    """Go prints the offending key and value in its own syntax at the end of two messages."""
    for known in ("yaml: invalid map key", "unsupported map key of type: %!s(<nil>)"):
        head, found, _tail = message.partition(known)
        if found:
            return head + found
    return message


@pytest.fixture(scope="module")
def values() -> list[str]:
    rng = random.Random(20261121)
    return [dumps({"v": goyaml_cases.value(rng)}) for _number in range(VALUES)]


def test_to_yaml(tmp_path: Path, values: list[str]) -> None:
    theirs = run_helm(tmp_path, [encoded(v) for v in values], "($line | fromJson).v | toYaml")
    ours = [swallow(lambda v: dump(v).removesuffix("\n"), loads(v)["v"]) for v in values]
    compare("toYaml against helm", values, ours, theirs)


def test_to_json(tmp_path: Path, values: list[str]) -> None:
    theirs = run_helm(tmp_path, [encoded(v) for v in values], "($line | fromJson).v | toJson")
    ours = [swallow(dumps, loads(v)["v"]) for v in values]
    compare("toJson against helm", values, ours, theirs)


def test_to_pretty_and_raw_json(tmp_path: Path, values: list[str]) -> None:
    some = values[:1000]
    theirs = run_helm(
        tmp_path,
        [encoded(v) for v in some],
        '(printf "%s %s" (toPrettyJson ($line | fromJson).v) (toRawJson ($line | fromJson).v))',
    )
    ours = [f"{dumps(loads(v)['v'], indent='  ')} {dumps(loads(v)['v'], html=False)}" for v in some]
    compare("toPrettyJson, toRawJson against helm", some, ours, theirs)


def test_from_yaml(tmp_path: Path) -> None:
    rng = random.Random(7)
    texts = [goyaml_cases.yaml_text(rng) for _number in range(TEXTS)]
    # A key before the text lets a document that is no map through fromYaml.
    theirs = run_helm(tmp_path, [encoded(t) for t in texts], "$line | fromYamlArray | toJson")
    theirs_maps = run_helm(
        tmp_path / "maps", [encoded(t) for t in texts], "$line | fromYaml | toJson"
    )
    ours, expected = [], []
    for text, as_list, as_map in zip(texts, theirs, theirs_maps, strict=True):
        try:
            value = load(text)
        except GoDataError as error:
            ours.append(f"error {error}")
            refused = without_values(loads(as_map).get("Error", "none"))
            # The two readers look ahead differently far, so either error of two may come first.
            if "control characters" in str(error) and refused != "none":
                refused = str(error)
            expected.append(f"error {refused}")
            continue
        ours.append(dumps(value))
        expected.append(as_list if isinstance(value, list) else as_map)
        if value is None:
            expected[-1] = "null" if as_map == "{}" else as_map
        elif not isinstance(value, (list, dict)):
            expected[-1] = ours[-1] if "cannot unmarshal" in as_map else as_map
    compare("fromYaml against helm", texts, ours, expected)
