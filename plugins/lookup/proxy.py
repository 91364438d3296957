# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: proxy
author:
  - The meshops.istio founders (@meshops)
version_added: 0.2.0
short_description: Render the proxies of an Istio mesh into workloads
description:
  - Puts Istio's proxy into workloads, exactly as C(istioctl kube-inject) or the injector of a control plane would. That is the sidecar of
    an application, the router of a gateway (template V(gateway), image V(auto)), or what else the injector has a template for.
  - Makes the workloads of gateways and waypoints of the Gateway API, as istiod does.
  - Works offline, with the charts of a release or with the configuration exported from a control plane. With O(live) a cluster is asked.
  - Says why a workload gets no proxy, as a warning, and in detail with O(output=report).
options:
  _terms:
    description:
      - What to inject. An object as a dictionary, a list of objects, YAML as a text of several lines, or the path of a file with one or many
        documents. A relative path is looked for as Ansible does for files, such as in C(files/) of a role.
      - Deployments, StatefulSets, DaemonSets, ReplicaSets, ReplicationControllers, Jobs, CronJobs, Pods and DeploymentConfigs get a proxy,
        also as items of a List. Other objects are returned as they are.
      - A Gateway of the Gateway API is followed by what istiod makes of it (ServiceAccount, Deployment, Service).
      - A dictionary with the only key C(waypoint) stands for the Gateway that C(istioctl waypoint generate) makes, with what istiod makes
        of it. Below the key there may be C(name), C(namespace), C(for) (V(service), V(workload), V(all) or V(none)) and C(revision).
    type: list
    elements: raw
    required: true
  policy:
    description:
      - Which workloads get a proxy.
      - V(kube_inject) means all that do not refuse, by label or annotation C(sidecar.istio.io/inject), as C(istioctl kube-inject) has it.
        Who names workloads to a lookup wants them injected, whatever the labels of a namespace that may not even exist yet.
      - V(webhook) means those that the control plane's webhook would inject when their pods are created, which the labels of namespaces
        (O(namespaces), O(members)) and pods, the injector's selectors and its policy decide. Pods are seen as their controllers make them.
    type: str
    choices: [kube_inject, webhook]
    default: kube_inject
  namespace:
    description:
      - Namespace of workloads that name none. For O(policy=webhook) and O(live) it is V(default) by default.
      - On OpenShift the proxy's user is that of this namespace, as far as O(namespaces) has it. What is not known is warned of.
    type: str
    default: ''
    vars: []
  namespaces:
    description:
      - What is known of namespaces, as Namespace objects or as dictionaries with C(name), C(labels) and C(annotations).
      - Labels decide on injection with O(policy=webhook). On OpenShift, annotations have the user ids that the proxy runs with.
    type: list
    elements: dict
    default: []
  members:
    description:
      - Namespaces of the mesh's applications, as for P(meshops.istio.control_plane#lookup), whose labels count like those of O(namespaces).
    type: list
    elements: raw
    vars:
      - name: mesh_members
  injector_config:
    description:
      - The injector's configuration, key C(config) of ConfigMap C(istio-sidecar-injector), in place of that of a release. As a text, the path
        of a file, a mapping, or the ConfigMap itself.
      - A list of objects, such as that of a query for ConfigMaps, may have the whole configuration.
    type: raw
  injector_values:
    description:
      - The injector's values, key C(values) of ConfigMap C(istio-sidecar-injector), in the same forms.
    type: raw
  injector_mesh_config:
    description:
      - The mesh configuration, key C(mesh) of ConfigMap C(istio), in the same forms.
    type: raw
  from_cluster:
    description:
      - Take the injector's configuration from the control plane of O(revision) in O(mesh_namespace) of a cluster. It is read once, and
        everything else happens offline.
    type: bool
    default: false
  live:
    description:
      - Have the cluster's own injector do it, by a dry run of a pod of each workload. Nothing is created. Namespaces and service accounts
        must be there, and creating pods must be allowed.
      - What the API server itself and other webhooks change is left out of the result.
      - Gateways of the Gateway API are made from the configuration that the cluster's control plane has.
    type: bool
    default: false
  native_sidecars:
    description:
      - Whether the proxy is an init container that keeps running. A pod's annotation C(sidecar.istio.io/nativeSidecar) counts more.
      - V(auto) does what the control plane does, which goes by its variable C(ENABLE_NATIVE_SIDECARS) and, since Istio 1.27, by
        O(kubernetes_version), being on from 1.33. Without a version there are none, as with C(istioctl kube-inject).
    type: str
    choices: [auto, 'true', 'false']
    default: auto
  templates:
    description:
      - Templates for pods that choose none by annotation C(inject.istio.io/templates). By default V(sidecar), and with O(policy=webhook)
        those of the injector.
    type: list
    elements: str
    default: []
  cluster:
    description:
      - Name of the cluster that the proxies say they are in, as in the URL of a webhook of another cluster.
    type: str
    default: ''
  network:
    description:
      - Network that the proxies say they are in, as in the URL of a webhook of another cluster.
    type: str
    default: ''
  gateway_config_maps:
    description:
      - ConfigMaps that change what is made of Gateways, as their C(infrastructure.parametersRef) or the label
        C(gateway.istio.io/defaults-for-class) says. Those among the terms count as well.
    type: list
    elements: dict
    default: []
  operator:
    description:
      - IstioOperator documents, which describe the mesh instead of O(components), as for P(meshops.istio.control_plane#lookup).
      - The injector's configuration is that of the control plane that they describe. With O(from_cluster), O(live) and O(injector_config)
        they say its revision and namespace.
    type: raw
    vars:
      - name: mesh_operator
  mesh_namespace:
    description:
      - Namespace of the control plane.
    type: str
    default: istio-system
    vars:
      - name: mesh_namespace
  quiet:
    description:
      - Do not warn of workloads that get no proxy.
    type: bool
    default: false
  output:
    description:
      - V(objects) returns one dictionary an object, V(yaml) returns one text with all of them, and V(report) returns for each workload and
        Gateway what was done and why.
    choices: [objects, yaml, report]
extends_documentation_fragment:
  - meshops.istio.release
  - meshops.istio.rendered
  - meshops.istio.cluster
seealso:
  - plugin: meshops.istio.control_plane
    plugin_type: lookup
  - plugin: meshops.istio.gateway
    plugin_type: lookup
  - module: meshops.istio.mesh_objects
"""

EXAMPLES = r"""
- name: Apply an application with its sidecars, without an injector
  meshops.istio.mesh_objects:
    name: shop
    namespace: shop
    objects: "{{ query('meshops.istio.proxy', 'shop.yaml', charts='/srv/istio-1.31.1') }}"

- name: Show why pods of a namespace would get no proxy
  ansible.builtin.debug:
    msg: "{{ query('meshops.istio.proxy', deployment, policy='webhook', output='report',
      namespaces=[{'name': 'shop', 'labels': {'istio-injection': 'enabled'}}]) }}"

