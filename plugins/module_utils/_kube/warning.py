# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Warnings that an API server sends with an answer, such as that an API version is deprecated."""

from __future__ import annotations

import re

# RFC 7234, 5.5; the API server sends code 299, agent "-" and no date (k8s.io/apimachinery's
# util/net/http.go, NewWarningHeader).
_WARNING = re.compile(r'299 \S+ "((?:[^"\\]|\\.)*)"')
_ESCAPED = re.compile(r"\\(.)")


def parse_warnings(header: str) -> list[str]:
    """The texts of a Warning header, or of several joined by commas."""
    texts = (_ESCAPED.sub(r"\1", text) for text in _WARNING.findall(header))
    return [text.encode("latin-1").decode("utf-8", "replace") for text in texts]
