"""Forms: which fields a record has and what each means. A form never changes its meanings once it is released.

The forms lie in `forms/` as YAML that a lawyer can edit; a record names the form it was written under and keeps it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Literal

import yaml
from pydantic import ConfigDict, TypeAdapter

from plumbrule.errors import UnreadableError

FOLDER = Path(__file__).parent / "forms"
LATEST = "system-1"
"""The form under which a new record is written."""

Kind = Literal["text", "line", "lines", "url", "email", "date", "digest", "choice", "choices", "languages", "countries", "rows"]
"""Texts stand in several languages; a line is a name or a number that is not translated; a date may be a month or a year."""

Needed = Literal["value", "answer", "no"]
"""To be published, a record needs a value here; a value or a stated absence; or neither."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of the things to choose from: its token and its label (a message id)."""

    id: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of the rows of a field. `most` is the most characters of a text or line; 0 stands for the usual limit."""

    id: str
    type: Kind
    label: str
    required: bool = False
    most: int = 0
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field: its label and help are message ids. Of the columns in `one_of` each row needs at least one.

    `begins_with` names fields of the system's own record with whose texts an answer begins: entered once, then worked on.
    """

    id: str
    section: str
    type: Kind
    needed: Needed
    label: str
    help: str
    most: int = 0
    choices: tuple[Choice, ...] = ()
    columns: tuple[Column, ...] = ()
    one_of: tuple[str, ...] = ()
    begins_with: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The fields of a record in their order, the sections they stand in, and the classes of lawful withholding.

    `title` and `about` are message ids; `sources` are provisions that ask for such answers, as `rulebook.cite` knows them.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")
    schema: Literal["plumbrule-form/1"]
    id: str
    title: str
    about: str = ""
    sources: tuple[str, ...] = ()
    sections: tuple[Choice, ...]
    withholding: tuple[Choice, ...]
    fields: tuple[Field, ...]

    def field(self, name: str) -> Field:
        """The field of that id.

        Raises:
            KeyError: the form has none.
        """
        found = next((one for one in self.fields if one.id == name), None)
        if found is None:
            raise KeyError(name)
        return found


def form_names() -> tuple[str, ...]:
    """The forms that there are, oldest first."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


@cache
def read_form(name: str) -> Form:
    """The form of that name; read once.

    Raises:
        UnreadableError: there is no such form here.
    """
    if name not in form_names():
        raise UnreadableError(
            f"This record was written under the form {name[:80]!r}.",
            expected=f"one of: {', '.join(form_names())}",
            cure="Read it with the release that knows the form.",
        )
    return TypeAdapter(Form).validate_json(json.dumps(_whole(_yaml(FOLDER / f"{name}.yaml"))), strict=True)


def questionnaires() -> tuple[str, ...]:
    """The forms of questions about a system that is in the register already."""
    return tuple(name for name in form_names() if name != LATEST and not name.startswith("system-"))


def _yaml(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def _whole(raw: dict[str, Any]) -> dict[str, Any]:
    """A form with the parts that it shares with others, after its own."""
    parts = [_yaml(FOLDER / "parts" / f"{name}.yaml") for name in raw.pop("uses", ())]
    for key in ("sections", "withholding", "fields"):
        raw[key] = [item for part in (raw, *parts) for item in part.get(key, ())]
    return raw


def form_words(form: Form) -> tuple[str, ...]:
    """Every message id that a form shows, each once, in order."""
    found = [form.title, *filter(None, [form.about]), *(one.label for one in (*form.sections, *form.withholding))]
    for each in form.fields:
        found += [each.label, each.help, *(one.label for one in each.choices)]
        for column in each.columns:
            found += [column.label, *(one.label for one in column.choices)]
    return tuple(dict.fromkeys(found))
