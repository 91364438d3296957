#!/usr/bin/python
# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: mesh_scc
short_description: Grant, revoke or read the use of SecurityContextConstraints on OpenShift
version_added: 0.1.0
author:
  - The meshops.istio founders (@meshops)
description:
  - Lets service accounts, groups and users use SecurityContextConstraints (SCCs), takes that back,
    or says who may use what.
  - A mesh needs none of this by itself, the roles grant what its release asks for (see the variable
    C(mesh_openshift)). It is for applications, for grants that outlive the mesh, and for looking.
  - Grants are added to what is there, those of others stay. When others change the same SCC or
    binding at the same time no entry is lost, neither theirs nor ours.
  - Warns of grants that are wider than they look, and after a revocation of what still lets use the
    SCC.
options:
  state:
    description:
      - V(granted) lets the subjects use every O(scc).
      - V(revoked) takes the grants of O(by) back. Other ways by which a subject may still use an SCC
        are named in a warning, when the account may read all roles and bindings.
      - V(gathered) returns who may use SCCs, by whatever way; O(scc), O(namespace) and the subjects
        restrict the answer.
    type: str
    choices: [granted, revoked, gathered]
    default: granted
  scc:
    description:
      - Names of SCCs. Required unless O(state=gathered).
    type: list
    elements: str
  by:
    description:
      - V(role_binding) binds the ClusterRole C(system:openshift:scc:NAME) in O(namespace). Only pods
        of that namespace may use the SCC. The binding is called as the role, as C(oc adm policy)
        calls it, and holds all subjects of the namespace.
      - V(cluster_role_binding) binds the role in all namespaces.
      - V(scc_lists) writes into the lists of users and groups of the SCC itself, which hold in all
        namespaces, as C(oc adm policy add-scc-to-group) did on OpenShift 3.
      - The ClusterRole is made where OpenShift has none, which is so for SCCs of one's own. It stays
        when a grant is revoked.
      - A binding that belongs to an installation of this collection does not count as a grant of
        this module, and is not changed by it.
    type: str
    choices: [role_binding, cluster_role_binding, scc_lists]
    default: role_binding
  namespace:
    description:
      - Namespace of the RoleBinding, and of service accounts that name none.
      - With neither O(service_accounts) nor O(groups) nor O(users), all service accounts of the
        namespace are meant, that is the group C(system:serviceaccounts:NAMESPACE).
    type: str
  service_accounts:
    description:
      - Service accounts, as C(NAME) in O(namespace) or as C(NAMESPACE:NAME).
    type: list
    elements: str
  groups:
    description:
      - Groups, such as C(system:serviceaccounts:NAMESPACE).
    type: list
    elements: str
  users:
    description:
      - Users. A service account can also be named here, as C(system:serviceaccount:NAMESPACE:NAME).
    type: list
    elements: str
extends_documentation_fragment:
  - ansible.builtin.action_common_attributes
  - ansible.builtin.action_common_attributes.conn
  - ansible.builtin.action_common_attributes.flow
  - meshops.istio.connection
attributes:
  check_mode:
    support: full
    details:
      - A server-side dry run, which also meets what the account may not do. A binding in a namespace,
        or to a role, that is not there yet cannot be asked for, and is reported as C(would_create).
  diff_mode:
    support: full
    details:
      - Shows the subjects of bindings, and the lists of SCCs.
  platform:
    platforms: all
    support: full
  action:
    support: full
    details:
      - With a local connection and without C(become) the task runs in the controller's own process.
        Set the variable C(mesh_run_as_module) to V(true) to run it as an ordinary module, for
        example because of C(ansible_python_interpreter).
  async:
    support: full
  become:
    support: full
  bypass_host_loop:
    support: none
  connection:
    support: full
  delegation:
    support: full
requirements:
  - PyYAML, for kubeconfig files and for C(--diff)
  - kubernetes, for kubeconfigs with exec plugins or auth providers
