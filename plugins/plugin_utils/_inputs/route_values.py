# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Single values of Routes: hosts, paths, ports, and certificates, which are never repeated."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.meshops.istio.plugins.plugin_utils._inputs import (
    kubernetes_names as names,
)
from ansible_collections.meshops.istio.plugins.plugin_utils._inputs.checker import Checker

ANY_HOST = "*."
_HIGHEST_PORT = 65535
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.+-----END CERTIFICATE-----", re.DOTALL)
_KEY = re.compile(
    r"-----BEGIN (?P<label>(?:[A-Z]+ )?PRIVATE KEY)-----.+-----END (?P=label)-----", re.DOTALL
)
_ENCRYPTED = re.compile(r"BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: 4,ENCRYPTED")


def check_host(check: Checker, where: str, value: Any) -> None:
    """A host name, or one with `*` as its first part."""
    remedy = ""
    if isinstance(value, str):
        remedy = _host_remedy(value)
    check.text(where, value, _host_fault, remedy)


def _host_fault(text: str) -> str:
    if "://" in text:
        return f"{text!r} has a scheme; a host has none"
    if "/" in text:
        return f"{text!r} has a path"
    if ":" in text:
        return f"{text!r} has a port; routers listen at 80 and 443"
    if "*" in text.removeprefix(ANY_HOST):
        return f"{text!r} has a * that is not all of its first part"
    if text.startswith(ANY_HOST) and "." not in text[len(ANY_HOST) :]:
        return f"{text!r} would be every host of a top-level domain"
    return names.dns_name_fault(text.removeprefix(ANY_HOST))


def _host_remedy(text: str) -> str:
    if "://" in text:
        return "write the host alone, and termination: edge, passthrough or reencrypt for https"
    if "/" in text:
        return "write it as path, beside host"
    if text != text.lower() and not _host_fault(text.lower()):
        return f"write {text.lower()}"
    return "" if ":" not in text else "remove it"


def path_fault(text: str) -> str:
    """What is wrong with the text as path of a Route, or an empty string.

    The rules are those of OpenShift's API (library-go, pkg/route/validation).
    """
    if not text.startswith("/"):
        return f"{text!r} does not begin with /"
    return f"{text!r} has a # or a blank" if re.search("[# ]", text) else ""


def check_port(check: Checker, where: str, value: Any) -> None:
    """The name or number of a port."""
    if value is None or value == "":
        return
    if isinstance(value, str) and not value.isdecimal():
        check.text(where, value, names.dns_label_fault)
    elif isinstance(value, bool) or not isinstance(value, int | str):
        check.add(where, f"must be the name or number of a port, is {value!r}", "", value)
    elif not 0 < int(value) <= _HIGHEST_PORT:
        check.add(where, f"{value} is no port", f"write a number up to {_HIGHEST_PORT}", value)


def check_certificate(check: Checker, where: str, value: Any) -> None:
    """Certificates in PEM; what is there instead is not repeated, as it may be the key."""
    text = _text(check, where, value)
    if not text:
        return
    if "PRIVATE KEY-----" in text:
        check.add(where, "has a private key in it", "write that as key", value)
    elif not _CERTIFICATE.search(text):
        check.add(where, "is no certificate in PEM", _file_hint(text), value)


def check_key(check: Checker, where: str, value: Any) -> None:
    """A private key in PEM, without a passphrase; what is there is not repeated."""
    text = _text(check, where, value)
    if not text:
        return
    if _ENCRYPTED.search(text):
        check.add(where, "is encrypted", "the router can only use a key without passphrase", value)
    elif not _KEY.search(text):
        check.add(where, "is no private key in PEM", _file_hint(text), value)


def _text(check: Checker, where: str, value: Any) -> str:
    if value is not None and not isinstance(value, str):
        check.add(where, "must be text", "", value)
    return value if isinstance(value, str) else ""


def _file_hint(text: str) -> str:
    """Many tools take the path of a file in this place."""
    if "\n" in text.strip() or "-----" in text:
        return "it must hold the BEGIN line, the END line and all between them"
    return "write its content: \"{{ lookup('ansible.builtin.file', 'the-file.pem') }}\""
