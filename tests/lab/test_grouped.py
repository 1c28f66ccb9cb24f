"""Adding cells up for some attributes gives the same groups in the same order, whichever way they are found."""

from __future__ import annotations

import numpy as np
import pytest

from plumbrule.lab import cells as rooms


@pytest.mark.parametrize("most", [0, 1 << 16])
@pytest.mark.parametrize("sizes", [(2,), (3, 5), (2, 5, 8, 20), (1, 40, 300)])
def test_groups_are_the_distinct_lines_in_order(monkeypatch: pytest.MonkeyPatch, most: int, sizes: tuple[int, ...]) -> None:
    """Marked or sorted: what numpy calls the unique lines, and for each line its place among them."""
    monkeypatch.setattr(rooms, "MOST_MARKED", most)
    random = np.random.default_rng(len(sizes))
    codes = np.stack([random.integers(0, size, 500) for size in sizes], axis=1)
    unique, inverse = np.unique(codes, axis=0, return_inverse=True)
    found, place = rooms._grouped(codes, sizes)
    assert np.array_equal(found, unique)
    assert np.array_equal(place, inverse.reshape(-1))
    assert found.dtype == np.int64 and place.dtype == np.int64
