# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of the YAML and JSON readers and writers."""

from __future__ import annotations


class GoDataError(ValueError):
    """YAML or JSON that Go's libraries refuse, or a value they cannot write.

    The message is worded as Go's libraries word it, because ``fromYaml`` hands it to templates.
    """


class YamlError(GoDataError):
    """YAML text that cannot be read."""


class JsonError(GoDataError):
    """JSON text that cannot be read, or a value that JSON cannot hold."""
