"""Run all checks and tests: what `make test` and CI do.

    python -m tests.run [--only lint,unit] [--list]

Needs the virtual environment of `make venv`. Steps run two at a time; the log of each is kept in
tests/output, and failed ones are shown in full at the end, before the figures and the summary.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import MutableMapping, Sequence
from pathlib import Path

from tests import figures
from tests.runner import Result, Runner, Step

ROOT = Path(__file__).resolve().parent.parent
# Checked under their import names, and not a second time as plain folders.
PLUGINS = ".build/ansible_collections/meshops/istio/plugins"
LAB = "build the lab"
REFERENCES = "build the references"


def python(*arguments: str) -> tuple[str, ...]:
    """Return the command that runs this interpreter with the arguments."""
    return (sys.executable, *arguments)


def pytest(folder: str, *options: str) -> tuple[str, ...]:
    """Return the command that runs the tests of a folder; the first 20 slowest are listed."""
    return python(
        "-m",
        "pytest",
        "-q",
        "--durations=20",
        "--color=no",
        "--continue-on-collection-errors",
        *options,
        folder,
    )


def build_lab(*options: str) -> tuple[str, ...]:
    """Return the command that builds the lab's programs; quick when they are cached."""
    return python("-m", "lab", "build", *options)


def all_steps() -> list[Step]:
    """Return the steps in the order in which they start; the slow ones first."""
    playbooks = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("playbooks/*.yml"))
    return [
        Step(LAB, "build", build_lab(), timeout=3600, prepares=True),
        Step("ruff check", "lint", ("ruff", "check", ".")),
        Step("ruff format", "lint", ("ruff", "format", "--check", ".")),
        Step("mypy", "lint", ("mypy", PLUGINS, "lab", "tests")),
        Step("python 3.9 in modules", "lint", vermin()),
        Step("yamllint", "lint", ("yamllint", "--strict", ".")),
        Step("changelog", "lint", ("antsibull-changelog", "lint")),
        Step("unit tests", "unit", pytest("tests/unit"), junit=True),
        Step(REFERENCES, "build", build_lab("--all"), LAB, timeout=3600, prepares=True),
        Step("integration tests", "integration", pytest("tests/integration"), LAB, junit=True),
        Step("molecule", "molecule", ("molecule", "test", "--all"), after=LAB),
        Step(
            "differential tests",
            "differential",
            pytest("tests/differential"),
            REFERENCES,
            junit=True,
        ),
        Step("ansible-lint", "lint", ("ansible-lint", "--nocolor")),
        Step("ansible-test sanity", "lint", python("tests/sanity.py")),
        Step(
            "playbook syntax",
            "lint",
            ("ansible-playbook", "--syntax-check", "-i", "localhost,", *playbooks),
        ),
        Step("collection archive", "lint", python("tests/archive.py")),
    ]


def vermin() -> tuple[str, ...]:
    """Return the command that finds what Python 3.9 lacks in the code that runs on hosts."""
    options = (
        "--target=3.9-",
        "--violations",
        "--eval-annotations",
        "--no-parse-comments",
        "--no-tips",
    )
    return ("vermin", *options, "plugins/modules", "plugins/module_utils")


def select(steps: Sequence[Step], only: Sequence[str]) -> list[Step]:
    """Return the steps of the named groups, and those that they come after.

    Raises SystemExit for a group that does not exist.
    """
    groups = {step.group for step in steps}
    if unknown := set(only) - groups:
        raise SystemExit(f"no group {', '.join(sorted(unknown))}; there are: {sorted(groups)}")
    wanted = {step.name for step in steps if not only or step.group in only}
    while before := {step.after for step in steps if step.name in wanted and step.after} - wanted:
        wanted |= before
    return [step for step in steps if step.name in wanted]


def report(results: Sequence[Result], seconds: float) -> int:
    """Print failed steps in full, why tests were skipped, figures and the summary line.

    Returns the exit code: 0 only if something was tested and nothing failed.
    """
    for result in results:
        if result.failed:
            print(f"\n===== {result.step.name} failed (exit code {result.code})")
            print(result.log.read_text(encoding="utf-8", errors="replace").rstrip())
    reasons: Counter[str] = Counter()
    for result in results:
        reasons.update(result.reasons)
    if reasons:
        print("\nSkipped:")
        for reason, count in reasons.most_common():
            print(f"  {count} x {reason}")
    if lines := figures.summary_lines():
        print("\nComparisons with real tools:")
        print("\n".join(f"  {line}" for line in lines))
    passed, failed, skipped = (
        sum(getattr(result, name) for result in results) for name in ("passed", "failed", "skipped")
    )
    print(f"\nLogs: tests/output; {seconds / 60:.1f} minutes in all.")
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


def forget_clusters(environment: MutableMapping[str, str]) -> None:
    """Remove what points to a cluster of the user's: tests are for labs only."""
    for name in list(environment):
        if name in ("KUBECONFIG", "mesh_kubeconfig") or name.startswith("K8S_AUTH_"):
            del environment[name]


def main(arguments: Sequence[str]) -> int:
    """Run the selected steps and report."""
    parser = argparse.ArgumentParser(description="Run the checks and tests of this collection.")
    parser.add_argument("--only", default="", help="groups, separated by commas; default: all")
    parser.add_argument("--list", action="store_true", help="list the steps and their groups")
    options = parser.parse_args(arguments)
    steps = select(all_steps(), [name for name in options.only.split(",") if name])
    if options.list:
        print("\n".join(f"{step.group:14}{step.name}" for step in steps))
        return 0
    shutil.rmtree(figures.OUTPUT, ignore_errors=True)
    figures.OUTPUT.mkdir(parents=True)
    forget_clusters(os.environ)
    os.environ["MESHOPS_FIGURES"] = str(figures.OUTPUT)
    os.environ["MESHOPS_BUILD_REFERENCES"] = "1"
    os.environ["ANSIBLE_CONFIG"] = str(ROOT / "ansible.cfg")
    start = time.monotonic()
    results = Runner(ROOT, figures.OUTPUT).run(steps)
    return report(results, time.monotonic() - start)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
