"""Questions about the data set: from `[data_set]` to observations."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

from plumbrule import lab
from plumbrule.base.observation import Known, Observation
from plumbrule.errors import AssessmentError
from plumbrule.findings.further.files import asked_by, asks_something, one_of, side_file, side_table
from plumbrule.findings.further.look import Look, Ran
from plumbrule.findings.further.paper import describe, digests
from plumbrule.findings.further.rows import Rows, rows_of
from plumbrule.findings.planned.dataset import (
    PlannedAnonymity,
    PlannedDataSet,
    PlannedDuplicates,
    PlannedLabels,
    PlannedLeakage,
    PlannedMissing,
    PlannedPersonalData,
    PlannedProxies,
    PlannedReference,
)
from plumbrule.findings.planned.files import PlannedTable
from plumbrule.lab.families import dataset

_PARTS = ("prediction", "label", "score", "count", "weight", "cluster")


def run(asked: PlannedDataSet, look: Look) -> Ran:
    """Everything that `[data_set]` asks.

    Raises:
        InputError: a column or a file is not there, or does not hold what it should.
    """
    found = Ran()
    with ExitStack() as stack:
        rows = None
        if asked.table or look.table is not None:
            rows, read = stack.enter_context(rows_of(look, asked.table, "[data_set.table]"))
            found += read
        for name, step in _STEPS.items():
            part = getattr(asked, name)
            key, parts = (f"[[data_set.{name}]]", part) if isinstance(part, tuple) else (f"[data_set.{name}]", [part])
            for one in parts:
                if one is not None:
                    with asked_by(key):
                        found += step(one, look, rows, key)
    return asks_something(replace(found, observations=_once(found.observations)), "[data_set]")


def _once(seen: Sequence[Observation]) -> tuple[Observation, ...]:
    """Two attributes ask the same of everybody; what is the same in every part is kept once."""
    kept: dict[str, Observation] = {}
    return tuple(one for one in seen if kept.setdefault(one.id, one) is one or not _same(kept[one.id], one))


def _same(one: Observation, other: Observation) -> bool:
    """Whether they say the same; sums of weights may differ in the last digits from one count to the next."""
    first, second = one.estimate, other.estimate
    if isinstance(first, Known) and isinstance(second, Known):
        pairs = ((first.value, second.value), (first.low, second.low), (first.high, second.high))
        close = all(math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12) for a, b in pairs)
        return close and replace(other, estimate=first) == one
    return one == other


def _need(rows: Rows | None, look: Look, key: str) -> Rows:
    if rows is None:
        table, decisions = look.need_table(key)
        return Rows(table=table, decisions=decisions)
    return rows


# ── who is in it ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _reference(asked: PlannedReference, look: Look, rows: Rows | None, key: str) -> Ran:
    held = _need(rows, look, key)
    held.each_row_alone(key)
    reference, read = _population(asked, look, key)
    found = dataset.representation(
        held.table,
        held.attributes((asked.attribute,), key)[0],
        reference,
        count=held.part("count"),
        weight=held.part("weight"),
        confidence=look.confidence,
        comparisons=look.comparisons,
        guaranteed=look.guaranteed,
    )
    inputs = (*held.inputs, *(material.sha256 for material in read.materials))
    return replace(read, observations=dataset.observe_representation(found, inputs=inputs))


def _population(asked: PlannedReference, look: Look, key: str) -> tuple[dataset.Reference, Ran]:
    """The reference, and the file that it stands in."""
    one_of(key, shares=asked.shares, people=asked.people, table=asked.table)
    file = asked.table
    in_file = file.standard_error if file else None
    one_of(key, exact=asked.exact, sample_size=asked.sample_size, standard_error=asked.standard_error or in_file)
    shares, people, errors, read = asked.shares, asked.people, asked.standard_error, Ran()
    if file:
        with side_table(look, file, key) as (table, material):
            number = file.share or file.people
            if one_of(f"{key[1:-2]}.table]", share=file.share, people=file.people) == "share":
                shares = dataset.published(table, file.group, str(number))
            else:
                people = dataset.published(table, file.group, str(number))
            errors = dataset.published(table, file.group, in_file) if in_file else errors
            read = Ran(materials=(material,))
    made = dataset.reference_of(
        asked.attribute, asked.source, shares=shares, people=people, size=asked.sample_size, errors=errors
    )
    return made, read


# ── what is in it ────────────────────────────────────────────────────────────────────────────────────────────────────


def _missing(asked: PlannedMissing, look: Look, rows: Rows | None, key: str) -> Ran:
    held = _need(rows, look, key)
    held.each_row_alone(key)
    return _by_group(
        held,
        look,
        held.attributes(asked.by, key),
        lambda by, options: dataset.missing_by_group(held.table, by, columns=asked.columns, **options),
    )


def _labels(asked: PlannedLabels, look: Look, rows: Rows | None, key: str) -> Ran:
    held = _need(rows, look, key)
    held.each_row_alone(key)
    label = asked.label or held.part("label")
    if label is None:
        raise AssessmentError(
            f"{key} does not say which column is the label.", expected="label, a column", cure='Write label = "…".'
        )
    return _by_group(
        held, look, held.attributes(asked.by, key), lambda by, options: dataset.labels_by_group(held.table, by, label, **options)
    )


def _by_group(
    held: Rows,
    look: Look,
    attributes: Sequence[lab.Attribute],
    ask: Callable[[lab.Attribute, dict[str, Any]], dataset.ByGroup],
) -> Ran:
    """One attribute after the other, each against the reference group that the plan compares with."""
    options: dict[str, Any] = {"count": held.part("count"), "weight": held.part("weight")}
    options |= {"confidence": look.confidence, "comparisons": look.comparisons, "judged": look.named}
    found: tuple[Observation, ...] = ()
    for by in attributes:
        reference = look.references.get(by.name) if held.decisions else None
        found += dataset.observe_by_group(ask(by, options | {"reference": reference}), inputs=held.inputs)
    return Ran(observations=found)


def _duplicates(asked: PlannedDuplicates, look: Look, rows: Rows | None, key: str) -> Ran:
    held = _need(rows, look, key)
    found = dataset.duplicates(held.table, columns=asked.columns, label=asked.label, loose=asked.loose)
    return Ran(observations=dataset.observe_duplicates(found, inputs=held.inputs))


def _leakage(asked: PlannedLeakage, look: Look, rows: Rows | None, key: str) -> Ran:
    if asked.train is None and asked.test is None:
        one_of(key, train=None, test=None)
    with _side(asked.train, look, rows, key) as (train, read), _side(asked.test, look, rows, key) as (test, also):
        found = dataset.leakage(train, test, columns=asked.columns, loose=asked.loose, confidence=look.confidence)
        inputs = (train.sha256, test.sha256)
    return read + also + Ran(observations=dataset.observe_leakage(found, confidence=look.confidence, inputs=inputs))


@contextmanager
def _side(file: PlannedTable | None, look: Look, rows: Rows | None, key: str) -> Iterator[tuple[lab.Table, Ran]]:
    """One side of a comparison of two tables: a file, or the rows at hand."""
    if file is None:
        yield _need(rows, look, key).table, Ran()
        return
    with side_table(look, file, key) as (table, material):
        yield table, Ran(materials=(material,))


# ── what it gives away ───────────────────────────────────────────────────────────────────────────────────────────────


def _proxies(asked: PlannedProxies, look: Look, rows: Rows | None, key: str) -> Ran:
    held = _need(rows, look, key)
    held.one_row_a_person(key)
    cluster = asked.cluster or held.part("cluster")
    parts = {cluster, *(held.part(name) for name in _PARTS)}
    found: tuple[Observation, ...] = ()
    for by in held.attributes(asked.by, key):
        others = tuple(name for name in held.table.columns if name != by.name and name not in parts)
        chosen = others if asked.columns is None else tuple(name for name in asked.columns if name != by.name)
        seen = dataset.proxies(
            held.table,
            by,
            columns=chosen,
            cluster=cluster,
            confidence=look.confidence,
            comparisons=look.comparisons,
            guaranteed=look.guaranteed,
        )
        found += dataset.observe_proxies(seen, inputs=held.inputs)
    return Ran(observations=found)


def _anonymity(asked: PlannedAnonymity, look: Look, rows: Rows | None, key: str) -> Ran:
    held = _need(rows, look, key)
    held.one_row_a_person(key)
    sizes: dict[str, Any] = {} if asked.sizes is None else {"sizes": asked.sizes}
    if asked.sizes and min(asked.sizes) < 2:
        raise AssessmentError(
            f"{key} counts classes under {min(asked.sizes)}.", expected="sizes of 2 or more", cure="Correct sizes."
        )
    cuts = {one.name: one for one in map(lab.parse_cut, asked.cut)}
    known = [cuts.get(one.name, one) for one in held.attributes(asked.quasi_identifiers, key)]
    stray = sorted(cuts.keys() - {one.name for one in known})
    if stray:
        raise AssessmentError(
            f"{key} cuts {stray[0]!r}, which is no quasi-identifier.",
            expected="cuts of columns in quasi_identifiers",
            cure="Correct it.",
        )
    found = dataset.observe_anonymity(dataset.anonymity(held.table, known, **sizes), inputs=held.inputs)
    for sensitive in asked.sensitive:
        found += dataset.observe_diversity(dataset.diversity(held.table, known, sensitive), inputs=held.inputs)
    return Ran(observations=found)


def _personal_data(asked: PlannedPersonalData, look: Look, rows: Rows | None, key: str) -> Ran:
    held, read, forms = _need(rows, look, key), Ran(), None
    if asked.forms:
        path, material = side_file(look, asked.forms, key)
        forms, read = dataset.load_identifiers(path), Ran(materials=(material,))
    found = dataset.personal_data(
        held.table, columns=asked.columns, identifiers=forms, confidence=look.confidence, comparisons=look.comparisons
    )
    return read + Ran(observations=dataset.observe_personal_data(found, inputs=held.inputs))


_STEPS: dict[str, Callable[[Any, Look, Rows | None, str], Ran]] = {
    "reference": _reference,
    "missing": _missing,
    "labels": _labels,
    "duplicates": _duplicates,
    "leakage": _leakage,
    "proxies": _proxies,
    "anonymity": _anonymity,
    "personal_data": _personal_data,
    "description": lambda asked, look, _, key: describe(asked, look, key),
    "digests": lambda asked, look, _, key: digests(asked, look, key),
}
