"""What the lab tells the person who runs it, on standard error: answers go to standard output."""

from __future__ import annotations

import sys
import time

REFRESH_SECONDS = 15.0


def say(text: str) -> None:
    """Print one line."""
    print(text, file=sys.stderr, flush=True)


class Progress:
    """A line about work under way: redrawn on a terminal, else repeated every 15 seconds."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.started = time.monotonic()
        self._terminal = sys.stderr.isatty()
        self._shown = 0.0 if self._terminal else self.started
        self._width = 0

    @property
    def elapsed(self) -> float:
        """Seconds since the work began."""
        return time.monotonic() - self.started

    def update(self, text: str) -> None:
        """Tell how far the work is; most calls print nothing."""
        now = time.monotonic()
        if now - self._shown < (0.2 if self._terminal else REFRESH_SECONDS):
            return
        self._shown = now
        line = f"  {self.title}: {text}, {self.elapsed:.0f} s"
        if not self._terminal:
            say(line)
            return
        print(f"\r{line:<{self._width}}", end="", file=sys.stderr, flush=True)
        self._width = len(line)

    def done(self, text: str) -> None:
        """Close the line."""
        start = "\r" if self._terminal else ""
        say(f"{start}{f'  {self.title}: {text}, {self.elapsed:.1f} s':<{self._width}}")
