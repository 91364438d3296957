"""Nothing secret in what plays print and return, at the highest verbosity and with differences."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.integration.mesh import Variables, small_mesh
from tests.integration.openshift_login import Login, openshift_login
from tests.integration.plays import ROOT, Play, play
from tests.integration.sources.registries import make_authority
from tests.labs import Cluster

pytestmark = [pytest.mark.lab, pytest.mark.reference]

NAME, PASSWORD = "installer", "correct-horse-battery"
INVENTORY = ROOT / "inventories" / "openshift-lab"
PURGE: Variables = {"mesh_uninstall": "purge", "mesh_uninstall_crds": True}
LOUD = ("-vvvv", "--diff")
NO_LOGIN = ("mesh_username", "mesh_password", "mesh_host", "mesh_ca_cert")
MODULE: Variables = {"mesh_run_as_module": True}


@dataclass
class Run:
    """A mesh whose inventory has secrets, and what must not be seen of them."""

    variables: Variables
    login: Login
    folder: Path
    secrets: set[str] = field(default_factory=set)

    def hide(self, text: str) -> str:
        """Count a text of several lines, or of one, as secret, in whatever form."""
        for line in (text, *text.splitlines()):
            if len(line) > 7 and not line.startswith("-----"):
                self.secrets |= {line, base64.b64encode(line.encode()).decode()}
        return text

    def play(self, job: str, *options: str, expect: int = 0, **more: Any) -> Play:
        """Run a play as loud as it can be, and look at all it says."""
        log = self.folder / "ansible.log"
        done = play(
            job,
            {**self.variables, **more},
            *LOUD,
            *options,
            inventory=INVENTORY,
            expect=(expect,),
            env={"ANSIBLE_LOG_PATH": str(log), "ANSIBLE_DISPLAY_TRACEBACK": "always"},
        )
        said = done.output + json.dumps(done.tasks) + log.read_text(encoding="utf-8")
        log.unlink()
        for secret in (*self.secrets, *self.login.issued):
            for form in (secret, json.dumps(secret)[1:-1]):
                assert form not in said, _around(said, form)
        return done


def _around(said: str, form: str) -> str:
    at = said.index(form)
    return said[max(0, at - 400) : at + len(form) + 100]


def private_key() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    kind, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(kind, form, serialization.NoEncryption()).decode()


def routes(*more: dict[str, Any]) -> Variables:
    entry = {"name": "edge", "namespace": "istio-ingress", "routes": list(more)}
    return {"ingress_gateways": [{**entry, "values": {"service": {"type": "ClusterIP"}}}]}


@pytest.fixture(scope="module")
def run(openshift_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    folder = tmp_path_factory.mktemp("secrecy")
    users = {NAME: PASSWORD}
    with openshift_login(openshift_cluster, folder, users) as login:
        variables = small_mesh(openshift_cluster)
        del variables["mesh_kubeconfig"]
        there = {"mesh_host": login.url, "mesh_ca_cert": login.ca, "mesh_username": NAME}
        run = Run({**variables, **there, "mesh_password": PASSWORD}, login, folder)
        run.hide(PASSWORD)
        run.hide(f"{NAME}:{PASSWORD}")
        yield run


def certified(run: Run) -> dict[str, Any]:
    """A route with a certificate of its own and the key of it."""
    folder = run.folder / "route"
    folder.mkdir(exist_ok=True)
    pair = make_authority(folder)
    return {
        "host": "shop.example.com",
        "termination": "edge",
        "certificate": pair.certificate.read_text(),
        "key": run.hide(pair.key.read_text()),
    }


def test_install_change_prove_and_remove(run: Run) -> None:
    first, second = routes(certified(run)), routes(certified(run))
    try:
        run.play("install-mesh", "--check", mesh_components=first)
        run.play("install-mesh", mesh_components=first)
        done = run.play("install-mesh", mesh_components=second)
        assert "(hidden, before)" in done.output
        assert "(hidden, after)" in done.output
        run.play("verify-mesh", expect=2, mesh_components=first, **MODULE)
        run.play("install-mesh", mesh_components=first, **MODULE)
    finally:
        run.play("uninstall-mesh", **PURGE, mesh_components=second)
    assert len(run.login.issued) > 6
    assert run.login.tokens == []


@pytest.mark.parametrize("how", [{}, MODULE])
def test_password_that_is_wrong(run: Run, how: Variables) -> None:
    wrong = run.hide("a-wrong-one-indeed")
    run.login.attempts.clear()
    done = run.play("install-mesh", expect=2, mesh_password=wrong, **how)
    assert f"refuses user '{NAME}'" in done.message()
    assert len(run.login.attempts) == 1


def test_token_that_is_wrong(run: Run) -> None:
    token = run.hide("sha256~0123456789abcdefghij")
    given = {"mesh_username": None, "mesh_password": None, "mesh_api_key": token}
    done = run.play("install-mesh", expect=2, **given, **MODULE)
    assert "401 Unauthorized" in done.message()


def test_kubeconfig_as_data_and_proxy_with_a_password(openshift_cluster: Cluster, run: Run) -> None:
    document = yaml.safe_load(Path(openshift_cluster.deployer_kubeconfig).read_text())
    run.hide(document["users"][0]["user"]["client-key-data"])
    given: Variables = dict.fromkeys(NO_LOGIN)
    proxy = f"http://me:{run.hide('proxys-own-password')}@127.0.0.1:9"
    given.update(mesh_proxy=proxy, mesh_kubeconfig=document)
    done = run.play("install-mesh", expect=2, **given, **MODULE)
    assert "through the proxy 127.0.0.1:9" in done.message()
    done = run.play("install-mesh", expect=2, **{**given, "mesh_kubeconfig": yaml.dump(document)})
    assert "from_yaml" in done.message()


def test_keys_in_the_wrong_places_of_the_inventory(run: Run) -> None:
    """Complaints show what was given, but for this."""
    key = run.hide(private_key())
    wrong: list[dict[str, Any]] = [
        {"host": "a.example.com", "termination": "edge", "key": key},
        {"host": "b.example.com", "termination": "edge", "key": key[:90], "certificate": key},
        {"host": "c.example.com", "termination": "passthrough", "key": key, "keys": key},
        {"host": "d.example.com", "termination": "edge", "key": [key]},
        {"host": key, "termination": key, "path": key, "port": key, "labels": key},
    ]
    charts = {"source": "gopher://x", "password": [run.hide("of-the-chart-store")]}
    done = run.play("install-mesh", expect=2, mesh_components=routes(*wrong), mesh_charts=charts)
    for place in ("[0].certificate", "[2].key", "[3].key", "[4].termination"):
        assert f"mesh_components.ingress_gateways[0].routes{place}" in done.message()
