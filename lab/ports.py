"""Choose free ports on the loopback interface."""

from __future__ import annotations

import socket
import zlib
from collections.abc import Container, Sequence

from lab.errors import LabError

# Below the range from which Linux (32768) and others (49152) take ports of outgoing connections:
# a port found free here is not taken by one of those before the component listens on it.
FIRST, LAST = 20000, 29999
_STEP = 10


def choose(name: str, uses: Sequence[str], taken: Container[int]) -> dict[str, int]:
    """Return a free port for each use, avoiding those ``taken`` by other labs.

    A lab of the same name gets the same ports as the last time, unless others have them now.
    """
    count = LAST - FIRST + 1
    start = zlib.crc32(name.encode()) % (count // _STEP) * _STEP
    found: list[int] = []
    for offset in range(count):
        port = FIRST + (start + offset) % count
        if port not in taken and is_free(port):
            found.append(port)
            if len(found) == len(uses):
                return dict(zip(uses, found, strict=True))
    raise LabError(f"no {len(uses)} free ports between {FIRST} and {LAST} on 127.0.0.1")


def is_free(port: int) -> bool:
    """Whether nobody listens on the port."""
    with socket.socket() as probe:
        # As servers do: connections of a former server that linger do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
