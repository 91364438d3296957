"""Object keys, kinds' paths, proxies and worker threads."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ConfigError
from ansible_collections.meshops.istio.plugins.module_utils._kube.kinds import Kind
from ansible_collections.meshops.istio.plugins.module_utils._kube.known_kinds import KNOWN
from ansible_collections.meshops.istio.plugins.module_utils._kube.objects import (
    ObjectKey,
    human,
    key_of,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.options import (
    connection_argument_spec,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.proxy import (
    bypasses,
    choose_proxy,
    parse_proxy,
)
from ansible_collections.meshops.istio.plugins.module_utils._kube.workers import Workers


def test_keys_and_human_form() -> None:
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "istiod", "namespace": "istio-system"},
    }
    assert key_of(deployment) == ObjectKey("apps", "Deployment", "istio-system", "istiod")
    assert human(deployment) == "Deployment istio-system/istiod"
    role = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}}
    assert str(key_of(role)) == "Namespace a"


@pytest.mark.parametrize(
    ("obj", "says"),
    [
        ({}, "without apiVersion and kind and metadata.name"),
        ({"apiVersion": "v1", "kind": "Pod", "metadata": {}}, r"metadata.name \(apiVersion: 'v1'"),
        ({"apiVersion": "v1", "kind": "Pod", "metadata": None}, "without metadata.name"),
        ({"apiVersion": 1, "kind": "Pod", "metadata": {"name": "a"}}, "without apiVersion"),
    ],
)
def test_objects_without_identity(obj: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        key_of(obj)


def test_paths() -> None:
    pod = Kind("", "v1", "Pod", "pods", True)
    assert pod.path("a", "b") == "/api/v1/namespaces/a/pods/b"
    assert pod.collection() == "/api/v1/pods"
    role = Kind("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", False)
    expected = "/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Aadmin%2Fx"
    assert role.path("ignored", "system:admin/x") == expected
    assert (role.group_kind, pod.group_kind) == ("ClusterRole.rbac.authorization.k8s.io", "Pod")
    with pytest.raises(ValueError, match="Pod b: a namespace is needed"):
        pod.path("", "b")


def test_known_kinds_hold_those_the_mesh_uses() -> None:
    assert KNOWN["networking.istio.io", "ServiceEntry"] == ("serviceentries", True)
    assert KNOWN["gateway.networking.k8s.io", "GatewayClass"] == ("gatewayclasses", False)
    assert KNOWN["security.openshift.io", "SecurityContextConstraints"][1] is False
    assert len(KNOWN) > 80


@pytest.mark.parametrize(
    ("host", "port", "no_proxy", "expected"),
    [
        ("api.example.com", 6443, "example.com", True),
        ("api.example.com", 6443, ".example.com", True),
        ("api.example.com", 6443, "*.example.com", True),
        ("apiexample.com", 6443, "example.com", False),
        ("api.example.com", 6443, "other, api.example.com:6443", True),
        ("api.example.com", 6443, "api.example.com:443", False),
        ("10.1.2.3", 6443, "10.0.0.0/8", True),
        ("10.1.2.3", 6443, "10.1.2.3", True),
        ("10.1.2.3", 6443, "11.0.0.0/8,example.com", False),
        ("fd00::1", 6443, "fd00::/8", True),
        ("fd00::1", 6443, "[fd00::1]:6443", True),
        ("fd00::1", 443, "[fd00::1]:6443", False),
        ("x", 1, "*", True),
        ("x", 1, "", False),
    ],
)
def test_no_proxy(host: str, port: int, no_proxy: str, expected: bool) -> None:
    assert bypasses(host, port, no_proxy) is expected


def choose(host: str = "h", **given: Any) -> str | None:
    values: dict[str, Any] = {"option": None, "kubeconfig": None, "no_proxy": None, "environ": {}}
    proxy = choose_proxy("https", host, 443, **{**values, **given})
    return proxy.host if proxy else None


def test_which_proxy() -> None:
    environ = {"HTTPS_PROXY": "http://env:1", "NO_PROXY": "exempt"}
    assert choose() is None
    assert choose(environ=environ) == "env"
    assert choose("exempt", environ=environ) is None
    assert choose("exempt", environ=environ, no_proxy="") == "env"
    assert choose("127.0.0.1", environ=environ) is None
    assert choose("127.0.0.1", option="http://opt:1") == "opt"
    assert choose(environ=environ, kubeconfig="http://kube:1") == "kube"
    assert choose("exempt", environ=environ, kubeconfig="http://kube:1") == "kube"
    assert choose("exempt", no_proxy="exempt", kubeconfig="http://kube:1") is None
    assert choose(kubeconfig="http://kube:1", option="opt:3128") == "opt"


def test_proxy_urls() -> None:
    proxy = parse_proxy("http://us%40er:p%3Aw@proxy:3128", "proxy")
    assert (proxy.host, proxy.port) == ("proxy", 3128)
    assert proxy.headers == (("Proxy-Authorization", "Basic dXNAZXI6cDp3"),)
    for bad in ("http://", "http://h:port"):
        with pytest.raises(ConfigError, match="proxy"):
            parse_proxy(bad, "proxy")
    for bad in ("http://us:geheim@", "us:geheim@h:port", "socks5://us:geheim@h:1"):
        with pytest.raises(ConfigError) as caught:
            parse_proxy(bad, "proxy")
        assert "geheim" not in str(caught.value)


def test_nothing_in_an_api_version_ends_the_request_line() -> None:
    evil = Kind("a b\r\nX-Evil: 1", "v1?x#y", "Foo", "foos", True)
    assert evil.collection("n") == "/apis/a%20b%0D%0AX-Evil%3A%201/v1%3Fx%23y/namespaces/n/foos"


def test_map_keeps_order_bounds_and_reuses_threads() -> None:
    workers = Workers(4)
    running, most, names = 0, 0, set()
    lock = threading.Lock()

    def work(item: int) -> int:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
            names.add(threading.current_thread().name + str(threading.get_ident()))
        time.sleep(0.005)
        with lock:
            running -= 1
        return item * 2

    for _number in range(3):
        assert workers.map(work, range(40)) == [n * 2 for n in range(40)]
    assert 2 <= most <= 4
    assert len(names) <= 4
    assert workers.map(work, []) == []
    workers.close()


def test_map_within_map_does_not_block() -> None:
    workers = Workers(3)

    def outer(item: int) -> int:
        return sum(workers.map(lambda n: n + item, range(5)))

    assert workers.map(outer, range(9)) == [10 + 5 * n for n in range(9)]
    workers.close()


def test_map_stops_at_the_first_error() -> None:
    workers = Workers(2)
    begun = []

    def work(item: int) -> None:
        begun.append(item)
        time.sleep(0.002)
        if item == 3:
            raise RuntimeError("item 3")

    with pytest.raises(RuntimeError, match="item 3"):
        workers.map(work, range(1000))
    assert len(begun) < 10
    assert workers.map(lambda n: n, [1, 2, 3]) == [1, 2, 3]
    workers.close()


def test_argument_spec_matches_the_documentation() -> None:
    import yaml

    from ansible_collections.meshops.istio.plugins.doc_fragments.connection import (
        ModuleDocFragment,
    )

    def compare(spec: dict[str, Any], documented: dict[str, Any]) -> None:
        assert spec.keys() == documented.keys()
        for name, option in spec.items():
            text = documented[name]
            assert option["type"] == text["type"], name
            assert option.get("aliases", []) == text.get("aliases", []), name
            assert option.get("elements") == text.get("elements"), name
            if "fallback" in option:
                (variable,) = option["fallback"][1]
                assert f"E({variable})" in str(text["description"]), name
            if "options" in option:
                compare(option["options"], text["suboptions"])

    options = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]
    compare(connection_argument_spec(lambda: None), options)
