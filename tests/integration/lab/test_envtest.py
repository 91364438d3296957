"""Binaries of envtest (KUBEBUILDER_ASSETS) in place of the lab's own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import programs
from lab.build import build
from lab.cluster import Lab
from lab.errors import LabError
from lab.programs import Programs
from lab.targets import TARGETS

pytestmark = pytest.mark.lab


@pytest.fixture
def assets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder such as envtest's: the same programs, under their own names."""
    own = build(TARGETS["cluster"])
    for name in ("etcd", "kube-apiserver", "kubectl"):
        (tmp_path / name).symlink_to(own)
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path))
    return tmp_path


@pytest.fixture
def lab() -> Iterator[Lab]:
    made = Lab(f"test-{os.getpid()}-envtest")
    yield made
    made.down()


def commands(lab: Lab) -> dict[str, str]:
    known = lab.state()
    assert known is not None
    return {
        name: Path(f"/proc/{running.pid}/cmdline").read_bytes().split(b"\0")[0].decode()
        for name, running in known.running.items()
    }


def test_they_run_etcd_and_the_api_server_next_to_the_labs_own(assets: Path, lab: Lab) -> None:
    lab.up()
    used = commands(lab)
    assert used["etcd"] == str(assets / "etcd")
    assert used["kube-apiserver"] == str(assets / "kube-apiserver")
    assert used["kwok"] == str(build(TARGETS["cluster"]))


def test_without_the_labs_own_there_is_an_api_and_what_is_missing_is_said(
    assets: Path, lab: Lab, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = Programs(build(TARGETS["pki"]), None, assets)
    monkeypatch.setattr(programs, "provide", lambda *_platform: alone)
    lab.up()
    assert set(commands(lab)) == {"etcd", "kube-apiserver"}
    said = capsys.readouterr().err
    for name in ("kube-controller-manager", "kube-scheduler", "kwok"):
        assert f"without {name}:" in said
        assert {each.name: each.health for each in lab.status()}[name] == "absent"
    lab.kubectl("create", "configmap", "works", user="cluster-admin")


def test_a_folder_without_them_is_refused(
    tmp_path: Path, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path))
    with pytest.raises(LabError, match="no program etcd and no kube-apiserver there"):
        lab.up()
    assert not lab.folder.exists()
