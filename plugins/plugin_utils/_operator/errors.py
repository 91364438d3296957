# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong when a document is rendered."""

from __future__ import annotations

from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import MeshError


class OperatorError(MeshError):
    """A component of a document cannot be rendered."""
