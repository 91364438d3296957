"""Time of lookup `control_plane`, default installation, beside `istioctl manifest generate`.

    python -m tests.bench.lookup_bench [runs]

Both write the YAML of the whole default profile. Ours are cold processes with the release cached
(`cache_dir`): the renderer alone, and the lookup with Ansible's plugin loader; a play pays for
Ansible once, not for each lookup. The last row is that loader with nothing to do.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.bench.rows import ROOT, Row, environment, run, show

_NEEDED = 20_000  # lines of YAML


def render(charts: str, cache: str) -> None:
    """Write the default installation, by the renderer alone."""
    from ansible_collections.meshops.istio.plugins.plugin_utils._desired.desired import (
        desired_state,
    )
    from ansible_collections.meshops.istio.plugins.plugin_utils._desired.output import to_yaml

    options = {"version": "1.31.1", "charts": charts}
    _write(to_yaml(desired_state(options, cache_dir=Path(cache)).objects))


def look_up(charts: str, cache: str) -> None:
    """Write the default installation, by the lookup plugin as Ansible loads it."""
    from ansible.parsing.dataloader import DataLoader
    from ansible.plugins.loader import init_plugin_loader, lookup_loader
    from ansible.template import Templar

    init_plugin_loader([str(ROOT / ".build")])
    loader = DataLoader()
    lookup = lookup_loader.get(
        "meshops.istio.control_plane", loader=loader, templar=Templar(loader=loader, variables={})
    )
    (text,) = lookup.run(
        [], variables={}, charts=charts, version="1.31.1", cache_dir=cache, output="yaml"
    )
    _write(text)


def load_plugins(_charts: str, _cache: str) -> None:
    """Load what `look_up` loads of Ansible, and do nothing."""
    from ansible.parsing.dataloader import DataLoader
    from ansible.plugins.loader import init_plugin_loader
    from ansible.template import Templar

    init_plugin_loader([str(ROOT / ".build")])
    Templar(loader=DataLoader(), variables={})


_CHILDREN = {"render": render, "look_up": look_up, "load_plugins": load_plugins}


def main() -> None:
    """Print the table."""
    from tests import reference

    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    charts = str(reference.charts_dir() / "charts")
    istioctl = [str(reference.istioctl_path()), "manifest", "generate"]
    env = environment()
    with tempfile.TemporaryDirectory() as cache:

        def child(name: str) -> list[str]:
            command = [sys.executable, "-m", "tests.bench.lookup_bench", "--child", name]
            return [*command, charts, cache]

        rows = [
            Row("istioctl manifest generate", lambda: run(istioctl, env)),
            Row("ours, renderer, cold process", lambda: run(child("render"), env)),
            Row("ours, lookup, cold process", lambda: run(child("look_up"), env)),
            Row("Ansible's plugin loader alone", lambda: run(child("load_plugins"), env)),
        ]
        show(rows, runs)


def _write(text: str) -> None:
    if text.count("\n") < _NEEDED:
        raise SystemExit("this is not a default installation")
    sys.stdout.write(text)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        _CHILDREN[sys.argv[2]](sys.argv[3], sys.argv[4])
    else:
        main()
