"""Stand-in for get-pip.py: the interpreter's own pip, then the wanted packages from the index.

ansible-test fetches get-pip.py from a host of its own, which many networks do not reach. It takes
this file instead when it finds it in its cache, and passes pip's options and requirements.
"""

from __future__ import annotations

import subprocess
import sys

UNKNOWN_TO_PIP = ("--no-setuptools", "--no-wheel")

if __name__ == "__main__":
    # Not in this process: ensurepip switches off pip's configuration in the one it runs in.
    subprocess.run([sys.executable, "-m", "ensurepip"], check=True)
    wanted = [argument for argument in sys.argv[1:] if argument not in UNKNOWN_TO_PIP]
    subprocess.run([sys.executable, "-m", "pip", "install", *wanted], check=True)
