"""The same cells from another engine: DuckDB and a real Spark, through Ibis, against our own counting of the same file."""

from __future__ import annotations

import datetime as dt
import decimal
import os
import random
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from plumbrule.errors import TableError
from plumbrule.lab import Cells, Decisions, attributes, count_cells, count_cells_in, measure, measure_cells, open_table

HOW = "needs Ibis with Spark, and Java 17: pip install 'plumbrule[warehouse]', apt-get install openjdk-17-jre-headless"
ibis = pytest.importorskip("ibis", reason=HOW)
# Spark leaves a socket open after each answer; that is its own affair.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
    pytest.mark.xdist_group("spark"),  # one Spark session, in whichever process has it
]


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    """One Spark on two cores for the whole file; it listens on this machine only."""
    pyspark = pytest.importorskip("pyspark.sql", reason=HOW)
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        pytest.skip(HOW)
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    quiet = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": "1g",
        "spark.sql.shuffle.partitions": "2",
    }
    builder = pyspark.SparkSession.builder.master("local[2]")
    for name, value in quiet.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")  # an error is raised here, too
    yield ibis.pyspark.connect(session)
    session.stop()


@pytest.fixture(params=["duckdb", "spark"])
def engine(request: pytest.FixtureRequest) -> Any:
    """Each engine in turn."""
    return ibis.duckdb.connect() if request.param == "duckdb" else request.getfixturevalue("spark")


def sums(cells: Cells) -> dict[tuple[object, ...], tuple[float, ...]]:
    """Every cell by the words of its line, whatever the order of lines."""
    found: dict[tuple[object, ...], list[float]] = defaultdict(lambda: [0.0] * 6)
    columns = (cells.rows, cells.weight, cells.weight_sq, cells.score, cells.score_sq, cells.scored)
    for line in range(len(cells.rows)):
        words = tuple(level[code] for level, code in zip(cells.levels, cells.codes[line], strict=True))
        cluster = -1 if cells.cluster is None else int(cells.cluster[line])
        key = (words, int(cells.label[line]), int(cells.prediction[line]), cluster)
        found[key] = [total + float(column[line]) for total, column in zip(found[key], columns, strict=True)]
    return {key: tuple(values) for key, values in found.items()}


def same(engine: Any, path: Path, decisions: Decisions, **words: Any) -> Cells:
    """Count the file here and there, hold the cells equal one by one, and hand back ours."""
    with open_table(path, **words) as table:
        ours = count_cells(table, decisions)
    theirs = count_cells_in(engine.read_parquet(path), decisions, **words)
    assert (theirs.attributes, theirs.levels, theirs.weighted) == (ours.attributes, ours.levels, ours.weighted)
    assert len(theirs.rows) == len(ours.rows)
    left, right = sums(theirs), sums(ours)
    assert left.keys() == right.keys()
    for key, values in right.items():
        assert left[key][0] == values[0]
        assert left[key] == pytest.approx(values, rel=1e-12, abs=1e-12)
    return ours


def people(path: Path, rows: int = 3000) -> Path:
    """A table like the census of incomes: numbers, words, gaps, weights; weights are eighths, so that sums are exact."""
    chance = random.Random(7)

    def some(*values: object) -> list[object]:
        return [chance.choice(values) for _ in range(rows)]

    races = ("White", "Black", "Other", "null", "", None, "қазақ", "Ёлка", "cafe\u0301", "café", " x ", "👩🏽‍⚖️")
    frame = {
        "age": pa.array([None if chance.random() < 0.02 else chance.randint(17, 90) for _ in range(rows)], pa.int8()),
        "sex": pa.array(some("Female", "Male")),
        "race": pa.array(some(*races)),
        "hours": pa.array(some(40.0, 39.5, float("nan"), None, 0.0, -0.0)),
        "income": pa.array(some(">50K", "<=50K", "<=50K")),
        "predicted": pa.array(some(True, False, None)),
        "score": pa.array([None if chance.random() < 0.1 else chance.random() for _ in range(rows)]),
        "weight": pa.array([chance.randint(1, 999) / 8 for _ in range(rows)]),
        "people": pa.array([chance.randint(0, 4) for _ in range(rows)], pa.int16()),
        "person": pa.array([f"P{chance.randint(0, 200)}" for _ in range(rows)]),
    }
    pq.write_table(pa.table(frame), path)
    return path