seealso:
  - name: Managing security context constraints
    description: What SCCs allow, and how OpenShift chooses one for a pod.
    link: https://docs.redhat.com/en/documentation/openshift_container_platform/4.19/html/authentication_and_authorization/managing-pod-security-policies
"""

EXAMPLES = r"""
- name: Let the pods of one service account run as any user, in their namespace
  meshops.istio.mesh_scc:
    scc: [anyuid]
    namespace: shop
    service_accounts: [legacy]

- name: The same for all service accounts of the namespace
  meshops.istio.mesh_scc:
    scc: [anyuid]
    namespace: shop

- name: What oc adm policy add-scc-to-group anyuid system:serviceaccounts:istio-system did
  meshops.istio.mesh_scc:
    scc: [anyuid]
    by: scc_lists
    groups: [system:serviceaccounts:istio-system]

- name: Show what would be taken back
  meshops.istio.mesh_scc:
    state: revoked
    scc: [privileged, anyuid]
    namespace: shop
  check_mode: true
  diff: true

- name: Who may use the SCC privileged?
  meshops.istio.mesh_scc:
    state: gathered
    scc: [privileged]
  register: privileged
"""

RETURN = r"""
grants:
  description: What happened to each binding, SCC or role.
  returned: O(state=granted) or O(state=revoked)
  type: list
  elements: dict
  contains:
    scc:
      description: The SCC.
      type: str
      returned: always
    kind:
      description:
        - C(RoleBinding), C(ClusterRoleBinding), C(SecurityContextConstraints), or C(ClusterRole) for
          a role that had to be made.
      type: str
      returned: always
    namespace:
      description: Namespace of the object, empty for cluster-scoped ones.
      type: str
      returned: always
    name:
      description: Name of the object.
      type: str
      returned: always
    action:
      description:
        - One of C(created), C(configured), C(deleted), C(unchanged); in check mode C(would_create),
          C(would_configure), C(would_delete) instead of what is a change.
      type: str
      returned: always
    added:
      description: Subjects that got the grant.
      type: list
      elements: str
      returned: always
    removed:
      description: Subjects that lost it.
      type: list
      elements: str
      returned: always
  sample:
    - scc: anyuid
      kind: RoleBinding
      namespace: shop
      name: system:openshift:scc:anyuid
      action: created
      added: [service account shop/legacy]
      removed: []
gathered:
  description: Who may use which SCC, and by what; one entry for each subject and way.
  returned: O(state=gathered)
  type: list
  elements: dict
  contains:
    scc:
      description: The SCC; C(*) for those who may use every one.
      type: str
      returned: always
    kind:
      description: C(ServiceAccount), C(Group) or C(User).
      type: str
      returned: always
    name:
      description: Its name.
      type: str
      returned: always
    account_namespace:
      description: Namespace of a service account, else empty.
      type: str
      returned: always
    namespace:
      description: Where the grant holds; empty means in all namespaces.
      type: str
      returned: always
    by:
      description: The binding, or the list of the SCC, that says so.
      type: str
      returned: always
    too_wide:
      description: Why the grant is wider than it looks; empty when it is not.
      type: str
      returned: always
  sample:
    - scc: anyuid
      kind: ServiceAccount
      name: legacy
      account_namespace: shop
      namespace: shop
      by: RoleBinding shop/system:openshift:scc:anyuid
      too_wide: ""
"""

from ansible.module_utils.basic import AnsibleModule, env_fallback

from ansible_collections.meshops.istio.plugins.module_utils._scc.options import (
    RULES,
    argument_spec,
)
from ansible_collections.meshops.istio.plugins.module_utils._scc.task import execute


def main() -> None:
    # no_log keeps a kubeconfig that is given as data out of the system's log.
    module = AnsibleModule(
        argument_spec=argument_spec(env_fallback), supports_check_mode=True, no_log=True, **RULES
    )
    result = execute(module.params, module.check_mode, module._diff)
    for text in result.pop("warnings", []):
        module.warn(text)
    if result.get("failed"):
        module.fail_json(**result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
