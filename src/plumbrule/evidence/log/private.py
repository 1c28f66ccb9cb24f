"""What must stay erasable: the openings of salted commitments, in a folder that only its owner can read.

    private/ab/abcdef…   salt and content whose commitment is salted:abcdef…

It lies beside a restricted log and is never exported, served or mirrored. To erase is to delete the opening: the
commitment in the log then says nothing any more.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from plumbrule.errors import InputError, OutputError, UnreadableError
from plumbrule.evidence.log.guard import sync_folder
from plumbrule.evidence.salted import HEADER, PREFIX, SALT_SIZE, commitment_of, make_opening, new_salt, read_opening
from plumbrule.evidence.tokens import SALTED

MAX_CONTENT = 16 * 2**20
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)


class PrivateStore:
    """Openings in a folder. The folder is made with the first one (mode 0700, files 0600, where the system has modes).

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     store = PrivateStore(Path(folder) / "private")
    ...     commitment = store.keep(b"about a person")
    ...     content = store.content(commitment)
    ...     store.erase(commitment)
    ...     content, store.has(commitment)
    (b'about a person', False)
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def keep(self, content: bytes) -> str:
        """Keep content under a fresh salt, and return the commitment; on the disk when it returns.

        Raises:
            OutputError: longer than 16 MiB, or it cannot be written.
        """
        if len(content) > MAX_CONTENT:
            raise OutputError(f"a case of {len(content)} bytes.", expected=f"at most {MAX_CONTENT} bytes.", cure="split it.")
        opening = make_opening(content, new_salt())
        commitment = commitment_of(opening)
        path = self._path(commitment)
        try:
            for folder in (self.directory, path.parent):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(path, _CREATE, 0o600), "wb") as stream:
                stream.write(opening)
                stream.flush()
                os.fsync(stream.fileno())
            for folder in (path.parent, self.directory):
                sync_folder(folder)
        except OSError as error:
            raise OutputError(f"{path} cannot be written: {error.strerror}.", cure="look after the disk.") from None
        return commitment

    def opening(self, commitment: str) -> bytes:
        """Salt and content as a file that opens the commitment.

        Raises:
            InputError: there is none: erased, or never kept here.
            VerificationError: what lies there opens another.
        """
        path = self._path(commitment)
        try:
            with path.open("rb") as stream:
                raw = stream.read(len(HEADER) + SALT_SIZE + MAX_CONTENT + 1)
        except FileNotFoundError:
            raise InputError(f"{commitment} was erased, or is not kept here.", expected="one that can still be opened.") from None
        except OSError as error:
            raise UnreadableError(f"{path} cannot be read: {error.strerror}.", cure="look after the disk.") from None
        read_opening(raw, commitment, str(path))
        return raw

    def content(self, commitment: str) -> bytes:
        """The content alone. Raises as `opening`."""
        return read_opening(self.opening(commitment), commitment)

    def has(self, commitment: str) -> bool:
        """True if the commitment can still be opened here. Raises InputError if it is no commitment."""
        return self._path(commitment).is_file()

    def commitments(self) -> Iterator[str]:
        """Those that can still be opened here, in order."""
        return (PREFIX + path.name for path in sorted(self.directory.glob("??/*")) if SALTED.fullmatch(PREFIX + path.name))

    def erase(self, commitment: str) -> None:
        """Write over salt and content, and delete them for good; no error if they are not there.

        What no program can promise: backups, snapshots, and disks that write elsewhere than they are told keep old bytes
        until they are overwritten. Raises OutputError.
        """
        path = self._path(commitment)
        try:
            if path.is_file():
                with path.open("r+b") as stream:
                    stream.write(bytes(path.stat().st_size))
                    stream.flush()
                    os.fsync(stream.fileno())
                path.unlink()
                sync_folder(path.parent)
        except OSError as error:
            raise OutputError(f"{path} cannot be deleted: {error.strerror}.", cure="look after the disk.") from None

    def _path(self, commitment: str) -> Path:
        if not SALTED.fullmatch(commitment):
            raise InputError(f"{commitment[:80]!r} is no salted commitment.", expected="salted: and 64 hex digits.")
        digest = commitment.removeprefix(PREFIX)
        return self.directory / digest[:2] / digest
