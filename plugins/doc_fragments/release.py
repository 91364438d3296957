# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Where a release comes from, for lookups."""

    DOCUMENTATION = r"""
options:
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
  cache_dir:
    description:
      - Folder that keeps what was fetched, and what chart base renders to, which saves most of the time. Nothing rendered
        is kept by default.
    type: path
notes:
  - Options that are not given are taken from the variables of the mesh, such as C(mesh_version).
"""
