"""Files beside the plan, opened for a further test; and errors that say which key of the plan led to them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from plumbrule import lab
from plumbrule.base.files import sha256_file
from plumbrule.errors import AssessmentError, InputError
from plumbrule.findings.further.look import Look, Ran
from plumbrule.findings.model import Material
from plumbrule.findings.planned.files import PlannedTable

_READING = ("columns", "skip", "query", "encoding", "delimiter", "decimal", "sheet", "missing")


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
    reading = {name: getattr(asked, name) for name in _READING}
    with lab.open_table(look.file(asked.file, key), **reading) as table:
        yield table, Material(name=asked.file, sha256=table.sha256, source=asked.source, licence=asked.licence)


def side_file(look: Look, name: str, key: str, *, source: str = "", licence: str = "") -> tuple[Path, Material]:
    """A file beside the plan that is no table, and its digest.

    Raises:
        AssessmentError: it is not there, or may not be read.
    """
    path = look.file(name, key)
    try:
        digest = sha256_file(path)
    except OSError as error:
        raise AssessmentError(
            f"{key} names the file {name!r}, which cannot be read: {error.strerror}.",
            expected="a file that you may read",
            cure="Look at its permissions.",
        ) from None
    return path, Material(name=name, sha256=digest, source=source, licence=licence)


def one_of(key: str, **given: object) -> str:
    """The name of the one thing that was given.

    Raises:
        AssessmentError: nothing was, or more than one.
    """
    there = [name for name, value in given.items() if value not in (None, False)]
    if len(there) != 1:
        raise AssessmentError(
            f"{key} gives {' and '.join(there) or 'none'} of {', '.join(given)}.",
            expected="exactly one of them",
            cure="Add one." if not there else f"Keep {there[0]}, or the other, and take out the rest.",
        )
    return there[0]


def asks_something(ran: Ran, key: str) -> Ran:
    """What a family gave, which is something.

    Raises:
        AssessmentError: its table in the plan is empty.
    """
    if not ran.observations:
        raise AssessmentError(
            f"{key} asks for nothing.",
            expected="at least one question",
            cure=f"Add one, or take out {key}; see docs/reference/plan.md.",
        )
    return ran
