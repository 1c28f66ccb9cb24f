"""`audit`: a table of decisions, or cells that travelled, measured and shown; nothing is judged.

What only an assessment needs (plans, keys, logs, pages) is not loaded here: a quick look should be quick.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from plumbrule import __version__, lab, rulebook
from plumbrule.errors import TableError
from plumbrule.report import (
    audit_object,
    classes_object,
    explored_object,
    notes_object,
    notices_object,
    numbers_object,
    scores_object,
    uncertainty_object,
)

DEFAULT_PROFILE: rulebook.TierName = "high"
"""The profile whose tolerances an audit shows beside the gaps."""


def audit(
    source: Any = None,
    *,
    by: tuple[str, ...] = (),
    prediction: str | None = None,
    from_cells: tuple[Path, ...] = (),
    save: lab.Wish | None = None,
    **options: Any,
) -> dict[str, Any]:
    """Measure a decision table, or cells that sites have sent, and return the JSON object of `plumbrule audit --json`.

    Args:
        source: a path, a DuckDB SQL query, or a pandas or Arrow frame; not with `from_cells`.
        by: the attributes compared; with `from_cells` all that they hold, unless some are named.
        prediction: the column of decisions; cells say theirs themselves.
        from_cells: files of cells, or of confusion matrices, to be added.
        save: where and under which rule to save the cells.
        options: as on the command line, with underscores: `label`, `score`, `favourable`, `count`, `weight`, `cut`,
            `within`, `reference` (a mapping), `cluster`, `confidence`, `min_n`, `missing`, `columns`, `skip`,
            `encoding`, `delimiter`, `decimal`, `sheet`, `multiclass`, `numeric`, `all_decisions`, `shares`,
            `survey`.

    Raises:
        InputError: got, expected, cure.
    """
    within = tuple(options.pop("within", ()))
    said = uncertainty_object(all_decisions=bool(options.pop("all_decisions", False)))
    measuring: dict[str, Any] = {name: options.pop(name) for name in ("confidence", "min_n") if name in options}
    measuring["references"] = options.pop("reference", {})
    if from_cells:
        _refuse_said_twice({"source": source, "prediction": prediction, **options})
        return _audit_cells(from_cells, by, within, save, measuring) | said
    if prediction is None or not by:
        raise TableError(
            f"{'No decision column' if prediction is None else 'No attribute'} was named.",
            expected="--prediction and --by, or cells that were saved before",
            cure="Name the column, or give files with --from-cells.",
        )
    reading = {
        name: options.pop(name)
        for name in ("missing", "columns", "skip", "encoding", "delimiter", "decimal", "sheet")
        if name in options
    }
    apart = {name: options.pop(name, None) for name in ("shares", "survey")}
    parts, kind = lab.attributes([*by, *within], tuple(options.pop("cut", ()))), _kind(options, save)
    decisions = lab.Decisions(prediction=prediction, by=parts[: len(by)], within=parts[len(by) :], kind=kind, **options)
    with lab.open_table(source, digest=save is not None, **reading) as table:
        if any(apart.values()):
            return _audit_not_held(table, decisions, apart, save, measuring) | {"reading": str(table.reading)} | said
        fitted = lab.fit(table, decisions)
        decisions, by = fitted.decisions, tuple(part.name for part in fitted.decisions.by)
        parts = (*decisions.by, *decisions.within)
        left_out = {one.attribute for one in fitted.fine if one.became != "kept"}
        measuring["references"] = {name: one for name, one in measuring["references"].items() if name not in left_out}
        if kind != "yes-no":
            notes = {"notes": notes_object(fitted.fine, None, lab.MOST_GROUPS)}
            return _audit_kind(table, decisions, by, measuring) | {"reading": str(table.reading)} | notes | said
        cells = lab.count_cells(table, decisions, fitted.sample)
        scores = lab.count_scores(table, decisions) if decisions.score else None
        told, repeats = str(table.reading), lab.repeated_identifier(table, decisions)
        digest = table.sha256 if save else ""  # of a frame it takes longer than the count
    saved = None
    if save:
        meaning, software = lab.Meaning.of(decisions), f"plumbrule/{__version__}"
        saved = lab.save_cells(cells, meaning, parts, save, software=software, source=digest)
        by = lab.comparable(cells, by)  # a site may have one group only
    measured = _measure(cells, by, within, lab.Meaning.of(decisions), measuring)
    found = audit_object(measured, default_tolerances())
    found |= _explored(cells, measured, within, measuring, label=decisions.label is not None)
    found["notices"] = notices_object(repeats)
    found["notes"] = notes_object(fitted.fine, measured.order, lab.MOST_GROUPS)
    if scores:
        found["scores"] = scores_object(lab.measure_scores(scores, **{**measuring, "references": measured.references}))
    return found | {"reading": told} | said | ({"saved": saved} if saved else {})


def _kind(options: dict[str, Any], save: lab.Wish | None) -> Literal["yes-no", "classes", "numbers"]:
    """What a decision is, by the options given, which are taken out."""
    multiclass, numeric = options.pop("multiclass", False), options.pop("numeric", False)
    if multiclass and numeric:
        raise TableError("Both --multiclass and --numeric were given.", expected="one of them", cure="Leave one out.")
    if save and (multiclass or numeric):
        raise TableError(
            f"--save-cells was given with {'--multiclass' if multiclass else '--numeric'}.",
            expected="decisions of yes and no, whose cells can travel",
            cure="Leave one of them out; or save the cells of one class against the rest with --favourable.",
        )
    return "classes" if multiclass else "numbers" if numeric else "yes-no"


def _audit_kind(table: lab.Table, decisions: lab.Decisions, by: tuple[str, ...], measuring: Mapping[str, Any]) -> dict[str, Any]:
    """Decisions among several classes, and amounts."""
    if decisions.kind == "classes":
        return classes_object(
            lab.measure_classes(lab.count_classes(table, decisions), by, **measuring), default_tolerances()
        )
    return numbers_object(lab.measure_moments(lab.count_moments(table, decisions), by, **measuring))


def _explored(
    cells: lab.Cells, measured: lab.Measurement, within: tuple[str, ...], measuring: Mapping[str, Any], *, label: bool
) -> dict[str, Any]:
    """What stands out, the worst groups, criteria, reversals and factors: the same for rows and for exact cells."""
    smallest = {"min_n": measuring["min_n"]} if "min_n" in measuring else {}
    return explored_object(lab.explore(cells, measured, label=label, within=within, **smallest), default_tolerances())


def _audit_not_held(
    table: lab.Table,
    decisions: lab.Decisions,
    apart: Mapping[str, Any],
    save: lab.Wish | None,
    measuring: Mapping[str, Any],
) -> dict[str, Any]:
    """An attribute that the table does not hold: bounded from published shares, or estimated from a survey."""
    if save or decisions.kind != "yes-no":
        raise TableError(
            "--shares or --survey was given with an option that does not go with it.",
            expected="decisions of yes and no, and no --save-cells",
            cure="Leave --save-cells, --multiclass and --numeric out.",
        )
    reference = measuring["references"].get(decisions.by[0].name)
    confidence = {"confidence": measuring["confidence"]} if "confidence" in measuring else {}
    measured = lab.measure_not_held(table, decisions, reference=reference, **apart, **confidence)
    return audit_object(measured, default_tolerances())


def _refuse_said_twice(options: Mapping[str, Any]) -> None:
    """Cells say themselves what they count."""
    for name, value in options.items():
        if value is not None and value not in ((), 0):
            raise TableError(
                f"{name!r} was given, which cells say themselves.",
                expected="files of cells, and of the other options only --by, --within, --reference, --confidence, --min-n",
                cure=f"Leave {name} out.",
            )


def _measure(
    cells: lab.Cells, by: tuple[str, ...], within: tuple[str, ...], meaning: lab.Meaning, measuring: Mapping[str, Any]
) -> lab.Measurement:
    return lab.measure_cells(
        cells, by, within=within, label=meaning.label is not None, scored=meaning.score is not None, **measuring
    )


def _audit_cells(
    paths: tuple[Path, ...], by: tuple[str, ...], within: tuple[str, ...], save: lab.Wish | None, measuring: Mapping[str, Any]
) -> dict[str, Any]:
    """Measure the cells of several sites together; exact where every file is, within bounds otherwise."""
    held, notes = lab.load_cells(paths)
    by = lab.chosen(held, by, within)
    saved = None
    if held.cells is not None:
        if save:
            software = f"plumbrule/{__version__}"
            saved = lab.save_cells(held.cells, held.meaning, held.frame.attributes, save, software=software, source=None)
        measured: lab.Measurement | lab.BoundedMeasurement = _measure(held.cells, by, within, held.meaning, measuring)
    elif within or save:
        raise TableError(
            f"These cells are known within bounds only; {'--within' if within else '--save-cells'} needs exact ones.",
            expected="cells saved with --disclosure none by every site",
            cure="Ask the sites for sealed cells, or leave that option out.",
        )
    else:
        measured = lab.measure_bounds(held, by, **measuring)
    found = audit_object(measured, default_tolerances())
    if held.cells is not None and isinstance(measured, lab.Measurement):
        found |= _explored(held.cells, measured, within, measuring, label=held.meaning.label is not None)
    reading = f"cells of {', '.join(note['file'] for note in notes)}"
    return found | {"reading": reading, "cells": notes} | ({"saved": saved} if saved else {})


def default_tolerances() -> dict[str, rulebook.Threshold]:
    """The tolerance for a difference and the screen for a ratio of selection rates in the default profile."""
    profile = rulebook.load_profile(DEFAULT_PROFILE)
    thresholds = next(check.thresholds for check in profile.checks if check.metric == "selection_rate")
    return {threshold.measure: threshold for threshold in thresholds}
