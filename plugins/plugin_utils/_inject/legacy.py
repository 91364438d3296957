# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Injection of Istio 1.7 and 1.8, whose one template gives parts to add to a pod, not a pod.

The parts are a ``SidecarInjectionSpec``: initContainers, containers, volumes, imagePullSecrets,
dnsConfig and rewriteAppHTTPProbe. Its ``podRedirectAnnot`` is left out: the webhook of these
releases never wrote it (istio#28864, 1.9), only kube-inject of 1.7 did.

The code of these releases cannot be built here to compare with. What follows was read in sources
of that time (``webhook.go``, ``inject.go``, ``app_probe.go``, between 1.6 and 1.8), and runs on the
real templates of 1.7.6 and 1.8.6. From memory and unverified: the label of the network
(:func:`_network_label`), and that both give every pod the group 1337 by default.
"""

from __future__ import annotations

import copy
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotypes.decode import decode
from ansible_collections.meshops.istio.plugins.plugin_utils._goyaml.gojson import Ordered, dumps
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.concurrency import cpus
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.context import template_data
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.gotext import (
    parse_int,
    trim_space,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.order import holds_application
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.params import LEGACY, Params
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.pods import (
    NETWORK,
    PROXY,
    REVISION,
    STATUS,
    VALIDATION,
    Container,
    Pod,
    annotations_of,
    containers_of,
    find_container,
    labels_of,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.postprocess import (
    set_environment,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.probes import (
    ENV as PROBERS_ENV,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.probes import (
    PROBES,
    STATUS_PORT,
    app_probers,
    rewrite_probes,
    rewrites_probes,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.prometheus import (
    ENV as PROMETHEUS_ENV,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.prometheus import (
    merges_metrics,
)

_POD: Final = "core/v1.Pod"
_GROUP: Final = 1337
_LISTS: Final = ("initContainers", "containers", "volumes", "imagePullSecrets")
_NETWORK_ENV: Final = "ISTIO_META_NETWORK"
_TOKEN_PATH: Final = "/var/run/secrets/kubernetes.io/serviceaccount"
_CONCURRENCY = re.compile(r"--?concurrency(?:=(?P<threads>[0-9]+))?")
_NAME: Final = "service.istio.io/canonical-name"
_VERSION: Final = "service.istio.io/canonical-revision"
# What pods without the annotation of the status are taken to have of an even older injection.
_OLDEST: Final[Mapping[str, Sequence[str]]] = {
    "initContainers": ("istio-init", "enable-core-dump"),
    "containers": ("istio-proxy",),
    "volumes": ("istio-certs", "istio-envoy"),
}


def inject_legacy(pod: Pod, params: Params) -> tuple[Pod, Pod]:
    """Return the injected pod, and a pod of nothing but the parts; both in canonical form.

    ``pod`` is in canonical form and stays unchanged. ``params.proxy_envs`` has cluster and network.
    Raises MeshError for a template that cannot be used.
    """
    pod = copy.deepcopy(pod)
    spec = pod.setdefault("spec", {})
    spec["securityContext"] = {**(spec.get("securityContext") or {}), "fsGroup": _GROUP}
    given = params.config.templates.run(LEGACY, template_data(pod, params))
    parts = _parts(given)
    proxy = find_container(PROXY, parts["containers"])
    if proxy is not None:
        _set_concurrency(proxy)
        if params.proxy_envs:
            set_environment(proxy, params.proxy_envs)
    status = _status(parts, params.config.legacy_template)
    template_pod = decode(_POD, {"spec": copy.deepcopy(parts)})
    port = int((params.mesh_config.get("defaultConfig") or {}).get("statusPort", 0))
    if proxy is not None:
        _rewrite(pod, proxy, setting=given.get("rewriteAppHTTPProbe") is True, port=port)
    annotations = {STATUS: status, **params.injected_annotations}
    if merges_metrics(params.mesh_config, annotations_of(pod)):
        annotations |= _merge_metrics(pod, proxy, port)
    _remove_earlier(pod)
    hold = holds_application(annotations_of(pod), params.mesh_config, params.values)
    _add(pod, parts, hold=hold)
    metadata = pod.setdefault("metadata", {})
    metadata["annotations"] = {**annotations_of(pod), **annotations}
    _add_labels(pod, proxy, params)
    return decode(_POD, pod), template_pod


def _parts(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of a pod's spec that the template gives, in canonical form."""
    fields = {field: given.get(field) or [] for field in _LISTS}
    fields["dnsConfig"] = given.get("dnsConfig")
    spec = decode(_POD, {"spec": fields}, from_yaml=True, where="injection template")["spec"]
    for field in ("initContainers", "containers"):
        for container in spec.get(field) or ():
            # The template writes it, but containers had no such field then; today it would make
            # init containers sidecars.
            container.pop("restartPolicy", None)
    return {field: spec.get(field) or [] for field in _LISTS} | {
        key: spec[key] for key in ("dnsConfig",) if spec.get(key) is not None
    }


def _set_concurrency(proxy: Container) -> None:
    """Tell the proxy how many threads it has: the CPUs of its limits, else of its requests."""
    if _concurrency(proxy.get("args") or []) > 0:
        return
    resources = proxy.get("resources") or {}
    for kind in ("limits", "requests"):
        threads = cpus(str((resources.get(kind) or {}).get("cpu", "0")))
        if threads > 0:
            proxy["args"] = [*(proxy.get("args") or []), "--concurrency", str(threads)]
            return


def _concurrency(args: list[str]) -> int:
    for index, argument in enumerate(args):
        found = _CONCURRENCY.fullmatch(trim_space(argument))
        if found is not None:
            following = args[index + 1] if index + 1 < len(args) else ""
            return parse_int(found["threads"] or following) or 0
    return 0


def _status(parts: Mapping[str, Any], template: str) -> str:
    """Return the annotation of the status, which names the template by its hash."""
    status = Ordered(version=hashlib.sha256(template.encode()).hexdigest())
    for field in _LISTS:
        status[field] = [item.get("name", "") for item in parts[field]] or None
    return dumps(status)


def _rewrite(pod: Pod, proxy: Container, *, setting: bool, port: int) -> None:
    """Send the HTTP probes of the containers through the agent; others stay as they are."""
    if not rewrites_probes(annotations_of(pod), setting):
        return
    containers = containers_of(pod)
    probed = [
        {
            key: value
            for key, value in container.items()
            if key in ("name", "ports") or (key in PROBES and value.get("httpGet") is not None)
        }
        for container in containers
    ]
    view: Pod = {"spec": {"containers": probed}}
    # These releases take over probes of the agent's own port, too.
    env = {"name": PROBERS_ENV, "value": dumps(app_probers(view, None))}
    proxy["env"] = [*(proxy.get("env") or []), env]
    said = annotations_of(pod).get(STATUS_PORT)
    rewrite_probes(view, port if said is None else parse_int(said) or 0)
    for container, changed in zip(containers, probed, strict=True):
        container.update(changed)


def _merge_metrics(pod: Pod, proxy: Container | None, port: int) -> dict[str, str]:
    """Return the annotations that point to the agent, after telling it what they were."""
    annotations = annotations_of(pod)
    fields = ("scrape", "path", "port")
    scrape = Ordered({name: annotations.get(f"prometheus.io/{name}", "") for name in fields})
    if proxy is not None and any(scrape.values()):
        env = {"name": PROMETHEUS_ENV, "value": dumps(scrape)}
        proxy["env"] = [*(proxy.get("env") or []), env]
    return {
        "prometheus.io/port": str(port),
        "prometheus.io/path": "/stats/prometheus",
        "prometheus.io/scrape": "true",
    }


def _remove_earlier(pod: Pod) -> None:
    """Take away what an earlier injection has added, in place."""
    names = _added_before(annotations_of(pod).get(STATUS, ""))
    spec = pod["spec"]
    for field in _LISTS:
        removed = names.get(field, ())
        spec[field] = [item for item in spec.get(field) or [] if item.get("name") not in removed]


def _added_before(status: str) -> Mapping[str, Sequence[str]]:
    """Return the names that the annotation of the status has, else those that were fixed once."""
    try:
        said = json.loads(status)
    except ValueError:
        return _OLDEST
    if not isinstance(said, dict):
        return _OLDEST
    names = {field: said.get(field) or [] for field in _LISTS}
    readable = all(
        isinstance(items, list) and all(isinstance(item, str) for item in items)
        for items in names.values()
    )
    return names if readable and any(names.values()) else _OLDEST


def _add(pod: Pod, parts: Mapping[str, Any], *, hold: bool) -> None:
    """Add the parts to the pod's spec, in place."""
    spec = pod["spec"]
    _share_token(spec["containers"], parts["containers"])
    for field in _LISTS:
        for item in parts[field]:
            name = item.get("name")
            in_front = name == VALIDATION or (name == PROXY and hold)
            in_front = in_front and field in ("initContainers", "containers")
            spec[field].insert(0 if in_front else len(spec[field]), item)
    if "dnsConfig" in parts:
        spec["dnsConfig"] = parts["dnsConfig"]


def _share_token(containers: Iterable[Container], added: Iterable[Container]) -> None:
    """Let the proxy have the token of the service account that the application mounts."""
    mounts = [mount for container in containers for mount in container.get("volumeMounts") or ()]
    mounts = [mount for mount in mounts if mount.get("mountPath") == _TOKEN_PATH][-1:]
    for container in added:
        if container.get("name") == PROXY and mounts:
            container["volumeMounts"] = [*(container.get("volumeMounts") or []), *mounts]


def _add_labels(pod: Pod, proxy: Container | None, params: Params) -> None:
    labels = labels_of(pod)
    names = (_NAME, "app.kubernetes.io/name", "app")
    versions = (_VERSION, "app.kubernetes.io/version", "version")
    added = {
        "security.istio.io/tlsMode": "istio",
        _NAME: next((labels[key] for key in names if key in labels), params.deploy_name),
        REVISION: params.revision or "default",
        _VERSION: next((labels[key] for key in versions if key in labels), "latest"),
        **_network_label(proxy, params),
    }
    kept = {key: value for key, value in labels.items() if value}
    pod["metadata"]["labels"] = {**labels, **added, **kept}


def _network_label(proxy: Container | None, params: Params) -> dict[str, str]:
    """Return the label of the proxy's network, which 1.8 sets (from memory, unverified)."""
    if params.config.release < (1, 8) or proxy is None:
        return {}
    env = {item.get("name"): item.get("value") for item in proxy.get("env") or ()}
    network = env.get(_NETWORK_ENV)
    return {NETWORK: network} if network else {}
