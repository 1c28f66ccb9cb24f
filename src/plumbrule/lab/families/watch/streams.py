"""One window after another: the observations it brings, and what it does to the alarm. From counts alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

import numpy as np

from plumbrule.base.messages import message
from plumbrule.base.observation import Estimate, Group, Known, Measure, Observation, Unknown
from plumbrule.lab.families.watch import alarm
from plumbrule.lab.families.watch.drift import (
    NO_VALUES,
    ks_estimate,
    psi_estimate,
    psi_noise,
    wasserstein_estimate,
)
from plumbrule.lab.families.watch.form import BASELINE, Line, SeenWindow, State, Stream, StreamSeen, WatchConfig
from plumbrule.lab.inference import intervals
from plumbrule.lab.metrics import METRICS

ATTRIBUTE = "window"
SCORE, EXACT = "miettinen-nurminen", "clopper-pearson rectangle"
_PSI_BINS = 10
EMPTY = message("the window is empty")


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One window as counted: its counts by stream; a stream that is not in it has none."""

    id: str
    rows: int
    counts: Mapping[str, tuple[int, ...]]

    def sha256(self) -> str:
        """The digest of its counts."""
        return hashlib.sha256(json.dumps([self.rows, sorted(self.counts.items())]).encode()).hexdigest()


def begin(config: WatchConfig, streams: tuple[Stream, ...], baseline: Window) -> State:
    """The state before the first window: every stream with the counts of the baseline."""
    held = tuple(replace(one, baseline=baseline.counts[one.name], pool=baseline.counts[one.name]) for one in streams)
    return State(watch=config.id, config=config.digest(), streams=held)


def step(state: State, window: Window, config: WatchConfig, source: str, *, guaranteed: bool = False) -> tuple[State, Line]:
    """The state after one more window, and the line that is written down. The same input gives the same output.

    `guaranteed` is that of `observe_window`.
    """
    left_out = window.rows < config.windows.least
    streams, seen = ring(state, Window(id=window.id, rows=window.rows, counts={}) if left_out else window, config)
    observed = () if left_out else observe_window(state.streams, window, config, (source,), guaranteed=guaranteed)
    line = Line(
        watch=state.watch,
        window=window.id,
        rows=window.rows,
        input_sha256=source,
        left_out=left_out,
        rings=any(one.rings for one in seen),
        streams=seen,
        observations=tuple(asdict(one) for one in observed),
    )
    looked_at = SeenWindow(id=window.id, rows=window.rows, sha256=window.sha256())
    return replace(state, streams=streams, windows=(*state.windows, looked_at)), line


def ring(state: State, window: Window, config: WatchConfig) -> tuple[tuple[Stream, ...], tuple[StreamSeen, ...]]:
    """Every stream after its bet on this window, and what was seen of it; a stream without counts bets nothing."""
    limit = alarm.limit(config.alarm.false_alarms, len(state.streams))
    streams, seen = [], []
    for stream in state.streams:
        p = _p_value(stream, window, state.watch)
        after = stream if p is None else _after(stream, window, p, limit)
        streams.append(after)
        worth = alarm.worth(after.capital)
        seen.append(StreamSeen(stream=stream.name, p=p, worth=worth, limit=limit, rings=bool(after.rang)))
    return tuple(streams), tuple(seen)


def _after(stream: Stream, window: Window, p: float, limit: float) -> Stream:
    capital = alarm.bet(stream.capital, p)
    pool = tuple(a + b for a, b in zip(stream.pool, window.counts[stream.name], strict=True))
    return replace(stream, capital=capital, pool=pool, rang=stream.rang or (window.id if alarm.worth(capital) >= limit else ""))


