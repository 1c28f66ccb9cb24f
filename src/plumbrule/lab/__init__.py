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
from plumbrule.lab.classes import ClassCells, ClassGap, ClassGroup, ClassMeasurement, count_classes, measure_classes
from plumbrule.lab.columns import Attribute, Decisions, attributes, parse_cut
from plumbrule.lab.exchange.adding import Held, add_cells, held_in
from plumbrule.lab.exchange.bounded import BoundedExcluded, BoundedMeasurement, BoundedRates, measure_bounds
from plumbrule.lab.exchange.confusion import cells_from_confusion
from plumbrule.lab.exchange.file import cells_file, read_cells, write_cells
from plumbrule.lab.exchange.form import CellsFile, cells_schema
from plumbrule.lab.exchange.release import Meaning, Release
from plumbrule.lab.exchange.travel import Wish, chosen, comparable, load_cells, save_cells
from plumbrule.lab.explore import Explored, explore
from plumbrule.lab.factors import STRONG, FactorDifference, factor_stem, factors_in_table, observe_factors
from plumbrule.lab.families.not_held import measure_not_held
from plumbrule.lab.families.outcomes import Criterion, criteria_of, observe_criteria
from plumbrule.lab.guard import MOST_GROUPS, Fineness, Fitted, fit
from plumbrule.lab.inference.bootstrap import Statistic, bootstrap_cells, equalized_odds_difference, ratio_of_ratios
from plumbrule.lab.inference.gaps import NOT_GUARANTEED, Gap, GapTable, Rates, RateTable
from plumbrule.lab.inference.largest import Largest
from plumbrule.lab.inference.regress import adjusted
from plumbrule.lab.inference.replicates import Replicates
from plumbrule.lab.measure import Excluded, Measurement, Stratum, measure, measure_cells, stratified_primary
from plumbrule.lab.metrics import METRICS, Metric, metrics_for
from plumbrule.lab.model import Adjustment, Bounded, Contrast, People
from plumbrule.lab.moments import Moments, NumberGroup, NumberMeasurement, count_moments, measure_moments
from plumbrule.lab.notices import Repeats, observe_repeats, repeated_identifier
from plumbrule.lab.observe import (
    Question,
    distinct,
    exploratory,
    observation_id,
    observe_gaps,
    observe_levels,
    observe_rates,
    primary_gaps,
)
from plumbrule.lab.reversals import Reversal, reversals, undeclared_adjustments
from plumbrule.lab.scores import ScoreBins, ScoreGroup, ScoreMeasurement, count_scores, measure_scores, observe_scores
from plumbrule.lab.search.ranking import Folded, Search, Standing
from plumbrule.lab.shown import FEW_PEOPLE, shown
from plumbrule.lab.tables.table import Table, open_table, package_file
from plumbrule.lab.warehouse import count_cells_in

__all__ = [
    "FEW_PEOPLE",
    "METRICS",
    "MOST_GROUPS",
    "NOT_GUARANTEED",
    "STRONG",
    "Adjustment",
    "Attribute",
    "Bounded",
    "BoundedExcluded",
    "BoundedMeasurement",
    "BoundedRates",
    "Cells",
    "CellsFile",
    "ClassCells",
    "ClassGap",
    "ClassGroup",
    "ClassMeasurement",
    "Contrast",
    "Criterion",
    "Decisions",
    "Excluded",
    "Explored",
    "FactorDifference",
    "Fineness",
    "Fitted",
    "Folded",
    "Gap",
    "GapTable",
    "Held",
    "Largest",
    "Meaning",
    "Measurement",
    "Metric",
    "Moments",
    "NumberGroup",
    "NumberMeasurement",
    "People",
    "Question",
    "RateTable",
    "Rates",
    "Release",
    "Repeats",
    "Replicates",
    "Reversal",
    "ScoreBins",
    "ScoreGroup",
    "ScoreMeasurement",
    "Search",
    "Standing",
    "Statistic",
    "Stratum",
    "Table",
    "Wish",
    "add_cells",
    "adjusted",
    "attributes",
    "bootstrap_cells",
    "cells_file",
    "cells_from_confusion",
    "cells_schema",
    "chosen",
    "comparable",
    "count_cells",
    "count_cells_in",
    "count_classes",
    "count_moments",
    "count_scores",
    "criteria_of",
    "distinct",
    "equalized_odds_difference",
    "exploratory",
    "explore",
    "factor_stem",
    "factors_in_table",
    "fit",
    "held_in",
    "load_cells",
    "measure",
    "measure_bounds",
    "measure_cells",
    "measure_classes",
    "measure_moments",
    "measure_not_held",
    "measure_scores",
    "metrics_for",
    "observation_id",
    "observe_criteria",
    "observe_factors",
    "observe_gaps",
    "observe_levels",
    "observe_rates",
    "observe_repeats",
    "observe_scores",
    "open_table",
    "package_file",
    "parse_cut",
    "primary_gaps",
    "ratio_of_ratios",
    "read_cells",
    "repeated_identifier",
    "reversals",
    "save_cells",
    "shown",
    "stratified_primary",
    "undeclared_adjustments",
    "write_cells",
]
