"""What a node lays out for others in `share/`: its own log, its mirrors, and the public files that their entries name.

A static web server, or a stick, is all that it takes to hand it on. Nothing in it is secret.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from plumbrule.errors import UnreadableError
from plumbrule.evidence.federation.mirror import Mirror
from plumbrule.evidence.log import ContentStore, Log
from plumbrule.evidence.log.content import WITHDRAWN
from plumbrule.evidence.log.export import export_log
from plumbrule.evidence.log.guard import read_head, write_durably
from plumbrule.evidence.vkey import VerifierKey

SHARE = "share"


def share_own(directory: Path) -> None:
    """Lay out our own published log, if we keep one and it has grown or was cosigned."""
    if not (directory / "log").is_dir():
        return
    with Log.open(directory / "log") as log:
        shown = directory / SHARE / "checkpoint"
        if not shown.is_file() or shown.read_bytes() != log.checkpoint:
            _claim(directory / SHARE, log.verifier)
            share_content(log.content, directory / SHARE)
            log.export(directory / SHARE)


def _claim(share: Path, key: VerifierKey) -> None:
    """An export asks for a folder with nothing else in it, unless it is this log's; ours may hold content and cosignatures."""
    if not (share / "log.vkey").is_file():
        share.mkdir(parents=True, exist_ok=True)
        write_durably(share / "log.vkey", f"{key}\n".encode())


def share_mirror(mirror: Mirror, share: Path) -> None:
    """Lay out a mirror as its origin lays out itself, so that others can follow it here, and its operator can recover."""
    raw, size = mirror.checkpoint, mirror.head.size
    if not raw or _laid_out(share / "checkpoint", mirror.key) >= size:
        return  # more lies there if the mirror was restored from an old copy
    _claim(share, mirror.key)
    share_content(mirror.content, share)  # before the checkpoint, which says that all is there
    with mirror.database.reading() as cursor:
        export_log(cursor, size, raw, mirror.key, share)


def _laid_out(path: Path, key: VerifierKey) -> int:
    """How many entries a copy that lies out covers; none if its checkpoint is damaged or missing."""
    try:
        return read_head(path.read_bytes(), key, str(path)).size if path.is_file() else 0
    except UnreadableError:
        return 0


def share_content(content: ContentStore, share: Path) -> int:
    """Copy blobs to `content/<sha256>` where they are missing; of withdrawn ones only the notice lies there,
    `content/<sha256>.withdrawn`. Returns how many blobs lie there."""
    folder, digests = share / "content", set(content.digests())
    notices = {f"{digest}{WITHDRAWN}": raw for digest, raw in content.notices().items() if digest not in digests}
    _remove(folder, {*digests, *notices})
    for name, raw in notices.items():
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / name).is_file() or (folder / name).read_bytes() != raw:
            write_durably(folder / name, raw)
    for digest in sorted(digests):
        if not (folder / digest).is_file():
            folder.mkdir(parents=True, exist_ok=True)
            write_durably(folder / digest, content.get(digest))
    return len(digests)


def _remove(folder: Path, kept: Iterable[str]) -> None:
    gone = {path.name for path in folder.glob("*")} - set(kept)
    for name in gone:
        (folder / name).unlink(missing_ok=True)
