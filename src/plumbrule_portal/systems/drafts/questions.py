"""The questions of a section of a form, and what somebody typed as values of a record. Knows no database, no request.

A field is asked for in one language at a time; what it says in the others stays. Instead of a value one may give the reason
why there is none. What does not fit comes back beside its question, as it was typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from plumbrule_portal.systems.record import Absence, Choice, Column, Field, Form, Problem, read_value, value_object

ABSENCES = tuple(one.value for one in Absence if one is not Absence.NOT_STATED)
"""The reasons that somebody may give here; `not-stated` is for records that were read from another register."""
BLANK_ROWS = 2
WITHHOLDING = ("class", "basis", "decided_by", "review")
Typed = Mapping[str, list[str]]
"""What a browser sent: name to values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    """One place to type into: its name in the form that is sent, what stands in it, and how it is asked for.

    `kind` is area, line, date, select, boxes or list (one item a line).
    """

    name: str
    label: str
    kind: str
    value: str = ""
    chosen: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    most: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One field: its blanks (one, or a row of them for each row), the reason for an absence, and what does not fit."""

    spec: Field
    blanks: tuple[Blank, ...]
    rows: tuple[tuple[Blank, ...], ...]
    absent: str
    withheld: Mapping[str, str]
    elsewhere: Mapping[str, str]
    problem: Problem | None


def questions(
    form: Form,
    section: str,
    fields: Mapping[str, Any],
    language: str,
    typed: Typed | None = None,
    problems: tuple[Problem, ...] = (),
) -> tuple[Question, ...]:
    """The questions of a section, filled with the draft's values or, after something did not fit, with what was typed."""
    wrong = {problem.field: problem for problem in problems}
    return tuple(_question(spec, fields.get(spec.id), language, typed, wrong.get(spec.id)) for spec in _specs(form, section))


def read_section(
    form: Form, section: str, fields: Mapping[str, Any], language: str, typed: Typed
) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """All fields of a draft with the typed values of one section in place, and what did not fit.

    A field that was left empty is not answered: it is taken out. One that does not fit keeps its former value.
    """
    found, problems = dict(fields), []
    for spec in _specs(form, section):
        raw = _raw(spec, fields.get(spec.id), language, typed)
        if raw is None:
            found.pop(spec.id, None)
            continue
        value = read_value(form, spec, raw)
        if isinstance(value, Problem):
            problems.append(value)
        else:
            found[spec.id] = value_object(value)
    return found, tuple(problems)


def _specs(form: Form, section: str) -> list[Field]:
    return [spec for spec in form.fields if spec.section == section]


def _question(spec: Field, value: Any, language: str, typed: Typed | None, problem: Problem | None) -> Question:
    stated = value if isinstance(value, dict) and "absent" in value else None
    plain = None if stated else value
    rows = plain if isinstance(plain, list) and spec.type == "rows" else []
    count = len(rows) if typed is None else _typed_rows(spec, typed)
    asked = range(count + BLANK_ROWS) if spec.type == "rows" else range(0)
    return Question(
        spec=spec,
        blanks=() if spec.type == "rows" else (_blank(spec.id, spec, plain, language, typed),),
        rows=tuple(
            tuple(
                _blank(f"{spec.id}.{n}.{column.id}", column, (rows[n] if n < len(rows) else {}).get(column.id), language, typed)
                for column in spec.columns
            )
            for n in asked
        ),
        absent=_one(typed, f"{spec.id}.absent") if typed is not None else str((stated or {}).get("absent", "")),
        withheld={key: _withheld(spec, stated, key, language, typed) for key in WITHHOLDING},
        elsewhere={code: text for code, text in plain.items() if code != language}
        if spec.type == "text" and isinstance(plain, dict)
        else {},
        problem=problem,
    )


def _withheld(spec: Field, stated: Mapping[str, Any] | None, key: str, language: str, typed: Typed | None) -> str:
    if typed is not None:
        return _one(typed, f"{spec.id}.{key}")
    found = (stated or {}).get(key, "")
    return str(found.get(language, "")) if isinstance(found, dict) else str(found)


def _blank(name: str, spec: Field | Column, value: Any, language: str, typed: Typed | None) -> Blank:
    kind = _KINDS.get(spec.type, "line")
    if typed is not None:
        chosen, text = tuple(typed.get(name, ())), _one(typed, name)
    else:
        items = tuple(value) if isinstance(value, list) else ()
        chosen = items or ((value,) if isinstance(value, str) else ())
        text = "\n".join(items) if items else str(value.get(language, "")) if isinstance(value, dict) else str(value or "")
    return Blank(name=name, label=spec.label, kind=kind, value=text, chosen=chosen, choices=spec.choices, most=spec.most)


_KINDS = {
    "text": "area",
    "lines": "list",
    "languages": "list",
    "countries": "list",
    "choice": "select",
    "choices": "boxes",
}


def _raw(spec: Field, before: Any, language: str, typed: Typed) -> Any:
    """The JSON value that was typed for a field; None where nothing was."""
    reason = _one(typed, f"{spec.id}.absent")
    if reason:
        return _raw_absence(spec, before, language, typed, reason)
    if spec.type == "rows":
        rows = [_raw_row(spec, before, n, language, typed) for n in range(_typed_rows(spec, typed))]
        return [row for row in rows if row] or None
    return _raw_plain(spec, spec.id, before, language, typed)


def _raw_absence(spec: Field, before: Any, language: str, typed: Typed, reason: str) -> dict[str, Any]:
    if reason != Absence.WITHHELD:
        return {"absent": reason}
    old = before.get("basis", {}) if isinstance(before, dict) else {}
    basis = {**(old if isinstance(old, dict) else {}), language: _one(typed, f"{spec.id}.basis")}
    rest = {key: _one(typed, f"{spec.id}.{key}") for key in WITHHOLDING if key != "basis"}
    return {"absent": reason, "basis": {code: text for code, text in basis.items() if text}, **rest}


def _raw_row(spec: Field, before: Any, number: int, language: str, typed: Typed) -> dict[str, Any]:
    rows = before if isinstance(before, list) else []
    old = rows[number] if number < len(rows) else {}
    found = {
        column.id: _raw_plain(column, f"{spec.id}.{number}.{column.id}", old.get(column.id), language, typed)
        for column in spec.columns
    }
    return {key: value for key, value in found.items() if value is not None}


def _raw_plain(spec: Field | Column, name: str, before: Any, language: str, typed: Typed) -> Any:
    match spec.type:
        case "text":
            others = (
                {c: t for c, t in before.items() if c != language} if isinstance(before, dict) and "absent" not in before else {}
            )
            said = _one(typed, name)
            return ({**others, language: said} if said else others) or None
        case "choices":
            return [item for item in typed.get(name, ()) if item] or None
        case "lines" | "languages" | "countries":
            return [line.strip() for line in _one(typed, name).splitlines() if line.strip()] or None
    return _one(typed, name) or None


def _typed_rows(spec: Field, typed: Typed) -> int:
    """How many rows were sent, up to the last one in which something stands."""
    filled = [
        int(name.split(".")[1])
        for name, values in typed.items()
        if name.startswith(f"{spec.id}.") and name.split(".")[1].isdigit() and any(value.strip() for value in values)
    ]
    return min(max(filled, default=-1) + 1, 200)


def _one(typed: Typed | None, name: str) -> str:
    values = (typed or {}).get(name, [])
    return values[-1].strip() if values else ""
