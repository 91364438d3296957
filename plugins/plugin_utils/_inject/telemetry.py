# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a workload tells of itself to OpenTelemetry (``otelResourceAttributes`` of Istio 1.30).

The attributes are those of OpenTelemetry's conventions for Kubernetes:
https://opentelemetry.io/docs/specs/semconv/non-normative/k8s-attributes/#service-attributes
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

_CONVENTIONS: Final = "OTEL_SEMANTIC_CONVENTIONS"
_ANNOTATION: Final = "resource.opentelemetry.io/service."
_VERSION_LABEL: Final = "app.kubernetes.io/version"


def otel_resource_attributes(
    mesh: Mapping[str, Any],
    annotations: Mapping[str, str],
    labels: Mapping[str, str],
    namespace: str,
    containers: Sequence[tuple[str, str]],
) -> str:
    """Return ``service.namespace=shop,...`` if a provider of the mesh asks for it, else "".

    ``mesh`` is in canonical form, ``containers`` are the names and images of the pod's.
    """
    if not _is_asked_for(mesh):
        return ""
    instance = f"{namespace}.$(POD_NAME).{containers[0][0]}" if containers else ""
    defaults = {
        "namespace": namespace,
        "version": labels.get(_VERSION_LABEL) or _image_version(containers),
        "instance.id": instance,
    }
    found = {
        name: annotations.get(f"{_ANNOTATION}{name}") or fallback
        for name, fallback in defaults.items()
    }
    return ",".join(f"service.{name}={value}" for name, value in found.items() if value)


def _is_asked_for(mesh: Mapping[str, Any]) -> bool:
    providers = mesh.get("extensionProviders") or ()
    return any(
        (provider.get("opentelemetry") or {}).get("serviceAttributeEnrichment") == _CONVENTIONS
        for provider in providers
    )


def _image_version(containers: Sequence[tuple[str, str]]) -> str:
    """Return tag and digest of the only container's image; of several none stands for all."""
    if len(containers) != 1:
        return ""
    name, _at, digest = containers[0][1].partition("@")
    tag = name[name.rfind(":") + 1 :] if name.rfind(":") > name.rfind("/") else ""
    return f"{tag}@{digest}" if tag and digest else tag or digest