CASES: dict[str, dict[str, Any]] = {
    "score": {"score": "score"},
    "score and count": {"score": "score", "count": "people"},
    "score and weight within a cut": {"score": "score", "weight": "weight", "within": attributes(["hours"], ["hours:>39.5"])},
    "cluster within": {"cluster": "person", "within": attributes(["hours"], [])},
}


@pytest.mark.parametrize("case", CASES)
def test_every_part_gives_the_same_cells(engine: Any, tmp_path: Path, case: str) -> None:
    """Cuts, strata, counts, weights, scores, clusters; missing values, the word null, letters of many scripts."""
    by = attributes(["sex", "race", "age"], ["age:25,60"])
    decisions = Decisions(prediction="predicted", label="income", favourable=">50K", by=by, **CASES[case])
    found = same(engine, people(tmp_path / "people.parquet"), decisions)
    assert {"null", None, "cafe\u0301", "café", "👩🏽‍⚖️"} <= set(found.levels[1])
    assert found.levels[2] == ("< 25", "≥ 25 and < 60", "≥ 60", None)


def test_words_for_missing_and_blanks_are_the_same(engine: Any, tmp_path: Path) -> None:
    """What is named as missing is, and blanks are stripped, in both."""
    decisions = Decisions(prediction="predicted", by=attributes(["race"], []))
    found = same(engine, people(tmp_path / "people.parquet"), decisions, strip=True, missing=("null", "Other"))
    assert "x" in found.levels[0]
    assert "null" not in found.levels[0]


TYPES = {
    "number": pa.array([1.0, 2.5, float("nan"), None]),
    "big": pa.array([1e15, -0.0, 1e-7, 123456789.0]),
    "single": pa.array([0.1, 1, 2, 3], pa.float32()),
    "whole": pa.array([1, -2, None, 2**62 + 1]),
    "exact": pa.array([decimal.Decimal("1.50"), decimal.Decimal("2.00"), None, decimal.Decimal("0.05")]),
    "yes": pa.array([True, False, None, True]),
    "day": pa.array([dt.date(2024, 3, 21), None, dt.date(1, 1, 1), dt.date(9999, 12, 31)]),
    "at": pa.array([dt.datetime(2024, 3, 21, 10), None, dt.datetime(9999, 12, 31), dt.datetime(2024, 3, 21, 0, 0, 0, 500000)]),
    "zoned": pa.array([dt.datetime(2024, 3, 21, 10), None, dt.datetime(2024, 7, 1), None], pa.timestamp("us", "Asia/Bishkek")),
    "infinite": pa.array([float("inf"), -float("inf"), 1, 2]),
    "category": pa.array(["u", "v", "u", None]).dictionary_encode(),
    "nothing": pa.array([None, None, None, None], pa.string()),
}


def test_every_type_becomes_the_same_text(engine: Any, tmp_path: Path) -> None:
    """Whole numbers without a decimal part, truth values, days and times, long numbers beside a gap."""
    pq.write_table(pa.table({**TYPES, "decided": pa.array([1.0, 0.0, 1.0, None])}), tmp_path / "types.parquet")
    found = same(engine, tmp_path / "types.parquet", Decisions(prediction="decided", by=attributes(list(TYPES), [])))
    texts = dict(zip(found.attributes, found.levels, strict=True))
    assert texts["whole"] == ("-2", "1", str(2**62 + 1), None)
    assert texts["yes"] == ("false", "true", None)
    assert texts["at"] == ("2024-03-21 00:00:00.5", "2024-03-21 10:00:00", "9999-12-31 00:00:00", None)
    assert texts["zoned"] == ("2024-03-21 10:00:00+00", "2024-07-01 00:00:00+00", None)


