# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: control_plane
author:
  - The meshops.istio founders (@meshops)
version_added: 0.1.0
short_description: Render the components of an Istio mesh
description:
  - Renders the objects of a mesh from the charts of an Istio release, the same ones that
    M(meshops.istio.mesh_control_plane) applies for the same input.
  - Works offline once it has the charts. Neither a cluster nor C(helm) or C(istioctl) is needed. The same input gives the same bytes.
options:
  _terms:
    description:
      - Components to return, by name (V(gateway-api), V(base), V(platform), V(cni), V(istiod), V(istiod-1-31-1), V(default),
        V(ztunnel), V(gateway-istio-ingressgateway), V(members), V(platform-members)), by kind (V(istiod), V(gateway)) or by the
        name of a gateway. The kind V(platform) is all that O(openshift) is about.
      - With O(operator) also V(namespaces), the namespaces of the components.
      - All components when there is none. With O(operator) that is what C(istioctl manifest generate) makes, so without
        V(namespaces), V(platform), V(members) and what V(default) adds; name these to get them.
    type: list
    elements: str
  gateway_api:
    description:
      - CRDs of the Gateway API as a component V(gateway-api), with C(enabled), C(channel), C(version), C(source) and C(digest).
      - They are among the components when there is a source, or C(enabled) is true.
    type: dict
    vars:
      - name: mesh_gateway_api
  openshift:
    description:
      - What the mesh gets on OpenShift besides, with C(control_plane_sccs), C(application_sccs), C(cni_sccs), C(least_privilege),
        C(network_attachments), C(grant_by) and C(grants).
      - Entries of the SCCs' lists (C(grant_by) V(scc_lists)) are no objects, and so are not among the objects returned.
    type: dict
    vars:
      - name: mesh_openshift
  members:
    description:
      - Namespaces of the mesh's applications, as names or with C(name), C(injection), C(revision), C(labels) and
        C(annotations).
    type: list
    elements: raw
    vars:
      - name: mesh_members
  default_revision:
    description:
      - Revision that is the default one in the cluster, when that is another than O(revision). The module finds it
        out by itself, so this is no variable of the mesh.
    type: str
  operator:
    description:
      - IstioOperator documents, which describe the mesh instead of O(components), as paths, as dictionaries or as
        texts, one or a list of them. They are merged in their order onto their profile.
      - O(profile), O(revision), O(namespace), O(platform), O(hub), O(tag), O(values) and O(mesh_config) count as a last
        document when they differ from their defaults.
      - Without O(kubernetes_version) the objects are for the oldest Kubernetes that the release supports, as
        C(istioctl) makes them.
    type: raw
    vars:
      - name: mesh_operator
extends_documentation_fragment:
  - meshops.istio.release
  - meshops.istio.rendered
seealso:
  - module: meshops.istio.mesh_control_plane
  - module: meshops.istio.mesh_objects
"""

EXAMPLES = r"""
- name: Show what a default installation consists of
  ansible.builtin.debug:
    msg: "{{ query('meshops.istio.control_plane', charts='/srv/istio-1.31.1')
      | map(attribute='kind') }}"

- name: Write the control plane of a revision to a file
  ansible.builtin.copy:
    dest: istiod.yaml
    mode: "0644"
    content: "{{ lookup('meshops.istio.control_plane', 'istiod', charts='/srv/istio-1.31.1',
      revision='1-31-1', output='yaml') }}"

- name: Render what istioctl manifest generate makes of two documents
  ansible.builtin.copy:
    dest: istio.yaml
    mode: "0644"
    content: "{{ lookup('meshops.istio.control_plane', charts='/srv/istio-1.31.1', output='yaml',
      operator=['mesh.yaml', {'spec': {'meshConfig': {'accessLogFile': '/dev/stdout'}}}]) }}"

- name: Apply only the gateways, from the variables of the mesh
  meshops.istio.mesh_objects:
    name: gateways
    namespace: istio-system
    objects: "{{ query('meshops.istio.control_plane', 'gateway') }}"
"""

RETURN = r"""
_raw:
  description:
    - The objects in the order they are applied in, or one text with all of them.
  type: list
  elements: raw
"""

from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.desired import desired_state
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.selection import select
from ansible_collections.meshops.istio.plugins.plugin_utils._lookup import MeshLookup


class LookupModule(MeshLookup):
    """Renders components of a mesh."""

    def answer(self, terms: list[Any]) -> list[Any]:
        """The objects of the components named by the terms."""
        options = self.mesh_options()
        state = desired_state(
            options,
            facts=self.facts(),
            cache_dir=self.cache_dir(),
            base_dir=self.base_dir(options),
            prefix="",
        )
        objects = select(state, [str(term) for term in terms])
        self.warn(state.warnings)
        return self.output(objects)
