"""What a keyring knows of one key: whose it is, what it may sign, and where in the log it counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from plumbrule.base.messages import message
from plumbrule.evidence.claims import ENDORSEMENT, KEY_ACT, STEWARD_ACT
from plumbrule.evidence.sentence import Sentence, sentence
from plumbrule.evidence.vkey import VerifierKey

AUTHORITY = frozenset({KEY_ACT, STEWARD_ACT, ENDORSEMENT})
"""The predicates whose signer acts on keys."""
REQUEST_FILE = "key-request.txt"
"""The subject under which an act names the request that shows possession."""


class Standing(Enum):
    """What a signature by a key is worth at a position. SUSPECT and ENDED do not count, ENDORSED does."""

    NOT_YET = "not-yet"
    COUNTS = "counts"
    SUSPECT = "suspect"
    ENDORSED = "endorsed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRecord:
    """One key of a log.

    `party` is the organisation. `predicates` and `systems` say what it may sign, as in a trust file. It counts from
    position `first` to before `end` (None: no end), and from `suspect_from` on only at `endorsed` positions. `added_by`
    and `ended_by` are the entries that say so (None: a root file does, or nothing does). `request` is the SHA-256 of the
    request that shows possession.
    """

    key: VerifierKey
    party: str
    predicates: tuple[str, ...]
    systems: tuple[str, ...]
    first: int
    end: int | None = None
    suspect_from: int | None = None
    endorsed: tuple[int, ...] = ()
    added_by: int | None = None
    ended_by: int | None = None
    request: str | None = None

    def standing(self, index: int) -> Standing:
        """What a signature by this key is worth at a position of the log."""
        if index < self.first:
            return Standing.NOT_YET
        if self.end is not None and index >= self.end:
            return Standing.ENDED
        if self.suspect_from is None or index < self.suspect_from:
            return Standing.COUNTS
        return Standing.ENDORSED if index in self.endorsed else Standing.SUSPECT

    def counts_at(self, index: int) -> bool:
        """True if a signature counts there."""
        return self.standing(index) in {Standing.COUNTS, Standing.ENDORSED}

    def ranges(self) -> tuple[tuple[int, int | None], ...]:
        """All positions that count, as first and last (None: no end), apart from one another and in order."""
        return tuple(self._ranges())

    def _ranges(self) -> Iterator[tuple[int, int | None]]:
        bounds = [bound for bound in (self.end, self.suspect_from) if bound is not None]
        if not bounds:
            yield self.first, None
            return
        runs = [[self.first, min(bounds) - 1]] if self.first < min(bounds) else []
        for index in self.endorsed:
            if runs and runs[-1][1] == index - 1:
                runs[-1][1] = index
            else:
                runs.append([index, index])
        yield from ((first, last) for first, last in runs)

    def explained(self) -> tuple[Sentence, ...]:
        """The same in words: from where to where, and what became suspect."""
        return tuple(self._explained())

    def _explained(self) -> Iterator[Sentence]:
        doubtful = self.end if self.suspect_from is None else max(self.first, self.suspect_from)
        good = self.end if doubtful is None or (self.end is not None and self.end < doubtful) else doubtful
        if good is None:
            yield sentence("counts from position {first} on", first=self.first)
        elif self.first < good:
            yield sentence("counts from position {first} to {last}", first=self.first, last=good - 1)
        if doubtful is not None and (self.end is None or doubtful < self.end):
            endorsed = said_positions((index, index) for index in self.endorsed) or "-"
            text = message("suspect from position {first} to {last}; endorsed of these and counting: {positions}")
            yield sentence(text, first=doubtful, last="-" if self.end is None else self.end - 1, positions=endorsed)
        if self.end is not None:
            yield sentence("ended: nothing from position {end} on counts", end=self.end)


def said_positions(ranges: Iterable[tuple[int, int | None]], most: int = 8) -> str:
    """Ranges of positions in figures.

    >>> said_positions([(0, 4), (7, 7), (9, None)])
    '0-4, 7, 9-'
    """
    parts = [str(first) if first == last else f"{first}-{'' if last is None else last}" for first, last in ranges]
    return ", ".join(parts[:most]) + (", …" if len(parts) > most else "")