def _p_value(stream: Stream, window: Window, watch: str) -> float | None:
    """The p-value of the window in this stream; None where a side of it has no rows."""
    counts = np.array(window.counts.get(stream.name, ()), np.int64)
    if not counts.size:
        return None
    pool, seed = np.array(stream.pool, np.int64) + counts, f"{watch}\n{stream.name}\n{window.id}"
    if not alarm.fits(pool):
        return None
    if stream.kind == "gap":
        sides = counts[:2], counts[2:]
        pools = pool[:2], pool[2:]
        if not all(side.sum() and rest.sum() > side.sum() for side, rest in zip(sides, pools, strict=True)):
            return None
        draw = alarm.draw_groups(pools, (int(sides[0].sum()), int(sides[1].sum())))
        return alarm.rank(alarm.gap_apart(pools), counts, draw, seed).p
    rows = int(counts.sum())
    if not rows or rows >= int(pool.sum()):
        return None
    distances = alarm.steps_apart(pool) if stream.kind == "numbers" else alarm.shares_apart(pool)
    return alarm.rank(distances, counts, alarm.draw_counts(pool, rows), seed).p


# ── observations ─────────────────────────────────────────────────────────────────────────────────────────────────────


def observe_window(
    streams: tuple[Stream, ...],
    window: Window,
    config: WatchConfig,
    inputs: tuple[str, ...],
    *,
    guaranteed: bool = False,
) -> tuple[Observation, ...]:
    """What one window shows beside the baseline, each with its interval; gaps of the window are simultaneous (Bonferroni).

    With `guaranteed` each interval holds by itself at the level, and a rate of fewer than 100 rows never below it.
    """
    gaps = 1 if guaranteed else sum(stream.kind == "gap" for stream in streams)
    found: list[Observation] = []
    for stream in streams:
        counts = window.counts.get(stream.name)
        if counts is None:
            continue
        if stream.kind == "rate":
            found += _rate(stream, counts, window.id, config.confidence, guaranteed=guaranteed)
        elif stream.kind == "gap":
            found += _gap(stream, counts, window.id, config.confidence, gaps)
        else:
            found += _drift(stream, counts, window.id, config.confidence, guaranteed=guaranteed)
    return tuple(replace(one, inputs=inputs) for one in found)


def _one(
    name: str,
    metric: str,
    measure: Measure,
    estimate: Estimate,
    confidence: float,
    *,
    group: Group,
    reference: Group | None = None,
    comparisons: int = 1,
) -> Observation:
    return Observation(
        id=name,
        means="test",
        metric=metric,
        measure=measure,
        estimate=estimate,
        group=group,
        reference=reference,
        family="exploratory",
        confidence=confidence,
        comparisons=comparisons,
        test="watch",
    )


def _rate(stream: Stream, counts: tuple[int, ...], window: str, confidence: float, *, guaranteed: bool) -> list[Observation]:
    """The rate of the window, and its difference from the baseline's."""
    now, then = {ATTRIBUTE: window}, {ATTRIBUTE: BASELINE}
    rate = _share(counts[1], sum(counts), confidence, METRICS[stream.metric].empty, guaranteed=guaranteed)
    change = _difference(counts, stream.baseline, confidence, METRICS[stream.metric].empty)
    return [
        _one(f"{stream.metric}@{window}", stream.metric, "rate", rate, confidence, group=now),
        _one(
            f"{stream.metric}@{window}~{BASELINE}:difference",
            stream.metric,
            "difference",
            change,
            confidence,
            group=now,
            reference=then,
        ),
    ]


def _gap(stream: Stream, counts: tuple[int, ...], window: str, confidence: float, gaps: int) -> list[Observation]:
    """The gap of the window, and how far it has moved from the baseline's."""
    level, empty = 1 - (1 - confidence) / gaps, METRICS[stream.metric].empty
    now = _difference(counts[:2], counts[2:], level, empty)
    then = _difference(stream.baseline[:2], stream.baseline[2:], level, empty)
    group, reference = {stream.column: stream.group}, {stream.column: stream.reference}
    parts = {
        "difference": (stream.metric, now),
        "gap_change": (f"{stream.metric}_gap_change", _moved(now, then)),
    }
    return [
        _one(
            f"{stream.name}:{kind}@{window}",
            metric,
            "difference",
            estimate,
            confidence,
            group=group,
            reference=reference,
            comparisons=gaps,
        )
        for kind, (metric, estimate) in parts.items()
    ]


