#!/usr/bin/python
# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: mesh_objects
short_description: Apply, prune, delete or read a whole set of Kubernetes objects in one task
version_added: 0.1.0
author:
  - The meshops.istio founders (@meshops)
description:
  - Brings any number of Kubernetes objects to their desired state by server-side apply with the
    field manager C(meshops.istio) and strict field validation.
  - Live objects are read by lists and compared by the fields this collection owns; only what may
    differ is sent. A second run without changes sends nothing.
  - Objects are applied in phases, each of which must be ready before the next begins - namespaces,
    custom resource definitions, configuration (service accounts, RBAC, ConfigMaps, Secrets and the
    like), services, workloads, webhooks, and everything else.
  - With O(name) the objects form a set after the ApplySet convention of Kubernetes
    (C(applyset.kubernetes.io)), which C(kubectl) understands. Objects of the set that are no longer
    desired are deleted, within O(prune_limit). Namespaces and custom resource definitions are
    never pruned, they are only released from the set.
  - An object that belongs to another set or another tool (Helm, Argo CD, Flux, OLM, a controller)
    is refused before anything is written, unless O(adopt) is set.
options:
  state:
    description:
      - V(present) applies O(objects).
      - V(absent) deletes every object of the set named by O(name), whatever O(objects) says;
        without O(name) it deletes O(objects). Namespaces are deleted only when this collection
        made them and nothing else runs in them, custom resource definitions only with
        O(delete_crds).
      - V(rendered) returns the objects as they would be sent, without asking any cluster.
      - V(gathered) returns the live objects of the set, or without O(name) the live O(objects).
    type: str
    choices: [present, absent, rendered, gathered]
    default: present
  objects:
    description:
      - The desired objects. A dictionary, a text in YAML or JSON with any number of documents, or
        a list of these. Objects of a kind that ends in C(List) stand for their items.
      - For thousands of objects a text of JSON, or O(src), saves the time Ansible takes to template
        each value.
      - An empty list is an error, never an order to delete.
    type: raw
  src:
    description:
      - Files with the desired objects, in YAML or JSON.
      - They are read on the controller; relative paths are looked for as M(ansible.builtin.copy)
        does.
    type: list
    elements: path
  name:
    description:
      - Name of the set, which is also the name of the ConfigMap that records it.
      - Without it the objects belong to no set and nothing is pruned.
    type: str
  namespace:
    description:
      - Namespace of the set's ConfigMap, and of objects that name no namespace.
      - Required with O(name). A set may bring this namespace along as one of its objects.
    type: str
extends_documentation_fragment:
  - ansible.builtin.action_common_attributes
  - ansible.builtin.action_common_attributes.conn
  - ansible.builtin.action_common_attributes.flow
  - meshops.istio.apply
  - meshops.istio.connection
attributes:
  check_mode:
    support: full
    details:
      - A server-side dry run. Objects in a namespace, or of a kind, that the run itself would create
        cannot be asked for, and are reported as C(would_create) with that reason.
  diff_mode:
    support: full
    details:
      - Shows the fields this collection owns, without secrets.
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
  - PyYAML, for objects given as YAML, for kubeconfig files and for C(--diff)
  - kubernetes, for kubeconfigs with exec plugins or auth providers
seealso:
  - module: kubernetes.core.k8s
  - name: ApplySet
    description: The convention by which sets are recorded.
    link: https://kubernetes.io/docs/reference/labels-annotations-taints/#applyset-kubernetes-io-id
"""

EXAMPLES = r"""
- name: Apply the policies of a mesh as one set
  meshops.istio.mesh_objects:
    name: mesh-policies
    namespace: istio-system
    objects: "{{ mesh_policies }}"

- name: Show what a file would change
  meshops.istio.mesh_objects:
    name: bookinfo
    namespace: bookinfo
    src: [files/bookinfo.yaml]
  check_mode: true
  diff: true

- name: Apply a namespace and a policy in it, which are part of no set
  meshops.istio.mesh_objects:
    objects: |
      apiVersion: v1
      kind: Namespace
      metadata:
        name: shop
        labels:
          istio.io/rev: stable
      ---
      apiVersion: security.istio.io/v1
      kind: PeerAuthentication
      metadata:
        name: default
        namespace: shop
      spec:
        mtls:
          mode: STRICT

- name: Read back what the set holds
  meshops.istio.mesh_objects:
    state: gathered
    name: mesh-policies
    namespace: istio-system
  register: policies

- name: Remove the set and everything in it
  meshops.istio.mesh_objects:
    state: absent
    name: mesh-policies
    namespace: istio-system
"""

RETURN = r"""
objects:
  description:
    - What happened to each object, in the order it was done. Unchanged objects are left out unless
      O(report=all).
  returned: O(state=present) or O(state=absent)
  type: list
  elements: dict
  contains:
    api_version:
      description: Its apiVersion.
      type: str
      returned: always
    kind:
      description: Its kind.
      type: str
      returned: always
    namespace:
      description: Its namespace, empty for cluster-scoped objects.
      type: str
      returned: always
    name:
      description: Its name.
      type: str
      returned: always
    action:
      description:
        - One of C(created), C(configured), C(unchanged), C(pruned), C(deleted), C(released) (no
          longer part of the set, but not deleted), C(kept), C(failed).
        - In check mode C(would_create), C(would_configure), C(would_prune), C(would_delete),
          C(would_release) instead of what is a change.
      type: str
      returned: always
    reason:
      description: Why, where that is not plain; for C(configured) the first field that differs.
      type: str
      returned: when there is something to say
  sample:
    - api_version: apps/v1
      kind: Deployment
      namespace: istio-system
      name: istiod
      action: configured
      reason: .spec.template.spec.containers[name=discovery].image
phases:
  description: Time of each phase in seconds, in the order they ran; C(waited) is part of C(seconds).
  returned: O(state=present) or O(state=absent)
  type: list
  elements: dict
  sample:
    - {name: workloads, objects: 1, changed: 1, seconds: 4.2, waited: 4.1}
summary:
  description: Number of objects for each action, and a line of text.
  returned: O(state=present) or O(state=absent)
  type: dict
  sample:
    text: "17 objects: 1 configured, 16 unchanged in 4.3 s"
    configured: 1
    unchanged: 16
rendered:
  description: The objects as they would be sent, in the order of their phases.
  returned: O(state=rendered)
  type: list
  elements: dict
gathered:
  description: The live objects, without status and without what the server keeps for itself.
  returned: O(state=gathered)
  type: list
  elements: dict
"""

from ansible.module_utils.basic import AnsibleModule, env_fallback

from ansible_collections.meshops.istio.plugins.module_utils._apply.task import (
    RULES,
    argument_spec,
    execute,
)


def main() -> None:
    # no_log keeps the objects, and the secrets in them, out of the system's log.
    module = AnsibleModule(
        argument_spec=argument_spec(env_fallback), supports_check_mode=True, no_log=True, **RULES
    )
    result = execute(module.params, module.check_mode, module._diff)
    if result.get("failed"):
        module.fail_json(**result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
