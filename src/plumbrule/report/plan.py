"""What will be judged, as a table in the terminal, before anything is read."""

from __future__ import annotations

import itertools

from rich.console import Console
from rich.table import Table

from plumbrule.base.messages import message
from plumbrule.base.words import Words
from plumbrule.findings import Plan
from plumbrule.report.phrases import METRICS, ROLES, STATUSES
from plumbrule.rulebook import Profile


def print_plan(plan: Plan, profile: Profile, console: Console, words: Words) -> None:
    """Each comparison with the thresholds that it will be held against, and the declared factors."""
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
    console.print(table)
    console.print(words.say(message("Adjusted for: {factors}"), factors=words.listing(plan.adjust.factors) or "–"))
