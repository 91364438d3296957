#!/usr/bin/python
# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: mesh_control_plane
short_description: Install, change, prove or remove an Istio mesh
version_added: 0.1.0
author:
  - The meshops.istio founders (@meshops)
description:
  - Renders Istio's own charts on the controller and brings the cluster to that state, component by
    component - CRDs and namespaces, CNI, control plane, default validator, ztunnel, gateways, and the
    labels of member namespaces.
  - Each component is a set of objects of its own, like a release of Helm. Objects and components that
    are no longer wanted are removed; what does not change is not touched, and another revision's
    control plane never is.
  - On OpenShift, rights and networks that are no longer wanted stay as long as pods need them to be made again, and as long as
    another revision lives.
  - A component has to be ready before the next one begins. A run that was interrupted goes on where it
    ended when it is run again.
options:
  state:
    description:
      - V(present) brings the mesh to the desired state.
      - V(absent) removes what O(scope) says.
      - V(verified) changes nothing and fails unless every object is present, equal and ready.
      - V(rendered) returns the desired objects without asking any cluster.
    type: str
    choices: [present, absent, verified, rendered]
    default: present
  scope:
    description:
      - What O(state=absent) removes.
      - V(revision) is the control plane of O(revision) with its gateways. It is refused as long as
        namespaces, pods or revision tags use it, unless O(force) is set.
      - V(options) is what the other options describe. What another revision may need stays.
      - V(purge) is every component of the mesh in O(namespace), whatever its revision, and what the
        control plane itself wrote while it ran.
    type: str
    choices: [revision, options, purge]
    default: options
  force:
    description:
      - Remove a revision although it is in use.
    type: bool
    default: false
  allow_downgrade:
    description:
      - Let the control plane of this revision go back to an older version. Without it that is an error.
      - CRDs never go back, and node agents stay newer as long as a newer control plane of another
        revision lives.
    type: bool
    default: false
extends_documentation_fragment:
  - ansible.builtin.action_common_attributes
  - ansible.builtin.action_common_attributes.conn
  - ansible.builtin.action_common_attributes.flow
  - meshops.istio.mesh
  - meshops.istio.apply
  - meshops.istio.connection
attributes:
  check_mode:
    support: full
    details:
      - A server-side dry run. What cannot be asked because the run itself would create its namespace
        or its kind is reported as C(would_create).
  diff_mode:
    support: full
  platform:
    platforms: all
    support: full
  action:
    support: full
    details:
      - Charts are read and rendered on the controller, also when the cluster is reached from a remote
        host.
  async:
    support: none
  become:
    support: full
  bypass_host_loop:
    support: none
  connection:
    support: full
  delegation:
    support: full
requirements:
  - PyYAML and jsonschema on the controller
  - kubernetes, for kubeconfigs with exec plugins or auth providers
seealso:
  - module: meshops.istio.mesh_precheck
  - module: meshops.istio.mesh_objects
"""

EXAMPLES = r"""
- name: Install a mesh with one ingress gateway
  meshops.istio.mesh_control_plane:
    version: 1.31.1
    charts: oci://ghcr.io/istio/release/charts
    components:
      ingress_gateways:
        - name: istio-ingress
          namespace: istio-ingress
    members: [shop]

- name: Show what a new revision would change
  meshops.istio.mesh_control_plane:
    version: 1.31.1
    revision: 1-31-1
  check_mode: true
  diff: true

- name: Prove that the mesh is as described
  meshops.istio.mesh_control_plane:
    state: verified
    version: 1.31.1

- name: Remove the mesh in istio-system, and the CRDs with all Istio configuration
  meshops.istio.mesh_control_plane:
    state: absent
    scope: purge
    delete_crds: true
"""

RETURN = r"""
namespace:
  description: Namespace of the mesh.
  returned: always
  type: str
  sample: istio-system
revision:
  description: Revision, empty for a control plane without one.
  returned: always
  type: str
version:
  description: Istio's version.
  returned: always
  type: str
  sample: 1.31.1
components:
  description: What happened to each component, in the order it was done.
  returned: always, except with O(state=verified)
  type: list
  elements: dict
  contains:
    name:
      description: Its name, such as C(istiod) or C(gateway-istio-ingress).
      type: str
      returned: always
    kind:
      description:
        - One of C(gateway-api), C(base), C(platform), C(cni), C(istiod), C(default), C(ztunnel), C(gateway), C(members).
        - Entries in lists of SCCs are of C(platform).
      type: str
      returned: always
    state:
      description: One of C(unchanged), C(created), C(changed), C(removed), C(kept), C(failed).
      type: str
      returned: O(state=present) or O(state=absent)
    changed:
      description: Whether anything of it was written.
      type: bool
      returned: O(state=present) or O(state=absent)
    seconds:
      description: Time it took.
      type: float
      returned: O(state=present) or O(state=absent)
    counts:
      description: Number of objects for each action.
      type: dict
      returned: O(state=present) or O(state=absent)
    objects:
      description:
        - The objects that changed, as in RV(meshops.istio.mesh_objects#module:objects). With
          O(state=rendered), all objects.
      type: list
      elements: dict
      returned: always
    phases:
      description: Time of each phase in seconds.
      type: list
      elements: dict
      returned: O(state=present) or O(state=absent)
    workloads:
      description: Ready and wanted pods of each workload.
      type: list
      elements: dict
      returned: O(state=present)
    addresses:
      description:
        - Where a gateway is reached, namely the URLs of its Routes that a router has admitted, the addresses of load balancers, or the
          ports of nodes.
      type: list
      elements: str
      returned: O(state=present)
kept:
  description: What stays on purpose, and why.
  returned: when there is any
  type: list
  elements: str
remaining:
  description: What should be gone and is not.
  returned: O(state=absent), when there is any
  type: list
  elements: str
objects:
  description: Verdict on each object, C(present), C(equal), C(ready) and the C(reason).
  returned: O(state=verified)
  type: list
  elements: dict
problems:
  description: A line for each object that is not as desired.
  returned: O(state=verified)
  type: list
  elements: str
listing:
  description: A line for each object, for people.
  returned: O(state=verified)
  type: list
  elements: str
summary:
  description: What was done, in lines for people.
  returned: always, except with O(state=rendered)
  type: list
  elements: str
rendered:
  description: The desired objects in YAML. Same input, same bytes.
  returned: O(state=rendered)
  type: str
facts:
  description: Facts of the cluster, when the module itself is asked for them by its action.
  returned: never to a task
  type: dict
"""

from ansible.module_utils.basic import AnsibleModule, env_fallback

from ansible_collections.meshops.istio.plugins.module_utils._mesh.options import (
    RULES,
    control_plane_argument_spec,
)
from ansible_collections.meshops.istio.plugins.module_utils._mesh.task import execute


def main() -> None:
    # no_log keeps the objects, and the secrets in them, out of the system's log.
    module = AnsibleModule(
        argument_spec=control_plane_argument_spec(env_fallback),
        supports_check_mode=True,
        no_log=True,
        **RULES,
    )
    result = execute(module.params, module.check_mode, module._diff)
    if result.get("failed"):
        module.fail_json(**result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
