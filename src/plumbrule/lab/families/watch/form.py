"""The files of a watch: what is watched (TOML), what has been seen (JSON), and what is written down (one line of JSON a window).

Each has its schema version in its first field; `schema_documents` gives their JSON Schemas, whose committed copies lie
in `schemas/`. `python tools/family_schemas.py` writes them.
"""

from __future__ import annotations

import hashlib
import json
import math
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from plumbrule.errors import AssessmentError, InputError, UnreadableError
from plumbrule.lab.families.watch.alarm import BETS, START
from plumbrule.lab.metrics import METRICS

CONFIG, STATE, LINE = "plumbrule-watch/1", "plumbrule-watch-state/1", "plumbrule-watch-line/1"
SCHEMAS = Path(__file__).with_name("schemas")
BASELINE = "baseline"
_FORBID = ConfigDict(extra="forbid", allow_inf_nan=False)
_MOST_BYTES = 64 << 20


# ── what is watched ──────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedData:
    """The table: a file beside the configuration (or an absolute path), read as `plumbrule audit` reads it."""

    file: str
    query: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    sheet: str | None = None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """How time is cut: `every` day, week (ISO) or month of the column `time`, or so many `rows` in their order.

    `format` is for times that are not ISO 8601 (`%d.%m.%Y`). Windows with fewer than `least` rows are left out.
    """

    time: str | None = None
    every: Literal["day", "week", "month"] | None = None
    rows: int | None = None
    format: str | None = None
    least: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What later windows are held against: the rows `before` a day (and `since` another), or the first `rows`."""

    since: date | None = None
    before: date | None = None
    rows: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedDecisions:
    """Rates to watch, overall and between groups. `reference` names the group that the others are held against."""

    prediction: str
    label: str | None = None
    favourable: str | None = None
    metrics: tuple[str, ...] = ("selection_rate",)
    by: tuple[str, ...] = ()
    reference: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedColumns:
    """Inputs and scores to watch: columns of `numbers`, columns of `words`."""

    numbers: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    bins: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """`false_alarms`: of all watches on which nothing ever changes, the share in which anything ever rings."""

    false_alarms: float = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """Where the watch keeps what it has seen and writes what it sees, beside the configuration."""

    state: str = "watch-state.json"
    observations: str = "watch.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchConfig:
    """A watch as its TOML file declares it."""

    __pydantic_config__: ClassVar[ConfigDict] = _FORBID
    schema: Literal["plumbrule-watch/1"]
    id: str
    data: WatchedData
    windows: Windows
    baseline: Baseline
    decisions: WatchedDecisions | None = None
    drift: WatchedColumns = field(default_factory=WatchedColumns)
    alarm: Alarm = field(default_factory=Alarm)
    output: Output = field(default_factory=Output)
    confidence: float = 0.95

    def digest(self) -> str:
        """The SHA-256 of what is watched and how; where the file lies and the output goes may change."""
        kept = {key: value for key, value in asdict(self).items() if key != "output"}
        kept["data"] = {key: value for key, value in kept["data"].items() if key != "file"}
        return hashlib.sha256(json.dumps(kept, sort_keys=True, default=str).encode()).hexdigest()


# ── what has been seen ───────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One thing watched, and everything remembered of it: counts, never a row.

    `baseline` and `pool` (baseline and all windows seen) are counts: of (no, yes) for a rate; of the group's and the
    reference's (no, yes) for a gap; of missing and each bin for numbers, `edges` cutting them and `places` being the
    means of the baseline; of missing, each of `levels` and all others for words. `capital` is that of `watch_alarm`.
    """

    name: str
    kind: Literal["rate", "gap", "numbers", "words"]
    column: str
    metric: str = ""
    group: str = ""
    reference: str = ""
    edges: tuple[float, ...] = ()
    places: tuple[float, ...] = ()
    levels: tuple[str, ...] = ()
    baseline: tuple[int, ...]
    pool: tuple[int, ...]
    capital: tuple[float, ...] = START
    rang: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenWindow:
    """A window that has been looked at: its rows, and the digest of its counts. It is not looked at again."""

    id: str
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """All that a watch remembers. `config` is the digest of what it was begun with."""

    __pydantic_config__: ClassVar[ConfigDict] = _FORBID
    schema: Literal["plumbrule-watch-state/1"] = "plumbrule-watch-state/1"
    watch: str
    config: str
    streams: tuple[Stream, ...]
    windows: tuple[SeenWindow, ...] = ()

    def rang(self) -> tuple[Stream, ...]:
        """The streams whose alarm has rung."""
        return tuple(stream for stream in self.streams if stream.rang)