- name: Inject with the configuration of a control plane, exported to files
  ansible.builtin.copy:
    dest: web-injected.yaml
    mode: "0644"
    content: "{{ lookup('meshops.istio.proxy', 'web.yaml', injector_config='injector.yaml', injector_values='values.json',
      injector_mesh_config='mesh.yaml', output='yaml') }}"

- name: Compare with what the cluster's own injector makes of it
  ansible.builtin.assert:
    that: >-
      query('meshops.istio.proxy', deployment, live=true)
      == query('meshops.istio.proxy', deployment, from_cluster=true, policy='webhook')

- name: Write a waypoint for a namespace
  ansible.builtin.copy:
    dest: waypoint.yaml
    mode: "0644"
    content: "{{ lookup('meshops.istio.proxy', {'waypoint': {'namespace': 'shop', 'for': 'service'}}, profile='ambient',
      output='yaml') }}"
"""

RETURN = r"""
_raw:
  description:
    - The objects in the order of the terms, or one text with all of them.
    - With O(output=report) a dictionary for each workload and Gateway, with C(kind), C(name), C(namespace), C(source) (term or file and line),
      C(injected), C(code) and C(reason) (why, or why not, for programs and for people), C(revision), C(templates), C(webhook) and C(warnings).
  type: list
  elements: raw
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.desired import identified
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.documents import Document
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.exports import (
    OPTIONS as EXPORTS,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.proxies import (
    REQUEST_OPTIONS,
    Proxies,
    Request,
    render_proxies,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inject.terms import (
    read_file,
    read_terms,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import MeshError
from ansible_collections.meshops.istio.plugins.plugin_utils._lookup import MeshLookup

_CONNECTION = (
    "kubeconfig",
    "context",
    "host",
    "api_key",
    "username",
    "password",
    "validate_certs",
    "ca_cert",
    "client_cert",
    "client_key",
    "proxy",
    "no_proxy",
    "impersonate_user",
    "impersonate_groups",
)


class LookupModule(MeshLookup):
    """Renders proxies into workloads, and workloads for gateways."""

    lists_are_terms = True

    def answer(self, terms: list[Any]) -> list[Any]:
        """The objects that the terms stand for, with proxies."""
        mesh = self.mesh_options()
        request = Request.from_options(
            {name: self.value(name) for name in REQUEST_OPTIONS},
            mesh,
            facts=self.facts(),
            cache_dir=self.cache_dir(),
            base_dir=self.base_dir(mesh),
            read=lambda path: read_file(path, self._find, "the injector's configuration"),
        )
        documents = read_terms(terms, self._find)
        if request.needs_cluster:
            made = self._with_cluster(documents, request)
        else:
            made = render_proxies(documents, request)
        if not self.value("quiet"):
            self.warn(made.warnings)
        if self.value("output") == "report":
            return [report.as_dict() for report in made.reports]
        return self.output(made.objects)

    def mesh_options(self) -> dict[str, Any]:
        """Those of the mesh; here `namespace` by itself is the workloads'."""
        options = {**super().mesh_options(), "namespace": self.value("mesh_namespace")}
        elsewhere = any(map(self.value, ("from_cluster", "live", *EXPORTS)))
        if not (elsewhere and options.get("operator")):
            return options
        mesh = identified(options, base_dir=self.base_dir(options), prefix="")
        return {**options, "revision": mesh.revision, "namespace": mesh.namespace}

    def _with_cluster(self, documents: list[Document], request: Request) -> Proxies:
        # Offline, nothing of a cluster is even loaded.
        from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
        from ansible_collections.meshops.istio.plugins.module_utils._kube.config import (
            ConnectionOptions,
            load_connection,
        )
        from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import KubeError

        given: Mapping[str, Any] = {name: self.value(name) for name in _CONNECTION}
        try:
            with Client(load_connection(ConnectionOptions.from_params(given))) as client:
                return render_proxies(documents, request, client)
        except KubeError as error:
            raise MeshError(str(error)) from None

    def _find(self, path: str) -> str | None:
        found = self.find_file_in_search_path(self._variables, "files", path, ignore_missing=True)
        return str(found) if found else None
