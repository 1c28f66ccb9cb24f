"""Text that remembers where each of its characters came from.

Mending takes characters out (a line break inside a word, a footnote number, spaces between all letters) and never adds
one that was not there but a single space; what is found in the mended text is found in the document too.

    >>> text = Traced.of("促请会员\\n\\n国采取行动")
    >>> mended = text.without((4, 6))
    >>> mended.text, mended.span(2, 5)
    ('促请会员国采取行动', (2, 7))
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from plumbrule.rulebook.reading.model import Span


@dataclass(frozen=True, slots=True)
class Traced:
    """`text`, and its runs: at `starts[i]` in the text a run begins that stands from `places[i]` on in the document.

    Both rise. A text of a million characters with two mended places has three runs, so that whole documents stay small.
    """

    text: str
    starts: tuple[int, ...] = (0,)
    places: tuple[int, ...] = (0,)

    @classmethod
    def of(cls, text: str, start: int = 0) -> Traced:
        """Text as it stands in a document from `start` on."""
        return cls(text, (0,), (start,))

    @classmethod
    def joined(cls, parts: Iterable[Traced]) -> Traced:
        """Several texts in a row, in the order of the document."""
        texts: list[str] = []
        starts: list[int] = []
        places: list[int] = []
        length = 0
        for part in parts:
            if part.text:
                texts.append(part.text)
                starts += [start + length for start in part.starts]
                places += part.places
                length += len(part.text)
        return cls("".join(texts), tuple(starts) or (0,), tuple(places) or (0,))

    def __len__(self) -> int:
        return len(self.text)

    def __getitem__(self, part: slice) -> Traced:
        start, end, _ = part.indices(len(self.text))
        if start >= end:
            return Traced("")
        first, last = bisect_right(self.starts, start) - 1, bisect_right(self.starts, end - 1)
        starts = (0, *(at - start for at in self.starts[first + 1 : last]))
        places = (self.places[first] + start - self.starts[first], *self.places[first + 1 : last])
        return Traced(self.text[start:end], starts, places)

    def __add__(self, other: Traced) -> Traced:
        return Traced.joined((self, other))

    @property
    def at(self) -> tuple[int, ...]:
        """The place of every character; for few look-ups take `place`."""
        return tuple(place + step for place, length in self._runs() for step in range(length))

    def place(self, index: int) -> int:
        """Where character `index` stands in the document."""
        run = bisect_right(self.starts, index) - 1
        return self.places[run] + index - self.starts[run]

    def span(self, start: int, end: int) -> Span:
        """Where characters `start` to `end` of this text stand in the document; an empty stretch has no place.

        Raises:
            ValueError: nothing lies between them.
        """
        if not 0 <= start < end <= len(self.text):
            raise ValueError(f"no character from {start} to {end} of {len(self.text)}")
        return self.place(start), self.place(end - 1) + 1

    def without(self, *spans: Span) -> Traced:
        """The text without the stretches named (places in this text)."""
        kept, last = [], 0
        for start, end in sorted(spans):
            if start > last:
                kept.append((self.text[last:start], last))
            last = max(last, end)
        return self._made([*kept, (self.text[last:], last)])

    def sub(self, pattern: re.Pattern[str], replacement: Callable[[re.Match[str]], str] | str) -> Traced:
        """Like `re.sub`, for replacements of at most the length of the match; its characters keep the first offsets.

        Raises:
            ValueError: a replacement is longer than what it stands for.
        """
        parts, last = [], 0
        for match in pattern.finditer(self.text):
            new = replacement if isinstance(replacement, str) else replacement(match)
            if len(new) > match.end() - match.start():
                raise ValueError(f"{new!r} is longer than {match[0]!r}")
            if new != match[0]:
                parts += [(self.text[last : match.start()], last), (new, match.start())]
                last = match.end()
        return self._made([*parts, (self.text[last:], last)]) if parts else self

    def _made(self, parts: Iterable[tuple[str, int]]) -> Traced:
        """From texts that stand for characters from an index on, in order: one walk over the runs."""
        starts: list[int] = []
        places: list[int] = []
        length = run = 0
        expected = -1
        edges = (*self.starts[1:], len(self.text))
        kept = [(text, index) for text, index in parts if text]
        for text, index in kept:
            at, last = index, index + len(text)
            while at < last:
                while edges[run] <= at:
                    run += 1
                place = self.places[run] + at - self.starts[run]
                if place != expected:
                    starts.append(length)
                    places.append(place)
                step = min(edges[run], last) - at
                at, length, expected = at + step, length + step, place + step
        return Traced("".join(text for text, _ in kept), tuple(starts) or (0,), tuple(places) or (0,))

    def gaps(self) -> Iterator[Span]:
        """The stretches of the document that lie inside this text and are not part of it."""
        for (place, length), (following, _) in pairwise(self._runs()):
            if following > place + length:
                yield place + length, following

    def _runs(self) -> Iterator[tuple[int, int]]:
        """Place and length of each run."""
        if self.text:
            for place, (start, end) in zip(self.places, pairwise((*self.starts, len(self.text))), strict=True):
                yield place, end - start
