# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images of the proxy and its init container (``ProxyImage``, ``ProxyInitImage`` of Istio)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ansible_collections.meshops.istio.plugins.plugin_utils._gotemplate.printing import (
    format_value,
)

IMAGE_TYPE: Final = "sidecar.istio.io/proxyImageType"
_DEFAULT_NAME: Final = "proxyv2"
_DEFAULT_TYPE: Final = "default"
_KNOWN_SUFFIXES: Final = ("-distroless", "-debug")


def proxy_image(
    values: Mapping[str, Any], proxy_config: Mapping[str, Any], annotations: Mapping[str, str]
) -> str:
    """Return the proxy's image.

    ``values`` and ``proxy_config`` are in canonical form. The image's type is taken from the
    annotation ``sidecar.istio.io/proxyImageType``, the proxy configuration, or ``global.variant``.
    """
    image_type = str((proxy_config.get("image") or {}).get("imageType", ""))
    return _image(values, "proxy", image_type, annotations)


def proxy_init_image(values: Mapping[str, Any], annotations: Mapping[str, str]) -> str:
    """Return the image that sets up redirection; the proxy configuration has no say in it."""
    return _image(values, "proxy_init", "", annotations)


def image_url(hub: str, name: str, tag: str, image_type: str) -> str:
    """Return ``hub/name:tag-type``; a type that the tag ends in already is replaced.

    The type ``default`` and an empty one add nothing; ``default`` still takes away another.
    """
    if image_type:
        for suffix in _KNOWN_SUFFIXES:
            if tag.endswith(suffix):
                tag = tag.removesuffix(suffix)
                break
        if image_type != _DEFAULT_TYPE:
            tag = f"{tag}-{image_type}"
    return f"{hub}/{name}:{tag}"


def _image(
    values: Mapping[str, Any], component: str, image_type: str, annotations: Mapping[str, str]
) -> str:
    settings: Mapping[str, Any] = values.get("global") or {}
    name = (settings.get(component) or {}).get("image") or _DEFAULT_NAME
    # The tag may be any value: 1.9 without quotes is a number, which Go prints its own way.
    tag = format_value(settings["tag"]) if "tag" in settings else ""
    image_type = image_type or settings.get("variant", "")
    image_type = annotations.get(IMAGE_TYPE, image_type)
    return image_url(settings.get("hub", ""), name, tag, image_type)
