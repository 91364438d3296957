# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ranges of ids that OpenShift gives to namespaces, in annotations."""

from __future__ import annotations

import re

UIDS = "openshift.io/sa.scc.uid-range"
GROUPS = "openshift.io/sa.scc.supplemental-groups"
MCS = "openshift.io/sa.scc.mcs"

_UINT32 = 2**32
# What Go's fmt.Sscanf reads for "%d/%d" and "%d-%d": blanks before numbers, anything after them.
_BLANK = "[\t\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*"
_SIZED = re.compile(f"{_BLANK}([0-9]+)/{_BLANK}([0-9]+)")
_RANGED = re.compile(f"{_BLANK}([0-9]+)-{_BLANK}([0-9]+)")


def parse_block(text: str) -> tuple[int, int] | None:
    """First and last id of `start/size` or `start-end`; None if it is neither.

    As ParseBlock of github.com/openshift/library-go, pkg/security/uid, which Istio copied.
    """
    pattern = _SIZED if "/" in text else _RANGED
    found = pattern.match(text)
    if found is None or max(len(found[1]), len(found[2])) > 20:
        return None
    start, second = int(found[1]), int(found[2])
    if start >= _UINT32 or second >= _UINT32:
        return None
    return (start, (start + second - 1) % _UINT32) if pattern is _SIZED else (start, second)
