# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Namespaces in which OpenShift admits pods without any SCC."""

from __future__ import annotations

from collections.abc import Mapping

# Namespaces of run level 0 and 1, whose pods SCC admission skips: `skipRunLevelZeroNames` and
# `skipRunLevelOneNames` of OpenShift's kube-apiserver (openshift-kube-apiserver/enablement), 4.6 to
# 4.20. Namespaces openshift-* are not among them unless they carry the label.
_EXEMPT = frozenset(
    {"default", "kube-system", "kube-public", "openshift", "openshift-infra", "openshift-node"}
)
_RUN_LEVEL = "openshift.io/run-level"


def is_exempt(namespace: str, labels: Mapping[str, str] | None = None) -> bool:
    """Whether pods in the namespace are admitted without any SCC; `labels` are the namespace's."""
    return namespace in _EXEMPT or (labels or {}).get(_RUN_LEVEL) in ("0", "1")
