# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a value was written. ansible-core from 2.19 on tags what it reads."""

from __future__ import annotations

import sys
from typing import Any

_TAGS = "ansible._internal._datatag._tags"


def origin_of(*values: Any) -> str:
    """``file:line:column`` of the first of the values whose origin is known, else an empty string.

    Values made by templates keep no origin; that of the container or of the key may still be known.
    """
    # Only Ansible makes tagged values: where it has not been imported, there are none to ask for,
    # and ansible-core 2.18 has no tags.
    tags = sys.modules.get(_TAGS)
    if tags is None:
        return ""
    for value in values:
        tag = tags.Origin.get_tag(value)
        if tag is not None and tag.path:
            return str(tag)
    return ""
