"""Watch: a decision table cut into windows of time, held against a baseline, with an alarm that rarely rings falsely.

`run_watch` is what `plumbrule watch CONFIG` does, daily from cron if you like: it looks at each closed window once,
appends a line for it to a JSONL file, and keeps counts (never rows) in a state file. `observe_windows` gives the
observations of all windows of a table at once, for an assessment.

    >>> import datetime, pathlib, random, tempfile
    >>> from plumbrule.lab.families.watch.run import run_watch
    >>> chance = random.Random(1)
    >>> def rows(day, share): return [f"{day},{int(chance.random() < share)}" for _ in range(200)]
    >>> days = [datetime.date(2026, 1, 1) + datetime.timedelta(days=n) for n in range(40)]
    >>> table = ["day,approved"] + [row for n, day in enumerate(days) for row in rows(day, 0.6 if n < 30 else 0.45)]
    >>> config = '''
    ... schema = "plumbrule-watch/1"
    ... id = "example"
    ... data = {file = "decisions.csv"}
    ... windows = {time = "day", every = "day"}
    ... baseline = {before = 2026-01-15}
    ... decisions = {prediction = "approved"}
    ... '''
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     place = pathlib.Path(folder)
    ...     _ = (place / "decisions.csv").write_text("\\n".join(table), encoding="utf-8")
    ...     _ = (place / "watch.toml").write_text(config, encoding="utf-8")
    ...     seen = run_watch(place / "watch.toml", today=datetime.date(2026, 3, 1))
    ...     again = run_watch(place / "watch.toml", today=datetime.date(2026, 3, 1))
    >>> len(seen.lines), [(one.name, one.rang) for one in seen.state.rang()], len(again.lines)
    (26, [('selection_rate', '2026-02-01')], 0)
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from plumbrule.base.files import write_file_aside
from plumbrule.base.lock import locked
from plumbrule.base.observation import Known, Observation
from plumbrule.errors import InputError, TableError, UnreadableError
from plumbrule.lab.families.watch import alarm
from plumbrule.lab.families.watch.form import BASELINE, Line, State, Stream, WatchConfig, dump, read_config, read_state
from plumbrule.lab.families.watch.streams import Window, begin, step
from plumbrule.lab.families.watch.windows import Counted, closed, count_windows, find_streams, open_windows
from plumbrule.lab.tables.table import Table

__all__ = ["Watched", "observe_windows", "read_config", "run_watch"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What a run brought: `lines` of the windows looked at for the first time, and the state after them.

    `changed` are windows looked at before whose rows are no longer the same; they are not looked at again. `undated`
    counts rows without a time, or before the baseline.
    """

    lines: tuple[Line, ...]
    state: State
    changed: tuple[str, ...]
    undated: int

    def exit_code(self) -> int:
        """1 when any alarm has rung, now or before; else 0."""
        return 1 if self.state.rang() else 0


def run_watch(config_file: Path, *, today: dt.date) -> Watched:
    """Look at the windows that are closed and not yet looked at.

    Args:
        config_file: a TOML file in the form of `plumbrule-watch/1`; other files are named in it, beside it.
        today: the day on which a window of time is no longer open when it ended before.

    Raises:
        InputError: the configuration, the table or the state cannot be used, or another run is under way.
    """
    config, folder = read_config(config_file), config_file.parent
    state_file, lines_file = folder / config.output.state, folder / config.output.observations
    with locked(state_file, "watch"):
        state, written = read_state(state_file, config), _written(lines_file, config)
        with open_windows(config, folder) as table:
            state, counted = _count(table, config, state)
            source = table.sha256
        if config.windows.rows:
            _check_grown(counted, state, state_file)
        lines = []
        for window in _fresh(counted, config, state, today):
            state, line = step(state, window, config, source)
            lines.append(line)
        # Lines first: if the machine stops between the two, the next run sees them and writes none twice.
        new = [line for line in lines if line.window not in written]
        if new:
            write_file_aside(lines_file, _whole(lines_file) + b"".join(dump(line) + b"\n" for line in new))
        if lines or not state_file.exists():
            write_file_aside(state_file, dump(state) + b"\n")
    return Watched(lines=tuple(lines), state=state, changed=_changed(counted, state), undated=counted.undated)


def observe_windows(config: WatchConfig, folder: Path, *, today: dt.date, guaranteed: bool = False) -> tuple[Observation, ...]:
    """The observations of every closed window of a table, with no state kept; see `run_watch`.

    With `guaranteed` the level holds for each interval by itself, and is never missed for rates of few rows.

    After those of a window stands `change_evidence:STREAM@WINDOW`: the worth of the bet against "nothing has changed". Last
    comes `change_evidence_limit`, the worth at which the alarm rings.

    Raises:
        InputError: the table cannot be used.
    """
    with open_windows(config, folder) as table:
        state, counted = _count(table, config, None)
        source = table.sha256
    found: list[Observation] = []
    for window in _fresh(counted, config, state, today):
        state, line = step(state, window, config, source, guaranteed=guaranteed)
        found += [_observation(one) for one in line.observations]
        found += [
            Observation(
                id=f"change_evidence:{one.stream}@{line.window}",
                means="test",
                metric="change_evidence",
                measure="number",
                estimate=Known(value=one.worth, low=one.worth, high=one.worth, n=line.rows, method="jumping bets"),
                group={"window": line.window},
                reference={"window": BASELINE},
                family="exploratory",
                confidence=1 - config.alarm.false_alarms,
                comparisons=len(line.streams),
                inputs=(source,),
                test="watch",
            )
            for one in line.streams
        ]
    return (*found, _limit_of(config, state, source)) if found else ()


