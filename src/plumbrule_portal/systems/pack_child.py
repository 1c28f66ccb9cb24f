"""Inside the limited process: a zip file on standard input, its files as JSON (name to base64) on standard output.

The files may lie in one folder, as when a folder was packed. Sizes that the archive states are not believed: bytes are counted
as they come out.
"""

from __future__ import annotations

import io
import json
import sys
import zipfile
from base64 import b64encode
from collections.abc import Iterator

from plumbrule.errors import InputError

EXPECTED = "one zip file with the files of a pack, all in the same folder, none of them encrypted."


def unzipped(raw: bytes, most_files: int, most_bytes: int) -> dict[str, bytes]:
    """Name to bytes. Raises InputError: no zip file, too many files or bytes, folders in folders, a name twice, encrypted."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            found = dict[str, bytes]()
            for folder, name, content in _read(archive, most_files, most_bytes):
                if name in found or folder != _folder(archive):
                    raise InputError(f"the zip file holds {ascii(name)[:80]} twice, or in another folder.", expected=EXPECTED)
                found[name] = content
            return found
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise InputError("this is no zip file that can be read.", expected=EXPECTED) from error


def _read(archive: zipfile.ZipFile, most_files: int, most_bytes: int) -> Iterator[tuple[str, str, bytes]]:
    members, room = _members(archive), most_bytes
    if not 0 < len(members) <= most_files:
        raise InputError(f"the zip file holds {len(members)} files.", expected=f"1 to {most_files}.")
    for one in members:
        with archive.open(one) as stream:
            content = stream.read(room + 1)
        room -= len(content)
        if room < 0:
            raise InputError(f"the files are larger than {most_bytes >> 20} MB together.", expected="the files of one pack.")
        folder, _, name = one.filename.rpartition("/")
        yield folder, name, content


def _folder(archive: zipfile.ZipFile) -> str:
    """The folder of the first file: all others must lie there, too."""
    return _members(archive)[0].filename.rpartition("/")[0]


def _members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The files, without what the Finder of macOS puts beside them."""
    files = (one for one in archive.infolist() if not one.is_dir())
    return [one for one in files if not one.filename.startswith("__MACOSX/") and not one.filename.endswith(".DS_Store")]


if __name__ == "__main__":
    files = unzipped(sys.stdin.buffer.read(), int(sys.argv[1]), int(sys.argv[2]))
    sys.stdout.write(json.dumps({name: b64encode(content).decode() for name, content in files.items()}))
