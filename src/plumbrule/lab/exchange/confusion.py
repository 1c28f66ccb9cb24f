"""Tables published only as confusion matrices: per group true and false positives and negatives, some of them hidden.

>>> import pathlib, tempfile
>>> from plumbrule.lab import open_table
>>> text = "race,tp,fp,fn,tn\\nA,40,10,5,45\\nB,8,<5,*,20\\n"
>>> with tempfile.TemporaryDirectory() as folder:
...     path = pathlib.Path(folder) / "published.csv"
...     _ = path.write_text(text, encoding="utf-8")
...     with open_table(path) as table:
...         held = cells_from_confusion(table)
>>> held.bounds.rows.low[1].tolist()[0], held.bounds.rows.high[1].tolist()[0]
([20.0, 0.0, 0.0, 20.0], [20.0, 4.0, 0.0, 24.0])
"""

from __future__ import annotations

import re

import numpy as np

from plumbrule.errors import TableError
from plumbrule.lab.cells import Cells
from plumbrule.lab.columns import Attribute
from plumbrule.lab.exchange.adding import SUPPRESSED, Held
from plumbrule.lab.exchange.bounds import Bounds, Span
from plumbrule.lab.exchange.cube import Frame, Sums, contradict, ordered, tightened, with_margins
from plumbrule.lab.exchange.release import Meaning
from plumbrule.lab.tables.reading import quote_name
from plumbrule.lab.tables.table import Table

PLACES = {"tp": (1, 1), "fp": (0, 1), "fn": (1, 0), "tn": (0, 0)}
"""Label and prediction of each column."""
SIZE = "n"
HIDDEN = frozenset(
    {"", "*", "**", "-", "–", "—", ".", "..", "…", ":", "c", "s", "x", "na", "n/a", "suppressed", "hidden", "withheld"}
)
_COUNT = re.compile(r"\d{1,15}")
_BELOW = re.compile(r"(<=|≤|<)\s*(\d{1,15})")
_EXAMPLE = "race,tp,fp,fn,tn"


def is_confusion(columns: tuple[str, ...]) -> bool:
    """Whether a table of these columns is one of confusion matrices."""
    return set(PLACES) <= {name.lower() for name in columns}


def cells_from_confusion(table: Table) -> Held:
    """The counts of a table with the columns tp, fp, fn, tn; every other column is an attribute.

    A count that is empty, a sign such as `*`, or a word such as `suppressed` is unknown: anything from zero up. `<5` is 0 to
    4. A column `n`, the size of the group, narrows what is hidden. A group that is not listed is unknown too.

    Raises:
        TableError: a column is missing, a count is no count, a group stands twice, or counts contradict each other.
    """
    columns = {name.lower(): name for name in table.columns if name.lower() in (*PLACES, SIZE)}
    names = sorted(name for name in table.columns if name.lower() not in columns)
    if not is_confusion(table.columns) or not names:
        raise TableError(
            f"The table has the columns {', '.join(table.columns[:20])}.",
            expected=f"one or more attributes and the columns tp, fp, fn, tn, for instance {_EXAMPLE}",
            cure="Name the columns so.",
        )
    rows = table.query(f"SELECT {', '.join(quote_name(name) for name in (*names, *columns.values()))} FROM {table.view}")
    parts = tuple(Attribute(name=name) for name in names)
    levels = tuple(ordered([row[at] for row in rows], part) for at, part in enumerate(parts))
    frame = Frame(attributes=parts, levels=levels, labelled=True)
    frame.check_size()
    low, high = _filled(frame, rows, list(columns))
    meaning = Meaning(prediction="prediction", label="label", favourable=None, score=None, weighted=False)
    if np.array_equal(low, high):
        return Held(frame=frame, meaning=meaning, cells=_cells(frame, low), bounds=None, reason="")
    span = Span(low=low, high=high)
    return Held(
        frame=frame, meaning=meaning, cells=None, bounds=Bounds(rows=span, weight=span, weight_sq=span), reason=SUPPRESSED
    )


def _filled(frame: Frame, rows: list[tuple[str | None, ...]], columns: list[str]) -> tuple[Sums, Sums]:
    """Bounds of the cube. Nobody is without a label or a prediction: such people are not in a confusion matrix."""
    low, high = np.zeros(frame.inner), np.zeros(frame.inner)
    high[..., :2, :2] = np.inf
    sizes: dict[tuple[int, ...], tuple[float, float]] = {}
    seen: set[tuple[int, ...]] = set()
    for row in rows:
        place = tuple(level.index(value) for level, value in zip(frame.levels, row, strict=False))
        if place in seen:
            raise TableError(
                f"The group {', '.join(map(str, row[: frame.depth]))} stands twice.",
                expected="one line for each group",
                cure="Add the two lines, or tell them apart by one more column.",
            )
        seen.add(place)
        for name, text in zip(columns, row[frame.depth :], strict=True):
            if name == SIZE:
                sizes[place] = _count(text, name)
            else:
                low[(*place, *PLACES[name])], high[(*place, *PLACES[name])] = _count(text, name)
    low, high = with_margins(low), with_margins(high)
    for place, (least, most) in sizes.items():
        low[(*place, -1, -1)], high[(*place, -1, -1)] = max(low[(*place, -1, -1)], least), min(high[(*place, -1, -1)], most)
    low, high = tightened(low, high)
    if contradict(low, high):
        raise TableError(
            "The counts contradict each other: a size is not the sum of its parts.",
            expected="tp + fp + fn + tn = n in each line",
            cure="Look at the table as it was published.",
        )
    return low, high


def _count(text: str | None, column: str) -> tuple[float, float]:
    """What a published count may be.

    >>> _count("12", "tp"), _count("< 5", "tp"), _count(None, "tp")
    ((12.0, 12.0), (0.0, 4.0), (0.0, inf))
    """
    said = (text or "").strip().lower()
    if _COUNT.fullmatch(said):
        return float(said), float(said)
    if below := _BELOW.fullmatch(said):
        return 0.0, float(int(below[2]) - (below[1] == "<"))
    if said in HIDDEN:
        return 0.0, np.inf
    raise TableError(
        f"The column {column!r} holds {said[:40]!r}.",
        expected="a whole number, < 5, or a sign that it is suppressed (empty, *, suppressed)",
        cure="Write the count without separators, or leave the field empty if it was not published.",
    )


def _cells(frame: Frame, cube: Sums) -> Cells:
    """Exact counts as cells."""
    inner = cube[tuple(slice(0, -1) for _ in frame.inner)]
    places = np.argwhere(inner > 0)
    rows = inner[tuple(places.T)]
    nothing = np.zeros(len(rows))
    return Cells(
        attributes=frame.names,
        levels=frame.levels,
        codes=places[:, : frame.depth],
        label=places[:, -2],
        prediction=places[:, -1],
        rows=rows.astype(np.int64),
        weight=rows,
        weight_sq=rows,
        score=nothing,
        score_sq=nothing,
        scored=nothing,
        weighted=False,
    )
