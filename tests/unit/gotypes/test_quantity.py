"""Quantities; more is in tests/differential."""

from __future__ import annotations

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.quantity import canonical


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", "0"),
        ("100m", "100m"),
        ("1000m", "1"),
        ("0.5", "500m"),
        ("1.5", "1500m"),
        (".5", "500m"),
        ("2000m", "2"),
        ("1024Mi", "1Gi"),
        ("1.5Gi", "1536Mi"),
        ("1536Mi", "1536Mi"),
        ("512Ki", "512Ki"),
        ("0.5Ki", "512"),
        ("0.1Ki", "102400m"),
        ("1e3", "1e3"),
        ("1000e3", "1e6"),
        ("1000k", "1M"),
        ("-2000m", "-2"),
        (" 5 ", "5"),
        ("0.0000000001", "1n"),
        ("16Ei", "9223372036854775807"),
        ("1000E", "1"),
    ],
)
def test_canonical_form(text: str, expected: str) -> None:
    assert canonical(text) == expected


@pytest.mark.parametrize("text", ["", "a", "1ki", "1 Gi", "1e", "1Gi2", "--1", "1e99999999", "Ei"])
def test_what_is_no_quantity(text: str) -> None:
    with pytest.raises(ValueError, match=r"must be|has no|out of range"):
        canonical(text)
