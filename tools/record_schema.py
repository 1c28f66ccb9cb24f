"""Write the JSON Schema of records, the reference page of its fields, and the words of the forms and of the mapping tables."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from plumbrule_portal.systems.exchange import Line, Table, fills, formats, map_words, table_of
from plumbrule_portal.systems.record import LATEST, Field, Form, form_names, form_words, read_form, record_schema

ROOT = Path(__file__).resolve().parents[1]
ROOM = ROOT / "src" / "plumbrule_portal" / "systems" / "record"
SCHEMA = ROOM / "schemas" / "record-1.json"
WORDS = ROOM / "labels.py"
MAP_WORDS = ROOM.parent / "exchange" / "labels.py"
PAGE = ROOT / "docs" / "reference" / "record.md"
MAP_PAGE = ROOT / "docs" / "reference" / "exchange.md"
NEEDED = {"value": "a value", "answer": "a value or a stated absence", "no": "no"}


def schema_text() -> str:
    """The schema as it is committed."""
    return json.dumps(record_schema(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def words_text() -> str:
    """A module in which the tools of gettext find what stands in the YAML of the forms."""
    return _module("forms/*.yaml", dict.fromkeys(word for name in form_names() for word in form_words(read_form(name))))


def map_words_text() -> str:
    """The same for the YAML of the mapping tables."""
    return _module("maps/*.yaml", map_words())


def _module(source: str, words: Iterable[str]) -> str:
    lines = [f'"""Made by `python tools/record_schema.py` from {source}, for the tools of gettext."""', ""]
    lines += ["from plumbrule_portal.systems.record.words import gettext_noop", "", "WORDS = ("]
    lines += [line for word in words for line in _marked(json.dumps(word, ensure_ascii=False))]
    return "\n".join([*lines, ")", '"""Every message id, each once."""', ""])


def _marked(word: str) -> list[str]:
    whole = f"    gettext_noop({word}),"
    return [whole] if len(whole) <= 130 else ["    gettext_noop(", f"        {word}", "    ),"]


def page() -> str:
    """A table for each section of the latest form."""
    form = read_form(LATEST)
    parts = [f"# The fields of a record: form {form.id}", "", "Made by `python tools/record_schema.py` from the form itself."]
    parts += ["What absences and mappings mean stands in [the register's record](../portal/record.md).", ""]
    for section in form.sections:
        parts += [f"## {section.label}", "", "| field | kind | needed to publish | meaning |", "|---|---|---|---|"]
        parts += [*_rows(form, section.id), ""]
    parts += ["## Classes of lawful withholding", "", *(f"- `{one.id}`: {one.label}" for one in form.withholding)]
    return "\n".join(parts).rstrip() + "\n"


def _rows(form: Form, section: str) -> Iterator[str]:
    for one in form.fields:
        if one.section == section:
            yield f"| `{one.id}` | {_kind(one)} | {NEEDED[one.needed]} | **{one.label}.** {one.help} |"


def _kind(one: Field) -> str:
    if one.type == "rows":
        return "rows of " + ", ".join(f"`{column.id}`{'' if column.required else ' (may be left out)'}" for column in one.columns)
    if one.type in {"choice", "choices"}:
        return f"{one.type} of " + ", ".join(f"`{choice.id}`" for choice in one.choices)
    return one.type


def map_page() -> str:
    """A table for each format: their field, ours, and what is to be known about it."""
    parts = ["# What maps to what", "", "Made by `python tools/record_schema.py` from the tables of the exchange."]
    parts += ["How an import and an export work stands in [the register's record](../portal/record.md).", ""]
    for name in formats():
        table = table_of(name)
        homeless = [f"`{ours}`" for ours, theirs in fills(name).items() if not theirs and ours not in table.always]
        parts += [f"## {table.title}: `{name}`", "", "| their field | our field | |", "|---|---|---|"]
        parts += [f"| `{line.theirs}` | {_ours(line)} | {'; '.join(_known(line))} |" for line in table.lines]
        parts += ["", f"{_always(table)}No place for {', '.join(homeless) or 'nothing'}.", ""]
    return "\n".join(parts).rstrip() + "\n"


def _ours(line: Line) -> str:
    if not line.ours:
        return {"organisation": "the organisation", "constant": f"always `{line.constant}`"}.get(line.way, "stays behind")
    where = "".join(f", {key} `{part}`" for key, part in line.where.items())
    return f"`{line.ours}`" + (f", column `{line.column}`{where}" if line.column else "")


def _known(line: Line) -> Iterator[str]:
    if line.why:
        yield line.why.rstrip(".")
    if line.only:
        yield f"{line.only} only"
    if line.required:
        yield "required there"
    if line.most:
        yield f"at most {line.most} characters"
    if line.way in {"html", "markdown"}:
        yield "mark-up becomes plain text"
    if line.way == "lead":
        yield "the first paragraph"
    if line.way in {"value", "values"} and line.column != "class":
        yield ", ".join(f"{theirs} = `{ours}`" for theirs, ours in line.values.items())


def _always(table: Table) -> str:
    return "".join(f"Every entry gets `{name}` {', '.join(value)}. " for name, value in table.always.items())


if __name__ == "__main__":
    for path, text in (
        (SCHEMA, schema_text()),
        (WORDS, words_text()),
        (MAP_WORDS, map_words_text()),
        (PAGE, page()),
        (MAP_PAGE, map_page()),
    ):
        path.write_text(text, encoding="utf-8", newline="\n")
