"""Scores, many classes and amounts as tables in a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from plumbrule.base.messages import message
from plumbrule.base.words import Words
from plumbrule.report import phrases
from plumbrule.report.console import (
    MOST,
    beyond_text,
    estimate_cells,
    group_text,
    new_table,
    pair_text,
    people_text,
    put,
    say,
    say_more,
)

Found = Mapping[str, Any]
WIDEST = 8
"""A table of label by prediction with more classes than this is left to `--json`."""
_MEASURES: Mapping[str, str] = {"auc": "number", "calibration_gap": "difference", "calibration_error": "rate"}
_AS: Mapping[str, str] = {"distance": "number"}


def print_outcomes(found: Found, console: Console, words: Words) -> None:
    """What an audit holds beyond rates of yes and no, where it was asked for."""
    if "scores" in found:
        _scores(found["scores"], console, words)
    if "classes" in found:
        _classes(found["classes"], console, words)
    if "numbers" in found:
        _numbers(found["numbers"], console, words)


def _scores(scores: Found, console: Console, words: Words) -> None:
    groups = scores["groups"]
    for metric in ("auc", "calibration_gap", "calibration_error"):
        held = [one for one in groups if metric in one["metrics"]]
        if held:
            _levels(metric, held, console, words)
    if any("calibration_error" in one["metrics"] for one in groups):
        say(
            console,
            words.text(message("An expected calibration error is too large on average: chance alone moves every bin.")),
            style="dim",
        )
        _chance(groups, console, words)
    _spread(groups, console, words)
    _contrasts(scores["gaps"], console, words)
    for note in _score_notes(scores, words):
        say(console, note, style="dim")


def _levels(metric: str, groups: Sequence[Found], console: Console, words: Words) -> None:
    """One figure of every group; one line where it is unknown in all of them for one reason."""
    reasons = {one["metrics"][metric].get("reason") for one in groups}
    if len(reasons) == 1 and None not in reasons:
        name, reason = words.text(phrases.METRICS.get(metric, metric)), words.text(reasons.pop())
        say(console, words.say(message("{metric}: not known, since {reason}."), metric=name, reason=reason), style="dim")
        return
    table = new_table(
        words, phrases.METRICS.get(metric, metric), message("Group"), message("Value"), message("Interval"), message("Rows")
    )
    for one in groups[:MOST]:
        cells = estimate_cells(one["metrics"][metric], metric, _MEASURES.get(metric, "rate"), words)
        table.add_row(group_text(words, one["by"], names=True), *cells)
    put(console, table)
    say_more(console, words, len(groups))


def _chance(groups: Sequence[Found], console: Console, words: Words) -> None:
    """What a perfectly calibrated score would show, beside what was seen."""
    everybody = groups[0]["metrics"].get("calibration_error", {})
    if "by_chance" in everybody and everybody["state"] == "known":
        text = message("In bins like these of everybody a perfectly calibrated score would show {chance}.")
        say(console, words.say(text, chance=words.percent(everybody["by_chance"])), style="dim")


def _spread(groups: Sequence[Found], console: Console, words: Words) -> None:
    """How the scores lie in every group."""
    held = [one for one in groups if one["quantiles"]]
    shares = [words.percent(part["share"], 0) for part in held[0]["quantiles"]] if held else []
    columns = [message("Group"), message("Mean"), *shares, message("Rows")]
    table = new_table(words, message("Scores under which these shares of people lie"), *columns)
    for one in held[:MOST]:
        places = [words.number(part["score"], 3) for part in one["quantiles"]]
        table.add_row(
            group_text(words, one["by"], names=True), words.number(one["mean"], 3), *places, people_text(one["n"], words)
        )
    put(console, table)
    say_more(console, words, len(held))


def _score_notes(scores: Found, words: Words) -> list[str]:
    bins, notes = scores["bins"], []
    if bins["kind"] == "values":
        notes.append(
            words.many(
                "{n} different score, each counted by itself.", "{n} different scores, each counted by itself.", bins["number"]
            )
        )
    else:
        low, high = (words.number(bins[side], 3) for side in ("low", "high"))
        text = message("Scores are counted in {n} bins of a ten-thousandth of the range from {low} to {high}.")
        notes.append(words.say(text, n=words.whole(bins["number"]), low=low, high=high))
    if scores["unscored"]:
        notes.append(words.many("{n} row has no score.", "{n} rows have no score.", scores["unscored"]))
    if scores["left_out"]:
        text = message("Too many groups for scores: {columns}.")
        notes.append(words.say(text, columns=words.listing(scores["left_out"])))
    if any(one["calibration"] for one in scores["groups"]):
        notes.append(words.text(message("Calibration curves: see --json.")))
    return notes


def _contrasts(gaps: Sequence[Found], console: Console, words: Words) -> None:
    """Gaps that have no tolerance, metric by metric."""
    for metric in dict.fromkeys(gap["metric"] for gap in gaps):
        of_metric = [gap for gap in gaps if gap["metric"] == metric]
        heading = message("Ratios: {metric}") if of_metric[0]["kind"] == "ratio" else message("Gaps: {metric}")
        title = words.say(heading, metric=words.text(phrases.METRICS.get(metric, metric)))
        columns = (message("Comparison"), message("Value"), message("Interval"), message("Rows"))
        table = new_table(words, title, *columns, translate=False)
        for gap in of_metric[:MOST]:
            table.add_row(pair_text(words, gap), *estimate_cells(gap, metric, _AS.get(gap["kind"], gap["kind"]), words))
        put(console, table)
        say_more(console, words, len(of_metric))


def _classes(classes: Found, console: Console, words: Words) -> None:
    groups = classes["groups"]
    for metric in dict.fromkeys(one["metric"] for one in groups[0]["metrics"]):
        title = words.say(
            message("{metric}, each class against the rest"), metric=words.text(phrases.METRICS.get(metric, metric))
        )
        columns = (message("Group"), message("Class"), message("Value"), message("Interval"), message("Rows"))
        table = new_table(words, title, *columns, translate=False)
        lines = [(one["by"], part) for one in groups for part in one["metrics"] if part["metric"] == metric]
        for by, part in lines[:MOST]:
            table.add_row(group_text(words, by, names=True), part["class"], *estimate_cells(part, metric, "rate", words))
        put(console, table)
        say_more(console, words, len(lines))
    _class_gaps(classes["gaps"], console, words)
    if "confusion" in groups[0] and len(classes["classes"]) <= WIDEST:
        _confusion(classes["classes"], groups[0]["confusion"], console, words)
    elif "confusion" in groups[0]:
        say(console, words.text(message("Who was taken for what: see --json.")), style="dim")


def _class_gaps(gaps: Sequence[Found], console: Console, words: Words) -> None:
    for metric in dict.fromkeys(gap["metric"] for gap in gaps):
        title = words.say(message("Gaps: {metric}"), metric=words.text(phrases.METRICS.get(metric, metric)))
        columns = [message("Comparison"), message("Class"), message("Value"), message("Interval"), message("Rows")]
        table = new_table(words, title, *columns, message("Beyond the tolerance"), translate=False)
        of_metric = [gap for gap in gaps if gap["metric"] == metric]
        for gap in of_metric[:MOST]:
            table.add_row(
                pair_text(words, gap), gap["class"], *estimate_cells(gap, metric, gap["kind"], words), beyond_text(words, gap)
            )
        put(console, table)
        say_more(console, words, len(of_metric))


def _confusion(classes: Sequence[str], counts: Sequence[Sequence[int]], console: Console, words: Words) -> None:
    """Label by prediction for everybody."""
    title = message("Everybody: labels in lines, predictions in columns (the groups: see --json)")
    table = new_table(words, title, message("Label"), *classes)
    for name, line in zip(classes, counts, strict=True):
        table.add_row(name, *(words.whole(n) for n in line))
    put(console, table)


def _numbers(numbers: Found, console: Console, words: Words) -> None:
    groups = numbers["groups"]
    for metric in groups[0]["metrics"]:
        if metric != "mean_prediction":  # it stands above, where every audit shows it
            _levels(metric, groups, console, words)
    _contrasts(numbers["gaps"], console, words)
