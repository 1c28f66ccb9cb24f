"""Where the bytes are kept that were withdrawn under a legal hold: DIR/held/<system>/<sha256>. Private; no page shows them."""

from __future__ import annotations

import shutil
from collections.abc import Container
from pathlib import Path

from plumbrule.base.files import write_file_aside
from plumbrule_portal.ledger import node


def keep(system: str, digest: str, raw: bytes) -> None:
    """Keep what is taken from the public. Raises OutputError: then it is not taken."""
    path = _folder() / system / digest
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_file_aside(path, raw, mode=0o600)


def let_go(held: Container[str]) -> int:
    """Delete what was kept of systems that are not held any more. Returns how many files."""
    gone = 0
    folders = sorted(_folder().iterdir()) if _folder().is_dir() else []
    for folder in folders:
        if folder.name not in held:
            gone += sum(1 for _ in folder.iterdir())
            shutil.rmtree(folder)
    return gone


def _folder() -> Path:
    return node.folder() / "held"
