#!/usr/bin/python
# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: mesh_precheck
short_description: Say what would keep an Istio mesh from being installed
version_added: 0.1.0
author:
  - The meshops.istio founders (@meshops)
description:
  - Checks the variables and the cluster, and reports everything at once - misspelt variables, whether the
    API server answers, its version against the versions Istio supports, the platform, steps back to an
    older version, control planes of other tools, clashes with revision tags, namespaces that are being
    deleted, kinds that are not served, rights of the account, objects that belong to another manager, nodes.
  - Where the mesh has the CNI plugin - other CNI agents in the cluster, agents that could not be replaced in place,
    and agents whose pods would need the plugin that they bring or replace.
  - On OpenShift besides - SCCs and roles that are granted and do not exist, the right to grant them, Multus and its
    network, namespaces without their ranges of ids, applications that run as the user of the proxy beside them, and
    SCCs whose own range of user ids takes no proxy.
  - The rights are those that the rendered objects need, each asked by a SelfSubjectAccessReview.
  - Writes nothing to the cluster.
options:
  adopt:
    description:
      - Objects that belong to another manager are a warning rather than an error, because they will be
        taken over.
    type: bool
    default: false
  allow_downgrade:
    description:
      - Let the control plane of this revision go back to an older version. Without it that is an error.
      - CRDs never go back, and node agents stay newer as long as a newer control plane of another
        revision lives.
    type: bool
    default: false
  kubernetes_versions:
    description:
      - Replaces lines of the table of Kubernetes versions that an Istio version supports. The key is
        Istio's minor version such as V(1.31), the value a dictionary with C(minimum) and C(supported)
        (first and last).
    type: dict
    default: {}
  findings:
    description:
      - Findings of the controller on their way to a remote host. Filled in by the action, not by people.
    type: list
    elements: dict
extends_documentation_fragment:
  - ansible.builtin.action_common_attributes
  - ansible.builtin.action_common_attributes.conn
  - ansible.builtin.action_common_attributes.flow
  - meshops.istio.mesh
  - meshops.istio.connection
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  platform:
    platforms: all
    support: full
  action:
    support: full
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
  - module: meshops.istio.mesh_control_plane
"""

EXAMPLES = r"""
- name: Check the cluster before the mesh is installed
  meshops.istio.mesh_precheck:
    version: 1.31.1
    profile: ambient

- name: Also look for misspelt variables, and trust a newer Kubernetes
  meshops.istio.mesh_precheck:
    version: 1.31.1
    check_variables: true
    kubernetes_versions:
      "1.31":
        minimum: "1.32"
        supported: ["1.32", "1.38"]
"""

RETURN = r"""
findings:
  description: Result of each check.
  returned: when the cluster could be asked
  type: list
  elements: dict
  contains:
    check:
      description: Name of the check.
      type: str
      returned: always
    level:
      description: One of C(ok), C(warning), C(failed).
      type: str
      returned: always
    message:
      description: What was found.
      type: str
      returned: always
    remedy:
      description: What to do about it.
      type: str
      returned: when there is something to do
  sample:
    - check: kubernetes
      level: ok
      message: Istio 1.31 supports Kubernetes 1.36.
summary:
  description: The findings as lines for people.
  returned: when the cluster could be asked
  type: list
  elements: str
facts:
  description: Facts of the cluster, when the module itself is asked for them by its action.
  returned: never to a task
  type: dict
"""

from ansible.module_utils.basic import AnsibleModule, env_fallback

from ansible_collections.meshops.istio.plugins.module_utils._mesh.options import (
    RULES,
    precheck_argument_spec,
)
from ansible_collections.meshops.istio.plugins.module_utils._precheck.task import execute


def main() -> None:
    module = AnsibleModule(
        argument_spec=precheck_argument_spec(env_fallback),
        supports_check_mode=True,
        no_log=True,
        **RULES,
    )
    result = execute(module.params)
    if result.get("failed"):
        module.fail_json(**result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
