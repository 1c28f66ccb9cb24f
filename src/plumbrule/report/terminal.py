"""Findings and audits as tables in a terminal of 80 columns or more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from plumbrule.base.messages import message
from plumbrule.base.observation import Known, Observation
from plumbrule.base.words import Words
from plumbrule.findings.model import Assessment, CheckResult, Finding
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
    people_text,
    put,
    reason_text,
    say,
    say_more,
)
from plumbrule.report.explored_terminal import print_explored, print_notices
from plumbrule.report.fineness import print_notes
from plumbrule.report.terminal_outcomes import print_outcomes
from plumbrule.report.views.figures import scaled, set_size
from plumbrule.report.views.finding import is_gap
from plumbrule.report.views.pictures import gap_id, rate_id


def print_findings(assessment: Assessment, console: Console, words: Words) -> None:
    """The findings as a table, then each comparison, then what must be said with them."""
    if assessment.system.note:
        say(console, assessment.system.note.said(words.asked)[0], style="italic")
    put(console, _findings(assessment, words))
    for finding in assessment.findings:
        compared = [check for check in finding.checks if is_gap(check)]
        if compared:
            put(console, _comparisons(assessment, finding, compared, words))
    for note in _notes(assessment, words):
        say(console, note, style="dim")


def print_audit(found: Mapping[str, Any], console: Console, words: Words) -> None:
    """The object of `plumbrule audit --json` as tables: groups, gaps, strata, and what was left out."""
    say(console, _read(found["rows"], words))
    print_explored(found, console, words)
    _rates(found, console, words)
    _gaps(found, console, words)
    if "within" in found:
        _strata(found["within"], console, words)
    print_outcomes(found, console, words)
    if found["excluded"]:
        table = new_table(words, message("Left out of the comparisons"), message("Group"), message("Rows"), message("Why"))
        for item in found["excluded"]:
            table.add_row(group_text(words, item["by"], names=True), people_text(item["n"], words), reason_text(words, item))
        put(console, table)
    if "saved" in found:
        say(console, _saved(found["saved"], words))
    print_notes(found, console, words)
    print_notices(found, console, words)
    say(console, words.text(phrases.EXPLORATORY) + ". " + words.text(phrases.GROUND_FOR_INQUIRY), style="dim")


def _findings(assessment: Assessment, words: Words) -> Table:
    table = new_table(
        words,
        assessment.title.said(words.asked)[0],
        message("Verdict"),
        message("Requirement"),
        message("Answers"),
        translate=False,
    )
    for finding in assessment.findings:
        citations = [assessment.provisions[id_][0] if id_ in assessment.provisions else id_ for id_ in finding.answers]
        title = Text(finding.title.said(words.asked)[0])
        for reason in _reasons(finding):
            title.append(f"\n({words.text(reason)})", style="dim")
        table.add_row(_verdict(words, finding.verdict), title, ", ".join(citations))
    return table


def _reasons(finding: Finding) -> list[str]:
    found = [finding.reason]
    if finding.verdict == "not-assessed":  # elsewhere another check decided, and this reason is not its reason
        found += [check.reason for check in finding.checks if check.verdict == "not-assessed"]
    return [reason for reason in dict.fromkeys(found) if reason]


def _comparisons(assessment: Assessment, finding: Finding, checks: Sequence[CheckResult], words: Words) -> Table:
    """Each comparison with its rates, its difference, and the outcome of each line."""
    seen = {one.id: one for one in assessment.observations}
    metric = words.text(phrases.METRICS.get(checks[0].metric, checks[0].metric))
    title = words.say(message("{finding}: {metric}"), finding=finding.title.said(words.asked)[0], metric=metric)
    table = new_table(
        words, title, message("Comparison"), message("Difference"), message("Lines"), message("Verdict"), translate=False
    )
    for check in checks:
        table.add_row(
            _compared(check, seen, words),
            _difference(seen.get(gap_id(check)), words),
            _lines(check, words),
            _verdict(words, check.verdict),
        )
    return table


def _compared(check: CheckResult, seen: Mapping[str, Observation], words: Words) -> Text:
    text = Text()
    for group in (check.group, check.reference or {}):
        estimate = seen[rate_id(check.metric, group)].estimate if rate_id(check.metric, group) in seen else None
        text.append(("\n" if text else "") + group_text(words, group))
        if isinstance(estimate, Known):
            rate = scaled(words, "rate", check.metric, estimate.value)
            text.append("\n  " + words.say(message("{rate} of {n}"), rate=rate, n=words.whole(estimate.n)), style="dim")
    return text


def _difference(seen: Observation | None, words: Words) -> str:
    if not seen or not isinstance(seen.estimate, Known):
        return words.text(message("not known"))
    estimate = seen.estimate
    low, high = (scaled(words, "difference", seen.metric, side, unit=False) for side in (estimate.low, estimate.high))
    return (
        scaled(words, "difference", seen.metric, estimate.value)
        + "\n"
        + words.say(message("{low} to {high}"), low=low, high=high)
    )


def _lines(check: CheckResult, words: Words) -> Text:
    text = Text()
    for line in check.lines:
        tone = phrases.OUTCOME_TONES[line.outcome]
        said = words.text(phrases.OUTCOMES.get((line.role, line.outcome), message("not known")))
        text.append(("\n" if text else "") + f"{SIGNS[tone]} {said}", style=STYLES[tone])
    return text


def _notes(assessment: Assessment, words: Words) -> list[str]:
    notes = [words.text(phrases.GROUND_FOR_INQUIRY)]
    checks = [check for finding in assessment.findings for check in finding.checks]
    if any(check.verdict == "inconclusive" for check in checks):
        notes.append(
            words.say(
                message("What an inconclusive finding leads to: {consequence}"),
                consequence=assessment.inconclusive.said(words.asked)[0],
            )
        )
    notes += [words.say(phrases.ROWS_TOGETHER, column=column) for column in phrases.repeating(assessment.observations)]
    if any(one.family == "declared" for one in assessment.observations):
        notes.append(words.text(message("What was declared was examined on paper, not tested.")))
    return notes


def _rates(found: Mapping[str, Any], console: Console, words: Words) -> None:
    """One table for each metric: the whole table first, then every group."""
    entries = ([{"by": {}, **found["overall"]}] if "overall" in found else []) + list(found["groups"])
    for metric in dict.fromkeys(name for entry in entries for name in entry["metrics"]):
        table = new_table(
            words, phrases.METRICS.get(metric, metric), message("Group"), message("Value"), message("Interval"), message("Rows")
        )
        for entry in entries[:MOST]:
            if metric in entry["metrics"]:
                table.add_row(
                    group_text(words, entry["by"], names=True), *estimate_cells(entry["metrics"][metric], metric, "rate", words)
                )
        put(console, table)
        say_more(console, words, len(entries))


def _gaps(found: Mapping[str, Any], console: Console, words: Words) -> None:
    """One table for each metric; where attributes meet, what stands out has been said already."""
    gaps: Sequence[Mapping[str, Any]] = found["gaps"]
    for metric in dict.fromkeys(gap["metric"] for gap in gaps):
        title = words.say(message("Gaps: {metric}"), metric=words.text(phrases.METRICS.get(metric, metric)))
        table = new_table(
            words,
            title,
            message("Comparison"),
            message("Value"),
            message("Interval"),
            message("Rows"),
            message("Beyond the tolerance"),
            translate=False,
        )
        of_metric = [gap for gap in gaps if gap["metric"] == metric]
        alone = [gap for gap in of_metric if len(gap["by"]) == 1 or "search" not in found]
        for gap in alone[:MOST]:
            table.add_row(pair_text(words, gap), *estimate_cells(gap, metric, gap["kind"], words), beyond_text(words, gap))
        put(console, table)
        say_more(console, words, len(of_metric), len(alone[:MOST]))
    for source in dict.fromkeys((gap["kind"], gap["tolerance"]["value"], gap["tolerance"]["source"]) for gap in gaps):
        say(console, _tolerance(words, *source), style="dim")


def _tolerance(words: Words, kind: str, value: float, source: str) -> str:
    shown = set_size(words, kind, "", value)
    if kind == "difference":
        return words.say(message("Tolerance for a difference: {value}, from {source}."), value=shown, source=source)
    return words.say(message("Tolerance for a ratio: {value} and its inverse, from {source}."), value=shown, source=source)


def _strata(within: Mapping[str, Any], console: Console, words: Words) -> None:
    """Rates inside every stratum, and the gaps adjusted for the strata beside the raw ones."""
    for metric in dict.fromkeys(name for one in within["strata"] for group in one["groups"] for name in group["metrics"]):
        title = words.say(
            message("{metric} within {strata}"),
            metric=words.text(phrases.METRICS.get(metric, metric)),
            strata=", ".join(within["by"]),
        )
        table = new_table(
            words,
            title,
            message("Stratum"),
            message("Group"),
            message("Value"),
            message("Interval"),
            message("Rows"),
            translate=False,
        )
        rows = [(one["stratum"], group) for one in within["strata"] for group in one["groups"] if metric in group["metrics"]]
        for stratum, group in rows[:MOST]:
            table.add_row(
                group_text(words, stratum),
                group_text(words, group["by"]),
                *estimate_cells(group["metrics"][metric], metric, "rate", words),
            )
        put(console, table)
        say_more(console, words, len(rows))
    if within["adjusted"]:
        table = new_table(
            words,
            message("Raw and adjusted for the strata"),
            message("Comparison"),
            message("Raw"),
            message("Adjusted"),
            message("Interval"),
            message("Rows"),
        )
        for one in within["adjusted"]:
            raw = estimate_cells(one["raw"], one["metric"], "difference", words)[0]
            note = "\n" + words.text(message("the sign turns")) if one["reversed"] else ""
            table.add_row(
                Text.assemble(pair_text(words, one), note), raw, *estimate_cells(one, one["metric"], "difference", words)
            )
        put(console, table)


def _read(rows: int | Mapping[str, Any], words: Words) -> str:
    if isinstance(rows, int):
        return words.many("{n} row read.", "{n} rows read.", rows)
    return words.say(message("Number of rows: {rows}."), rows=people_text(rows, words))


def _saved(saved: Mapping[str, Any], words: Words) -> str:
    """Where the cells are, and what was done to them."""
    published, suppressed = words.whole(saved["published"]), words.whole(saved["suppressed"])
    if saved["disclosure"]["rule"] == "none":
        return words.say(
            message("Cells written to {file}: exact sums, for one reader and not for publication."), file=saved["file"]
        )
    return words.say(
        message("Cells written to {file} under the rule {rule}: {published} counts, {suppressed} more suppressed."),
        file=saved["file"],
        rule=saved["disclosure"]["rule"],
        published=published,
        suppressed=suppressed,
    )


def _verdict(words: Words, verdict: str) -> Text:
    tone = phrases.VERDICT_TONES[verdict]
    return Text(f"{SIGNS[tone]} {words.text(phrases.VERDICTS[verdict])}", style=STYLES[tone])
