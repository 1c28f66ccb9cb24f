"""Attributes that are single people and no groups: said, cut, left out or refused, in bounded time and memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from plumbrule import pipeline
from plumbrule.errors import TableError
from plumbrule.lab import Cells, Decisions, attributes, count_cells, fit, measure_cells, open_table, parse_cut
from plumbrule.lab.cells import Key, bearable_order, roll_up, selections
from plumbrule.lab.guard import MOST_GROUPS, propose_cut

COLUMNS = {
    "id": "'p' || i",
    "age": "17 + hash(i) % 74",
    "income": "round(pow(1.0001, hash(i * 3) % 60000) * 1000, 2)",
    "zip": "'Z' || (hash(i * 5) % 40000)",
    "sex": "CASE WHEN hash(i * 7) % 2 = 0 THEN 'women' ELSE 'men' END",
    "region": "'R' || (hash(i * 11) % 30)",
    "trade": "'T' || (hash(i * 13) % 60)",
    "born": "DATE '1950-01-01' + (hash(i * 17) % 20000)::INT",
    "approved": "(hash(i * 19) % 100 < 40)::INT",
}


def write(path: Path, rows: int) -> Path:
    """A table of people."""
    columns = ", ".join(f"{sql} AS {name}" for name, sql in COLUMNS.items())
    form = "FORMAT parquet" if path.suffix == ".parquet" else "FORMAT csv, HEADER"
    duckdb.sql(f"COPY (SELECT {columns} FROM range({rows}) t(i)) TO '{path}' ({form})")
    return path


@pytest.fixture(scope="module")
def thousands(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """3,000 people in CSV."""
    return write(tmp_path_factory.mktemp("guard") / "people.csv", 3_000)


def codes(found: dict[str, object]) -> list[tuple[str, str]]:
    """What was said, and of which attribute."""
    return [(note["code"], note.get("attribute", "")) for note in found["notes"]]  # type: ignore[attr-defined]


def test_an_age_in_years_is_kept_and_a_cut_is_proposed(tmp_path: Path) -> None:
    """With six rows to a value the ages stay, and the proposal can be copied: it makes four groups of a fair size."""
    path = write(tmp_path / "few.csv", 440)
    found = pipeline.audit(path, prediction="approved", by=("age", "sex"))
    assert codes(found) == [("fine-cut", "age")]
    assert {"age", "sex"} == set(found["by"])
    cut = found["notes"][0]["cut"]
    again = pipeline.audit(path, prediction="approved", by=("age", "sex"), cut=(cut,))
    assert again["notes"] == []
    sizes = [group["n"] for group in again["groups"] if set(group["by"]) == {"age"}]
    assert len(sizes) == 4
    assert min(sizes) > 440 / 10


@pytest.mark.parametrize(("column", "edges"), [("age", 3), ("income", 2), ("zip", 0), ("born", 0), ("sex", 0)])
def test_cuts_are_proposed_for_numbers_only(thousands: Path, column: str, edges: int) -> None:
    """At rounded quartiles; text, codes and dates have none."""
    with open_table(thousands) as table:
        cut = propose_cut(table, column)
    assert bool(cut) == bool(edges)
    if cut:
        assert len(parse_cut(cut).edges) >= edges


def test_an_identifier_is_left_out_and_the_rest_is_audited(thousands: Path) -> None:
    """Thousands of values with a row each are no groups; the other attributes are looked at as if alone."""
    found = pipeline.audit(thousands, prediction="approved", by=("id", "sex"), reference={"id": "p1", "sex": "men"})
    alone = pipeline.audit(thousands, prediction="approved", by=("sex",), reference={"sex": "men"})
    assert codes(found) == [("left-out", "id")]
    assert (found["by"], found["groups"], found["gaps"]) == (["sex"], alone["groups"], alone["gaps"])
    assert "single people" in found["notes"][0]["text"]


@pytest.mark.parametrize("column", ["id", "income"])
def test_nothing_left_is_refused_with_a_cure(thousands: Path, column: str) -> None:
    """The refusal names the column, how many values it has, and what to do."""
    with pytest.raises(TableError) as caught:
        pipeline.audit(thousands, prediction="approved", by=(column,))
    assert column in caught.value.got
    assert ("--cut income:" if column == "income" else "left(") in caught.value.cure


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_too_many_combinations(tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where all attributes together make more lines than can be held, the finest is left out, and said so."""
    path = write(tmp_path / f"people.{suffix}", 60_000)
    for module in ("guard", "lines"):
        monkeypatch.setattr(f"plumbrule.lab.{module}.MOST_LINES", 5_000)
    found = pipeline.audit(path, prediction="approved", by=("region", "trade", "sex"))
    assert codes(found) == [("too-many", "trade")]
    assert found["by"] == ["region", "sex"]
    with open_table(path) as table, pytest.raises(TableError, match="combinations"):
        count_cells(table, Decisions(prediction="approved", by=attributes(["region", "trade", "sex"], [])))
    with open_table(path) as table, pytest.raises(TableError, match="combinations"):
        fit(table, Decisions(prediction="approved", by=attributes(["sex"], []), cluster="id"))


