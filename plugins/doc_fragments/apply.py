# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  force_conflicts:
    description:
      - Take over fields that another manager owns. Without it such a field is an error that names
        the manager and the field, and the object is left as it is.
    type: bool
    default: false
  adopt:
    description:
      - Take objects that belong to another set or another tool. Without it they are an error, and
        nothing is written.
    type: bool
    default: false
  prune:
    description:
      - Delete objects of the set that are no longer desired.
    type: bool
    default: true
  prune_limit:
    description:
      - How many objects may be pruned in one run, as a number or as a share of the set such as
        V(50%). If there are more, nothing is written and the error lists them.
    type: str
    default: '20'
  delete_crds:
    description:
      - Let deletion include custom resource definitions, and with them every custom resource of
        their kinds, whoever made it.
    type: bool
    default: false
  wait:
    description:
      - Wait after each phase until its objects are ready, and after deletion until they are gone.
      - Namespaces and custom resource definitions are always waited for, later phases need them.
    type: bool
    default: true
  wait_timeout:
    description:
      - How many seconds to wait at most, for each phase.
      - Waiting ends early when it is plain that an object will not become ready.
    type: int
    default: 300
  wait_webhooks:
    description:
      - Whether to wait until webhook configurations carry the CA bundle that their server writes
        into them.
      - V(auto) waits for webhooks that call a Service of the cluster, for 90 seconds at most. Where
        the nodes run no containers for the pods behind that Service, it warns and goes on.
    type: str
    choices: [auto, always, never]
    default: auto
  concurrency:
    description:
      - How many requests to keep in flight.
    type: int
    default: 8
  show_secrets:
    description:
      - Return secrets readable with O(state=rendered) and O(state=gathered). They are hidden in all
        else, always.
    type: bool
    default: false
  report:
    description:
      - Whether to return all objects or only those that changed.
    type: str
    choices: [changed, all]
    default: changed
"""