def _limit_of(config: WatchConfig, state: State, source: str) -> Observation:
    """The worth at which a stream rings, without which no evidence can be read."""
    worth, rows = alarm.limit(config.alarm.false_alarms, len(state.streams)), sum(one.rows for one in state.windows)
    return Observation(
        id="change_evidence_limit",
        means="test",
        metric="change_evidence_limit",
        measure="number",
        estimate=Known(value=worth, low=worth, high=worth, n=rows, method="declared"),
        group={},
        family="exploratory",
        confidence=1 - config.alarm.false_alarms,
        comparisons=len(state.streams),
        inputs=(source,),
        test="watch",
    )


def _observation(raw: dict[str, object]) -> Observation:
    from pydantic import TypeAdapter  # noqa: PLC0415 - only where lines are read back

    return TypeAdapter(Observation).validate_python(raw)


def _count(table: Table, config: WatchConfig, state: State | None) -> tuple[State, Counted]:
    """Everything counted; a watch that begins finds its streams in the baseline."""
    streams: tuple[Stream, ...] = state.streams if state else find_streams(table, config)
    counted = count_windows(table, config, streams)
    if state is not None:
        return state, counted
    baseline = _window(counted, BASELINE)
    short = [stream.name for stream in streams if not sum(baseline.counts.get(stream.name, ()))]
    if baseline.rows < config.windows.least or short:
        raise TableError(
            f"The baseline holds {baseline.rows} rows" + (f", none of them for {short[0]}." if short else "."),
            expected=f"at least {config.windows.least} rows, with values in every stream",
            cure="Lengthen the baseline, or name the right columns.",
        )
    return begin(config, streams, baseline), counted


def _window(counted: Counted, name: str) -> Window:
    counts = {stream: by_window[name] for stream, by_window in counted.counts.items() if name in by_window}
    return Window(id=name, rows=counted.rows.get(name, 0), counts=counts)


def _fresh(counted: Counted, config: WatchConfig, state: State, today: dt.date) -> Iterator[Window]:
    """The windows that are closed and not yet looked at, in order."""
    known = {window.id for window in state.windows}
    for name in sorted(counted.rows):
        if name != BASELINE and name not in known and closed(name, config, counted.rows[name], today):
            yield _window(counted, name)


def _changed(counted: Counted, state: State) -> tuple[str, ...]:
    """Windows looked at before that are still in the table, with other counts."""
    held = {window.id: window.sha256 for window in state.windows if window.id in counted.rows}
    return tuple(name for name, digest in held.items() if _window(counted, name).sha256() != digest)


def _check_grown(counted: Counted, state: State, state_file: Path) -> None:
    """Windows of rows are told apart by their place alone, so the rows before must still be there as they were."""
    lost = [window.id for window in state.windows if window.id not in counted.rows] or list(_changed(counted, state))
    begun = {stream.name: stream.baseline for stream in state.streams}
    if begun != _window(counted, BASELINE).counts:
        lost = [BASELINE, *lost]
    if lost:
        raise InputError(
            f"The rows of window {lost[0]} are not those that were looked at before.",
            expected="a table that only grows at its end: windows of rows have no other name than their place",
            cure=f"Give the whole table, or begin again with a new state file in place of {state_file.name}.",
        )


def _whole(path: Path) -> bytes:
    """The lines so far. A last line that was cut off was never finished, and its window is written again."""
    if not path.exists():
        return b""
    data = path.read_bytes()
    return data if data.endswith(b"\n") or not data else data[: data.rfind(b"\n") + 1]


def _written(path: Path, config: WatchConfig) -> frozenset[str]:
    """The windows that have a line already.

    Raises:
        UnreadableError: a line is not ours, or belongs to another watch.
    """
    found = set()
    for number, line in enumerate(_whole(path).splitlines(), 1):
        try:
            document = json.loads(line)
            watch, window = document["watch"], document["window"]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise UnreadableError(
                f"{path.name}, line {number}, is no line of a watch.",
                expected="the lines that earlier runs wrote",
                cure="Restore the file, or name a new one under output.observations.",
            ) from error
        if watch != config.id:
            raise UnreadableError(
                f"{path.name}, line {number}, belongs to the watch {watch!r}.",
                expected=f"lines of {config.id!r}",
                cure="Name another file under output.observations.",
            )
        found.add(window)
    return frozenset(found)
