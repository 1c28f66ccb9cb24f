"""Files beside the plan, opened for a further test; and errors that say which key of the plan led to them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from plumbrule import lab
from plumbrule.errors import InputError
from plumbrule.findings.further.look import Look
from plumbrule.findings.model import Material
from plumbrule.findings.planned.files import PlannedTable


@contextmanager
def asked_by(key: str) -> Iterator[None]:
    """An error in this block says which key of the plan led to it.

    Raises:
        InputError: as it came, of its own class, with the key before it.
    """
    try:
        yield
    except InputError as error:
        if key in error.got:
            raise
        raise type(error)(f"{key}: {error.got}", expected=error.expected, cure=error.cure) from error


@contextmanager
def side_table(look: Look, asked: PlannedTable, key: str) -> Iterator[tuple[lab.Table, Material]]:
    """A table beside the plan, open for the length of the block, and the file by digest.

    Raises:
        InputError: the file is not there, or is no table.
    """
    reading = {name: getattr(asked, name) for name in ("query", "encoding", "delimiter", "decimal", "sheet", "missing")}
    with lab.open_table(look.file(asked.file, key), **reading) as table:
        yield table, Material(name=asked.file, sha256=table.sha256, source=asked.source, licence=asked.licence)
