#!/usr/bin/python
# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# What it does is done on the controller, by the action plugin of the same name.

from __future__ import annotations

DOCUMENTATION = r"""
---
module: mesh_fetch_release
short_description: Fetch a release of Istio into a folder, for a site without a network
version_added: 0.1.0
author:
  - The meshops.istio founders (@meshops)
description:
  - Fetches the charts of a version, verifies them, and fills a folder on the controller with C(charts/*.tgz), the list
    of images C(images.txt) and, unless O(charts_lock) names another place, the lock file C(mesh-charts.lock.yml).
  - Always asks the source, although the charts may have been fetched before. When none of the places can be reached,
    what was fetched before is used, with a warning.
  - The list has every image that the objects of the mesh name, with all components turned on, and those that the
    control plane injects into pods. Lines are added to a list that is there, never taken away.
  - Needs no cluster. Runs on the controller, whatever the connection.
options:
  dest:
    description:
      - Folder to fill, made when it is not there. A relative path counts from the working directory.
    type: path
    required: true
  repin:
    description:
      - Whether digests may be replaced that the lock file already has for this version.
      - Otherwise other content than the pinned one is refused.
    type: bool
    default: false
extends_documentation_fragment:
  - ansible.builtin.action_common_attributes
  - ansible.builtin.action_common_attributes.conn
  - ansible.builtin.action_common_attributes.flow
  - meshops.istio.mesh
attributes:
  check_mode:
    support: full
    details: The charts are fetched into the user's cache folder, nothing is written to O(dest).
  diff_mode:
    support: full
  platform:
    platforms: all
    support: full
  action:
    support: full
  async:
    support: none
  become:
    support: none
  bypass_host_loop:
    support: none
  connection:
    support: none
  delegation:
    support: none
requirements:
  - PyYAML on the controller
  - gpgv on the controller, to check signatures
seealso:
  - module: meshops.istio.mesh_control_plane
"""

EXAMPLES = r"""
- name: Fetch a release from Istio's own registry
  meshops.istio.mesh_fetch_release:
    version: 1.31.1
    dest: /srv/istio

- name: Fetch it from the company's registry, with the images of its registry in the list
  meshops.istio.mesh_fetch_release:
    version: 1.31.1
    dest: /srv/istio
    charts_lock: "{{ inventory_dir }}/mesh-charts.lock.yml"
    hub: registry.example.org/istio
    charts:
      source: oci://registry.example.org/istio/charts
      username: puller
      password: "{{ vault_puller }}"
      ca_cert: /etc/ssl/company.pem

- name: Render from what was fetched, held against the lock file
  meshops.istio.mesh_control_plane:
    state: rendered
    version: 1.31.1
    charts: /srv/istio
    charts_lock: /srv/istio/mesh-charts.lock.yml
"""

RETURN = r"""
dest:
  description: The folder.
  returned: success
  type: str
lock:
  description: The lock file.
  returned: success
  type: str
version:
  description: Version of Istio that was fetched.
  returned: success
  type: str
origin:
  description: Where the charts came from.
  returned: success
  type: str
digest:
  description: Digest of the source's content, as O(charts) takes it as C(digest).
  returned: success
  type: str
charts:
  description: Digest of each packed chart, by name.
  returned: success
  type: dict
  sample:
    base: sha256:3b1f...
images:
  description: Images of this mesh.
  returned: success
  type: list
  elements: str
  sample:
    - docker.io/istio/pilot:1.31.1
    - docker.io/istio/proxyv2:1.31.1
files:
  description: All files that the folder has to have.
  returned: success
  type: list
  elements: str
changed_files:
  description: Those of them that were written, or would be in check mode.
  returned: success
  type: list
  elements: str
"""
