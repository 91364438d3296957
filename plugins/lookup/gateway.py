# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: gateway
author:
  - The meshops.istio founders (@meshops)
version_added: 0.2.0
short_description: Render gateways of an Istio mesh
description:
  - Renders the objects of gateways (Deployment, Service, ServiceAccount, Role, RoleBinding, autoscaler, disruption budget), as
    C(helm template) renders chart C(gateway) of the release. Releases before 1.12 have the charts C(istio-ingress) and
    C(istio-egress) instead, which are used then.
  - Works offline once it has the charts. Neither a cluster nor C(helm) or C(istioctl) is needed. The same input gives the same bytes.
options:
  _terms:
    description:
      - Gateways to render. A name is that of a gateway in O(components) or of the profile (V(namespace/name) if several namespaces
        have one of that name), else that of a new one with the chart's defaults.
      - A dictionary describes a gateway that need not be in O(components), with C(name), C(namespace), C(values), C(labels), C(revision),
        C(routes) (OpenShift Routes to it, which are rendered after the objects of the chart), C(kind) (V(ingress) or V(egress);
        C(egress) as a truth value is possible too), C(service_type) and C(ports).
      - With O(operator) names are those of the gateways that the documents turn on.
      - All gateways of the mesh when there is none.
    type: list
    elements: raw
  kind:
    description:
      - What new gateways are for that do not say it themselves. The Service of an egress gateway is a C(ClusterIP) one.
    type: str
    choices: [ingress, egress]
    default: ingress
  namespace:
    description:
      - Namespace of gateways that have none of their own, that of the control plane by default.
    type: str
    default: ''
    vars: []
  labels:
    description:
      - Labels of the pods and of what selects them.
    type: dict
  values:
    description:
      - Values of the chart. They come over those of a gateway in O(components), and under those of a gateway that is
        described as a dictionary. O(labels), O(service_type) and O(ports) do so, too.
    type: dict
    vars: []
  service_type:
    description:
      - Type of the Service. V(None) means no Service at all.
    type: str
    choices: [LoadBalancer, NodePort, ClusterIP, None]
  ports:
    description:
      - Ports of the Service, each with C(name), C(port) and what else a port of a Service has. They replace those of the chart.
    type: list
    elements: dict
  mesh_namespace:
    description:
      - Namespace of the control plane.
    type: str
    default: istio-system
    vars:
      - name: mesh_namespace
  operator:
    description:
      - IstioOperator documents, which describe the mesh instead of O(components), as for P(meshops.istio.control_plane#lookup).
      - Their gateways are rendered as that lookup renders them. O(labels), O(values), O(service_type) and O(ports) cannot change these,
        and are refused for them.
      - Gateways that they do not have are rendered as without documents, with the revision, namespace and C(global) values of the
        control plane that they describe.
    type: raw
    vars:
      - name: mesh_operator
  mesh_values:
    description:
      - Values of the mesh, a dictionary or a list of them. Gateways get only what is for all charts, such as C(global).
    type: raw
    vars:
      - name: mesh_values
extends_documentation_fragment:
  - meshops.istio.release
  - meshops.istio.rendered
notes:
  - The namespaces of the gateways are not among the objects.
seealso:
  - plugin: meshops.istio.control_plane
    plugin_type: lookup
  - module: meshops.istio.mesh_objects
"""

EXAMPLES = r"""
- name: Apply two gateways
  meshops.istio.mesh_objects:
    name: edge
    namespace: edge
    objects: "{{ query('meshops.istio.gateway', public, private, charts='/srv/istio-1.31.1', namespace='edge') }}"
  vars:
    public: {name: public, ports: [{name: https, port: 443, targetPort: 8443}]}
    private: {name: private, service_type: ClusterIP, labels: {istio: private}, values: {replicaCount: 2}}

- name: Write an egress gateway to a file
  ansible.builtin.copy:
    dest: egress.yaml
    mode: "0644"
    content: "{{ lookup('meshops.istio.gateway', 'istio-egress', kind='egress', charts='/srv/istio-1.31.1', output='yaml') }}"

- name: Show the addresses that the gateways in mesh_components ask for
  ansible.builtin.debug:
    msg: "{{ query('meshops.istio.gateway') | selectattr('kind', 'eq', 'Service') | map(attribute='spec') }}"
"""

RETURN = r"""
_raw:
  description:
    - The objects of all gateways, gateway by gateway in the order of the terms, or one text with all of them.
  type: list
  elements: raw
"""

from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.component import (
    Component,
    Object,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.desired import (
    decided_mesh,
    described_mesh,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.gateway_terms import (
    Wishes,
    gateways_for,
    is_documented,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.gateways import (
    gateway_objects,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.mesh import Gateway, Mesh
from ansible_collections.meshops.istio.plugins.plugin_utils._lookup import MeshLookup

_WISHES = ("kind", "namespace", "labels", "values", "service_type", "ports")


class LookupModule(MeshLookup):
    """Renders gateways of a mesh, or such as it might have."""

    def answer(self, terms: list[Any]) -> list[Any]:
        """The objects of the gateways that the terms name or describe."""
        mesh, components, notes = self._mesh()
        wishes = Wishes.from_options(mesh, {name: self.value(name) for name in _WISHES})
        gateways, warnings = gateways_for(mesh, terms, wishes)
        self.warn([*mesh.release.notes, *notes, *warnings])
        return self.output([item for one in gateways for item in _objects(mesh, one, components)])

    def _mesh(self) -> tuple[Mesh, list[Component], list[str]]:
        """The mesh, and what IstioOperator documents make of it, if there are any."""
        options = self.mesh_options()
        known: dict[str, Any] = {
            "facts": self.facts(),
            "cache_dir": self.cache_dir(),
            "base_dir": self.base_dir(options),
            "prefix": "",
        }
        if options.get("operator"):
            return described_mesh(options, **known)
        return decided_mesh(options, **known), [], []

    def mesh_options(self) -> dict[str, Any]:
        """Those of the mesh; here `namespace` and `values` by themselves are the gateways'."""
        own = {"namespace": self.value("mesh_namespace"), "values": self.value("mesh_values")}
        return {**super().mesh_options(), **own}


def _objects(mesh: Mesh, gateway: Gateway, components: list[Component]) -> list[Object]:
    """The gateway's objects: those of its component, if documents describe it."""
    if not is_documented(mesh, gateway):
        return gateway_objects(mesh, gateway)
    place = (gateway.name, gateway.namespace)
    return [
        item
        for component in components
        if component.kind == "gateway" and (component.release_name, component.namespace) == place
        for item in component.objects[component.added :]
    ]
