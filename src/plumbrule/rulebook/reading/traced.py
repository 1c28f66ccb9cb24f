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
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from plumbrule.rulebook.reading.model import Span


@dataclass(frozen=True, slots=True)
class Traced:
    """`text`, and for each of its characters the offset in the document, rising; `at` is as long as `text`."""

    text: str
    at: tuple[int, ...]

    @classmethod
    def of(cls, text: str, start: int = 0) -> Traced:
        """Text as it stands in a document from `start` on."""
        return cls(text, tuple(range(start, start + len(text))))

    def __len__(self) -> int:
        return len(self.text)

    def __getitem__(self, part: slice) -> Traced:
        return Traced(self.text[part], self.at[part])

    def __add__(self, other: Traced) -> Traced:
        return Traced(self.text + other.text, self.at + other.at)

    def span(self, start: int, end: int) -> Span:
        """Where characters `start` to `end` of this text stand in the document; an empty stretch has no place.

        Raises:
            ValueError: nothing lies between them.
        """
        if not 0 <= start < end <= len(self.text):
            raise ValueError(f"no character from {start} to {end} of {len(self.text)}")
        return self.at[start], self.at[end - 1] + 1

    def without(self, *spans: Span) -> Traced:
        """The text without the stretches named (places in this text)."""
        kept, last = Traced("", ()), 0
        for start, end in sorted(spans):
            if start > last:
                kept += self[last:start]
            last = max(last, end)
        return kept + self[last : len(self.text)]

    def sub(self, pattern: re.Pattern[str], replacement: Callable[[re.Match[str]], str] | str) -> Traced:
        """Like `re.sub`, for replacements of at most the length of the match; its characters keep the first offsets.

        Raises:
            ValueError: a replacement is longer than what it stands for.
        """
        parts, last = Traced("", ()), 0
        for match in pattern.finditer(self.text):
            new = replacement if isinstance(replacement, str) else replacement(match)
            if len(new) > match.end() - match.start():
                raise ValueError(f"{new!r} is longer than {match[0]!r}")
            places = self.at[match.start() : match.start() + len(new)]
            parts = parts + self[last : match.start()] + Traced(new, places)
            last = match.end()
        return parts + self[last : len(self.text)]

    def gaps(self) -> Iterator[Span]:
        """The stretches of the document that lie inside this text and are not part of it."""
        for one, other in pairwise(self.at):
            if other > one + 1:
                yield one + 1, other
