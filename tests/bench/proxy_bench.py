"""Time of lookup `proxy` for 100 Deployments in a call, beside ten runs of `istioctl kube-inject`.

    python -m tests.bench.proxy_bench [runs]

Each Deployment is another one: names, labels, probes, annotations and environment differ. Ours are
cold processes with the release cached (`cache_dir`), and write the YAML of all of them: the
injection alone, and the lookup with Ansible's plugin loader; a play pays for Ansible once, not for
each lookup. istioctl gets files of one Deployment, and the configuration in files, so that it asks
no cluster.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.bench.rows import ROOT, Row, environment, run, show

_COUNT = 100
_RUNS = 10
_CHILD = [sys.executable, "-m", "tests.bench.proxy_bench", "--child"]


def deployments() -> list[dict[str, Any]]:
    """A hundred Deployments, no two alike."""
    return [_deployment(number) for number in range(_COUNT)]


def inject(charts: str, cache: str, path: str) -> None:
    """Inject without Ansible."""
    from ansible_collections.meshops.istio.plugins.plugin_utils._desired.output import to_yaml
    from ansible_collections.meshops.istio.plugins.plugin_utils._inject.documents import (
        read_documents,
    )
    from ansible_collections.meshops.istio.plugins.plugin_utils._inject.injector import (
        Injector,
        Wishes,
    )
    from ansible_collections.meshops.istio.plugins.plugin_utils._inject.outcome import (
        Outcome,
        treat_documents,
    )
    from ansible_collections.meshops.istio.plugins.plugin_utils._inject.sources import from_release

    options = {"version": "1.31.1", "charts": charts}
    injector = Injector(from_release(options, cache_dir=Path(cache)), Wishes())
    documents = read_documents(Path(path).read_text(), path)
    outcomes = treat_documents(documents, injector.treat, lambda value, _: Outcome((value,)))
    _write(to_yaml([item for outcome in outcomes for item in outcome.objects]))


def look_up(charts: str, cache: str, path: str) -> None:
    """Inject by the lookup plugin as Ansible loads it."""
    from ansible.parsing.dataloader import DataLoader
    from ansible.plugins.loader import init_plugin_loader, lookup_loader
    from ansible.template import Templar

    init_plugin_loader([str(ROOT / ".build")])
    loader = DataLoader()
    lookup = lookup_loader.get(
        "meshops.istio.proxy", loader=loader, templar=Templar(loader=loader, variables={})
    )
    (text,) = lookup.run(
        [path], variables={}, charts=charts, version="1.31.1", cache_dir=cache, output="yaml"
    )
    _write(text)


def load_plugins(_charts: str, _cache: str, _path: str) -> None:
    """Load what `look_up` loads of Ansible, and do nothing."""
    from ansible.parsing.dataloader import DataLoader
    from ansible.plugins.loader import init_plugin_loader
    from ansible.template import Templar

    init_plugin_loader([str(ROOT / ".build")])
    Templar(loader=DataLoader(), variables={})


def export(charts: str, folder: str, _path: str) -> None:
    """Write the injector's configuration to the files that istioctl gets."""
    from ansible_collections.meshops.istio.plugins.plugin_utils._inject.sources import from_release

    source = from_release({"version": "1.31.1", "charts": charts})
    for name in ("config", "mesh", "values"):
        (Path(folder) / name).write_text(getattr(source, name))


_CHILDREN = {
    "export": export,
    "inject": inject,
    "look_up": look_up,
    "load_plugins": load_plugins,
}


def main() -> None:
    """Print the table."""
    from tests import reference

    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    charts = str(reference.charts_dir() / "charts")
    env = environment()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "all.yaml"
        path.write_text("---\n".join(json.dumps(item) + "\n" for item in deployments()))
        kube_inject = _kube_inject(str(reference.istioctl_path()), Path(folder))

        def ten_runs() -> str:
            for command in kube_inject:
                run(command, env)
            return ""

        def child(name: str) -> list[str]:
            return [*_CHILD, name, charts, f"{folder}/cache", str(path)]

        run([*_CHILD, "export", charts, folder, ""], env)
        rows = [
            Row(f"istioctl kube-inject, {_RUNS} runs", ten_runs),
            Row(f"ours, {_COUNT} injected, cold", lambda: run(child("inject"), env)),
            Row(f"ours, lookup, {_COUNT}, cold", lambda: run(child("look_up"), env)),
            Row("Ansible's plugin loader alone", lambda: run(child("load_plugins"), env)),
        ]
        show(rows, runs)


def _kube_inject(istioctl: str, folder: Path) -> list[list[str]]:
    """Commands that inject one Deployment each, with the same configuration as ours."""
    commands = []
    for number, item in enumerate(deployments()[:_RUNS]):
        one = folder / f"{number}.yaml"
        one.write_text(json.dumps(item))
        command = [istioctl, "kube-inject", "-f", str(one)]
        command += ["--injectConfigFile", str(folder / "config")]
        command += ["--meshConfigFile", str(folder / "mesh")]
        command += ["--valuesFile", str(folder / "values")]
        commands.append([*command, "--kubeconfig", str(folder / "none")])
    return commands


def _deployment(number: int) -> dict[str, Any]:
    name = f"service-{number}"
    labels = {"app": name, "version": f"v{number % 3}"}
    container: dict[str, Any] = {
        "name": name,
        "image": f"registry.example.com/{name}:1.{number}",
        "ports": [{"containerPort": 8080 + number, "name": "http"}],
        "env": [{"name": "NUMBER", "value": str(number)}],
        "readinessProbe": {"httpGet": {"path": f"/ready/{number}", "port": "http"}},
    }
    annotations = {"example.com/number": str(number)}
    if number % 2:
        container["livenessProbe"] = {"tcpSocket": {"port": 8080 + number}}
        annotations["sidecar.istio.io/proxyCPU"] = f"{100 + number}m"
    if number % 5 == 0:
        excluded = f"{9000 + number}"
        annotations["traffic.sidecar.istio.io/excludeInboundPorts"] = excluded
        annotations["proxy.istio.io/config"] = f"concurrency: {number % 4 + 1}\n"
    template = {
        "metadata": {"labels": labels, "annotations": annotations},
        "spec": {"containers": [container]},
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {"selector": {"matchLabels": {"app": name}}, "template": template},
    }


def _write(text: str) -> None:
    if text.count("sidecar.istio.io/status") != _COUNT:
        raise SystemExit("these are not all of them")
    sys.stdout.write(text)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        _CHILDREN[sys.argv[2]](*sys.argv[3:6])
    else:
        main()