# ── what is written down ─────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamSeen:
    """One stream in one window: the p-value, the worth of the bet after it, and the worth at which it rings.

    `p` is absent where the window had too few rows for this stream; the worth then stays as it was.
    """

    stream: str
    p: float | None
    worth: float
    limit: float
    rings: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What one window brought; `observations` are those of the lab in the form of `assessment.json`."""

    __pydantic_config__: ClassVar[ConfigDict] = _FORBID
    schema: Literal["plumbrule-watch-line/1"] = "plumbrule-watch-line/1"
    watch: str
    window: str
    rows: int
    input_sha256: str
    left_out: bool
    rings: bool
    streams: tuple[StreamSeen, ...]
    observations: tuple[dict[str, Any], ...]


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────

FORMS: Mapping[str, type] = {"watch-1": WatchConfig, "watch-state-1": State, "watch-line-1": Line}
"""Name of the schema file to its form."""

F = TypeVar("F")


def read_config(path: Path) -> WatchConfig:
    """Read and check what is watched.

    Raises:
        AssessmentError: the file cannot be read, is not in its form, or asks for what does not go together.
    """
    try:
        raw = tomllib.loads(_text(path))
        config = _validated(WatchConfig, raw)
    except tomllib.TOMLDecodeError as error:
        raise AssessmentError(f"{path.name}: {error}.", expected="TOML", cure="Mend that line.") from error
    except ValidationError as error:
        raise AssessmentError(
            f"{path.name}: {_first(error)}.", expected=f"the form of {CONFIG}", cure="See docs/concepts/families/watch.md."
        ) from error
    check_config(config, path.name)
    return config


def check_config(config: WatchConfig, name: str) -> None:
    """See that what is asked for goes together; `name` says where it stands.

    Raises:
        AssessmentError: it does not; the first problem, with its cure.
    """
    for problem, cure in _problems(config):
        raise AssessmentError(f"{name}: {problem}.", expected=f"a watch in the form of {CONFIG}", cure=cure)


def read_state(path: Path, config: WatchConfig) -> State | None:
    """What has been seen so far; None before the first run.

    Raises:
        UnreadableError: the file is no state of ours.
        InputError: it belongs to another watch, or the watch was declared differently when it began.
    """
    if not path.exists():
        return None
    try:
        state = TypeAdapter(State).validate_json(_text(path), strict=True)
    except ValidationError as error:
        raise UnreadableError(
            f"{path.name}: {_first(error)}.", expected=f"a state in the form of {STATE}", cure="Restore it from a backup."
        ) from error
    if state.watch != config.id or state.config != config.digest():
        raise InputError(
            f"{path.name} was begun {'as ' + repr(state.watch) if state.watch != config.id else 'with other settings'}.",
            expected="the settings that the watch began with: changed on the way, its false-alarm rate would no longer hold",
            cure="Undo the change, or name a new state file and begin again from a new baseline.",
        )
    if any(len(stream.capital) != len(BETS) for stream in state.streams):
        raise UnreadableError(f"{path.name} holds other bets.", expected=STATE, cure="Restore it from a backup.")
    return state


def dump(value: State | Line) -> bytes:
    """One value as JSON in UTF-8, without a line end. Never NaN: that would be a fault of ours."""
    return json.dumps(asdict(value), ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise InputError(f"{path.name} is larger than 64 MiB.", expected="a small file", cure="Name the right file.")
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise AssessmentError(f"{path} cannot be read ({error.strerror}).", expected="a file", cure="Check the path.") from error
    except UnicodeDecodeError as error:
        raise AssessmentError(f"{path.name} is not in UTF-8.", expected="UTF-8", cure="Save it as UTF-8.") from error


def _validated(form: type[F], raw: dict[str, Any]) -> F:
    # By way of JSON, where strict still lets a list be a tuple and a text a date: nothing else is turned around quietly.
    return TypeAdapter(form).validate_json(json.dumps(raw, default=str), strict=True)


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    return f"{', '.join(str(step) for step in first['loc'])}: {first['msg']}"


def _problems(config: WatchConfig) -> list[tuple[str, str]]:
    """What does not go together, with its cure."""
    windows, baseline, found = config.windows, config.baseline, []
    if (windows.every is None) == (windows.rows is None) or (windows.rows or 1) < 1 or windows.least < 1:
        found.append(("windows are cut in no way, or in two", 'Give every = "week" (or day, month), or rows = 500.'))
    if windows.every and (windows.time is None or baseline.before is None or baseline.rows is not None):
        found.append(("windows of time need a time column and a baseline before a day", "Give windows.time and baseline.before."))
    if windows.rows and ((baseline.rows or 0) < 1 or baseline.before is not None or baseline.since is not None):
        found.append(("windows of rows need a baseline of rows", "Give baseline.rows, the number of first rows."))
    if not math.isfinite(config.alarm.false_alarms) or not 0 < config.alarm.false_alarms < 0.5:
        found.append((f"a false-alarm rate of {config.alarm.false_alarms:g}", "Give a share between 0 and 0.5, such as 0.05."))
    if not 0.5 <= config.confidence < 1:
        found.append((f"a confidence of {config.confidence:g}", "Give a share such as 0.95."))
    if not 2 <= config.drift.bins <= 100:
        found.append((f"{config.drift.bins} bins", "Give from 2 to 100."))
    if config.decisions is None and not config.drift.numbers and not config.drift.words:
        found.append(("nothing is watched", "Name decisions, or columns under drift."))
    return found + _named_wrong(config)


def _named_wrong(config: WatchConfig) -> list[tuple[str, str]]:
    found = []
    decisions = config.decisions
    for metric in decisions.metrics if decisions else ():
        if metric not in METRICS:
            found.append((f"there is no metric {metric!r}", f"Take of {', '.join(METRICS)}."))
        elif METRICS[metric].needs_label and decisions is not None and decisions.label is None:
            found.append((f"{metric} needs true outcomes", "Name the column of labels: decisions.label."))
    if decisions is not None:
        lost = [name for name in decisions.reference if name not in decisions.by]
        found += [(f"a reference is named for {name!r}, which is not looked at", "Add it to decisions.by.") for name in lost]
    columns = [*config.drift.numbers, *config.drift.words]
    if len(set(columns)) < len(columns):
        found.append(("a column is watched twice under drift", "Name it once."))
    return found


def schema_documents() -> dict[str, str]:
    """The JSON Schema (2020-12) of each kind of file, as text, by the name of its file."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return {
        f"{name}.json": json.dumps({**head, **TypeAdapter(form).json_schema()}, indent=2, ensure_ascii=False) + "\n"
        for name, form in FORMS.items()
    }
