# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be wrong with a source of CRDs."""

from __future__ import annotations

from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import MeshError


class BundleError(MeshError):
    """The CRDs cannot be had, or are not those of the Gateway API."""
