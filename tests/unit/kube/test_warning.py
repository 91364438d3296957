"""Warning headers, as the API server writes them (RFC 7234, 5.5)."""

from __future__ import annotations

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._kube.warning import parse_warnings


@pytest.mark.parametrize(
    ("header", "texts"),
    [
        ('299 - "old, very old"', ["old, very old"]),
        ('299 - "a", 299 apiserver "b"', ["a", "b"]),
        (r'299 - "use the \"x\" field \\ instead"', ['use the "x" field \\ instead']),
        ('299 - "na\u00c3\u00afve"', ["naïve"]),
        ('299 - "bad \u00ff byte"', ["bad \ufffd byte"]),
        ('110 proxy "Response is Stale"', []),
        ('299 - "cut off', []),
        ("", []),
    ],
)
def test_parse(header: str, texts: list[str]) -> None:
    assert parse_warnings(header) == texts
