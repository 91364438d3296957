# Copyright: (c) 2026, The meshops.istio founders
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A bounded number of threads for requests in flight, kept between calls."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Workers:
    """Runs a function over many items with at most `limit` running at a time.

    Threads start when first needed and stay until close(). They are daemons, so an interpreter
    that has to end does not wait for a request that hangs.
    """

    def __init__(self, limit: int) -> None:
        if limit < 1:
            raise ValueError(f"concurrency must be 1 or more, not {limit}")
        self._limit = limit
        self._tasks: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._threads = 0
        self._lock = threading.Lock()

    def map(self, fn: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
        """Results of fn in the order of items.

        The calling thread works too. After the first exception no further item is begun; those
        running are waited for and the exception is raised. KeyboardInterrupt does not wait.
        """
        run = _Run(fn, list(items))
        helpers = min(self._limit, len(run.items)) - 1
        if helpers > 0:
            self._start(helpers)
            for _number in range(helpers):
                self._tasks.put(run.help)
        try:
            run.work()
            run.wait()
        except BaseException:
            run.stop()
            raise
        if run.error is not None:
            raise run.error
        return run.results

    def close(self) -> None:
        """Let idle threads end; those busy end after their item."""
        with self._lock:
            for _number in range(self._threads):
                self._tasks.put(None)
            self._threads = 0

    def _start(self, wanted: int) -> None:
        with self._lock:
            while self._threads < wanted:
                self._threads += 1
                threading.Thread(target=self._loop, name="kube-request", daemon=True).start()

    def _loop(self) -> None:
        while True:
            task = self._tasks.get()
            if task is None:
                return
            task()


class _Run:
    """State of one map(). A helper that comes late finds nothing to do, so none is waited for
    that has not begun: a map() inside a map() cannot block on threads that are all taken.
    """

    def __init__(self, fn: Callable[[Any], Any], items: list[Any]) -> None:
        self.items = items
        self.results: list[Any] = [None] * len(items)
        self.error: BaseException | None = None
        self._fn = fn
        self._next = iter(range(len(items)))
        self._stopped = False
        self._helping = 0
        self._changed = threading.Condition()

    def work(self) -> None:
        """Take items until there are none left; an error of an item is kept, not raised."""
        fn, items, results = self._fn, self.items, self.results
        while not self._stopped:
            # One next() on a range iterator is atomic under the interpreter lock.
            index = next(self._next, None)
            if index is None:
                return
            try:
                results[index] = fn(items[index])
            except Exception as exc:  # noqa: BLE001 -- map() raises it in the caller's thread
                self.error = self.error or exc
                self._stopped = True

    def help(self) -> None:
        """What a helper thread does with this run."""
        with self._changed:
            if self._stopped:
                return
            self._helping += 1
        try:
            self.work()
        finally:
            with self._changed:
                self._helping -= 1
                self._changed.notify_all()

    def wait(self) -> None:
        """Wait until no helper is at work; later ones are turned away."""
        with self._changed:
            self._stopped = True
            while self._helping:
                self._changed.wait()

    def stop(self) -> None:
        """Begin no further item."""
        self._stopped = True
