"""Every template file of real Istio charts through our parser and Go's."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.errors import TemplateError
from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.parser import parse
from tests import figures
from tests.differential import oracle

pytestmark = pytest.mark.reference

NAME = "text/template, template files of Istio's charts parsed"


class _AnyFunction:
    """Knows every function: which there are is tested with the renderer."""

    def __contains__(self, name: object) -> bool:
        return name not in ("break", "continue")


def chart_folders() -> list[Path]:
    from lab import build
    from lab.targets import TARGETS

    targets = [target for name, target in TARGETS.items() if name.startswith("charts-")]
    return [folder for target in targets if (folder := build.find(target)) is not None]


def test_template_files_of_charts() -> None:
    path = oracle.require(NAME)
    files = [
        file
        for folder in chart_folders()
        for file in sorted(folder.glob("**/templates/**/*"))
        if file.is_file()
    ]
    if not files:
        figures.record(NAME, 0, 0, skipped=1)
        pytest.skip("no charts are built: python -m lab build charts")
    texts = [file.read_text(encoding="utf-8") for file in files]
    requests = [
        {"templates": [{"name": "t", "text": text}], "execute": "no such template"}
        for text in texts
    ]
    wrong: list[str] = []
    for file, text, answer in zip(files, texts, oracle.ask(path, requests), strict=True):
        parsed = "no template" in answer["error"]
        try:
            parse("t", text, _AnyFunction())
            ours = True
        except TemplateError:
            ours = False
        if ours != parsed:
            wrong.append(f"{file}: Go says {answer['error']}")
    figures.record(NAME, len(files) - len(wrong), len(files))
    assert not wrong, "\n".join(wrong[:5])
