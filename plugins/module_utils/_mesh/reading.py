# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read what may not be there."""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.istio.plugins.module_utils._kube.client import Client
from ansible_collections.meshops.istio.plugins.module_utils._kube.errors import ApiError


def read_if_there(client: Client, path: str) -> Any:
    """What the API answers at the path, or None when it is not there or not for this account.

    Raises KubeError for any other refusal.
    """
    try:
        return client.request("GET", path)
    except ApiError as error:
        if error.status in (403, 404):
            return None
        raise