SHARED = {
    "compas": (
        "FROM read_csv('{}/compas_for_aequitas.csv')",
        Decisions(prediction="score", label="label_value", by=attributes(["race", "sex", "age_cat"], [])),
        7214,
    ),
    "berkeley": (
        "FROM read_csv('{}/UCBAdmissions.csv')",
        Decisions(
            prediction="Admit",
            favourable="Admitted",
            by=attributes(["Gender"], []),
            within=attributes(["Dept"], []),
            count="Freq",
        ),
        4526,
    ),
    "adult": (
        "SELECT column00::INT AS age, trim(column01) AS work, column02 / 100000 AS weight, trim(column08) AS race, "
        "trim(column09) AS sex, column12 AS hours, trim(column14) AS income FROM read_csv('{}/adult/adult.data', header=false)",
        Decisions(
            prediction="income",
            favourable=">50K",
            by=attributes(["race", "sex", "age"], ["age:25,45,65"]),
            within=attributes(["work", "hours"], ["hours:35,40.5"]),
            weight="weight",
        ),
        32561,
    ),
}


@pytest.mark.shared
@pytest.mark.parametrize("name", SHARED)
def test_real_tables_give_the_same_cells_and_measurements(engine: Any, shared: Path, tmp_path: Path, name: str) -> None:
    """COMPAS, Berkeley's admissions by their counts, the census of incomes by its weights."""
    query, decisions, rows = SHARED[name]
    path = tmp_path / f"{name}.parquet"
    duckdb.sql(query.format(shared / "data" / "audit")).write_parquet(str(path))
    assert same(engine, path, decisions).rows.sum() == rows
    by, within = ([part.name for part in parts] for parts in (decisions.by, decisions.within))
    options: dict[str, Any] = {"intersections": False}
    cells = count_cells_in(engine.read_parquet(path), decisions)
    theirs = measure_cells(cells, tuple(by), within=tuple(within), label=decisions.label is not None, **options)
    with open_table(path) as table:
        ours = measure(table, decisions, **options)
    for one, other in zip(theirs.gaps, ours.gaps, strict=True):
        assert (one.group, one.reference) == (other.group, other.reference)
        assert one.estimate.n == other.estimate.n
        assert getattr(one.estimate, "low", 0) == pytest.approx(getattr(other.estimate, "low", 0), abs=1e-9)


def test_an_expression_counts_where_the_rows_lie(engine: Any, tmp_path: Path) -> None:
    """A filter and a new column of the user's own, and names that mean something in SQL."""
    path = people(tmp_path / "people.parquet")
    table = engine.read_parquet(path)
    chosen = table.filter(table.age >= 30).mutate(rows=table.sex, **{"select from": table.age.cast("int64") % 2})
    decisions = Decisions(prediction="select from", by=attributes(["rows"], []), label="predicted")
    theirs = count_cells_in(chosen, decisions)
    query = 'SELECT *, sex AS rows, age::BIGINT % 2 AS "select from" FROM decisions WHERE age::INT >= 30'
    with open_table(path, query=query) as opened:
        assert sums(theirs) == sums(count_cells(opened, decisions))


ODD = {
    "sex": ["a", "b"] * 30,
    "name": [f"n{i}" for i in range(60)],
    "list": [[1]] * 60,
    "decided": [True, False] * 30,
    "endless": [float("inf"), *[1.0] * 59],
    "half": [0.5, *[1.0] * 59],
    "gap": [None, *[1.0] * 59],
    "below": [-1.0, *[1.5] * 59],
    "whole": [3, *[1] * 59],
}


def refused(engine: Any, folder: Path, options: dict[str, Any]) -> str:
    """What is said about the odd table."""
    pq.write_table(pa.table(ODD), folder / "odd.parquet")
    parts = attributes(options.get("by", ["sex"]), options.get("cuts", []))
    others = {name: value for name, value in options.items() if name not in {"by", "cuts"}}
    with pytest.raises(TableError) as caught:
        count_cells_in(engine.read_parquet(folder / "odd.parquet"), Decisions(**{"prediction": "decided"} | others, by=parts))
    assert caught.value.expected
    assert caught.value.cure
    return caught.value.got


