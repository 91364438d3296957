"""Charts of our own against the real helm: subcharts, values, kinds, files, schemas, errors."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._helm.errors import HelmError
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.load import load_chart
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.release import (
    Capabilities,
    Release,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.render import render
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.strvals import (
    set_json,
    set_path,
    set_string,
)
from tests import figures, reference
from tests.differential.helm_cases import Case
from tests.differential.helm_made_charts import CHARTS, ODD, VALUES, tgz, write
from tests.differential.test_helm import KUBE, by_helm, by_us, check

pytestmark = pytest.mark.reference

# Refused by us alone, on purpose: nothing that is new each time.
REFUSED_BY_US = {"crypto"}

SETS = [
    "a=1",
    "a=01",
    "a=0",
    "a=-5",
    "a=1.5",
    "a=true",
    "a=TRUE",
    "a=null",
    "a=",
    "a",
    "a=,b=1",
    "a=x,b=y",
    "a.b.c=1",
    "a.b=1,a.c=2",
    "a[0]=x",
    "a[2]=x",
    "a[0].b=1,a[0].c=2",
    "a[0][1]=z",
    "a={x,y}",
    "a={}",
    "a={x",
    "a={1,true,null}",
    "a=x\\,y",
    "a\\.b=1",
    "a\\=b=1",
    "a=b=c",
    "a[-1]=1",
    "a[x]=1",
    "a[99999]=1",
    "a[0]x=1",
    "a.=1",
    ".a=1",
    "=1",
    "a..b=1",
    "m.x=9",
    "m.z.q=null",
    "m=null",
    "m=text",
    "a=9223372036854775808",
    "a={x,y},b=2",
    "a={[1]}",
    'a="q"',
    "a= spaced ",
    "m[0]=1",
    "list[1]=B",
    "list[0].k=v",
    "a=+5",
    "a=1e3",
    "a=0x10",
    "a=\\",
]


def test_made_charts(tmp_path: Path) -> None:
    helm = reference.helm_path()
    total, reports = 0, []
    for name, value_sets in VALUES.items():
        write(CHARTS[name], tmp_path / name)
        chart = load_chart(tmp_path / name)
        for index, values in enumerate(value_sets):
            case = Case(name, (values,))
            work = tmp_path / f"{name}-{index}"
            work.mkdir()
            wanted, said = by_helm(helm, tmp_path / name, case, work)
            found, error = by_us(chart, case)
            total += 1
            if found != wanted:
                reports.append(f"{name} {values}\n ours {found} {error}\n helm {wanted} {said}")
    check("helm template, charts of our own", total, reports)


def test_odd_templates(tmp_path: Path) -> None:
    helm = reference.helm_path()
    reports = []
    for name, template in ODD.items():
        folder = tmp_path / name.replace(" ", "-")
        write(
            {
                "Chart.yaml": "apiVersion: v2\nname: odd\nversion: 0.1.0\n",
                "values.yaml": "n: 1000000\nbig: 12345678\na: {}\n",
                "templates/t.yaml": template,
                "templates/second.yaml": "s: {{ .Values.seen }}\n",
            },
            folder,
        )
        wanted, said = by_helm(helm, folder, Case(name), tmp_path)
        found, error = by_us(load_chart(folder), Case(name))
        if name in REFUSED_BY_US:
            assert found is None
            assert "genCA" in error
        elif found != wanted:
            reports.append(f"{name}\n ours {found} {error}\n helm {wanted} {said}")
    check("helm template, odd templates", len(ODD), reports)


def test_archive_and_crds(tmp_path: Path) -> None:
    files = CHARTS["kinds"]
    archive = tmp_path / "kinds-1.2.3.tgz"
    archive.write_bytes(tgz(files, "kinds"))
    command = [str(reference.helm_path()), "template", "rel", str(archive), "--include-crds"]
    wanted = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = render(load_chart(archive), Release("rel"), {}, Capabilities(KUBE))
    figures.record(
        "helm template, archive with CRDs", int(found.text(include_crds=True) == wanted), 1
    )
    assert found.text(include_crds=True) == wanted


@pytest.mark.parametrize(("flag", "apply"), [("--set", set_path), ("--set-string", set_string)])
def test_set(tmp_path: Path, flag: str, apply: object) -> None:
    assert callable(apply)
    compare_sets(tmp_path, flag, apply, SETS)


def test_set_json(tmp_path: Path) -> None:
    expressions = [
        "a=1",
        'a={"b":[1,null]}',
        "a=",
        'a="x",b=2',
        "a=[1,2],m.x=null",
        "a={bad",
        "list[0]=5",
        'a.b={"c":1}',
        "a=1.5,",
        "a= {} , b=3",
        "a=tru",
    ]
    compare_sets(tmp_path, "--set-json", set_json, expressions)


def compare_sets(tmp_path: Path, flag: str, apply: object, expressions: list[str]) -> None:
    assert callable(apply)
    helm = reference.helm_path()
    folder = tmp_path / "sets"
    write(
        {
            "Chart.yaml": "apiVersion: v2\nname: sets\nversion: 0.1.0\n",
            "values.yaml": "m: {x: 1, z: {q: 1}}\nlist: [a, b]\n",
            "templates/t.yaml": "v: {{ .Values | toJson | quote }}\nt: {{ typeOf .Values.a }}\n",
        },
        folder,
    )
    chart = load_chart(folder)
    reports = []
    for expression in expressions:
        command = [str(helm), "template", "rel", str(folder), flag, expression]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        wanted = done.stdout if done.returncode == 0 else None
        try:
            found = render(chart, Release("rel"), apply({}, expression), Capabilities(KUBE)).text()
            error = ""
        except HelmError as problem:
            found, error = None, str(problem)
        if found != wanted:
            reports.append(f"{expression}\n ours {found} {error}\n helm {wanted} {done.stderr}")
    check(f"helm template {flag}", len(expressions), reports)
