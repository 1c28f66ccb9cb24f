"""Words for the outcomes family: named criteria, how far factors differ, and what an interval speaks of."""

from __future__ import annotations

from collections.abc import Mapping

from plumbrule.base.messages import message

CRITERIA: Mapping[str, str] = {
    "demographic_parity": message("demographic parity"),
    "equal_opportunity": message("equal opportunity"),
    "predictive_equality": message("predictive equality"),
    "equalized_odds": message("equalized odds"),
    "predictive_parity": message("predictive parity"),
    "accuracy_parity": message("accuracy parity"),
    "conditional_parity": message("conditional parity within the strata"),
}
"""Named criteria: what each wants to be the same in all groups stands in `lab.families.outcomes`."""

OUTCOME_METRICS: Mapping[str, str] = {
    "distribution_distance": message("distance of the distributions of a factor"),
    "standardised_mean_difference": message("standardised mean difference of a factor"),
    **{f"{name}_{kind}": said for name, said in CRITERIA.items() for kind in ("difference", "ratio")},
}

OUTCOME_METHODS: Mapping[str, str] = {
    "simultaneous bounds of rates": message("bounds of the rates of all groups together"),
    "bounds from all rates together": message("bounds from the rates of all groups together"),
    "post-stratified, linearised": message("post-stratified interval of a sample survey (linearised)"),
    "weissman": message("guaranteed bounds on the distance of two distributions (Weissman)"),
    "hedges-olkin": message("normal interval of a standardised difference (Hedges and Olkin)"),
}

UNCERTAINTY: Mapping[str, str] = {
    "sample or process": message(
        "The intervals speak of chance in drawing these rows from all there are; or, where every decision is in the table, of "
        "chance in the process that makes them. They say nothing about people who are missing from the table."
    ),
    "closed": message(
        "No more rows exist. Where these are all the decisions, the intervals speak of chance in the process that made them, "
        "as if it decided again about people like these; where they are a sample that is closed, of chance in drawing it. They "
        "say nothing about people who are missing from the table."
    ),
    "process": message(
        "Every decision is in the table, so the intervals speak of chance in the process that made the decisions: how much "
        "they would vary if it decided again about people like these. They do not speak of drawing a sample."
    ),
}
"""What the uncertainty of an interval means; `closed` says only that no more rows exist."""
