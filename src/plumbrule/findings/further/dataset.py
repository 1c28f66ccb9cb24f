"""Questions about the data set: from `[data_set]` to observations."""

from __future__ import annotations

from plumbrule.findings.further.look import Look, Ran
from plumbrule.findings.planned.dataset import PlannedDataSet
from plumbrule.lab.families.dataset import copies


def run(asked: PlannedDataSet, look: Look) -> Ran:
    """Everything that `[data_set]` asks.

    Raises:
        InputError: a column or a file is not there, or does not hold what it should.
    """
    found = Ran()
    table, _ = look.need_table("[data_set]")
    if asked.duplicates:
        seen = copies.duplicates(
            table, columns=asked.duplicates.columns, label=asked.duplicates.label, loose=asked.duplicates.loose
        )
        found += Ran(observations=copies.observe_duplicates(seen, inputs=(table.sha256,)))
    return found
