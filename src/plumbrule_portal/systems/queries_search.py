"""Search and lists of the register: which systems fit what a reader wants, a page at a time, in the same way on both databases.

A page is found by where the last one ended, never by counting off what comes before it; so the last page costs what the first
does. Systems with all the words in their name come first, then those that have them anywhere; in each, what changed last.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from django.core.cache import cache
from django.db import connection

from plumbrule_portal.accounts.models import Organisation
from plumbrule_portal.ledger.state import newest_index
from plumbrule_portal.systems.indexing import KIND
from plumbrule_portal.systems.models import Assessment, System
from plumbrule_portal.systems.search import Part, expression_postgresql, expression_sqlite, parts_of

PAGE, MOST_COUNTED = 25, 10_000
FILTERS = ("organisation", "phase", "tier", "source", "assessed", "verdict", "language", "country")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a reader wants to see of the register: words, filters by name, and whether what changed last comes first."""

    words: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    oldest_first: bool = False

    @property
    def parts(self) -> tuple[Part, ...]:
        """The words as search takes them."""
        return parts_of(self.words)

    @property
    def is_hopeless(self) -> bool:
        """Words of which none can be looked for, such as a lone punctuation mark."""
        return bool(self.words.strip()) and not self.parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many; `more` says that there are more than that, and nobody counted them."""

    n: int
    more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of systems; `next` and `previous` are where to go on, empty at the ends."""

    systems: tuple[System, ...]
    next: str = ""
    previous: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """For each filter its values with the number of systems among `of`, the most frequent first."""

    of: Count
    values: Mapping[str, tuple[tuple[str, int], ...]]


Place = tuple[int, int]
"""Where a hit stands: in the list of names or of texts, and its id."""


def page(wish: Wish, *, after: str = "", before: str = "") -> Page:
    """The systems after a place, or before one; the first page where there is none, or it is no place."""
    back = bool(before) and not after
    start = _place(before if back else after)
    places = list(islice(_places(wish, start, back), PAGE + 1))
    more, places = len(places) > PAGE, places[:PAGE]
    if back:
        places.reverse()
    found = _systems([row for _, row in places])
    ends = [f"{stream}-{row}" for stream, row in (places[:1] + places[-1:])]
    has_next, has_previous = (True, more) if back else (more, start is not None)
    return Page(
        systems=found,
        next=ends[1] if places and has_next and len(ends) > 1 else "",
        previous=ends[0] if places and has_previous else "",
    )


def every(wish: Wish) -> Iterator[System]:
    """All systems that fit, in the same order, a few hundred at a time."""
    start: Place | None = None
    while places := list(islice(_places(wish, start, False, 500), 500)):
        yield from _systems([row for _, row in places])
        start = places[-1]


def count(wish: Wish) -> Count:
    """How many systems fit, counted up to ten thousand."""
    sql, values = _select(wish, names=None, order="", bound="")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({sql}) AS counted", [*values, MOST_COUNTED + 1])  # noqa: S608 - our own SQL
        n = int(cursor.fetchone()[0])
    return Count(n=min(n, MOST_COUNTED), more=n > MOST_COUNTED)


def facets(wish: Wish, most: int = 12) -> Facets:
    """Filters and how many systems fit each besides what is wished for already. Kept until something is published."""
    key = f"facets:{newest_index()}:{hash((wish.words, tuple(sorted(wish.filters.items()))))}"
    found: Facets | None = cache.get(key)
    if found is None:
        found = _facets(wish, most)
        cache.set(key, found, 3600)
    return found


