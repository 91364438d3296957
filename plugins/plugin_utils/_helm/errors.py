# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of chart loading, values and rendering."""

from __future__ import annotations

from typing import Final

# Errors of runaway recursion show this many calls from either end of the chain.
_SHOWN: Final = 5


class HelmError(Exception):
    """Anything that keeps a chart from being rendered; the message says what and where."""


class ChartError(HelmError):
    """A chart that cannot be loaded: names the archive or directory, and the entry in it."""


class ValuesError(HelmError):
    """Values that cannot be read or merged, or that break the chart's schema."""


class RenderError(HelmError):
    """A template that cannot be parsed or executed, or that gives no valid YAML.

    ``chart`` is the chart's name. ``template`` is the path of the failing template, ``line`` its
    line; ``chain`` holds one readable line for each template on the way there, outermost first.
    """

    def __init__(
        self,
        message: str,
        *,
        chart: str,
        template: str = "",
        line: int | None = None,
        chain: tuple[str, ...] = (),
    ) -> None:
        self.chart = chart
        self.template = template
        self.line = line
        self.chain = chain
        if len(chain) > 2 * _SHOWN:
            hidden = f"[{len(chain) - 2 * _SHOWN} more calls]"
            chain = (*chain[:_SHOWN], hidden, *chain[-_SHOWN:])
        super().__init__("\n  ".join((message, *chain)))
