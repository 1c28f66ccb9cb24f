"""Watch: from `[watch]` to observations of every closed window."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

from plumbrule import lab
from plumbrule.base.files import sha256_file
from plumbrule.errors import AssessmentError
from plumbrule.findings.further.files import asked_by
from plumbrule.findings.further.look import Look, Ran
from plumbrule.findings.model import Material
from plumbrule.findings.planned.watch import PlannedWatch
from plumbrule.lab.families.watch import (
    Alarm,
    Baseline,
    WatchConfig,
    WatchedColumns,
    WatchedData,
    WatchedDecisions,
    Windows,
    check_config,
    observe_windows,
    read_config,
)

KEY = "[watch]"
_INLINE = ("windows", "baseline", "by")


def run(asked: PlannedWatch, look: Look) -> Ran:
    """Rates, gaps and drift in every window that is closed, and the evidence of a change after each; no state is kept.

    Raises:
        InputError: the file or the table cannot be used, keys do not go together, or no window is closed.
    """
    with asked_by(KEY):
        config, files = _from_file(asked.config, asked, look) if asked.config else (_inline(asked, look), ())
        if look.guaranteed:
            config = replace(config, confidence=look.confidence)
        check_config(config, KEY)
        if config.windows.every and asked.until is None:
            raise AssessmentError(
                f"{KEY} does not say until when.",
                expected="until = DATE: windows that ended before it are looked at",
                cure="Add it. The plan says it, so that another day's run gives the same answer.",
            )
        seen = observe_windows(config, look.folder, today=asked.until or dt.date.max, guaranteed=look.guaranteed)
        if not seen:
            raise AssessmentError(
                f"No window of {config.data.file} is closed.",
                expected="at least one after the baseline that ended before the day in `until`",
                cure="Move `until` or the baseline, or cut shorter windows.",
            )
    if not asked.config and look.table is not None and seen[0].inputs != (look.table.sha256,):
        raise AssessmentError(f"{config.data.file} changed while it was read.", expected="one file", cure="Run again.")
    read = (Material(name=config.data.file, sha256=seen[0].inputs[0]),) if asked.config else ()
    return Ran(observations=seen, materials=(*files, *read))


def _from_file(name: str, asked: PlannedWatch, look: Look) -> tuple[WatchConfig, tuple[Material, ...]]:
    """What a file of `plumbrule watch` says; nothing of it may stand in the plan as well."""
    twice = [key for key in _INLINE if getattr(asked, key) is not None]
    if twice:
        raise AssessmentError(
            f"{KEY} names {name!r} and {twice[0]}.", expected="one of them", cure=f"Take {twice[0]} out, or the file."
        )
    path = look.file(name, f"{KEY} config")
    config = read_config(path)
    return config, (Material(name=name, sha256=sha256_file(path)),)


def _inline(asked: PlannedWatch, look: Look) -> WatchConfig:
    """A watch over the plan's own table."""
    table, decisions = look.need_table(KEY)
    data = look.plan.data
    if asked.windows is None or asked.baseline is None or data is None:
        raise AssessmentError(
            f"{KEY} names neither a config nor {'windows' if asked.windows is None else 'a baseline'}.",
            expected='config = "watch.toml", or windows and baseline',
            cure='Add windows = {time = "decided_at", every = "week"} and baseline = {before = DATE}.',
        )
    table.require(*([asked.windows.time] if asked.windows.time else []))
    by = tuple(one.name for one in decisions.by if not one.edges) if asked.by is None else asked.by
    windows, baseline, drift = asked.windows, asked.baseline, asked.drift
    file = lab.package_file(data.package, data.file) if data.package else Path(data.file)
    return WatchConfig(
        schema="plumbrule-watch/1",
        id=look.plan.id,
        data=WatchedData(
            file=str(file),
            query=data.query,
            encoding=data.encoding,
            delimiter=data.delimiter,
            decimal=data.decimal,
            sheet=data.sheet,
            missing=data.missing,
        ),
        windows=Windows(time=windows.time, every=windows.every, rows=windows.rows, format=windows.format, least=windows.least),
        baseline=Baseline(since=baseline.since, before=baseline.before, rows=baseline.rows),
        decisions=WatchedDecisions(
            prediction=decisions.prediction,
            label=decisions.label,
            favourable=decisions.favourable,
            metrics=asked.metrics,
            by=by,
            reference={name: group for name, group in {**look.references, **asked.reference}.items() if name in by},
        ),
        drift=WatchedColumns(numbers=drift.numbers, words=drift.words, bins=drift.bins),
        alarm=Alarm(false_alarms=asked.false_alarms),
        confidence=look.confidence,
    )
