# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of Kubernetes for names, labels and annotations."""

from __future__ import annotations

import re

_DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_LABEL_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
_LABEL_NAME = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_DNS_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
_LONGEST_DNS_NAME = 253
_IMAGE_HUB = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9._:/]*[A-Za-z0-9])?")
_IMAGE_TAG = re.compile(r"[A-Za-z0-9_][-A-Za-z0-9_.]{0,127}")
SYSTEM_NAMESPACES = frozenset({"default", "kube-system", "kube-public", "kube-node-lease"})


def dns_label_fault(text: str, longest: int = 63) -> str:
    """What is wrong with the text as a DNS label (RFC 1123), or an empty string."""
    if len(text) > longest:
        return f"has {len(text)} characters, at most {longest} are possible"
    if _DNS_LABEL.fullmatch(text):
        return ""
    for character in text:
        if not re.fullmatch(r"[-a-z0-9]", character):
            return f"{text!r} has the character {character!r}; only a-z, 0-9 and - are possible"
    return f"{text!r} must begin and end with a letter or digit" if text else "is empty"


def dns_name_fault(text: str) -> str:
    """What is wrong with the text as DNS labels with dots between them, or an empty string."""
    if len(text) > _LONGEST_DNS_NAME:
        return f"has {len(text)} characters, at most {_LONGEST_DNS_NAME} are possible"
    faults = (dns_label_fault(label) for label in text.split("."))
    fault = next(filter(None, faults), "")
    return f"{text!r} has a part that is empty" if fault == "is empty" and text else fault


def label_value_fault(text: str) -> str:
    """What is wrong with the text as a label's value, or an empty string."""
    if _LABEL_VALUE.fullmatch(text):
        return ""
    return f"{text!r} is no label value (at most 63 of A-Z, a-z, 0-9, -, _ and .)"


def label_key_fault(text: str) -> str:
    """What is wrong with the text as key of a label or annotation, or an empty string."""
    prefix, slash, name = text.rpartition("/")
    if (_DNS_SUBDOMAIN.fullmatch(prefix) or not slash) and _LABEL_NAME.fullmatch(name):
        return ""
    return f"{text!r} is no label key (an optional domain and /, then A-Z, a-z, 0-9, -, _ and .)"


def dns_subdomain_fault(text: str) -> str:
    """What is wrong with the text as the name of most objects (RFC 1123), or an empty string."""
    if len(text) <= 253 and all(_DNS_LABEL.fullmatch(part) for part in text.split(".")):
        return ""
    return f"{text!r} is no name of an object (at most 253 of a-z, 0-9, - and .)"


def image_hub_fault(text: str) -> str:
    """What is wrong with the text as host and folder of images, or an empty string."""
    if "://" in text:
        return f"{text!r} has a scheme; an image's address has none"
    if _IMAGE_HUB.fullmatch(text):
        return ""
    return f"{text!r} is no address of images, such as docker.io/istio"


def image_tag_fault(text: str) -> str:
    """What is wrong with the text as tag of an image, or an empty string."""
    return "" if _IMAGE_TAG.fullmatch(text) else f"{text!r} is no image tag"


def is_system_namespace(name: str) -> bool:
    """Whether the platform owns the namespace, so that we neither make nor label it."""
    return name in SYSTEM_NAMESPACES or name.startswith(("kube-", "openshift-"))