@pytest.mark.parametrize(
    ("options", "got"),
    [
        ({"by": ["rase"]}, "There is no column 'rase'"),
        ({"by": ["list"]}, "has the type array<int64>"),
        ({"cuts": ["sex:3"]}, "'sex' of the warehouse has the type string"),
        ({"weight": "decided"}, "has the type boolean"),
        ({"count": "whole", "weight": "half"}, "Both --count and --weight"),
        ({"by": ["sex", "sex"]}, "named twice"),
        ({"by": []}, "No attribute"),
        ({"prediction": "name"}, "The prediction column 'name' holds"),
        ({"favourable": "yes"}, "holds 'yes'"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, options: dict[str, Any], got: str) -> None:
    """Got, expected and cure for columns that are not there or of the wrong type."""
    assert got in refused(ibis.duckdb.connect(), tmp_path, options)


@pytest.mark.parametrize(
    ("options", "got"),
    [
        ({"score": "endless"}, "in 1 rows it is infinite"),
        ({"by": ["endless"], "cuts": ["endless:3"]}, "in 1 rows it is infinite"),
        ({"count": "half"}, "The count column 'half' holds 0.5"),
        ({"count": "gap"}, "The count column 'gap' holds None"),
        ({"weight": "gap"}, "holds 1 rows without a weight"),
        ({"weight": "below"}, "holds a weight of -1"),
        ({"weight": "whole"}, "holds only whole numbers up to 3"),
    ],
)
def test_wrong_numbers_are_refused(engine: Any, tmp_path: Path, options: dict[str, Any], got: str) -> None:
    """What is found in the rows while they are counted; a weight is refused with the words that a file gets."""
    said = refused(engine, tmp_path, options)
    assert got in said
    if "weight" in options:
        with open_table(tmp_path / "odd.parquet") as table, pytest.raises(TableError) as caught:
            count_cells(table, Decisions(prediction="decided", by=attributes(["sex"], []), **options))
        assert caught.value.got == said


def test_too_many_combinations_are_not_fetched(engine: Any, tmp_path: Path) -> None:
    """A column of single people is refused before it fills the memory here."""
    table = engine.read_parquet(people(tmp_path / "people.parquet"))
    decisions = Decisions(prediction="predicted", by=attributes(["person"], []))
    with pytest.raises(TableError, match="more than 50 combinations"):
        count_cells_in(table, decisions, most_lines=50)
    assert count_cells_in(table, decisions).rows.sum() == 3000


def test_no_rows_are_refused(engine: Any, tmp_path: Path) -> None:
    """As an empty file is."""
    table = engine.read_parquet(people(tmp_path / "people.parquet"))
    with pytest.raises(TableError, match="no rows"):
        count_cells_in(table.filter(table.sex == "nobody"), Decisions(prediction="predicted", by=attributes(["sex"], [])))


def test_what_the_engine_says_is_told(engine: Any, tmp_path: Path) -> None:
    """A table that is gone and a cast that fails are no tracebacks from another house."""
    table = engine.read_parquet(people(tmp_path / "people.parquet"), table_name="passing")
    decisions = Decisions(prediction="predicted", by=attributes(["sex"], []), score="score")
    with pytest.raises(TableError, match="could not count"):
        count_cells_in(table.mutate(score=table.sex.cast("float64")), decisions)
    engine.raw_sql("DROP VIEW passing")
    with pytest.raises(TableError, match="could not count"):
        count_cells_in(table, decisions)


def test_only_a_bound_expression_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A frame, a table without a connection, and a machine without Ibis: each with its cure."""
    decisions = Decisions(prediction="hired", by=attributes(["sex"], []))
    with pytest.raises(TableError, match="open_table"):
        count_cells_in(pa.table({"sex": ["a"]}), decisions)
    with pytest.raises(TableError, match="could not count"):
        count_cells_in(ibis.table({"hired": "int64", "sex": "string"}, name="nowhere"), decisions)
    monkeypatch.setitem(sys.modules, "ibis", None)
    with pytest.raises(TableError, match="plumbrule\\[warehouse\\]"):
        count_cells_in(pa.table({"sex": ["a"]}), decisions)


def test_ibis_is_loaded_only_when_asked() -> None:
    """The lab is imported without it."""
    code = "import sys, plumbrule.lab; sys.exit('ibis' in sys.modules or 'pyarrow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
