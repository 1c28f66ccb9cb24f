"""The content store: public files too large for an entry, each under the SHA-256 that an entry names it by.

    content/ab/abcdef…             the bytes whose SHA-256 is abcdef…
    content/ab/abcdef….withdrawn   in their place once they are withdrawn: which entry of the log says so
    content/kept                   every digest that was ever put here, so that a blob that vanished is noticed

A blob never changes. It can be withdrawn: then an entry still says what its digest was, and the bytes are gone.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from plumbrule.errors import InputError, OutputError, UnreadableError, VerificationError
from plumbrule.evidence.log.guard import sync_folder, write_durably

MAX_BLOB = 64 * 2**20
KEPT, WITHDRAWN = "kept", ".withdrawn"
MAX_NOTICE = 4_096
_DIGEST = re.compile(r"[0-9a-f]{64}")


class ContentStore:
    """Blobs in a folder, by digest (64 small hex digits). The folder is made with the first blob.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     store = ContentStore(Path(folder) / "content")
    ...     digest = store.put(b"a public text")
    ...     (digest[:8], store.get(digest))
    ('c8ff9fe6', b'a public text')
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def put(self, blob: bytes) -> str:
        """Keep a blob and return its digest; on the disk when it returns. Put it before the COMMIT of the entry that names it.

        Raises:
            OutputError: longer than 64 MiB, or it cannot be written.
        """
        if len(blob) > MAX_BLOB:
            raise OutputError(f"a blob of {len(blob)} bytes.", expected=f"at most {MAX_BLOB} bytes.", cure="split it.")
        digest = hashlib.sha256(blob).hexdigest()
        path = self._path(digest)
        kept = self.has(digest)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            for folder in (self.directory.parent, self.directory, *([path.parent] if kept else [])):
                sync_folder(folder)  # also for a blob that is there: whoever put it may not have come so far
        except OSError as error:
            raise OutputError(f"{path.parent} cannot be made: {error.strerror}.", cure="look after the disk.") from None
        if not kept:
            self._note(digest)  # first: of a blob that no entry names nobody asks where it is
            self._write(path, blob)
            self._notice(digest).unlink(missing_ok=True)
        return digest

    def get(self, digest: str) -> bytes:
        """The blob with this digest, hashed again.

        Raises:
            InputError: there is none (never kept, or withdrawn), or the digest is not one.
            VerificationError: what lies there has another digest.
        """
        try:
            with self._path(digest).open("rb") as stream:
                blob = stream.read(MAX_BLOB + 1)
        except FileNotFoundError:
            raise InputError(
                f"there is no content {digest}{': it was withdrawn' * self._notice(digest).is_file()}.",
                expected="the digest of a blob that is kept and not withdrawn.",
            ) from None
        except OSError as error:
            raise UnreadableError(f"content {digest} cannot be read: {error.strerror}.", cure="look after the disk.") from None
        if hashlib.sha256(blob).hexdigest() != digest:
            raise VerificationError(
                f"content {digest} is not what its name says.",
                expected="bytes with this SHA-256.",
                cure="fetch it from a mirror.",
            )
        return blob

    def has(self, digest: str) -> bool:
        """True if a blob lies under this digest. Raises InputError if it is no digest."""
        return self._path(digest).is_file()

    def withdraw(self, digest: str, notice: bytes = b"") -> None:
        """Delete a blob for good, and leave a notice of at most 4,096 bytes in its place; no error if there is none.

        Deleted means what the file system deletes: backups, and a disk that keeps old blocks, are not reached.
        Raises OutputError.
        """
        path = self._path(digest)
        try:
            if notice:
                path.parent.mkdir(parents=True, exist_ok=True)
                write_durably(self._notice(digest), notice[:MAX_NOTICE])
            for gone in (path, *path.parent.glob(f"{digest}.*new")):
                gone.unlink(missing_ok=True)
            if path.parent.is_dir():
                sync_folder(path.parent)
        except OSError as error:
            raise OutputError(f"{path} cannot be deleted: {error.strerror}.", cure="look after the disk.") from None

    def notices(self) -> dict[str, bytes]:
        """What lies in the place of withdrawn blobs, by digest."""
        paths = sorted(self.directory.glob(f"??/*{WITHDRAWN}"))
        return {path.stem: path.read_bytes()[:MAX_NOTICE] for path in paths if _DIGEST.fullmatch(path.stem)}

    def missing(self) -> tuple[str, ...]:
        """Digests of blobs that were kept here once and are not here now, whether withdrawn or lost."""
        try:
            lines = (self.directory / KEPT).read_text(encoding="ascii", errors="replace").split("\n")
        except FileNotFoundError:
            return ()
        except OSError as error:
            path = self.directory / KEPT
            raise UnreadableError(f"{path} cannot be read: {error.strerror}.", cure="look after the disk.") from None
        return tuple(sorted({line for line in lines if _DIGEST.fullmatch(line) and not self.has(line)}))

    def digests(self) -> Iterator[str]:
        """The digests of all blobs, in order."""
        return (path.name for path in sorted(self.directory.glob("??/*")) if _DIGEST.fullmatch(path.name))

    def changed(self) -> tuple[str, ...]:
        """The names of files that are not what they say: another digest, or no blob at all. Reads everything.

        Half a blob that a crash left aside (`….new`) does not count. Nor does a notice.
        """
        found = (path for path in sorted(self.directory.glob("*/*")) if path.suffix not in {".new", WITHDRAWN})
        return tuple(path.name for path in found if not self._holds(path))

    def _holds(self, path: Path) -> bool:
        if not _DIGEST.fullmatch(path.name) or path != self._path(path.name) or not path.is_file():
            return False
        try:
            self.get(path.name)
        except (VerificationError, UnreadableError):
            return False
        return True

    def _write(self, path: Path, blob: bytes) -> None:
        """Write a blob aside under a name of its own, because another may put the same one now; then put it in its place."""
        aside = path.with_name(f"{path.name}.{secrets.token_hex(6)}.new")
        try:
            aside.touch(exist_ok=False)
        except OSError as error:
            raise OutputError(f"{path} cannot be written: {error.strerror}.", cure="look after the disk.") from None
        try:
            write_durably(path, blob, aside)
        except OutputError:
            with suppress(OSError):  # once in its place, the next `put` would find it, and say that it is on the disk
                (aside if aside.exists() else path).unlink(missing_ok=True)
            raise

    def _note(self, digest: str) -> None:
        """Add a line to `kept`. Half a line that a crash left stands alone and names nothing."""
        path = self.directory / KEPT
        try:
            with path.open("ab") as stream:
                stream.write(f"\n{digest}\n".encode())
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise OutputError(f"{path} cannot be written: {error.strerror}.", cure="look after the disk.") from None

    def _notice(self, digest: str) -> Path:
        return self._path(digest).with_name(f"{digest}{WITHDRAWN}")

    def _path(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise InputError(f"{digest[:80]!r} is not a digest.", expected="64 digits and small letters from a to f.")
        return self.directory / digest[:2] / digest
