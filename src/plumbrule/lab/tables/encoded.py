"""A column as places in a short list of values: what dictionaries in Parquet, Arrow and pandas' categories are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Encoded:
    """Line i of the column holds the text `texts[codes[i]]`, None where it is missing; `texts` may hold a text twice.

    `codes` has shape (lines,) and any type of whole numbers.
    """

    texts: tuple[str | None, ...]
    codes: NDArray[Any]

    def ranks(self) -> NDArray[np.int64]:
        """The place of each line's text in the order of the alphabet, a missing one last; shape (lines,)."""
        ordered = {text: place for place, text in enumerate(sorted(set(self.texts), key=lambda text: (text is None, text or "")))}
        ranks: NDArray[np.int64] = np.array([ordered[text] for text in self.texts], np.int64)[self.codes]
        return ranks

    def used(self) -> set[str | None]:
        """The texts that stand in the column."""
        return {self.texts[code] for code in np.flatnonzero(np.bincount(self.codes, minlength=len(self.texts))).tolist()}


def encode_texts(column: Any) -> Encoded:
    """A column of texts as DuckDB hands it out (a masked array where a value is NULL)."""
    places: dict[str | None, int] = {}
    codes = np.fromiter((places.setdefault(text, len(places)) for text in _texts(column)), np.int64, len(column))
    return Encoded(texts=tuple(places), codes=codes)


def _texts(column: Any) -> Iterable[str | None]:
    if isinstance(column, np.ma.MaskedArray):
        pairs = zip(column.data, np.ma.getmaskarray(column), strict=True)
        return (None if hidden else str(value) for value, hidden in pairs)
    return (None if value is None else str(value) for value in column)


def append(one: Encoded, other: Encoded) -> Encoded:
    """The lines of both, one after the other."""
    return Encoded(texts=(*one.texts, *other.texts), codes=np.concatenate([one.codes, other.codes + len(one.texts)]))
