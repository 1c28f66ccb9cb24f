"""An environment of its own for each peer, in build/peers (which git ignores), pinned with hashes and made once."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

PEERS = Path(__file__).resolve().parent / "peers"
HOMES = Path(__file__).resolve().parents[1] / "build" / "peers"


class NotInstalledError(Exception):
    """A peer's packages cannot be had here; the text is the installer's last line."""


def python_of(peer: str) -> Path:
    """The interpreter of the peer's environment, made if it is not there or its pins have changed.

    Raises:
        NotInstalledError: the packages could not be installed.
    """
    pins = PEERS / f"{peer}.txt"
    home = HOMES / peer
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp = home / "pins.sha256"
    wanted = hashlib.sha256(pins.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    print(f"installing {peer} into {home.relative_to(HOMES.parents[1])} (once)", flush=True)
    _run(peer, sys.executable, "-m", "venv", "--clear", str(home))
    _run(peer, str(python), "-m", "pip", "--disable-pip-version-check", "--quiet", "install", "--require-hashes", "-r", str(pins))
    stamp.write_text(wanted, encoding="utf-8", newline="\n")
    return python


def _run(peer: str, *words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise NotInstalledError(f"{peer}: {said[-1] if said else f'exit {done.returncode}'}")
