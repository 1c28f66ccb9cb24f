"""What a model tells of the people it learnt from: from `[privacy]` to observations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from plumbrule.base.observation import Observation
from plumbrule.errors import AssessmentError
from plumbrule.findings.further.files import asked_by, asks_something, one_of, side_file, side_table
from plumbrule.findings.further.look import Look, Ran
from plumbrule.findings.further.rows import rows_of
from plumbrule.findings.model import Material
from plumbrule.findings.planned.files import PlannedTexts
from plumbrule.findings.planned.privacy import (
    PlannedExtraction,
    PlannedInference,
    PlannedMembership,
    PlannedPrivacy,
    PlannedReported,
)
from plumbrule.lab.families import privacy


def run(asked: PlannedPrivacy, look: Look) -> Ran:
    """Everything that `[privacy]` asks.

    Raises:
        InputError: a column or a file is not there, or does not hold what it should.
    """
    found = Ran()
    if asked.membership:
        with asked_by("[privacy.membership]"):
            found += _membership(asked.membership, look, "[privacy.membership]")
    if asked.attribute_inference:
        with asked_by("[privacy.attribute_inference]"):
            found += _inference(asked.attribute_inference, look, "[privacy.attribute_inference]")
    if asked.extraction:
        with asked_by("[privacy.extraction]"):
            found += _extraction(asked.extraction, look, "[privacy.extraction]")
    several = sum(one.kind == "garak" for one in asked.reported) > 1
    for one in asked.reported:
        with asked_by("[[privacy.reported]]"):
            found += _reported(one, look, "[[privacy.reported]]", several=several)
    return asks_something(found, "[privacy]")


def _membership(asked: PlannedMembership, look: Look, key: str) -> Ran:
    loss = one_of(key, score=asked.score, loss=asked.loss) == "loss"
    column = str(asked.score or asked.loss)
    options: dict[str, Any] = {"loss": loss, **({"low_rates": asked.low_rates} if asked.low_rates else {})}
    options |= {"confidence": look.confidence, "comparisons": look.comparisons, "guaranteed": look.guaranteed}
    if one_of(key, member=asked.member, members=asked.members or asked.others) == "member":
        with rows_of(look, asked.table, key) as (rows, read):
            rows.one_row_a_person(key)
            rows.each_row_alone(key)
            found = privacy.membership_from_table(rows.table, column, str(asked.member), **options)
            return read + Ran(observations=privacy.observe_membership(found, inputs=rows.inputs))
    if asked.members is None or asked.others is None or asked.table is not None:
        raise AssessmentError(
            f"{key} does not say who was in the training set and who was not.",
            expected="two files, members and others; or one table with a column member",
            cure="Add the file that is missing, or take out table.",
        )
    with side_table(look, asked.members, key) as (one, mine), side_table(look, asked.others, key) as (other, theirs):
        found = privacy.membership_from_two(one, other, column, **options)
    seen = privacy.observe_membership(found, inputs=(mine.sha256, theirs.sha256))
    return Ran(observations=seen, materials=(mine, theirs))


def _inference(asked: PlannedInference, look: Look, key: str) -> Ran:
    with rows_of(look, asked.table, key) as (rows, read):
        rows.one_row_a_person(key)
        prediction = rows.part("prediction")
        outputs = asked.outputs or ((prediction,) if prediction else ())
        found: tuple[Observation, ...] = ()
        for attribute in rows.attributes(asked.attributes, key, "attributes"):
            seen = privacy.attribute_inference(
                rows.table,
                attribute,
                known=tuple(name for name in asked.known if name != attribute.name),
                outputs=outputs,
                cluster=asked.cluster or rows.part("cluster"),
                confidence=look.confidence,
                comparisons=look.comparisons,
                guaranteed=look.guaranteed,
            )
            found += privacy.observe_inference(seen, inputs=rows.inputs)
    return read + Ran(observations=found)


def _extraction(asked: PlannedExtraction, look: Look, key: str) -> Ran:
    outputs, mine = _texts(asked.outputs, look, key, "empty line")
    corpus, theirs = _texts(asked.corpus, look, key, "file")
    control, others = _texts(asked.control, look, key, "file") if asked.control else (None, None)
    found = privacy.extraction(
        list(outputs),
        corpus,
        control=control,
        unit=asked.unit,
        confidence=look.confidence,
        comparisons=look.comparisons,
        guaranteed=look.guaranteed,
        **({"lengths": asked.lengths} if asked.lengths else {}),
    )
    materials = tuple(one for one in (mine, theirs, others) if one is not None)
    inputs = tuple(one.sha256 for one in materials)
    return Ran(observations=privacy.observe_extraction(found, inputs=inputs), materials=materials)


def _texts(asked: PlannedTexts, look: Look, key: str, parted_by: privacy.PartedBy) -> tuple[Iterator[str], Material]:
    """The texts of a file, one after the other; a corpus of plain text is one text, so that no run is cut."""
    path, material = side_file(look, asked.file, key, source=asked.source, licence=asked.licence)
    found = privacy.texts_in(
        path,
        column=asked.column,
        parted_by=asked.parted_by or parted_by,
        encoding=asked.encoding,
        delimiter=asked.delimiter,
        sheet=asked.sheet,
    )
    return found, material


def _reported(asked: PlannedReported, look: Look, key: str, *, several: bool) -> Ran:
    """What others reported. Of several scans each result names its file: two scans may hold the same probe."""
    path, material = side_file(look, asked.file, key)
    if asked.kind == "avid":
        found = privacy.observe_avid([privacy.read_avid(path)], inputs=(material.sha256,))
    else:
        found = privacy.observe_garak(privacy.read_garak(path), inputs=(material.sha256,))
        if several:
            found = tuple(replace(one, id=f"{one.id}@{asked.file}") for one in found)
    return Ran(observations=found, materials=(material,))
