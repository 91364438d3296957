"""The command line: what it prints, its exit codes, and a cluster of the user's own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from lab import cli
from lab.cluster import Lab
from lab.paths import REPOSITORY
from tests.labs import Cluster

pytestmark = pytest.mark.lab


def test_status_tells_health_and_where_things_are(
    cluster: Cluster, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["status", "--name", cluster.lab.name]) == 0
    text = capsys.readouterr().out
    for part in ("kube-apiserver", "healthy", cluster.kubeconfig, str(cluster.audit_log)):
        assert part in text


def test_status_of_a_lab_that_is_not_up_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["status", "--name", "nobody"]) == 1
    assert "Lab nobody is not up" in capsys.readouterr().out


@pytest.mark.parametrize("user", ["admin", "cluster-admin", "deployer"])
def test_kubeconfig_prints_a_path_that_kubectl_takes(cluster: Cluster, user: str) -> None:
    command = [sys.executable, "-m", "lab", "kubeconfig", "--user", user]
    printed = subprocess.check_output(
        [*command, "--name", cluster.lab.name], text=True, cwd=REPOSITORY
    )
    who = cluster.kubectl("auth", "whoami", f"--kubeconfig={printed.strip()}")
    assert f"meshops-{user}" in who


def test_kubeconfig_of_a_lab_that_is_not_up_says_how_to_start_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["kubeconfig", "--name", "nobody"]) == 1
    assert "make lab-up NAME=nobody" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["", "Upper", "../up", "a" * 41, "-a"])
def test_names_that_are_no_names_are_refused(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["up", f"--name={name}"]) == 1
    assert "lower-case letters" in capsys.readouterr().err


@pytest.mark.parametrize("variable", ["KUBECONFIG", "K8S_AUTH_KUBECONFIG"])
def test_ensure_takes_the_users_own_cluster_and_starts_nothing(
    variable: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for other in ("KUBECONFIG", "K8S_AUTH_KUBECONFIG"):
        monkeypatch.delenv(other, raising=False)
    own = tmp_path / "config"
    monkeypatch.setenv(variable, str(own))
    arguments = ["ensure", "--name", "nobody"]
    assert cli.main(arguments) == 1
    assert "no such file" in capsys.readouterr().err
    own.touch()
    assert cli.main(arguments) == 0
    assert capsys.readouterr().out == f"{own}\n"
    assert not Lab("nobody").folder.exists()


def test_ensure_gives_a_lab_to_those_who_have_no_cluster(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for other in ("KUBECONFIG", "K8S_AUTH_KUBECONFIG"):
        monkeypatch.delenv(other, raising=False)
    assert cli.main(["ensure", "--name", cluster.lab.name]) == 0
    assert capsys.readouterr().out == f"{cluster.kubeconfig}\n"


def test_an_unknown_target_is_named_with_those_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["build", "hlem"]) == 1
    assert "no target 'hlem': there are cluster, pki" in capsys.readouterr().err
