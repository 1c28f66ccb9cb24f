"""Cells travel: one form, read strictly and for ever; sums of sites are the whole."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest
from exchange_made import REGION, Row, counted, decided, filed, rows_of_people, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from plumbrule.errors import PlumbruleError, TableError, UnreadableError
from plumbrule.lab import (
    CellsFile,
    Meaning,
    Release,
    add_cells,
    cells_file,
    cells_schema,
    held_in,
    measure_cells,
    read_cells,
    write_cells,
)

ROOT = Path(__file__).resolve().parents[2]
RELEASED = sorted((Path(__file__).parent / "released").glob("cells-*.json"))
COMMITTED = ROOT / "src" / "plumbrule" / "lab" / "schemas"
SECRET = b"a secret of the tests, 32 bytes."
RELEASES = {
    "none": Release(rule="none"),
    "suppress": Release(),
    "suppress-2": Release(order=2),
    "round": Release(rule="round", secret=SECRET),
    "noise": Release(rule="noise", secret=SECRET),
}


@pytest.fixture
def tool() -> ModuleType:
    """tools/cells_schema.py."""
    spec = importlib.util.spec_from_file_location("cells_schema", ROOT / "tools" / "cells_schema.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# ── the form ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_there_are_released_files() -> None:
    """The next test reads something."""
    assert len(RELEASED) >= len(RELEASES)


@pytest.mark.parametrize("path", RELEASED, ids=lambda path: path.stem)
def test_every_released_version_is_read_and_valid(path: Path) -> None:
    """Each released file is read, is valid by its published schema, and is written back byte for byte."""
    content = path.read_bytes()
    schema = json.loads((COMMITTED / f"cells-{path.stem.split('-')[1]}.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(json.loads(content))
    assert write_cells(read_cells(content)) == content


def test_the_committed_schema_is_the_generated_one(tool: ModuleType) -> None:
    """The schema in the package says what the types say (python tools/cells_schema.py mends it)."""
    assert tool.PATH.read_text(encoding="utf-8") == tool.schema_text()


@pytest.mark.parametrize("name", RELEASES)
def test_what_is_written_is_read_and_valid(tmp_path: Path, name: str) -> None:
    """Every rule writes what the schema allows and the reader takes, the same bytes each time."""
    path = write(tmp_path / "t.csv", REGION)
    file = filed(path, RELEASES[name])
    content = write_cells(file)
    Draft202012Validator(cells_schema()).validate(json.loads(content))
    assert read_cells(content) == file
    assert (
        write_cells(filed(write(tmp_path / "u.csv", sorted(REGION)), RELEASES[name])).replace(
            (filed(write(tmp_path / "u.csv", sorted(REGION)), RELEASES[name]).source.digest or "-").encode(),
            (file.source.digest or "-").encode(),
        )
        == content
    )


def test_the_digest_of_a_small_table_is_not_published(tmp_path: Path) -> None:
    """A digest would let a reader try out hidden counts: plain only in sealed files, else under a secret or not at all."""
    path = write(tmp_path / "t.csv", REGION)
    digest = counted(path, decided())[1]
    assert filed(path, RELEASES["none"]).source.digest == digest
    assert filed(path, RELEASES["suppress"]).source.kind == "withheld"
    committed = filed(path, RELEASES["round"]).source
    assert (committed.kind, committed.digest != digest) == ("hmac-sha256", True)


def edit(content: bytes, change: dict[str, object]) -> bytes:
    """A file with some top-level fields replaced, in canonical form otherwise."""
    import rfc8785

    return rfc8785.dumps(json.loads(content) | change) + b"\n"


def test_what_is_no_file_of_cells_is_refused(tmp_path: Path) -> None:
    """Got, expected, cure for whatever comes."""
    good = write_cells(filed(write(tmp_path / "t.csv", REGION), RELEASES["suppress"]))
    value = json.loads(good)
    tables = value["tables"]
    spoilt: list[bytes] = [
        b"",
        b"[]",
        b"null",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"schema":1}',
        edit(good, {"schema": "plumbrule-cells/2"}),
        edit(good, {"more": 1}),
        good.rstrip(b"\n"),
        good + b"\n",
        json.dumps(value).encode(),
        good.replace(b'"suppressed"', b"null", 1),
        good.replace(b'"suppressed"', b"0", 1),
        edit(good, {"tables": tables[:-1]}),
        edit(good, {"tables": [tables[1], tables[0], *tables[2:]]}),
        edit(good, {"attributes": value["attributes"][::-1]}),
        edit(good, {"outcomes": value["outcomes"][::-1]}),
        edit(good, {"weighted": True}),
        edit(good, {"score": "score"}),
        edit(good, {"source": {"digest": None, "kind": "sha256"}}),
        edit(good, {"tables": [{**tables[0], "rows": [[*tables[0]["rows"][0][:-1], 10**6]]}, *tables[1:]]}),
        edit(good, {"tables": [{**tables[0], "rows": [[-1, *tables[0]["rows"][0][1:]]]}, *tables[1:]]}),
        edit(good, {"tables": [*tables[:-1], {**tables[-1], "groups": [["nobody"], *tables[-1]["groups"][1:]]}]}),
    ]
    for content in spoilt:
        with pytest.raises(UnreadableError) as caught:
            held_in(read_cells(content, "x.json"), "x.json")
        assert caught.value.got
        assert caught.value.expected
        assert caught.value.cure


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_changed_byte_is_read_as_if_nothing_happened(data: st.DataObject) -> None:
    """Cut off, doubled or with one byte changed: refused, or read as something that writes exactly those bytes."""
    content = data.draw(st.sampled_from(RELEASED)).read_bytes()
    place = data.draw(st.integers(0, len(content) - 1))
    byte = bytes([data.draw(st.integers(0, 255))])
    for spoilt in (content[:place], content[:place] + byte + content[place + 1 :], content + byte):
        if spoilt != content:
            try:
                file = read_cells(spoilt)
            except UnreadableError:
                continue
            assert write_cells(file) == spoilt


# ── sums ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=rows_of_people, sites=st.lists(st.integers(0, 2), min_size=60, max_size=60))
def test_sealed_cells_of_sites_add_up_to_the_whole(tmp_path: Path, rows: list[Row], sites: list[int]) -> None:
    """Rows dealt out to three sites, saved, read and added measure exactly as the table they came from."""
    rows = [("a", "x", "1", "1"), ("b", "y", "0", "0"), *rows]
    parts = [[row for row, at in zip(rows, sites, strict=False) if at == site] for site in range(3)]
    parts[0] += rows[60:]
    files = [
        read_cells(write_cells(filed(write(tmp_path / f"{i}.csv", part), RELEASES["none"])))
        for i, part in enumerate(parts)
        if any(row[2] for row in part)  # a site whose label column is empty cannot count by label
    ]
    if len(files) < sum(bool(part) for part in parts):
        return
    held = add_cells([held_in(file) for file in files], ["x"] * len(files))
    assert held.cells
    cells, _ = counted(write(tmp_path / "whole.csv", rows), decided())
    whole = measure_cells(cells, ("race", "sex"), label=True, min_n=1)
    found = measure_cells(held.cells, ("race", "sex"), label=True, min_n=1)
    assert list(found.groups) == list(whole.groups)
    assert list(found.gaps) == list(whole.gaps)
    assert (found.rows, found.undecided, found.unlabelled) == (whole.rows, whole.undecided, whole.unlabelled)


def test_weights_scores_and_cuts_travel_sealed(tmp_path: Path) -> None:
    """Sums of weights and scores come back, and a number cut into groups stays in its order."""
    weights = [f"{0.5 + i % 7 * 0.25}" for i in range(len(REGION))]
    decisions = decided(("race", "extra"), ("extra:1,1.5",), weight="extra", score="extra")
    path = write(tmp_path / "t.csv", REGION, weights)
    cells, _ = counted(path, decisions)
    file = read_cells(write_cells(filed(path, RELEASES["none"], decisions)))
    held = add_cells([held_in(file)], ["t"])
    assert held.frame.levels[0] == ("< 1", "≥ 1 and < 1.5", "≥ 1.5")
    assert held.cells
    for by in (("race",), ("race", "extra")):
        whole = measure_cells(cells, by, label=True, scored=True)
        found = measure_cells(held.cells, by, label=True, scored=True)
        for one, other in zip(found.groups, whole.groups, strict=True):
            assert one.group == other.group
            for name, estimate in other.metrics.items():
                mine = one.metrics[name]
                assert (mine.state, mine.n) == (estimate.state, estimate.n)
                if estimate.state == "known" and mine.state == "known":
                    assert mine.value == pytest.approx(estimate.value, rel=1e-12)
                    assert mine.low == pytest.approx(estimate.low, rel=1e-12)


def test_missing_values_stay_missing(tmp_path: Path) -> None:
    """A missing race is its own group beside the text "null", at home and after the journey."""
    rows = [*REGION, *[("", "x", "1", "1")] * 7, *[("null", "y", "0", "1")] * 6]
    file = read_cells(write_cells(filed(write(tmp_path / "t.csv", rows), RELEASES["none"])))
    held = add_cells([held_in(file), held_in(file)], ["1", "2"])
    assert held.frame.levels[0] == ("a", "b", "c", "null", None)
    assert held.cells
    sizes = {one.group["race"]: one.n for one in measure_cells(held.cells, ("race",), label=True).groups}
    assert (sizes[None], sizes["null"]) == (14, 12)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"prediction": "label", "label": "prediction"}, "prediction"),
        ({"favourable": "1"}, "favourable"),
        ({"by": ("race",)}, "attributes"),
        ({"by": ("race", "extra"), "cut": ("extra:1",)}, "attributes"),
        ({"weight": "extra"}, "weighted"),
    ],
)
def test_what_differs_is_named(tmp_path: Path, other: dict[str, object], said: str) -> None:
    """Cells that count different things are not added."""
    extra = [str(0.5 + i % 3) for i in range(len(REGION))]
    path = write(tmp_path / "t.csv", REGION, extra)
    first = held_in(filed(path, RELEASES["none"]))
    second = held_in(filed(path, RELEASES["none"], decided(**other)))  # type: ignore[arg-type]
    with pytest.raises(TableError) as caught:
        add_cells([first, second], ["a.json", "b.json"])
    assert said in caught.value.got
    assert "b.json" in caught.value.got


def test_what_cannot_travel_is_refused(tmp_path: Path) -> None:
    """Clusters are people; weights cannot be rounded; chance needs a secret; names are no groups."""
    extra = [f"person {i}" for i in range(len(REGION))]
    path = write(tmp_path / "t.csv", REGION, extra)
    weighted = write(tmp_path / "w.csv", REGION, [f"{i % 3 + 0.5}" for i in range(len(REGION))])
    for file, release, decisions in (
        (path, Release(), decided(cluster="extra")),
        (weighted, RELEASES["round"], decided(weight="extra")),
        (path, Release(rule="noise"), decided()),
        (path, Release(), decided(("race", "extra"))),
    ):
        with pytest.raises(PlumbruleError) as caught:
            filed(file, release, decisions)
        assert caught.value.cure


def test_a_sum_can_be_published(tmp_path: Path) -> None:
    """A hub adds sealed cells and writes the sum under the rule: what it tells is what the whole table would tell."""
    half = len(REGION) // 2
    files = [filed(write(tmp_path / f"{i}.csv", part), RELEASES["none"]) for i, part in enumerate((REGION[:half], REGION[half:]))]
    held = add_cells([held_in(file) for file in files], ["1", "2"])
    assert held.cells
    published = cells_file(held.cells, held.meaning, held.frame.attributes, Release(), software="plumbrule/0.1.0")
    assert published == filed(write(tmp_path / "whole.csv", REGION), Release())


def test_cells_without_labels_travel(tmp_path: Path) -> None:
    """A table that has decisions only has no label in its outcomes, under every rule."""
    decisions = dataclasses.replace(decided(), label=None)
    path = write(tmp_path / "t.csv", REGION)
    for release in RELEASES.values():
        file: CellsFile = read_cells(write_cells(filed(path, release, decisions)))
        assert {outcome.label for outcome in file.outcomes} == {None}
        assert held_in(file).meaning == Meaning.of(decisions) if release.rule == "none" else held_in(file).bounds
