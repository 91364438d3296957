"""What users may write as mesh_charts, and what it means."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.address import (
    OFFICIAL_REPOSITORY,
    read_addresses,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._fetch.errors import FetchError
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.options import check_options
from ansible_collections.meshops.istio.plugins.plugin_utils._release.load import DEFAULT_CHARTS

DIGEST = f"sha256:{'0' * 64}"


@pytest.mark.parametrize(
    ("text", "kind", "host", "path", "chart", "tag", "digest"),
    [
        (DEFAULT_CHARTS, "oci", "ghcr.io", "istio/release/charts", "", "", ""),
        ("oci://r:5000/a/b/", "oci", "r:5000", "a/b", "", "", ""),
        ("oci://r/a/istiod", "oci", "r", "a/istiod", "istiod", "", ""),
        ("oci://r/a/base:1.31.1", "oci", "r", "a/base", "base", "1.31.1", ""),
        (f"oci://r/base:1@{DIGEST}", "oci", "r", "base", "base", "1", DIGEST),
        ("oci://[::1]:5000/a", "oci", "[::1]:5000", "a", "", "", ""),
        ("https://h/a/istio.tar.gz", "archive", "h", "/a/istio.tar.gz", "", "", ""),
        ("https://h/a.TGZ?x=y", "archive", "h", "/a.TGZ", "", "", ""),
        ("https://h/charts", "repository", "h", "/charts", "", "", ""),
    ],
)
def test_kinds(
    text: str, kind: str, host: str, path: str, chart: str, tag: str, digest: str
) -> None:
    address = read_addresses({"source": text}, "mesh_charts").places[0]
    found = (address.kind, address.host, address.path, address.chart, address.tag, address.digest)
    assert found == (kind, host, path, chart, tag, digest)


def test_only_the_official_registry_has_a_mirror_by_itself() -> None:
    def mirrors(**charts: Any) -> list[str]:
        return [place.text for place in read_addresses(charts, "mesh_charts").places[1:]]

    assert mirrors(source=DEFAULT_CHARTS) == [OFFICIAL_REPOSITORY]
    assert mirrors(source=f"{DEFAULT_CHARTS}/") == [OFFICIAL_REPOSITORY]
    assert mirrors(source=DEFAULT_CHARTS, mirrors=[]) == []
    assert mirrors(source="oci://r/a") == []
    assert mirrors(source="oci://r/a", mirrors=["oci://s/a", {"source": "https://t/a"}]) == [
        "oci://s/a",
        "https://t/a",
    ]


@pytest.mark.parametrize(
    ("charts", "words"),
    [
        ({"source": "https://me:s3cret@h/a"}, "has a user name or password in it"),
        ({"source": "oci://me:s3cret@h/a"}, "has a user name or password in it"),
        ({"source": "oci://h"}, "names no repository"),
        ({"source": "oci://h/A"}, "names no repository"),
        ({"source": "oci://h/../a"}, "names no repository"),
        ({"source": "oci:///a"}, "names no host"),
        ({"source": "https://h:port/a"}, "names no host"),
        ({"source": "oci://h/a:1.31.1"}, "Leave it out: the tag is mesh_version"),
        ({"source": "oci://h/a", "mirrors": ["/srv"]}, r"mirrors\[0\]: '/srv' is no address"),
        ({"source": "oci://h/a", "ca_cert": "/no/such"}, "charts.ca_cert: there is no readable"),
        ({"source": "oci://h/a", "keyring": "/no/such"}, "charts.keyring: there is no readable"),
    ],
)
def test_what_makes_no_sense_is_told(charts: dict[str, Any], words: str) -> None:
    with pytest.raises(FetchError, match=words) as caught:
        read_addresses(charts, "mesh_charts")
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("charts", "words"),
    [
        (
            {"source": "oci://h/a", "user": "x"},
            "mesh_charts.user: no such key; did you mean username",
        ),
        ({"digest": DIGEST}, "mesh_charts.source: is missing"),
        ({"source": "a", "password": "s3cret"}, "mesh_charts.username: is missing"),
        ({"source": "a", "username": "u", "password": 4711}, "mesh_charts.password: must be text"),
        ({"source": "a", "validate_certs": "maybe"}, "must be true or false"),
        ({"source": "a", "timeout": -1}, "must be a number of seconds"),
        (
            {"source": "a", "mirrors": [{"digest": DIGEST}]},
            r"mesh_charts.mirrors[0].digest: no such",
        ),
    ],
)
def test_keys_are_checked(charts: dict[str, Any], words: str) -> None:
    problems = "\n".join(str(problem) for problem in check_options({"charts": charts}))
    assert words in problems
    assert "s3cret" not in problems
    assert "4711" not in problems


def test_an_access_does_not_show_its_password(tmp_path: Path) -> None:
    source = {"source": "oci://h/a", "username": "u", "password": "s3cret"}
    assert "s3cret" not in repr(read_addresses(source, "mesh_charts"))
