# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Errors about SCCs and about those they are granted to."""

from __future__ import annotations

from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import KubeError


class SccError(KubeError):
    """A grant cannot be given, taken back or read; the text says why and what to do."""


class SubjectError(SccError):
    """A name that is no user, group or service account where one is expected."""


class UnknownSccError(SccError):
    """The cluster has no such SCC, or no SCCs at all."""
