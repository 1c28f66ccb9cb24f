"""What the types of the form cannot say about a file of cells: order, lengths, and that its parts agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from plumbrule.lab.cells import Key
from plumbrule.lab.columns import Attribute
from plumbrule.lab.exchange.bounds import WORDS, frame_in
from plumbrule.lab.exchange.cube import ordered
from plumbrule.lab.exchange.form import SUPPRESSED, CellsFile, FileTable, Noise, Rounding, Sealed, Suppression


def problems(file: CellsFile) -> Iterator[str]:
    """What the types cannot say; each as the end of a sentence."""
    names = [part.name for part in file.attributes]
    if names != sorted(set(names)):
        yield "its attributes are not in the order of their names"
    for part in file.attributes:
        if part.edges != tuple(sorted(set(part.edges))):
            yield f"the edges of {part.name!r} do not rise"
        elif part.levels != ordered(part.levels, Attribute(name=part.name, edges=part.edges, right=part.right)):
            yield f"the values of {part.name!r} are not in order, or one stands twice"
    seen = [((WORDS.index(one.label) if one.label else 0), WORDS.index(one.prediction)) for one in file.outcomes]
    exact = not isinstance(file.disclosure, Suppression)
    if seen != sorted(set(seen)) or any((one.label is None) != (file.label is None) for one in file.outcomes):
        yield "its outcomes are not in order, or do not fit the label"
    elif exact and any("all" in (one.label, one.prediction) for one in file.outcomes):
        yield "only suppressed tables have sums"
    if (file.source.kind == "withheld") != (file.source.digest is None):
        yield "its source says both something and nothing"
    yield from _table_problems(file)


def _table_problems(file: CellsFile) -> Iterator[str]:
    frame = frame_in(file)
    order = file.disclosure.order if isinstance(file.disclosure, Suppression) else None
    wanted = [tuple(frame.names[place] for place in table) for table in frame.tables(order)] if order else [frame.names]
    if [table.attributes for table in file.tables] != wanted:
        yield "it does not hold the tables that its rule names"
        return
    for table in file.tables:
        levels = [frame.levels[frame.names.index(name)] for name in table.attributes]
        if not all(_fits(key, levels) for key in table.groups):
            yield "a group has a value that its attribute does not list"
            return
        places = [tuple(level.index(value) for value, level in zip(key, levels, strict=True)) for key in table.groups]
        if places != sorted(set(places)):
            yield "its groups are not in order, or one stands twice"
        yield from _number_problems(file, table)


def _fits(key: Key, levels: Sequence[Key]) -> bool:
    return len(key) == len(levels) and all(value in level for value, level in zip(key, levels, strict=True))


def _number_problems(file: CellsFile, table: FileTable) -> Iterator[str]:
    sealed, may_hide = isinstance(file.disclosure, Sealed), isinstance(file.disclosure, Suppression)
    if any((getattr(table, name) is not None) != file.weighted for name in ("weight", "weight_sq")):
        yield "weights and 'weighted' do not agree"
    if any((getattr(table, name) is not None) != (file.score is not None) for name in ("score", "score_sq", "scored")):
        yield "scores and 'score' do not agree"
    if (file.score is not None and not sealed) or (file.weighted and isinstance(file.disclosure, Rounding | Noise)):
        yield "its rule does not go with weights or scores"
    for name in ("rows", "weight", "weight_sq", "score", "score_sq", "scored"):
        lines = getattr(table, name)
        if lines is None:
            continue
        if len(lines) != len(table.groups) or any(len(line) != len(file.outcomes) for line in lines):
            yield f"a line of {name!r} has not one number for each outcome"
            return
        flat = [number for line in lines for number in line]
        hidden = [number == SUPPRESSED for number in flat]
        told = [number for number in flat if number != SUPPRESSED]
        if hidden != [number == SUPPRESSED for line in table.rows for number in line] or (any(hidden) and not may_hide):
            yield f"{name!r} is hidden where it should not be, or the other way round"
        elif name != "score" and not isinstance(file.disclosure, Noise) and min(told, default=0) < 0:
            yield f"{name!r} holds a number below zero"
    if sealed and file.rows != sum(number for line in table.rows for number in line if number != SUPPRESSED):
        yield "'rows' is not the sum of its counts"
