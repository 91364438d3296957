"""Whole charts against the real ``helm template``: text, or refusal of the same input."""

from __future__ import annotations

import difflib
import json
import subprocess
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._helm.chart import Chart
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.errors import HelmError
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.load import load_chart
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.release import (
    Capabilities,
    Release,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.render import render
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.strvals import set_path
from ansible_collections.meshops.istio.plugins.plugin_utils._helm.values import (
    merge_values,
    read_values,
)
from tests import figures, reference
from tests.differential.helm_cases import CHARTS, SHARES, Case, generated, shipped

pytestmark = pytest.mark.reference

KUBE = "1.34.2"
SEED = 20261121


def by_helm(helm: Path, folder: Path, case: Case, work: Path) -> tuple[str | None, str]:
    """Return what helm prints, or None and its error."""
    command = [str(helm), "template", "rel", str(folder), "-n", "mesh", "--kube-version", KUBE]
    for index, values in enumerate(case.values):
        file = work / f"{index}.yaml"
        file.write_text(json.dumps(values))
        command += ["-f", str(file)]
    for expression in case.sets:
        command += ["--set", expression]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout if done.returncode == 0 else None), done.stderr


def by_us(chart: Chart, case: Case) -> tuple[str | None, str]:
    """Return what we print, or None and our error."""
    try:
        values = merge_values(*(read_values(json.dumps(one), "case") for one in case.values))
        for expression in case.sets:
            values = set_path(values, expression)
        return render(chart, Release("rel", "mesh"), values, Capabilities(KUBE)).text(), ""
    except HelmError as error:
        return None, str(error)


def differences(charts: Path, cases: Iterable[Case], tmp_path: Path) -> tuple[int, list[str]]:
    """Render every case with both; return how many there were and a report for each difference."""
    helm = reference.helm_path()
    loaded = {name: load_chart(charts / folder) for name, folder in CHARTS.items()}
    numbered = list(enumerate(cases))

    def theirs(item: tuple[int, Case]) -> tuple[str | None, str]:
        work = tmp_path / str(item[0])
        work.mkdir()
        return by_helm(helm, charts / CHARTS[item[1].chart], item[1], work)

    reports: list[str] = []
    with ThreadPoolExecutor(2) as pool:
        for (_number, case), (wanted, said) in zip(
            numbered, pool.map(theirs, numbered), strict=True
        ):
            found, our_error = by_us(loaded[case.chart], case)
            if found != wanted:
                reports.append(_report(case, found, wanted, our_error, said))
    return len(numbered), reports


def _report(
    case: Case, found: str | None, wanted: str | None, our_error: str, their_error: str
) -> str:
    head = f"{case.chart} {case.label} {json.dumps(case.values)} {case.sets}"
    if found is None or wanted is None:
        return f"{head}\n  ours: {our_error or 'rendered'}\n  helm: {their_error or 'rendered'}"
    lines = difflib.unified_diff(wanted.split("\n"), found.split("\n"), "helm", "ours", n=1)
    return head + "\n" + "\n".join(list(lines)[:30])


def check(name: str, total: int, reports: list[str]) -> None:
    figures.record(name, total - len(reports), total)
    assert not reports, f"{len(reports)} of {total} differ:\n" + "\n\n".join(reports[:5])


def test_profiles_platforms_and_versions(tmp_path: Path) -> None:
    charts = reference.charts_dir() / "charts"
    total, reports = differences(charts, shipped(charts), tmp_path)
    check("helm template, every profile, platform and compatibility version", total, reports)


def test_generated_values(tmp_path: Path) -> None:
    charts = reference.charts_dir() / "charts"
    total, reports = differences(charts, generated(charts, SEED, SHARES), tmp_path)
    assert total >= 300
    check("helm template, generated value sets", total, reports)
