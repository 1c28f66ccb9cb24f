"""The last steps of a recovery: the rebuilt log takes the place of the broken one. A crash may fall between any two.

    log.again       the rebuilt log while it is made; whole before the first step
    frozen.again    what is kept of a log that ends while it is put together
    log.broken      the log as it was; from here on the recovery only goes forward

While `log` is there and `log.broken` is not, nothing has happened, and a recovery begins anew. After that everything
else of the node refuses to start until `plumbrule node recover` was run again and has finished.
"""

from __future__ import annotations

from pathlib import Path

from plumbrule.errors import OutputError, UnreadableError
from plumbrule.evidence.log.guard import sync_folder

LOG, BROKEN, AGAIN, FROZEN, FREEZING = "log", "log.broken", "log.again", "frozen", "frozen.again"
_ENDED = ("witnessed", "share/checkpoint", "share/log.vkey", "share/tile", "share/content")


def refuse_unfinished(directory: Path) -> None:
    """Raise UnreadableError if a recovery was broken off after it had begun to put things in their places."""
    if unfinished(directory):
        raise UnreadableError(
            f"a recovery of {directory} was broken off.",
            expected="a node whose log is in its place.",
            cure=f"plumbrule node recover {directory} finishes it; nothing is lost.",
        )


def unfinished(directory: Path) -> bool:
    """True if a recovery was broken off between its last steps."""
    return (directory / BROKEN).exists() and (not (directory / LOG).exists() or (directory / FREEZING).exists())


def swap(directory: Path) -> None:
    """Do the last steps, or those that are left of them. Raises OutputError, and can be called again then."""
    try:
        if (directory / LOG).exists() and not (directory / BROKEN).exists():
            _move(directory / LOG, directory / BROKEN)
        if not (directory / LOG).exists():
            _move(directory / AGAIN, directory / LOG)
        if (directory / FREEZING).exists():
            _end(directory)
    except OSError as error:
        raise OutputError(
            f"{directory} cannot be put in order: {error.strerror}.", cure="look after the disk, then recover again."
        ) from None


def _end(directory: Path) -> None:
    """What the ended log had laid out is kept with it; what we cosigned for others stays where it is."""
    folder = directory / FREEZING
    (folder / "share").mkdir(exist_ok=True)
    for part in _ENDED:
        if (directory / part).exists():
            _move(directory / part, folder / part)
    _move(folder, directory / FROZEN)


def _move(old: Path, new: Path) -> None:
    old.rename(new)
    sync_folder(new.parent)
    sync_folder(old.parent)
