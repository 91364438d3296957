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
      - Components to return, by name (V(base), V(cni), V(istiod), V(istiod-1-31-1), V(default), V(ztunnel),
        V(gateway-istio-ingressgateway), V(members)), by kind (V(istiod), V(gateway)) or by the name of a gateway.
      - All components when there is none.
    type: list
    elements: str
  charts:
    description:
      - Where the charts of the release come from. A directory or an archive (that of an C(istioctl) release, its
        C(manifests) or C(charts) folder, or charts pulled one by one), the URL of an archive, a Helm repository
        (V(https://...)) or an OCI registry (V(oci://...)).
      - A relative path counts from the folder of the inventory, else from that of the playbook, else
        from the working directory.
      - A dictionary has it as C(source). C(digest) pins the content; C(username), C(password), C(ca_cert),
        C(validate_certs), C(plain_http) and C(timeout) say how to get in; C(mirrors) are asked when it cannot be
        reached; C(keyring) has the keys that must have signed.
      - What was fetched is kept, and a later run needs no network.
    type: raw
    default: oci://ghcr.io/istio/release/charts
    vars:
      - name: mesh_charts
  charts_lock:
    description:
      - Lock file that the charts must agree with, made by M(meshops.istio.mesh_fetch_release).
    type: str
    vars:
      - name: mesh_charts_lock
  version:
    description:
      - Version of Istio. Needed when the charts are fetched, carry a placeholder or are of several versions.
    type: str
    vars:
      - name: mesh_version
  profile:
    description:
      - Profile of C(istioctl), or one that the charts have values for.
    type: str
    default: default
    vars:
      - name: mesh_profile
  platform:
    description:
      - Platform the charts know, V(kubernetes) for none in particular. V(auto) takes that of the profile.
    type: str
    default: auto
    vars:
      - name: mesh_platform
  revision:
    description:
      - Revision of the control plane. Letters, digits and dashes, no dot.
    type: str
    default: ''
    vars:
      - name: mesh_revision
  namespace:
    description:
      - Namespace of the control plane.
    type: str
    default: istio-system
    vars:
      - name: mesh_namespace
  hub:
    description:
      - Registry and folder of the images.
    type: str
    default: docker.io/istio
    vars:
      - name: mesh_hub
  tag:
    description:
      - Tag of the images. The version by default.
    type: str
    vars:
      - name: mesh_tag
  values:
    description:
      - Chart values, a dictionary or a list of them, merged in their order.
    type: raw
    vars:
      - name: mesh_values
  mesh_config:
    description:
      - Configuration of the mesh, as in C(meshConfig).
    type: dict
    vars:
      - name: mesh_config
  components:
    description:
      - Components with C(enabled), C(namespace) and C(values). Keys are C(base), C(istiod), C(cni), C(ztunnel) and the
        lists C(ingress_gateways) and C(egress_gateways).
    type: dict
    vars:
      - name: mesh_components
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
  kubernetes_version:
    description:
      - Version of Kubernetes the objects are for. The newest that the release supports by default.
    type: str
  api_versions:
    description:
      - API versions the cluster serves, for charts that ask. Helm's own list by default.
    type: list
    elements: str
    default: []
  cache_dir:
    description:
      - Folder that keeps what chart base renders to, which saves most of the time. Nothing is kept by default.
    type: path
  output:
    description:
      - V(objects) returns one dictionary an object, V(yaml) returns one text with all of them.
    type: str
    default: objects
    choices: [objects, yaml]
notes:
  - Options that are not given are taken from the variables of the mesh, such as C(mesh_version).
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

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase

from ansible_collections.meshops.istio.plugins.plugin_utils._desired.component import Component
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.desired import desired_state
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.facts import ClusterFacts
from ansible_collections.meshops.istio.plugins.plugin_utils._desired.output import to_yaml
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.options import OPTIONS
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import MeshError
from ansible_collections.meshops.istio.plugins.plugin_utils._job.planner import folder_with


class LookupModule(LookupBase):
    """Renders components of a mesh."""

    def run(self, terms: list[Any], variables: Any = None, **kwargs: Any) -> list[Any]:
        """The objects of the components named by the terms."""
        self.set_options(var_options=variables, direct=kwargs)
        options = {name: self._value(name) for name in OPTIONS}
        facts = ClusterFacts(api_versions=frozenset(self.get_option("api_versions")))
        cache_dir = self.get_option("cache_dir")
        try:
            state = desired_state(
                options,
                facts=facts,
                cache_dir=Path(cache_dir) if cache_dir else None,
                base_dir=folder_with(options, self._folders(variables)),
                prefix="",
            )
        except MeshError as error:
            raise AnsibleError(str(error)) from error
        chosen = _choose(state.components, [str(term) for term in terms])
        for warning in state.warnings:
            self._display.warning(warning)
        objects = [item for component in chosen for item in component.objects]
        return [to_yaml(objects)] if self.get_option("output") == "yaml" else objects

    def _folders(self, variables: Any) -> list[Path]:
        inventory = (variables or {}).get("inventory_dir")
        found = [Path(str(inventory))] if inventory else []
        return [*found, Path(self._loader.get_basedir())]

    def _value(self, name: str) -> Any:
        value, origin = self.get_option_and_origin(name)
        # Plugin options from variables come as they were written, templates and all.
        if str(origin).startswith("var:"):
            return self._templar.template(value)
        return value


def _choose(components: list[Component], terms: list[str]) -> list[Component]:
    if not terms:
        return components
    for term in terms:
        if not any(_is(component, term) for component in components):
            names = ", ".join(component.name for component in components)
            raise AnsibleError(f"This mesh has no component {term!r}; it has {names}.")
    return [item for item in components if any(_is(item, term) for term in terms)]


def _is(component: Component, term: str) -> bool:
    return term in (component.name, component.kind) or (
        component.kind == "gateway" and term == component.release_name
    )
