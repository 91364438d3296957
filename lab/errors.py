"""What the lab raises when it cannot go on."""

from __future__ import annotations


class LabError(Exception):
    """Something a person can act on: what is wrong, where, and the remedy."""