def others(words: str, most: int = 5) -> tuple[tuple[Organisation, ...], tuple[Assessment, ...]]:
    """Organisations and assessments that hold all the words, a few of each, what was published last first."""
    found: list[list[int]] = []
    for at, kind in enumerate(KIND, start=1):
        wish, rows = Wish(words=words, filters={"kind": kind}), []
        if wish.parts:
            sql, values = _select(wish, names=None, order="DESC", bound="", kind=at)
            with connection.cursor() as cursor:
                cursor.execute(sql, [*values, most])
                rows = [int(row) // 4 for (row,) in cursor.fetchall()]
        found.append(rows)
    organisations = Organisation.objects.filter(entry__in=found[0]).order_by("-entry")
    return tuple(organisations), tuple(Assessment.objects.filter(entry__in=found[1]))


def _facets(wish: Wish, most: int) -> Facets:
    sql, values = _select(wish, names=None, order="DESC", bound="")
    joined = f"SELECT kept.tags FROM ({sql}) AS hit JOIN systems_searchable AS kept ON kept.id = hit.place"  # noqa: S608 - our own SQL
    with connection.cursor() as cursor:
        cursor.execute(joined, [*values, MOST_COUNTED + 1])
        rows = [tags for (tags,) in cursor.fetchall()]
    more, rows = len(rows) > MOST_COUNTED, rows[:MOST_COUNTED]
    # The first line is the organisation; the others are the same for many systems, and are taken apart once for all of them.
    alike = Counter(tags.partition("\n")[2] for tags in rows)
    held = Counter(tags.partition("\n")[0] for tags in rows)
    for tags, n in alike.items():
        for tag in tags.split("\n"):
            held[tag] += n
    parted: dict[str, list[tuple[str, int]]] = {name: [] for name in FILTERS}
    for tag, n in sorted(held.items(), key=lambda item: (-item[1], item[0])):
        name, _, value = tag.partition("=")
        if name in parted and len(parted[name]) < most:
            parted[name].append((value, n))
    return Facets(of=Count(n=len(rows), more=more), values={name: tuple(values) for name, values in parted.items()})


def _places(wish: Wish, start: Place | None, back: bool, most: int = PAGE + 1) -> Iterator[Place]:
    """Places after a place, in the order of the list or against it: first the stream of names, then that of texts."""
    streams = [True, False] if wish.parts else [None]
    order = list(enumerate(streams))
    rising = wish.oldest_first != back
    for stream, names in reversed(order) if back else order:
        if start is not None and (stream > start[0] if back else stream < start[0]):
            continue
        bound = start[1] if start is not None and stream == start[0] else None
        yield from ((stream, row) for row in _rows(wish, names, bound, rising, most))


def _rows(wish: Wish, names: bool | None, bound: int | None, rising: bool, most: int) -> list[int]:
    sign = "" if bound is None else (">" if rising else "<")
    sql, values = _select(wish, names=names, order="ASC" if rising else "DESC", bound=sign)
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, *([] if bound is None else [bound]), most])
        return [int(row) for (row,) in cursor.fetchall()]


def _select(wish: Wish, *, names: bool | None, order: str, bound: str, kind: int = 0) -> tuple[str, list[str]]:
    """SQL for the ids of systems that fit; `names`: only those with all words in the name, only the others, or None: both."""
    if wish.is_hopeless:
        return "SELECT id AS place FROM systems_searchable WHERE id < 0 LIMIT %s", []
    found, values = _FOUND[connection.vendor if wish.parts or wish.filters else ""], []
    if wish.parts or wish.filters:
        write = expression_sqlite if connection.vendor == "sqlite" else expression_postgresql
        asked = write(wish.parts, wish.filters, names=bool(names))
        if names is False:
            without = "NOT" if connection.vendor == "sqlite" else "& !"
            asked = f"({asked}) {without} ({write(wish.parts, {}, names=True)})"
        values.append(asked)
    bounded = f" AND place {bound} %s" if bound else ""
    ordered = f" ORDER BY place {order}" if order else ""
    return f"{found} AND place %% 4 = {kind}{bounded}{ordered} LIMIT %s", values


_FOUND = {
    "": "SELECT place FROM (SELECT id AS place FROM systems_searchable) AS kept WHERE true",
    # The column is called by its own name in FTS5, which goes through its lists in the order of rows.
    "sqlite": "SELECT rowid AS place FROM systems_words WHERE systems_words MATCH %s",
    # A function, so that the lists are looked up first, always: the planner would rather read every row's words.
    "postgresql": "SELECT place FROM systems_found(CAST(%s AS tsquery)) AS hit (place) WHERE true",
}
"""Where ids of rows come from: all, or those that an expression finds."""


def _systems(rows: list[int]) -> tuple[System, ...]:
    """The systems of these ids, in this order."""
    entries = [row // 4 for row in rows]
    found = {one.entry: one for one in System.objects.select_related("organisation").filter(entry__in=entries)}
    return tuple(found[entry] for entry in entries if entry in found)


def _place(text: str) -> Place | None:
    stream, _, row = text.partition("-")
    if stream in {"0", "1"} and row.isascii() and row.isdigit() and len(row) < 19:
        return int(stream), int(row)
    return None
