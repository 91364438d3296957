from __future__ import annotations

import os
import re
import sys
import time
from pathlib import Path

import pytest

from tests import run
from tests.runner import Result, Runner, Step


def script(text: str) -> tuple[str, ...]:
    return (sys.executable, "-c", text)


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path, tmp_path)


def test_a_plain_step_is_one_test_and_keeps_its_log(runner: Runner) -> None:
    good = Step("good one", "lint", script("print('fine')"))
    bad = Step("bad one", "lint", script("import sys; sys.exit('broken')"))

    results = {result.step.name: result for result in runner.run([good, bad])}

    assert (results["good one"].passed, results["good one"].failed) == (1, 0)
    assert (results["bad one"].passed, results["bad one"].failed) == (0, 1)
    assert "fine" in results["good one"].log.read_text()
    assert "broken" in results["bad one"].log.read_text()


def test_a_step_that_only_prepares_counts_when_it_fails(runner: Runner) -> None:
    good = Step("good", "build", script("print('built')"), prepares=True)
    bad = Step("bad", "build", script("raise SystemExit(1)"), after="good", prepares=True)

    results = runner.run([good, bad])

    assert [(result.passed, result.failed) for result in results] == [(0, 0), (0, 1)]


def test_pytest_steps_count_each_test(runner: Runner, tmp_path: Path) -> None:
    (tmp_path / "test_three.py").write_text(
        "import pytest\n"
        "def test_a(): pass\n"
        "def test_b(): assert 0\n"
        "def test_c(): pytest.skip('no helm here')\n"
    )
    command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path))

    (result,) = runner.run([Step("three", "unit", command, junit=True)])

    assert (result.passed, result.failed, result.skipped) == (1, 1, 1)
    assert result.reasons == {"no helm here": 1}


def test_a_pytest_step_that_dies_without_report_fails(runner: Runner) -> None:
    (result,) = runner.run([Step("dies", "unit", script("import os; os._exit(3)"), junit=True)])

    assert (result.passed, result.failed) == (0, 1)


def test_after_waits_for_the_other_step_even_if_it_fails(runner: Runner, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    first = Step(
        "first",
        "build",
        script(f"import time; time.sleep(0.3); open({str(mark)!r}, 'w'); raise SystemExit(1)"),
    )
    second = Step("second", "unit", script(f"open({str(mark)!r})"), after="first")

    results = runner.run([second, first])

    assert [result.step.name for result in results] == ["first", "second"]
    assert results[1].passed == 1


def test_a_step_over_its_time_is_ended_with_its_children(runner: Runner, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    text = (
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"open({str(pid)!r}, 'w').write(str(child.pid))\n"
        "child.wait()"
    )

    (result,) = runner.run([Step("hangs", "unit", script(text), timeout=1.0)])

    assert result.failed == 1
    assert "time limit" in result.log.read_text()
    assert ended(int(pid.read_text()))


def ended(pid: int) -> bool:
    """Whether a process ends within two seconds; one that nobody collects counts as ended."""
    for _attempt in range(20):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        state = Path(f"/proc/{pid}/stat")
        if state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.1)
    return False


def result_of(tmp_path: Path, passed: int, failed: int, skipped: int) -> Result:
    log = tmp_path / "step.log"
    log.write_text("what went wrong\n")
    step = Step("step", "unit", ())
    return Result(step, log, int(failed > 0), 1.0, passed, failed, skipped)


@pytest.mark.parametrize(
    ("counts", "line", "code"),
    [
        ((3, 0, 0), "3 passed, 0 failed", 0),
        ((3, 0, 2), "3 passed, 0 failed, 2 skipped", 0),
        ((3, 1, 0), "3 passed, 1 failed", 1),
        ((0, 0, 2), "0 passed, 0 failed, 2 skipped", 1),
    ],
)
def test_the_last_line_is_the_summary(
    counts: tuple[int, int, int],
    line: str,
    code: int,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MESHOPS_FIGURES", str(tmp_path))

    assert run.report([result_of(tmp_path, *counts)], 60.0) == code

    output = capsys.readouterr().out
    assert output.splitlines()[-1] == line
    assert ("what went wrong" in output) == (code == 1 and counts[1] > 0)


@pytest.mark.parametrize(
    ("group", "names"),
    [
        ("integration", [run.LAB, "integration tests"]),
        ("differential", [run.LAB, run.REFERENCES, "differential tests"]),
    ],
)
def test_selecting_a_group_brings_what_it_comes_after(group: str, names: list[str]) -> None:
    assert [step.name for step in run.select(run.all_steps(), [group])] == names


def test_an_unknown_group_is_named() -> None:
    with pytest.raises(SystemExit, match=re.escape("no group lnit")):
        run.select(run.all_steps(), ["lnit"])


def test_a_cluster_of_the_users_is_out_of_reach() -> None:
    environment = {"KUBECONFIG": "/prod", "K8S_AUTH_HOST": "https://prod", "PATH": "/bin"}

    run.forget_clusters(environment)

    assert environment == {"PATH": "/bin"}
