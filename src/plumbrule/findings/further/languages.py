"""Languages: from `[languages]` to observations. The answers come from a table, from logs, or from a transcript."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from plumbrule.base.files import sha256_file
from plumbrule.base.observation import Observation
from plumbrule.errors import AssessmentError
from plumbrule.findings.further.files import asked_by, side_table
from plumbrule.findings.further.look import Look, Ran
from plumbrule.findings.model import Material
from plumbrule.findings.planned.languages import PlannedAnswerColumns, PlannedLanguages
from plumbrule.lab.families.languages import (
    AnswerColumns,
    Answers,
    InspectLog,
    Pack,
    answers_from_inspect,
    answers_from_table,
    answers_from_transcript,
    check_scores,
    find_pack,
    observe_languages,
    observe_review,
    observe_transcript,
    read_pack,
    read_transcript,
)

KEY = "[languages]"


def run(asked: PlannedLanguages, look: Look) -> Ran:
    """Rates in each language, gaps item by item, and the smallest gaps that could have been seen.

    Raises:
        InputError: a file is not there or not what it should be, or holds no such language or metric.
    """
    with asked_by(KEY):
        sources = [name for name in ("answers", "logs", "transcript") if getattr(asked, name)]
        if len(sources) != 1:
            raise AssessmentError(
                f"{KEY} names {' and '.join(sources) or 'no answers'}.",
                expected="exactly one of answers, logs and transcript",
                cure="Name one; answers from several places go into one table.",
            )
        pack = read_pack(find_pack(asked.pack, look.folder)) if asked.pack else None
        answers, facts, materials = _read(asked, look, pack)
        seen = observe_languages(
            answers,
            reference=asked.reference,
            languages=asked.compare,
            metrics=asked.metrics,
            confidence=look.confidence,
            family="primary" if look.guaranteed else "exploratory",
            comparisons=look.comparisons,
        )
    digests = tuple(one.sha256 for one in materials)
    reviewed = () if pack is None else observe_review(pack, answers.languages)
    if pack is not None and asked.pack:
        materials += (Material(name=asked.pack, sha256=pack.sha256, licence=pack.licence),)
    return Ran(
        observations=(*facts, *reviewed, *(replace(one, inputs=digests) for one in seen)),
        materials=materials,
    )


def _read(
    asked: PlannedLanguages, look: Look, pack: Pack | None
) -> tuple[Answers, tuple[Observation, ...], tuple[Material, ...]]:
    """The answers, what is known of where they come from, and the files read."""
    if asked.transcript:
        return _transcript(asked.transcript, look, pack)
    if asked.answers:
        with side_table(look, asked.answers, f"{KEY} answers") as (table, material):
            return answers_from_table(table, _columns(asked.columns, table.columns)), (), (material,)
    paths = [look.file(log.file, f"{KEY} logs") for log in asked.logs]
    logs = [
        InspectLog(
            path=path,
            language=log.language,
            language_key=log.language_key,
            item_key=log.item_key,
            scorer=log.scorer,
            incomplete=log.incomplete,
        )
        for path, log in zip(paths, asked.logs, strict=True)
    ]
    materials = (
        Material(name=log.file, sha256=sha256_file(path), source=log.source, licence=log.licence)
        for path, log in zip(paths, asked.logs, strict=True)
    )
    return answers_from_inspect(logs), (), tuple(dict.fromkeys(materials))


def _columns(asked: PlannedAnswerColumns, held: tuple[str, ...]) -> AnswerColumns:
    """The columns named; `correct` and `run` by their own names where the table has them and the plan says nothing."""
    found = {name: getattr(asked, name) for name in ("correct", "run", "answer", "refused", "answered_in")}
    if not any(found[name] for name in ("correct", "answer", "refused")) and "correct" in held:
        found["correct"] = "correct"
    if not found["run"] and "run" in held:
        found["run"] = "run"
    return AnswerColumns(item=asked.item, language=asked.language, **found)


def _transcript(name: str, look: Look, pack: Pack | None) -> tuple[Answers, tuple[Observation, ...], tuple[Material, ...]]:
    path: Path = look.file(name, f"{KEY} transcript")
    transcript = read_transcript(path)
    if pack is not None:
        check_scores(transcript, pack)
    material = Material(name=name, sha256=transcript.sha256)
    facts = observe_transcript(transcript, review=pack is None)
    return answers_from_transcript(transcript), facts, (material,)
