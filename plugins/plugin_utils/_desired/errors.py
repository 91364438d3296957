# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong when a desired state is made."""

from __future__ import annotations

from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.problems import MeshError


class RenderError(MeshError):
    """A chart refuses its values or cannot be rendered."""
