"""From bytes to text: compression, digest, byte order marks, UTF-8, and a guess for the older encodings.

A declared encoding wins. Then a byte order mark, then UTF-8 if every byte of the file obeys it. What is left is one of
the older encodings, and those can only be guessed: by how likely the letters would be in each of the encodings in which
ministries still write (Russian, Western and Central European, Arabic, Chinese). The guess is printed with the result.
"""

from __future__ import annotations

import bz2
import codecs
import gzip
import hashlib
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal, cast

from plumbrule.errors import TableError
from plumbrule.lab.tables.guess import guess
from plumbrule.lab.tables.reading import Found

CHUNK = 1 << 20
MAX_UNPACKED = 16 << 30
"""The most bytes a compressed table may unpack to (16 GiB)."""

_SAMPLE = 1 << 16
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_PACKED: tuple[tuple[re.Pattern[bytes], Literal["bz2", "gzip"], Callable[..., IO[bytes]]], ...] = (
    (re.compile(rb"BZh[1-9](1AY&SY|\x17rE8P\x90)"), "bz2", cast("Callable[..., IO[bytes]]", bz2.open)),
    (re.compile(rb"\x1f\x8b\x08"), "gzip", cast("Callable[..., IO[bytes]]", gzip.open)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bytes:
    """What one pass over a file showed. `strange` are lines with bytes above 127 (at most 64 KiB), for the guess."""

    sha256: str
    size: int
    mark: str | None
    utf8: bool
    cut: bool
    nul_line: int | None
    strange: bytes


def head(path: Path, size: int = 16) -> bytes:
    """The first bytes of a file.

    Raises:
        TableError: there is no such file, or it cannot be opened.
    """
    try:
        if path.exists() and not path.is_file():  # a pipe could be read once only, and we read twice
            raise TableError(
                f"{path} is not a regular file.", expected="a file on the disk", cure="Save the table to a file first."
            )
        with path.open("rb") as file:
            return file.read(size)
    except (OSError, ValueError) as error:
        raise TableError(
            f"{path} cannot be read ({getattr(error, 'strerror', None) or error}).",
            expected="a file that you may read",
            cure="Check the name and the folder.",
        ) from error


def unpack(path: Path, folder: Path) -> tuple[Path, Literal["bz2", "gzip"] | None]:
    """The file itself, or its unpacked copy in `folder` and how it was packed (known by its first bytes).

    Raises:
        TableError: the archive is cut off or damaged, or unpacks to more than `MAX_UNPACKED`.
    """
    start = head(path)
    for magic, name, opener in _PACKED:
        if magic.match(start):
            target = folder / "unpacked"
            _copy_unpacked(path, target, opener, name)
            return target, name
    return path, None


def _copy_unpacked(path: Path, target: Path, opener: Callable[..., IO[bytes]], name: str) -> None:
    size = 0
    try:
        with opener(path, "rb") as packed, target.open("wb") as out:
            while block := packed.read(CHUNK):
                size += len(block)
                if size > MAX_UNPACKED:
                    raise TableError(
                        f"{path.name} unpacks to more than {MAX_UNPACKED >> 30} GiB.",
                        expected="a table",
                        cure="Unpack it yourself.",
                    )
                out.write(block)
    except (EOFError, OSError, zlib.error) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the disk, not the archive: bz2 and gzip give no number
        raise TableError(
            f"{path.name} is a damaged or cut-off {name} file ({error}).",
            expected="a whole file",
            cure="Fetch the file again and compare its size.",
        ) from error


def examine(path: Path) -> Bytes:
    """Read every byte once: digest, UTF-8 or not, NUL bytes, a sample of what is not ASCII."""
    digest, decoder = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")("strict")
    mark = next((name for magic, name in _MARKS if head(path).startswith(magic)), None)
    size = lines = 0
    nul_line: int | None = None
    utf8, strange = mark in {None, "utf-8"}, bytearray()
    with path.open("rb") as file:
        while block := file.read(CHUNK):
            digest.update(block)
            size += len(block)
            if nul_line is None and b"\0" in block:
                nul_line = lines + block.count(b"\n", 0, block.index(b"\0")) + 1
            lines += block.count(b"\n")
            if utf8:
                try:
                    decoder.decode(block)
                except UnicodeDecodeError:
                    utf8 = False
            if len(strange) < _SAMPLE and not block.isascii():
                strange += b"\n".join(line for line in block.split(b"\n") if not line.isascii())[: _SAMPLE - len(strange)] + b"\n"
    cut = utf8 and bool(decoder.getstate()[0])
    return Bytes(sha256=digest.hexdigest(), size=size, mark=mark, utf8=utf8, cut=cut, nul_line=nul_line, strange=bytes(strange))


def find_encoding(seen: Bytes, declared: str | None, name: str) -> Found:
    """The encoding of a text file, as a name that Python's `codecs` knows ("utf-8-sig" where a mark must be dropped).

    Raises:
        TableError: an encoding nobody knows, NUL bytes, UTF-8 that is damaged, or nothing fits.
    """
    if declared is not None:
        return Found(value=_known(declared, seen), how="given")
    if seen.mark:
        return Found(value="utf-8-sig" if seen.mark == "utf-8" else seen.mark, how="mark")
    if seen.nul_line is not None:
        raise TableError(
            f"{name} holds a NUL byte in line {seen.nul_line}.",
            expected="text",
            cure="If it is UTF-16 without a mark, give the encoding utf-16-le; otherwise it is damaged or not a table.",
        )
    if seen.utf8:
        if seen.cut:
            raise TableError(
                f"{name} ends in the middle of a character.", expected="a whole file", cure="Fetch or export the file again."
            )
        return Found(value="utf-8", how="found")
    _refuse_damaged_utf8(seen, name)
    return Found(value=guess(seen.strange, name), how="guessed")


def _known(declared: str, seen: Bytes) -> str:
    try:
        info = codecs.lookup(declared)
        "".encode(info.name)  # refuses codecs between bytes and bytes, such as "zip"
    except LookupError as error:
        raise TableError(
            f"{declared!r} is not an encoding we know.",
            expected="a name such as utf-8, windows-1251, gb18030",
            cure="Correct the name, or leave it out.",
        ) from error
    return "utf-8-sig" if info.name == "utf-8" and seen.mark == "utf-8" else info.name


def _refuse_damaged_utf8(seen: Bytes, name: str) -> None:
    """A few wrong bytes in a text that is otherwise UTF-8 are damage, not another encoding."""
    text = seen.strange.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    right = sum(1 for char in text if char > "\x7f") - wrong
    if right <= 5 * wrong:
        return
    raise TableError(
        f"{name} is UTF-8 with {wrong} wrong byte{'s' if wrong > 1 else ''} in it.",
        expected="every byte in one encoding",
        cure="Export the file again as UTF-8; if it really is in another encoding, name it.",
    )