def _difference(one: tuple[int, ...], two: tuple[int, ...], level: float, empty: str) -> Estimate:
    """Rate of one less rate of two, by the intervals that `gaps` gives."""
    n1, n2 = sum(one), sum(two)
    if not n1 or not n2:
        return Unknown(reason=empty, n=n1 + n2)
    small = min(n1, n2) < intervals.EXACT_BELOW
    interval = intervals.exact_rectangle_difference if small else intervals.score_difference
    low, high = interval(one[1], n1, two[1], n2, level)
    value, method = one[1] / n1 - two[1] / n2, EXACT if small else SCORE
    return Known(value=value, low=float(low), high=float(high), n=n1 + n2, method=method)


def _moved(now: Estimate, then: Estimate) -> Estimate:
    """The difference of two independent gaps from their intervals (Zou and Donner 2008, Stat. Med. 27, 1693-1702)."""
    if isinstance(now, Unknown) or isinstance(then, Unknown):
        return now if isinstance(now, Unknown) else then
    value = now.value - then.value
    down = ((now.value - now.low) ** 2 + (then.high - then.value) ** 2) ** 0.5
    up = ((now.high - now.value) ** 2 + (then.value - then.low) ** 2) ** 0.5
    return Known(value=value, low=value - down, high=value + up, n=now.n + then.n, method=f"mover of {now.method}")


def _drift(stream: Stream, counts: tuple[int, ...], window: str, confidence: float, *, guaranteed: bool) -> list[Observation]:
    """Distances between window and baseline, and what chance alone would have brought."""
    now, then = {ATTRIBUTE: window}, {ATTRIBUTE: BASELINE}
    found: dict[str, tuple[Measure, Estimate]] = {}
    if stream.kind == "numbers":
        found["ks_distance"] = "number", ks_estimate(counts[1:], stream.baseline[1:], confidence)
        found["wasserstein_1"] = "number", wasserstein_estimate(counts[1:], stream.baseline[1:], stream.places, confidence)
    one, two = _psi_bins(stream, counts)
    found["psi"] = "number", psi_estimate(one, two, confidence)
    found["psi_expected"] = "number", _noise(one, two, confidence)
    found["missing_share"] = "share", _share(counts[0], sum(counts), confidence, EMPTY, guaranteed=guaranteed)
    return [
        _one(
            f"{metric}:{stream.name}@{window}",
            metric,
            measure,
            estimate,
            confidence,
            group=now,
            reference=then if measure == "number" else None,
        )
        for metric, (measure, estimate) in found.items()
    ]


def _psi_bins(stream: Stream, counts: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Window and baseline in ten bins of numbers at most, neighbours joined; missing and other values where either has any."""
    both = np.array([counts, stream.baseline], np.int64)
    missing, values = both[:, :1], both[:, 1:]
    if stream.kind == "numbers" and values.shape[1] > _PSI_BINS:
        values = np.stack([part.sum(axis=1) for part in np.array_split(values, _PSI_BINS, axis=1)], axis=1)
    elif stream.kind == "words" and not values[:, -1].any():
        values = values[:, :-1]
    kept = np.concatenate([missing, values], axis=1) if missing.any() else values
    return tuple(kept[0].tolist()), tuple(kept[1].tolist())


def _noise(one: tuple[int, ...], two: tuple[int, ...], confidence: float) -> Estimate:
    """The index without a drift: its mean, from 0 to what is exceeded with the error allowed."""
    n1, n2 = sum(one), sum(two)
    if not n1 or not n2 or len(one) < 2:
        return Unknown(reason=NO_VALUES, n=n1 + n2)
    noise = psi_noise(len(one), n1, n2, confidence)
    return Known(value=noise.expected, low=0.0, high=noise.high, n=n1 + n2, method="chi-square without drift")


def _share(happened: int, rows: int, confidence: float, empty: str, *, guaranteed: bool) -> Estimate:
    if not rows:
        return Unknown(reason=empty)
    small = guaranteed and rows < intervals.EXACT_BELOW
    low, high = (intervals.clopper_pearson if small else intervals.wilson)(happened, rows, confidence)
    method = "clopper-pearson" if small else "wilson"
    return Known(value=happened / rows, low=float(low), high=float(high), n=rows, method=method)
