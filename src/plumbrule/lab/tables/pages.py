"""The checksums inside a Parquet file, which DuckDB does not compare.

A flipped bit in a page often decodes into other values without an error. Where the writer left a CRC-32 with the page
(Spark and Java do; pyarrow when asked), it is compared here. Pages without one cannot be checked by anybody; the digest
of the file then says no more than which bytes were read.

Format: Apache Parquet, `PageHeader` in Thrift's compact protocol; the checksum covers the page as it is stored.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import duckdb

from plumbrule.errors import TableError
from plumbrule.lab.tables.reading import quote_text

_HEADER = 1 << 12  # bytes read to find a page's header; one with long statistics is read again with more
_LONGEST = 1 << 20
_INTEGERS = frozenset({4, 5, 6})  # 16, 32 and 64 bits, written alike
_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 12
_WIDTHS = {_BYTE: 1, _DOUBLE: 8}
_COMPRESSED_SIZE, _CRC = 3, 4  # numbers of the fields in PageHeader


def check_pages(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Compare the checksum of every page that has one.

    A header that cannot be understood ends the check of its column without an error: DuckDB judges the rest.

    Raises:
        TableError: a page does not have its checksum.
    """
    start_sql = "least(data_page_offset, coalesce(nullif(dictionary_page_offset, 0), data_page_offset))"
    found = connection.execute(
        f"SELECT path_in_schema, row_group_id, {start_sql}, total_compressed_size FROM parquet_metadata({quote_text(str(path))})"
    ).fetchall()
    with path.open("rb") as file:
        for column, group, start, size in found:
            for page, (offset, length, crc) in enumerate(_pages(file, start, start + size), 1):
                if crc is not None and not _holds(file, offset, length, crc):
                    raise TableError(
                        f"{path.name} is damaged: page {page} of {column!r} in row group {group + 1} has a wrong checksum.",
                        expected="an undamaged file",
                        cure="Fetch or export the file again.",
                    )


def _holds(file: BinaryIO, offset: int, length: int, crc: int) -> bool:
    if length > file.seek(0, os.SEEK_END) - offset:  # never ask for the bytes that a damaged header claims
        return False
    file.seek(offset)
    return zlib.crc32(file.read(length)) == crc


def _pages(file: BinaryIO, start: int, end: int) -> Iterator[tuple[int, int, int | None]]:
    """Offset and length of the stored bytes of each page, and its checksum if it has one."""
    while start < end:
        header = _read_header(file, start)
        if header is None:
            return
        used, length, crc = header
        yield start + used, length, crc
        start += used + length


def _read_header(file: BinaryIO, offset: int) -> tuple[int, int, int | None] | None:
    size = _HEADER if offset >= 0 else _LONGEST + 1
    while size <= _LONGEST:
        file.seek(offset)
        thrift = _Thrift(file.read(size))
        try:
            numbers = thrift.struct()
        except IndexError:
            size *= 8
            continue
        except ValueError:
            return None
        length = numbers.get(_COMPRESSED_SIZE, -1)
        crc = numbers.get(_CRC)
        return (thrift.at, length, None if crc is None else crc & 0xFFFFFFFF) if length >= 0 else None
    return None


class _Thrift:
    """Just enough of the compact protocol: whole numbers of a struct by field number, everything else passed over."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def number(self) -> int:
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7
            if shift > 70:
                raise ValueError("no number is that long")

    def signed(self) -> int:
        value = self.number()
        return (value >> 1) ^ -(value & 1)

    def struct(self, depth: int = 0) -> dict[int, int]:
        numbers: dict[int, int] = {}
        field = 0
        while head := self.byte():
            field = field + (head >> 4) if head >> 4 else self.signed()
            kind = head & 0x0F
            if kind in _INTEGERS:
                numbers[field] = self.signed()
            else:
                self.skip(kind, depth, inside_list=False)
        return numbers

    def skip(self, kind: int, depth: int, *, inside_list: bool) -> None:
        if depth > 8:
            raise ValueError("deeper than any page header")
        if kind in {_TRUE, _FALSE}:
            self.at += inside_list
        elif kind in _WIDTHS:
            self.at += _WIDTHS[kind]
        elif kind in _INTEGERS:
            self.signed()
        elif kind == _BINARY:
            length = self.number()
            self.at += length
        elif kind in {_LIST, _SET}:  # each of its elements takes a byte at least, so that what is claimed ends with the data
            head = self.byte()
            for _ in range(self.number() if head >> 4 == 15 else head >> 4):
                self.skip(head & 0x0F, depth + 1, inside_list=True)
        elif kind == _STRUCT:
            self.struct(depth + 1)
        else:
            raise ValueError(f"a page header holds no field of kind {kind}")
        if self.at > len(self.data):
            raise IndexError("a field goes on behind the data")
