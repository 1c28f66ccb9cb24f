"""Cells travel: write them under a disclosure rule, read them strictly, so that no row has to cross a border.

    table ─count→ cells ─(rule)→ file ─→ … ─→ files ─add→ one table of cells, exact or with bounds

A file has exactly one form: RFC 8785 and a line feed, everything sorted. Reading refuses whatever writing would not write.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from typing import Any

import rfc8785
from pydantic import ValidationError

from plumbrule.errors import TableError, UnreadableError
from plumbrule.lab.cells import Cells
from plumbrule.lab.columns import Attribute
from plumbrule.lab.exchange.bounds import bounds_in, frame_in
from plumbrule.lab.exchange.check import problems
from plumbrule.lab.exchange.cube import Frame, frame_of, widened
from plumbrule.lab.exchange.disclosure import Before
from plumbrule.lab.exchange.form import SCHEMA, CellsFile, FileAttribute, Source, Suppression, adapter
from plumbrule.lab.exchange.release import Meaning, Release, check_release, check_same, meaning_of
from plumbrule.lab.exchange.tables import perturbed, sealed, suppressed

MOST_BYTES = 64 * 2**20
_AGAIN = "Ask the site that wrote it for the file again; do not edit it."


def cells_file(
    cells: Cells,
    meaning: Meaning,
    attributes: Sequence[Attribute],
    release: Release,
    *,
    software: str,
    source: str | None = None,
) -> CellsFile:
    """The cells in the form in which they travel.

    Args:
        cells: counted with these attributes; not split by cluster.
        meaning: what they count.
        attributes: the attributes with their cuts.
        release: the disclosure rule.
        software: name and version of what writes the file.
        source: SHA-256 of the table, in hexadecimal.

    Raises:
        TableError: the rule does not go with these cells; something in them would identify people.
        LimitError: too many cells for the rule.
    """
    check_release(cells, meaning, release)
    frame = frame_of(cells, attributes, labelled=meaning.label is not None)
    before = None
    if release.after is not None:
        frame, before = _held_against(frame, meaning, release.after[0])
    if release.rule == "none":
        body = sealed(cells, frame, meaning)
    elif release.rule == "suppress":
        body = suppressed(cells, frame, meaning, release, before)
    else:
        body = perturbed(cells, frame, release)
    return CellsFile(
        schema=SCHEMA,
        software=software,
        source=_source(source, release),
        prediction=meaning.prediction,
        label=meaning.label,
        favourable=meaning.favourable,
        score=meaning.score if release.rule == "none" else None,
        weighted=meaning.weighted,
        attributes=tuple(
            FileAttribute(name=part.name, edges=part.edges, right=part.right, levels=levels)
            for part, levels in zip(frame.attributes, frame.levels, strict=True)
        ),
        **body,
    )


def _held_against(frame: Frame, meaning: Meaning, earlier: CellsFile) -> tuple[Frame, Before]:
    """The frame with the earlier levels too, and what the earlier file told."""
    if not isinstance(earlier.disclosure, Suppression):
        raise TableError(
            f"The earlier file was written with the rule {earlier.disclosure.rule!r}.",
            expected="a file written with --disclosure suppress",
            cure="Name the file that was published.",
        )
    old = frame_in(earlier)
    check_same(meaning, frame, meaning_of(earlier), old, "the earlier file")
    wide = widened(frame, old)
    wide.check_size()
    told = bounds_in(earlier, "The earlier file").rows.into(old, wide)
    return wide, Before(low=told.low, high=told.high, order=earlier.disclosure.order)


def _source(sha256: str | None, release: Release) -> Source:
    if sha256 is None or (release.rule != "none" and release.secret is None):
        return Source(kind="withheld", digest=None)
    if release.rule == "none":
        return Source(kind="sha256", digest=sha256)
    committed = hmac.new(release.secret or b"", b"plumbrule source " + sha256.encode(), "sha256").hexdigest()
    return Source(kind="hmac-sha256", digest=committed)


def write_cells(file: CellsFile) -> bytes:
    """The canonical bytes of a file of cells (RFC 8785 and a line feed)."""
    return rfc8785.dumps(_plain(file)) + b"\n"


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {part.name: _plain(getattr(value, part.name)) for part in fields(value)}
    return [_plain(part) for part in value] if isinstance(value, tuple) else value


def read_cells(content: bytes, what: str = "The file") -> CellsFile:
    """The cells that a file holds.

    Raises:
        UnreadableError: not JSON, of another version, too large, or not exactly what `write_cells` writes.
    """
    if len(content) > MOST_BYTES:
        raise _unreadable(f"{what} has {len(content):,} bytes", f"at most {MOST_BYTES:,}")
    try:
        version = json.loads(content).get("schema")
    except (ValueError, AttributeError, RecursionError):
        raise _unreadable(f"{what} is not a JSON object", "a file written with --save-cells") from None
    if version != SCHEMA:
        raise UnreadableError(
            f"{what} is of version {str(version)[:80]!r}.",
            expected=SCHEMA,
            cure="Read it with the version of plumbrule that knows it.",
        )
    try:
        file = adapter().validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise _unreadable(f"{what} is not in its form at {place!r}: {first['msg']}", f"the schema {SCHEMA}") from None
    for problem in problems(file):
        raise _unreadable(f"{what}: {problem}", "what write_cells writes, everything in order")
    if write_cells(file) != content:
        raise _unreadable(f"{what} is not in canonical form", "RFC 8785 and one line feed")
    return file


def _unreadable(got: str, expected: str) -> UnreadableError:
    return UnreadableError(f"{got}.", expected=expected, cure=_AGAIN)
