"""The lab: decisions in, observations out. It knows statistics and knows no law.

Open a table, say which column plays which part, and measure:

    >>> from plumbrule.lab import Decisions, attributes, measure, open_table
    >>> rows = "sex,hired\\n" + "men,1\\n" * 60 + "men,0\\n" * 40 + "women,1\\n" * 45 + "women,0\\n" * 55
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "hired.csv"
    ...     _ = path.write_text(rows, encoding="utf-8")
    ...     with open_table(path) as table:
    ...         seen = measure(table, Decisions(prediction="hired", by=attributes(["sex"], [])), references={"sex": "men"})
    >>> gap = next(seen.gaps)
    >>> gap.kind, round(gap.estimate.value, 3), round(gap.estimate.low, 3), round(gap.estimate.high, 3)
    ('difference', -0.15, -0.301, 0.009)

Observations carry an interval, a sample size and a method, and no verdict. What one pass over the rows counts is a
table of cells (`cells`); rates, gaps (`gaps`), strata (`measure`) and the primary family (`observe`) come from it.
Only the regression on declared factors (`regress`) goes back to the rows.
"""

from plumbrule.lab.cells import Cells, count_cells
from plumbrule.lab.columns import Attribute, Decisions, attributes, parse_cut
from plumbrule.lab.gaps import NOT_GUARANTEED, Gap, GapTable, Rates, RateTable
from plumbrule.lab.measure import Excluded, Measurement, Stratum, measure, measure_cells, stratified_primary
from plumbrule.lab.metrics import METRICS, Metric, metrics_for
from plumbrule.lab.model import Adjustment
from plumbrule.lab.observe import (
    Question,
    exploratory,
    observation_id,
    observe_gaps,
    observe_levels,
    observe_rates,
    primary_gaps,
)
from plumbrule.lab.regress import adjusted
from plumbrule.lab.table import Table, open_table, package_file

__all__ = [
    "METRICS",
    "NOT_GUARANTEED",
    "Adjustment",
    "Attribute",
    "Cells",
    "Decisions",
    "Excluded",
    "Gap",
    "GapTable",
    "Measurement",
    "Metric",
    "Question",
    "RateTable",
    "Rates",
    "Stratum",
    "Table",
    "adjusted",
    "attributes",
    "count_cells",
    "exploratory",
    "measure",
    "measure_cells",
    "metrics_for",
    "observation_id",
    "observe_gaps",
    "observe_levels",
    "observe_rates",
    "open_table",
    "package_file",
    "parse_cut",
    "primary_gaps",
    "stratified_primary",
]
