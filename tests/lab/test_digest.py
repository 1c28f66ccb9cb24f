"""The digest of an input: the same whether it is worked out beside the count, when asked, or after the table was closed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import duckdb
import pytest

from plumbrule.lab import open_table
from plumbrule.lab.tables.digest import FileDigest


@pytest.fixture
def parquet(tmp_path: Path) -> Path:
    """Ten thousand rows."""
    path = tmp_path / "rows.parquet"
    duckdb.sql(f"COPY (SELECT i % 7 AS a, i % 2 AS b FROM range(10000) t(i)) TO '{path}' (FORMAT parquet)")
    return path


@pytest.mark.parametrize("wanted", [True, False])
def test_same_whenever_it_is_asked_for(parquet: Path, wanted: bool) -> None:
    """Inside the block and after it, announced or not."""
    right = hashlib.sha256(parquet.read_bytes()).hexdigest()
    with open_table(parquet, digest=wanted) as inside:
        assert inside.sha256 == inside.reading.files[0].sha256 == right
    with open_table(parquet, digest=wanted) as after:
        assert after.rows == 10_000
    assert after.sha256 == right


def test_nobody_asks_and_nothing_is_read(parquet: Path) -> None:
    """Without being wanted it does not begin, and stopping what never began does nothing."""
    digest = FileDigest(parquet, now=False)
    digest.stop()
    assert digest() == hashlib.sha256(parquet.read_bytes()).hexdigest()
