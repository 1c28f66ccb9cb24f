"""What an audit adds to its lines, in a terminal: what stands out, criteria, reversals, factors, and what to know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from plumbrule.base.messages import message
from plumbrule.base.words import Words
from plumbrule.report import phrases
from plumbrule.report.console import (
    MOST,
    SIGNS,
    STYLES,
    beyond_text,
    estimate_cells,
    group_text,
    new_table,
    pair_text,
    put,
    reason_text,
    say,
)
from plumbrule.report.terms_outcomes import CRITERIA, UNCERTAINTY
from plumbrule.report.views.figures import scaled

MOST_LARGEST = 10
"""How many of the gaps that stand out a terminal shows; `--json` holds all of them."""


def print_explored(found: Mapping[str, Any], console: Console, words: Words) -> None:
    """What stands out, before the long tables; nothing where the table was not searched."""
    if "search" in found:
        _largest_gaps(found, console, words)
        _worst(found["largest"], console, words)
        _criteria(found["criteria"], console, words)
        for one in found["reversals"]:
            say(console, _reversal(one, words), style=STYLES["open"])
        for one in found["factors"]:
            if one["strong"] is True:
                say(console, _factor(one, words), style=STYLES["open"])


def print_notices(found: Mapping[str, Any], console: Console, words: Words) -> None:
    """What somebody should know about the rows, and what the intervals speak of."""
    for one in found.get("notices", ()):
        text = message(
            "{different} different values of {column} in the first {rows} rows: rows of the same person? If so, intervals "
            "are too short; name the column with --cluster."
        )
        counted = {"different": words.whole(one["different"]), "rows": words.whole(one["rows"])}
        say(console, words.say(text, column=one["column"], **counted), style=STYLES["open"])
    if "uncertainty" in found:
        about = found["uncertainty"]["about"]
        say(console, words.text(UNCERTAINTY[about]), style=STYLES["faint"])


def _largest_gaps(found: Mapping[str, Any], console: Console, words: Words) -> None:
    search, searched = found["search"], found["searched"]
    if not search:
        none = words.many(
            "The {n} gap looked at does not stand out from chance.",
            "None of the {n} gaps looked at stands out from chance.",
            searched["looked_at"],
        )
        say(console, none)
        return
    columns = (message("Comparison"), message("Difference"), message("Rows"), message("Beyond the tolerance"))
    table = new_table(words, message("Largest gaps"), *columns)
    for one in search[:MOST_LARGEST]:
        value, interval, rows = estimate_cells({"state": "known", **one}, one["metric"], "difference", words)
        table.add_row(_with_folded(one, words), f"{value}\n{interval}", rows, beyond_text(words, one))
    put(console, table)
    say(console, _false_coverage(searched, words), style=STYLES["faint"])


def _with_folded(one: Mapping[str, Any], words: Words) -> Text:
    """Who is compared in which rate, and how many other gaps say no more than this one."""
    text = Text.assemble(pair_text(words, one), "\n  ", _metric(one["metric"], words))
    if one["explains"]:
        more = words.many("explains {n} more gap", "explains {n} more gaps", len(one["explains"]))
        text.append(f"\n  {more}", style=STYLES["faint"])
    return text


def _false_coverage(searched: Mapping[str, Any], words: Words) -> str:
    text = message(
        "Largest first, by the end of the interval nearer to none. Gaps looked at: {looked_at}; standing out from chance: "
        "{selected}; saying something of their own: {shown} (all of them: --json). Of the intervals of these, {rate} at most "
        "are expected to miss the truth (false-coverage rate); plain intervals, picked because they are large, would miss "
        "far more often. A gap is marked only where the interval that holds for all gaps together is beyond the tolerance."
    )
    counts = {name: words.whole(searched[name]) for name in ("looked_at", "selected", "shown")}
    return words.say(text, rate=words.percent(searched["rate"], 0), **counts)


def _worst(largest: Sequence[Mapping[str, Any]], console: Console, words: Words) -> None:
    """For each attribute a sentence about the groups furthest apart in the share of positive decisions."""
    for one in largest:
        difference = one["difference"]
        if one["metric"] != "selection_rate" or difference["state"] != "known" or one["groups"] < 3 or difference["value"] == 0:
            continue  # with two groups it is their gap; where all are alike nobody has the lowest
        sentence = message(
            "{attribute}: of {n} groups {lowest} has the lowest share of positive decisions ({low_rate}) and {highest} the "
            "highest ({high_rate}). The largest difference between any two groups is {least} to {most}."
        )
        rates = {
            name: scaled(words, "rate", "", one[side]["value"])
            for name, side in (("low_rate", "lowest"), ("high_rate", "highest"))
        }
        ends = {"least": _points(difference["low"], words, unit=False), "most": _points(difference["high"], words)}
        groups = {side: group_text(words, one[side]["group"]) for side in ("lowest", "highest")}
        say(console, words.say(sentence, attribute=", ".join(one["by"]), n=words.whole(one["groups"]), **groups, **rates, **ends))


def _points(value: float, words: Words, *, unit: bool = True) -> str:
    return words.points(value, signed=False) if unit else words.number(value * 100, 1)


def _criteria(criteria: Sequence[Mapping[str, Any]], console: Console, words: Words) -> None:
    """Each criterion as a difference with its bounds, and its ratio with the screen beside it."""
    ratios = {(one["criterion"].removesuffix("_ratio"), *one["by"]): one for one in criteria if one["kind"] == "ratio"}
    columns = (message("Criterion"), message("Difference"), message("Beyond the tolerance"), message("Ratio"))
    table = new_table(words, message("Named criteria: the largest gap between any two groups"), *columns)
    for one in [one for one in criteria if one["kind"] == "difference"][:MOST]:
        name = one["criterion"].removesuffix("_difference")
        told = Text(
            words.say(message("{attribute}: {criterion}"), attribute=", ".join(one["by"]), criterion=words.text(CRITERIA[name]))
        )
        ratio = ratios.get((name, *one["by"]), {"state": "unknown"})
        table.add_row(told, _size(one, words), beyond_text(words, one), _screened(ratio, words))
    if table.row_count:
        put(console, table)


def _size(one: Mapping[str, Any], words: Words) -> str:
    """The size of a gap without a sign, and its bounds."""
    if one["state"] != "known":
        return words.text(message("not known")) + "\n" + reason_text(words, one)
    ends = words.say(message("{low} to {high}"), **{side: words.number(one[side] * 100, 1) for side in ("low", "high")})
    return words.points(one["value"], signed=False) + "\n" + ends


def _screened(ratio: Mapping[str, Any], words: Words) -> Text:
    """A ratio, and whether its point value passes the four-fifths rule as its source writes it."""
    if ratio["state"] != "known":
        return Text()
    tone = phrases.OUTCOME_TONES[ratio["screen"]]
    said = f"\n{SIGNS[tone]} {words.text(phrases.OUTCOMES['screen', ratio['screen']])}"
    return Text.assemble(words.number(ratio["value"], 3), (said, STYLES[tone]))


def _reversal(one: Mapping[str, Any], words: Words) -> str:
    text = message(
        "{comparison}, {metric}: {raw} among everybody, {adjusted} ({low} to {high}) within {within}. The sign turns in "
        "{turned} of {strata} strata (Simpson’s reversal): ask how people come into the strata before trusting either figure."
    )
    raw, adjusted = one["raw"], one["adjusted"]
    low, high = (scaled(words, "difference", one["metric"], adjusted[side], unit=False) for side in ("low", "high"))
    return words.say(
        text,
        comparison=str(pair_text(words, one)),
        metric=_metric(one["metric"], words),
        raw=scaled(words, "difference", one["metric"], raw["value"]),
        adjusted=scaled(words, "difference", one["metric"], adjusted["value"]),
        low=low,
        high=high,
        within=", ".join(one["within"]),
        turned=words.whole(one["turned"]),
        strata=words.whole(one["strata"]),
    )


def _factor(one: Mapping[str, Any], words: Words) -> str:
    text = message(
        "{factor} itself differs strongly, {comparison}: {share} of one group would have to be in other strata for both to be "
        "alike (at least {least}; strong from {limit}, a limit of ours). A factor may itself carry bias."
    )
    return words.say(
        text,
        factor=one["factor"],
        comparison=str(pair_text(words, one)),
        share=words.percent(one["value"], 0),
        least=words.percent(one["low"], 0),
        limit=words.percent(one["threshold"]["value"], 0),
    )


def _metric(name: str, words: Words) -> str:
    return words.text(phrases.METRICS.get(name, name))