def test_orders_are_limited_as_a_whole(tmp_path: Path) -> None:
    """All pairs or none: which intersections are looked at does not depend on the data, and it is said."""
    with open_table(write(tmp_path / "people.parquet", 60_000)) as table:
        cells = count_cells(table, Decisions(prediction="approved", by=attributes(["region", "trade", "age", "sex"], [])))
    by = ("region", "trade", "age", "sex")
    groups = {order: sum(len(one) for one in _rolled(cells, by, order)) for order in (1, 2, 3)}
    assert groups[1] == 30 + 60 + 74 + 2
    for most, order in ((groups[1] - 1, 1), (groups[1], 1), (groups[2] - 1, 1), (groups[2], 2), (groups[3] - 1, 2)):
        assert bearable_order(cells, by, most) == order
    assert bearable_order(cells, by) == 2
    found = measure_cells(cells, by)
    assert found.order == 2
    assert sum(len(one) for one in found.rates) == groups[2] <= MOST_GROUPS


def _rolled(cells: Cells, by: tuple[str, ...], order: int) -> list[tuple[Key, ...]]:
    return [roll_up(cells, names).keys for names in selections(by, intersections=True, order=order)]


def test_limits_are_said(tmp_path: Path) -> None:
    """An audit names how far it went."""
    found = pipeline.audit(write(tmp_path / "p.parquet", 60_000), prediction="approved", by=("region", "trade", "age", "sex"))
    assert [(note["code"], note["order"]) for note in found["notes"]] == [("limited", 2)]
    assert max(len(group["by"]) for group in found["groups"]) == 2


@pytest.mark.parametrize("sort", ["", "ORDER BY id"])
@pytest.mark.parametrize("words", [["--by", "id"], ["--by", "id,sex"]])
def test_a_million_single_people(tmp_path: Path, sort: str, words: list[str]) -> None:
    """A clear answer in bounded memory, whatever the order of the file; exit 0 with what can be said, else 2."""
    path = tmp_path / "million.parquet"
    columns = f"{COLUMNS['id']} AS id, {COLUMNS['sex']} AS sex, {COLUMNS['approved']} AS approved"
    duckdb.sql(f"COPY (SELECT {columns} FROM range(1000000) t(i) {sort}) TO '{path}' (FORMAT parquet)")
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from plumbrule.cli import main\n"
        "try: main()\n"
        "finally:\n"
        "    if sys.platform == 'linux':  # ru_maxrss would count what this process was before it became ours\n"
        "        print(Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0], file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, "audit", str(path), "--prediction", "approved", *words]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert "Traceback" not in done.stderr
    assert done.returncode == (0 if "sex" in words[1] else 2)
    assert "id" in (done.stdout if "sex" in words[1] else done.stderr)
    if sys.platform == "linux":
        assert int(done.stderr.splitlines()[-1]) < 400_000


def test_a_plan_refuses_what_it_cannot_compare(thousands: Path, tmp_path: Path) -> None:
    """Nothing that a plan names is left out in silence."""
    big = write(tmp_path / "p.parquet", 60_000)
    _count(thousands, "id")  # three thousand groups of one are bearable, and the plan's author wants them
    with pytest.raises(TableError, match="different values"):
        _count(big, "id")


def _count(path: Path, name: str) -> object:
    with open_table(path) as table:
        return count_cells(table, Decisions(prediction="approved", by=attributes([name, "sex"], [])))
