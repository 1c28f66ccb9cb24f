"""What will be judged, as a table in the terminal, before anything is read."""

from __future__ import annotations

import itertools
from dataclasses import fields

from rich.console import Console
from rich.table import Table

from plumbrule.base.messages import message
from plumbrule.base.words import Words
from plumbrule.findings import Plan
from plumbrule.findings.plan import FURTHER
from plumbrule.report.phrases import METRICS, ROLES, STATUSES, TESTS
from plumbrule.rulebook import Profile


def print_plan(plan: Plan, profile: Profile, console: Console, words: Words) -> None:
    """Each comparison with the thresholds that it will be held against, the declared factors, further tests and own limits."""
    table = Table(title=words.text(message("The primary family: judged together")), title_justify="left")
    for name in (message("Compared"), message("Against"), message("Metric"), message("Threshold"), message("Source")):
        table.add_column(words.text(name), overflow="fold")
    labelled = plan.decisions is not None and plan.decisions.label is not None
    judged = [check for check in profile.checks if check.kind == "gap" and (labelled or check.metric == "selection_rate")]
    for one, check in itertools.product(plan.comparison, judged):
        for threshold in check.thresholds:
            table.add_row(
                f"{one.attribute}: {one.group}",
                one.reference,
                words.text(METRICS.get(check.metric, check.metric)),
                f"{words.text(ROLES[threshold.role])} {words.number(threshold.value, 2)}",
                f"{threshold.source.citation} ({words.text(STATUSES[threshold.source.status])})",
            )
    if plan.comparison:
        console.print(table)
        console.print(words.say(message("Adjusted for: {factors}"), factors=words.listing(plan.adjust.factors) or "–"))
    _print_further(plan, console, words)
    if plan.check:
        _print_checks(plan, console, words)


def _print_further(plan: Plan, console: Console, words: Words) -> None:
    """The questions beyond the decisions, by the keys that ask them."""
    for key in FURTHER:
        part = getattr(plan, key)
        if part is not None:
            asked = [one.name for one in fields(part) if getattr(part, one.name) not in (None, ())]
            name = words.text(TESTS[key.replace("_", "-")])
            console.print(words.say(message("Also looked at: {test}: {keys}"), test=name, keys=words.listing(asked)))


def _print_checks(plan: Plan, console: Console, words: Words) -> None:
    """The limits that the plan itself declares, which are judged together."""
    table = Table(title=words.text(message("Limits of the plan's own: judged together")), title_justify="left")
    for name in (message("Observation"), message("Limit"), message("Requirement"), message("Source")):
        table.add_column(words.text(name), overflow="fold")
    for one in plan.check:
        limits = (("floor", one.at_least), ("ceiling", one.at_most))
        said = [
            f"{words.text(ROLES[role])} {words.number(limit, 0 if limit.is_integer() else 3)}"
            for role, limit in limits
            if limit is not None
        ]
        table.add_row(one.observation, words.listing(said), one.requirement, f"{one.source} ({words.text(STATUSES['plan'])})")
    console.print(table)
