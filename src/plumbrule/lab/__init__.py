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
from plumbrule.lab.exchange.adding import Held, add_cells, held_in
from plumbrule.lab.exchange.bounded import BoundedExcluded, BoundedMeasurement, BoundedRates, measure_bounds
from plumbrule.lab.exchange.confusion import cells_from_confusion
from plumbrule.lab.exchange.file import cells_file, read_cells, write_cells
from plumbrule.lab.exchange.form import CellsFile, cells_schema
from plumbrule.lab.exchange.release import Meaning, Release
from plumbrule.lab.exchange.travel import Wish, chosen, comparable, load_cells, save_cells
from plumbrule.lab.inference.gaps import NOT_GUARANTEED, Gap, GapTable, Rates, RateTable
from plumbrule.lab.inference.regress import adjusted
from plumbrule.lab.measure import Excluded, Measurement, Stratum, measure, measure_cells, stratified_primary
from plumbrule.lab.metrics import METRICS, Metric, metrics_for
from plumbrule.lab.model import Adjustment, Bounded, People
from plumbrule.lab.observe import (
    Question,
    exploratory,
    observation_id,
    observe_gaps,
    observe_levels,
    observe_rates,
    primary_gaps,
)
from plumbrule.lab.tables.table import Table, open_table, package_file
from plumbrule.lab.warehouse import count_cells_in

__all__ = [
    "METRICS",
    "NOT_GUARANTEED",
    "Adjustment",
    "Attribute",
    "Bounded",
    "BoundedExcluded",
    "BoundedMeasurement",
    "BoundedRates",
    "Cells",
    "CellsFile",
    "Decisions",
    "Excluded",
    "Gap",
    "GapTable",
    "Held",
    "Meaning",
    "Measurement",
    "Metric",
    "People",
    "Question",
    "RateTable",
    "Rates",
    "Release",
    "Stratum",
    "Table",
    "Wish",
    "add_cells",
    "adjusted",
    "attributes",
    "cells_file",
    "cells_from_confusion",
    "cells_schema",
    "chosen",
    "comparable",
    "count_cells",
    "count_cells_in",
    "exploratory",
    "held_in",
    "load_cells",
    "measure",
    "measure_bounds",
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
    "read_cells",
    "save_cells",
    "stratified_primary",
    "write_cells",
]
