"""Watching: distances against scipy, the alarm against simulation, and the files of a watch."""

from __future__ import annotations

import datetime as dt
import json
import math
from dataclasses import replace
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from plumbrule.base.observation import Known, Unknown
from plumbrule.errors import InputError
from plumbrule.lab.families.watch import alarm, chance, drift
from plumbrule.lab.families.watch.form import SCHEMAS, State, Stream, WatchConfig, schema_documents
from plumbrule.lab.families.watch.run import observe_windows, read_config, run_watch
from plumbrule.lab.families.watch.streams import Window, ring

FAR = dt.date(2030, 1, 1)
VALUES = st.lists(st.integers(-20, 20).map(float), min_size=1, max_size=60)


# ── distances and what chance does to them ───────────────────────────────────────────────────────────────────────────


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # scipy's own p-value, which nobody asked for
@settings(max_examples=150, deadline=None)
@given(VALUES, VALUES)
def test_distances_of_values_are_scipys(one: list[float], two: list[float]) -> None:
    """Kolmogorov-Smirnov and Wasserstein-1 from sorted values, ties and all."""
    assert drift.ks_distance(one, two) == pytest.approx(stats.ks_2samp(one, two).statistic, abs=1e-12)
    assert drift.wasserstein(one, two) == pytest.approx(stats.wasserstein_distance(one, two), abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(VALUES, VALUES)
def test_distances_of_counts_are_those_of_the_values(one: list[float], two: list[float]) -> None:
    """Where each value has its own bin, counts lose nothing; with fewer bins the distance never grows."""
    places = sorted({*one, *two})
    counts = [[values.count(place) for place in places] for values in (one, two)]
    assert drift.ks_binned(*counts) == pytest.approx(drift.ks_distance(one, two), abs=1e-12)
    assert drift.wasserstein_binned(*counts, places) == pytest.approx(drift.wasserstein(one, two), abs=1e-9)
    halves = [[sum(part[: len(part) // 2]), sum(part[len(part) // 2 :])] for part in counts]
    assert drift.ks_binned(*halves) <= drift.ks_binned(*counts) + 1e-12


@pytest.mark.parametrize("k", [1, 2, 9, 99, 999])
def test_chi_square_is_scipys(k: int) -> None:
    """Central and non-central distribution, and the quantile."""
    for probability in (0.01, 0.5, 0.95, 0.999):
        assert chance.chi2_quantile(probability, k) == pytest.approx(stats.chi2.ppf(probability, k), rel=1e-8)
    for shift in (0.1, 5.0, 100.0, 1e4, 9e4):
        for away in (-2, 0, 2):
            x = k + shift + away * math.sqrt(2 * (k + 2 * shift))
            assert chance.noncentral_cdf(x, k, shift) == pytest.approx(stats.ncx2.cdf(x, k, shift), abs=1e-8)
    for shift in (2e5, 1e7):
        assert chance.noncentral_cdf(k + shift, k, shift) == pytest.approx(stats.ncx2.cdf(k + shift, k, shift), abs=0.01)


def test_the_index_without_a_drift_is_what_we_say() -> None:
    """4,000 pairs of windows from one distribution: the mean index and its 95 % bound are those stated."""
    rng = np.random.default_rng(1)
    shares = np.full(10, 0.1)
    ones, twos = rng.multinomial(400, shares, 4000), rng.multinomial(1500, shares, 4000)
    found = np.array([drift.psi(one, two) for one, two in zip(ones, twos, strict=True)])
    noise = drift.psi_noise(10, 400, 1500)
    assert noise.expected == pytest.approx(9 * (1 / 400 + 1 / 1500))
    assert found.mean() == pytest.approx(noise.expected, rel=0.05)
    assert (found > noise.high).mean() == pytest.approx(0.05, abs=0.012)


def test_the_intervals_of_distances_hold_the_truth() -> None:
    """With a known drift: at least 95 % for the bounds that always hold, about 95 % for the index."""
    rng = np.random.default_rng(2)
    p, q = np.array([0.4, 0.3, 0.2, 0.1]), np.array([0.3, 0.3, 0.2, 0.2])
    true_ks, true_psi = float(np.abs(np.cumsum(p - q)).max()), float((p - q) @ np.log(p / q))
    held = np.zeros(3)
    for _ in range(400):
        one, two = rng.multinomial(600, p), rng.multinomial(900, q)
        for place, (estimate, truth) in enumerate(
            (
                (drift.ks_estimate(one, two, 0.95), true_ks),
                (drift.wasserstein_estimate(one, two, [0, 1, 2, 3], 0.95), float(np.abs(np.cumsum(p - q)).sum())),
                (drift.psi_estimate(one, two, 0.95), true_psi),
            )
        ):
            assert isinstance(estimate, Known)
            held[place] += estimate.low <= truth <= estimate.high
    assert (held[:2] / 400 >= 0.95).all()
    assert 0.92 <= held[2] / 400 <= 0.99


def test_nothing_to_compare_is_unknown() -> None:
    """An empty window has no distance."""
    for estimate in (
        drift.ks_estimate([0, 0], [5, 5], 0.95),
        drift.wasserstein_estimate([0, 0], [5, 5], [0, 1], 0.95),
        drift.psi_estimate([0, 0], [5, 5], 0.95),
        drift.psi_estimate([5], [5], 0.95),
    ):
        assert isinstance(estimate, Unknown)


# ── the alarm ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_bets_lose_on_average_nothing() -> None:
    """A fair game: the mean of the next capital over a uniform p is the capital, so whoever looks on cannot be fooled."""
    capital = (0.5, 1.0, 2.0, 0.25)
    grid = (np.arange(200_000) + 0.5) / 200_000
    mean = sum(
        part * float(np.mean(kappa * grid ** (kappa - 1)))
        for part, kappa in zip(((1 - alarm.JUMP) * c + alarm.JUMP * sum(capital) / 4 for c in capital), alarm.BETS, strict=True)
    )
    # The grid misses a little of the steepest bet near zero, never adds.
    assert 0.75 * sum(capital) < mean <= sum(capital) + 1e-9
    assert alarm.worth(alarm.START) == 1


def test_uniform_p_values_ring_as_rarely_as_stated() -> None:
    """1,500 watches of 200 windows without a change: the worth ever reaches 20 in at most 5 % of them."""
    rng = np.random.default_rng(3)
    rang = 0
    for _ in range(1500):
        capital, most = alarm.START, 0.0
        for p in rng.random(200).tolist():
            capital = alarm.bet(capital, max(p, 1e-12))
            most = max(most, alarm.worth(capital))
        rang += most >= alarm.limit(0.05, 1)
    assert rang <= 1500 * 0.05 + 2 * math.sqrt(1500 * 0.05 * 0.95)


def _config(**parts: object) -> WatchConfig:
    from plumbrule.lab.families.watch.form import Alarm, Baseline, WatchedData, Windows

    return WatchConfig(
        schema="plumbrule-watch/1",
        id=str(parts.get("id", "simulated")),
        data=WatchedData(file="none.csv"),
        windows=Windows(rows=100),
        baseline=Baseline(rows=1000),
        alarm=Alarm(false_alarms=float(str(parts.get("false_alarms", 0.2)))),
    )


def _watch(kind: str, seed: int, windows: int, change: int | None = None) -> tuple[list[float], str]:
    """One simulated watch of one stream: its p-values, and the window in which it rang ("" for never)."""
    rng = np.random.default_rng(seed)
    if kind == "rate":
        stream = Stream(name="rate", kind="rate", column="", metric="selection_rate", baseline=(), pool=())
        counts = lambda n, late: rng.multinomial(n, [0.55, 0.45] if late else [0.4, 0.6])  # noqa: E731
    elif kind == "gap":
        stream = Stream(
            name="gap", kind="gap", column="sex", metric="selection_rate", group="women", reference="men", baseline=(), pool=()
        )
        counts = lambda n, late: np.concatenate(  # noqa: E731
            [rng.multinomial(n // 3, [0.65, 0.35] if late else [0.4, 0.6]), rng.multinomial(n - n // 3, [0.4, 0.6])]
        )
    elif kind == "words":
        stream = Stream(name="words", kind="words", column="region", levels=("a", "b", "c"), baseline=(), pool=())
        counts = lambda n, late: rng.multinomial(n, [0.02, 0.3, 0.3, 0.3, 0.08] if late else [0.02, 0.5, 0.3, 0.1, 0.08])  # noqa: E731
    else:
        # Cut at the quantiles of its own baseline, as a real watch is.
        first = rng.normal(size=600)
        edges = np.quantile(first, np.arange(1, 20) / 20)
        stream = Stream(
            name="numbers", kind="numbers", column="x", edges=tuple(edges), places=tuple(range(20)), baseline=(), pool=()
        )
        binned = lambda values: np.array([0, *np.bincount(np.searchsorted(edges, values, side="right"), minlength=20)])  # noqa: E731
        counts = lambda n, late: binned(first if n == 600 else rng.normal(0.5 if late else 0, size=n))  # noqa: E731
    start = tuple(int(n) for n in counts(600, False))
    config = _config()
    held = State(
        watch=f"simulated {seed}",
        config="",
        streams=(replace(stream, baseline=start, pool=start),),
    )
    ps = []
    for number in range(windows):
        late = change is not None and number >= change
        window = Window(id=f"{number:04}", rows=100, counts={stream.name: tuple(int(n) for n in counts(100, late))})
        streams, seen = ring(held, window, config)
        held = replace(held, streams=streams)
        ps.append(seen[0].p or 0.0)
    return ps, held.streams[0].rang


@pytest.mark.parametrize(("kind", "repeats"), [("rate", 150), ("gap", 150), ("words", 80), ("numbers", 60)])
def test_without_a_change_p_values_are_uniform_and_alarms_rare(kind: str, repeats: int) -> None:
    """Whole watches of 20 windows: p-values like uniform ones, successive ones unrelated, rings within the rate stated."""
    watches = [_watch(kind, seed, 20) for seed in range(repeats)]
    ps = np.array([found for found, _ in watches])
    assert stats.kstest(ps.ravel(), "uniform").pvalue > 0.001
    assert abs(stats.spearmanr(ps[:, :-1].ravel(), ps[:, 1:].ravel()).statistic) < 4 / math.sqrt(ps.size)
    rang = sum(bool(window) for _, window in watches)
    assert rang <= repeats * 0.2 + 2 * math.sqrt(repeats * 0.2 * 0.8)


@pytest.mark.parametrize("kind", ["rate", "gap", "words", "numbers"])
def test_a_planted_change_rings_soon_and_not_before(kind: str) -> None:
    """A change after 10 quiet windows of 100 rows: found in every one of 8 watches, within 8 windows in the middle one."""
    delays = []
    for seed in range(8):
        _, rang = _watch(kind, 1000 + seed, 40, change=10)
        assert rang
        delays.append(int(rang) - 10)
    assert sorted(delays)[4] <= 8
    assert sum(delay < 0 for delay in delays) <= 2


def test_a_change_after_a_long_quiet_time_still_rings() -> None:
    """150 quiet windows do not use up what the alarm can bet."""
    _, rang = _watch("rate", 5, 175, change=150)
    assert rang >= "0150"


# ── whole watches ────────────────────────────────────────────────────────────────────────────────────────────────────


def _rows(days: int, *, change: int | None = None, per_day: int = 60, seed: int = 1) -> list[str]:
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(days):
        late = change is not None and number >= change
        day = dt.date(2026, 1, 1) + dt.timedelta(days=number)
        for _ in range(per_day):
            sex = "women" if rng.random() < 0.5 else "men"
            yes = rng.random() < (0.25 if late and sex == "women" else 0.6)
            rows.append(f"{day},{int(yes)},{sex},{rng.normal(1.0 if late else 0.0):.3f},{'abc'[rng.integers(3)]}")
    return rows


WATCH = """
schema = "plumbrule-watch/1"
id = "loans"
data = {file = "decisions.csv"}
windows = {time = "day", every = "day"}
baseline = {before = 2026-01-21}
[decisions]
prediction = "approved"
by = ["sex"]
reference = {sex = "men"}
[drift]
numbers = ["score"]
words = ["region"]
"""


def _place(folder: Path, rows: list[str], config: str = WATCH) -> Path:
    (folder / "decisions.csv").write_text("\n".join(["day,approved,sex,score,region", *rows]) + "\n", encoding="utf-8")
    path = folder / "watch.toml"
    path.write_text(config, encoding="utf-8")
    return path


def test_a_quiet_table_stays_quiet_and_is_looked_at_once(tmp_path: Path) -> None:
    """Forty days without a change: one line a day, no alarm; the second run finds nothing new and changes no byte."""
    config = _place(tmp_path, _rows(40))
    seen = run_watch(config, today=FAR)
    assert [line.window for line in seen.lines] == [str(dt.date(2026, 1, 21) + dt.timedelta(days=n)) for n in range(20)]
    assert seen.exit_code() == 0
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    again = run_watch(config, today=FAR)
    assert (again.lines, again.changed) == ((), ())
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_day_by_day_is_the_same_as_all_at_once(tmp_path: Path) -> None:
    """Run daily on a growing file, or once at the end: the same lines and the same state, but for the digest of the file."""
    rows = _rows(30, change=24)
    once, daily = tmp_path / "once", tmp_path / "daily"
    once.mkdir()
    daily.mkdir()
    whole = run_watch(_place(once, rows), today=FAR)
    for day in range(21, 31):
        config = _place(daily, rows[: 60 * day])
        run_watch(config, today=dt.date(2026, 1, 1) + dt.timedelta(days=day))

    def streams(place: Path) -> list[tuple[str, object]]:
        lines = (place / "watch.jsonl").read_text(encoding="utf-8").splitlines()
        return [(one["window"], one["streams"]) for one in map(json.loads, lines)]

    assert streams(once) == streams(daily)
    assert (once / "watch-state.json").read_bytes() == (daily / "watch-state.json").read_bytes()
    assert whole.exit_code() == 1


def test_a_widening_gap_is_measured_and_rings(tmp_path: Path) -> None:
    """Women are approved less from a day on: the gap, its change and the drift of scores show it, with intervals."""
    seen = run_watch(_place(tmp_path, _rows(40, change=28, per_day=150)), today=FAR)
    rang = {stream.name: stream.rang for stream in seen.state.rang()}
    assert {"selection_rate:sex=women~men", "score"} <= set(rang)
    assert "region" not in rang
    assert all("2026-01-29" <= window <= "2026-02-06" for window in rang.values())
    last = {one["id"]: one["estimate"] for one in seen.lines[-1].observations}
    gap = last["selection_rate:sex=women~men:gap_change@2026-02-09"]
    assert gap["high"] < 0
    assert gap["low"] <= -0.35 <= gap["high"]
    assert last["wasserstein_1:score@2026-02-09"]["low"] <= 1.0 <= last["wasserstein_1:score@2026-02-09"]["high"]
    assert last["psi:score@2026-02-09"]["low"] > last["psi_expected:score@2026-02-09"]["high"]
    assert last["psi:region@2026-02-09"]["value"] < last["psi_expected:region@2026-02-09"]["high"]


def test_the_baseline_may_leave_the_file_afterwards(tmp_path: Path) -> None:
    """Counts are remembered, so that a file which holds the newest days only is enough from the second run on."""
    rows = _rows(40)
    run_watch(_place(tmp_path, rows[: 60 * 30]), today=FAR)
    seen = run_watch(_place(tmp_path, rows[60 * 30 :]), today=FAR)
    assert len(seen.lines) == 10
    assert seen.undated == 0


def test_open_windows_wait_and_small_ones_are_left_out(tmp_path: Path) -> None:
    """The day that is not over is not looked at; a day with five rows is written down as left out and bets nothing."""
    rows = _rows(24)
    rows = rows[: 60 * 22] + rows[60 * 22 : 60 * 22 + 5] + rows[60 * 23 :]
    seen = run_watch(_place(tmp_path, rows), today=dt.date(2026, 1, 24))
    assert [(line.window, line.left_out) for line in seen.lines] == [
        ("2026-01-21", False),
        ("2026-01-22", False),
        ("2026-01-23", True),
    ]
    assert seen.lines[-1].observations == ()
    assert {one.p for one in seen.lines[-1].streams} == {None}


@pytest.mark.parametrize(("every", "first"), [("week", "2026-W04"), ("month", "2026-02")])
def test_weeks_and_months(tmp_path: Path, every: str, first: str) -> None:
    """ISO weeks and calendar months; the last one open is left alone."""
    before = "2026-01-19" if every == "week" else "2026-02-01"
    config = WATCH.replace('every = "day"', f'every = "{every}"').replace("2026-01-21", before)
    seen = run_watch(_place(tmp_path, _rows(80), config), today=dt.date(2026, 3, 10))
    assert seen.lines[0].window == first
    assert seen.lines[-1].window == ("2026-W10" if every == "week" else "2026-02")


def test_windows_of_rows_need_a_table_that_only_grows(tmp_path: Path) -> None:
    """Without a time column rows are cut in their order; what was looked at must still be there as it was."""
    text = WATCH.replace('windows = {time = "day", every = "day"}', "windows = {rows = 300}").replace(
        "baseline = {before = 2026-01-21}", "baseline = {rows = 1000}"
    )
    rows = _rows(40)
    seen = run_watch(_place(tmp_path, rows[:2000], text), today=FAR)
    assert [line.window for line in seen.lines] == ["000000001", "000000002", "000000003"]
    assert len(run_watch(_place(tmp_path, rows, text), today=FAR).lines) == 1
    with pytest.raises(InputError, match="not those that were looked at"):
        run_watch(_place(tmp_path, rows[5:], text), today=FAR)


def test_rows_that_come_late_are_told_and_not_counted_twice(tmp_path: Path) -> None:
    """A window already looked at got more rows: it is named, and nothing else happens."""
    rows = _rows(25)
    run_watch(_place(tmp_path, rows), today=FAR)
    before = (tmp_path / "watch-state.json").read_bytes()
    seen = run_watch(_place(tmp_path, [*rows, "2026-01-22,1,men,0.1,a"]), today=FAR)
    assert seen.changed == ("2026-01-22",)
    assert seen.lines == ()
    assert (tmp_path / "watch-state.json").read_bytes() == before


def test_a_machine_that_stops_between_the_two_files(tmp_path: Path) -> None:
    """Lines written, state not; or a line cut off in the middle: the next run ends where an undisturbed one would."""
    rows = _rows(26)
    config = _place(tmp_path, rows[: 60 * 23])
    run_watch(config, today=FAR)
    state = (tmp_path / "watch-state.json").read_bytes()
    config = _place(tmp_path, rows)
    run_watch(config, today=FAR)
    lines, after = (tmp_path / "watch.jsonl").read_bytes(), (tmp_path / "watch-state.json").read_bytes()
    for kept in (lines, lines[:-200]):
        (tmp_path / "watch-state.json").write_bytes(state)
        (tmp_path / "watch.jsonl").write_bytes(kept)
        run_watch(config, today=FAR)
        assert (tmp_path / "watch.jsonl").read_bytes() == lines
        assert (tmp_path / "watch-state.json").read_bytes() == after


def test_no_second_run_at_the_same_time(tmp_path: Path) -> None:
    """Two cron jobs that overlap: the second says so and touches nothing."""
    from plumbrule.base.lock import locked

    config = _place(tmp_path, _rows(25))
    with locked(tmp_path / "watch-state.json", "watch"), pytest.raises(InputError, match="under way"):
        run_watch(config, today=FAR)
    assert not (tmp_path / "watch.jsonl").exists()
    assert run_watch(config, today=FAR).lines


def test_the_plan_cannot_be_changed_on_the_way(tmp_path: Path) -> None:
    """Another false-alarm rate, another metric: refused, since what was promised would not hold; another path is no change."""
    rows = _rows(25)
    run_watch(_place(tmp_path, rows), today=FAR)
    with pytest.raises(InputError, match="begun with other settings"):
        run_watch(_place(tmp_path, rows, WATCH + "[alarm]\nfalse_alarms = 0.2\n"), today=FAR)
    with pytest.raises(InputError, match="begun as 'loans'"):
        run_watch(_place(tmp_path, rows, WATCH.replace('"loans"', '"grants"')), today=FAR)
    (tmp_path / "moved.csv").write_bytes((tmp_path / "decisions.csv").read_bytes())
    assert run_watch(_place(tmp_path, rows, WATCH.replace("decisions.csv", "moved.csv")), today=FAR).lines == ()


def test_new_and_rare_values_are_counted_as_others(tmp_path: Path) -> None:
    """A region that the baseline never saw is no error; many of it ring."""
    rows = _rows(40)
    rows = [row[:-1] + "z" if row >= "2026-01-28" and number % 3 == 0 else row for number, row in enumerate(rows)]
    seen = run_watch(_place(tmp_path, rows), today=FAR)
    assert [stream.name for stream in seen.state.rang()] == ["region"]


def test_missing_values_are_seen(tmp_path: Path) -> None:
    """Scores that stop coming ring, and their share is given."""
    rows = _rows(40)
    rows = [",".join([*row.split(",")[:3], "", row[-1]]) if row >= "2026-01-28" and i % 2 else row for i, row in enumerate(rows)]
    seen = run_watch(_place(tmp_path, rows), today=FAR)
    assert [stream.name for stream in seen.state.rang()] == ["score"]
    last = {one["id"]: one["estimate"] for one in seen.lines[-1].observations}
    assert last["missing_share:score@2026-02-09"]["value"] == pytest.approx(0.5)


def test_what_is_written_follows_its_schema(tmp_path: Path) -> None:
    """State and lines validate against the committed JSON Schemas, which are those of the source."""
    run_watch(_place(tmp_path, _rows(25)), today=FAR)
    for name, text in schema_documents().items():
        assert (SCHEMAS / name).read_text(encoding="utf-8") == text, "run python -m plumbrule.lab.families.watch.form"
    state, line = (json.loads((SCHEMAS / f"watch-{kind}-1.json").read_text(encoding="utf-8")) for kind in ("state", "line"))
    jsonschema.validate(json.loads((tmp_path / "watch-state.json").read_text(encoding="utf-8")), state)
    for one in (tmp_path / "watch.jsonl").read_text(encoding="utf-8").splitlines():
        jsonschema.validate(json.loads(one), line)


def test_the_state_holds_counts_and_no_rows(tmp_path: Path) -> None:
    """No value of a single row is remembered but the edges of bins and the names of groups and levels."""
    rows = [f"{row},Ms Name{number}" for number, row in enumerate(_rows(25))]
    (tmp_path / "watch.toml").write_text(WATCH, encoding="utf-8")
    text = "\n".join(["day,approved,sex,score,region,name", *rows])
    (tmp_path / "decisions.csv").write_text(text, encoding="utf-8")
    run_watch(tmp_path / "watch.toml", today=FAR)
    for name in ("watch-state.json", "watch.jsonl"):
        assert "Ms Name" not in (tmp_path / name).read_text(encoding="utf-8")


def test_observations_without_a_state(tmp_path: Path) -> None:
    """For an assessment: all windows at once, the evidence of each stream beside them, and no file written."""
    config = _place(tmp_path, _rows(40, change=30, per_day=120))
    found = {one.id: one for one in observe_windows(read_config(config), tmp_path, today=FAR)}
    evidence = found["change_evidence:selection_rate:sex=women~men@2026-02-09"]
    assert isinstance(evidence.estimate, Known)
    assert evidence.estimate.value > 80
    assert evidence.comparisons == 4
    assert {one.family for one in found.values()} == {"exploratory"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["decisions.csv", "watch.toml"]


def test_german_dates_and_decimal_commas(tmp_path: Path) -> None:
    """Dates as 21.01.2026 with a format, numbers with a comma, columns by semicolons."""
    rows = [row.split(",") for row in _rows(25)]
    lines = [f"{dt.date.fromisoformat(r[0]):%d.%m.%Y};{r[1]};{r[2]};{r[3].replace('.', ',')};{r[4]}" for r in rows]
    text = "\n".join(["day;approved;sex;score;region", *lines])
    config = _place(tmp_path, [], WATCH.replace('every = "day"', 'every = "day", format = "%d.%m.%Y"'))
    (tmp_path / "decisions.csv").write_text(text, encoding="utf-8")
    seen = run_watch(config, today=FAR)
    (tmp_path / "other").mkdir()
    plain = run_watch(_place(tmp_path / "other", _rows(25)), today=FAR)
    assert [line.streams for line in seen.lines] == [line.streams for line in plain.lines]


BAD = [
    ("[drift]", "[drift]\nbims = 3", "bims"),
    ('every = "day"', 'every = "year"', "every"),
    ('every = "day"', 'every = "day", rows = 5', "cut in no way, or in two"),
    ("baseline = {before = 2026-01-21}", "baseline = {}", "baseline before a day"),
    ("baseline = {before = 2026-01-21}", "baseline = {before = 2020-01-01}", "baseline holds 0 groups"),
    ('prediction = "approved"', 'prediction = "granted"', "granted"),
    ('by = ["sex"]', 'by = ["gender"]\n', "not looked at"),
    ('{sex = "men"}', '{sex = "boys"}', "'boys' is not among them"),
    ('time = "day"', 'time = "week"', "week"),
    ('time = "day"', 'time = "region"', "time column 'region' holds"),
    ('numbers = ["score"]\nwords = ["region"]', 'numbers = ["region"]', "must hold numbers"),
    ('numbers = ["score"]', 'numbers = ["approved", "approved"]', "watched twice"),
    ('numbers = ["score"]\nwords = ["region"]', 'words = ["score"]', "No value of 'score'"),
    ("decisions.csv", "nowhere.csv", "nowhere.csv"),
    ("[decisions]", '[decisions]\nmetrics = ["false_positive_rate"]', "needs true outcomes"),
    ("[decisions]", '[decisions]\nmetrics = ["luck"]', "no metric 'luck'"),
    ("[drift]", "[alarm]\nfalse_alarms = 0\n[drift]", "false-alarm rate of 0"),
    ("[drift]", "[drift", "watch.toml"),
    ('"plumbrule-watch/1"', '"plumbrule-watch/2"', "schema"),
    ('data = {file = "decisions.csv"}', 'data = {file = "decisions.csv", query = "SELECT 1; SELECT 2"}', "."),
]


@pytest.mark.parametrize(("old", "new", "words"), BAD)
def test_bad_input_is_refused_with_a_cure(tmp_path: Path, old: str, new: str, words: str) -> None:
    """Slips in the configuration and in the table: got, expected, cure, and no file left behind but the lock."""
    assert old in WATCH
    config = _place(tmp_path, _rows(25), WATCH.replace(old, new, 1))
    with pytest.raises(InputError, match=words) as caught:
        run_watch(config, today=FAR)
    assert caught.value.expected
    assert caught.value.cure
    assert not (tmp_path / "watch.jsonl").exists()
    assert not (tmp_path / "watch-state.json").exists()


@pytest.mark.parametrize("time", ["infinity", "99999-01-01", "0000-00-00", "yesterday", "2026-02-30"])
def test_times_that_no_calendar_has(tmp_path: Path, time: str) -> None:
    """One bad time is named; a blank one is counted as undated."""
    config = _place(tmp_path, [*_rows(25), f"{time},1,men,0.1,a"])
    with pytest.raises(InputError, match=time):
        run_watch(config, today=FAR)
    config = _place(tmp_path, [*_rows(25), ",1,men,0.1,a"])
    assert run_watch(config, today=FAR).undated == 1


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("watch-state.json", b"{}", "Field required|required"),
        ("watch-state.json", b"\xff\xfe", "not in UTF-8"),
        ("watch-state.json", b"[" * 100_000, "watch-state.json"),
        ("watch.jsonl", b"hello\n", "no line of a watch"),
        ("watch.jsonl", b'{"watch": "other", "window": "1"}\n', "belongs to the watch 'other'"),
    ],
)
def test_files_of_ours_that_are_not_ours(tmp_path: Path, name: str, data: bytes, words: str) -> None:
    """A state or lines that somebody else wrote are refused and left as they are."""
    config = _place(tmp_path, _rows(25))
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match=words):
        run_watch(config, today=FAR)
    assert (tmp_path / name).read_bytes() == data


@pytest.mark.shared
def test_a_real_table_in_random_order_stays_quiet_and_sorted_does_not(shared: Path, tmp_path: Path) -> None:
    """COMPAS in windows of rows: shuffled, nothing changes and nothing rings; with those arrested again at the end, it does."""
    path = shared / "data" / "audit" / "compas_for_aequitas.csv"
    text = """
schema = "plumbrule-watch/1"
id = "compas"
data = {{file = "{path}", query = "SELECT * FROM decisions ORDER BY {order}"}}
windows = {{rows = 400}}
baseline = {{rows = 3000}}
decisions = {{prediction = "score", label = "label_value", metrics = ["selection_rate", "false_positive_rate"], by = ["sex"]}}
drift = {{words = ["race", "age_cat"]}}
"""
    for name, order, code in (("quiet", "hash(entity_id || 'x')", 0), ("sorted", "label_value, hash(entity_id)", 1)):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "watch.toml").write_text(text.format(path=path.as_posix(), order=order), encoding="utf-8")
        seen = run_watch(folder / "watch.toml", today=FAR)
        assert len(seen.lines) == 10
        assert seen.exit_code() == code, [(stream.name, stream.rang) for stream in seen.state.rang()]
