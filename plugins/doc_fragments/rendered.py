# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options of lookups that render, each with the variable of the mesh that it is taken from."""

    DOCUMENTATION = r"""
options:
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
        lists C(ingress_gateways) and C(egress_gateways). C(cni) also has C(chained), C(bin_dir), C(conf_dir),
        C(conf_file), C(exclude_namespaces) and C(repair).
    type: dict
    vars:
      - name: mesh_components
  kubernetes_version:
    description:
      - Version of Kubernetes the objects are for. The newest that the release supports by default.
    type: str
  jwt_policy:
    description:
      - Tokens by which workloads prove who they are to istiod, for releases up to 1.21 that leave the choice.
        V(third-party-jwt) are bound tokens, which V(auto) means here, as no cluster is asked.
    type: str
    default: auto
    choices:
      - auto
      - third-party-jwt
      - first-party-jwt
    vars:
      - name: mesh_jwt_policy
  api_versions:
    description:
      - API versions the cluster serves, for charts that ask. Helm's own list by default.
    type: list
    elements: str
    default: []
  output:
    description:
      - V(objects) returns one dictionary an object, V(yaml) returns one text with all of them.
    type: str
    default: objects
    choices: [objects, yaml]
"""
