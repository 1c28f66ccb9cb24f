"""What the API takes and gives: shapes only, documented where a programmer will read them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from ninja import Schema
from pydantic import ConfigDict, Field, StringConstraints

from plumbrule_portal.systems.record import PARTY

MOST = 2**62
Slug = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", max_length=120)]
ShortName = Annotated[str, StringConstraints(pattern=f"^{PARTY.pattern}$")]
Position = Annotated[int, Field(ge=0, le=MOST)]
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=200)]
Language = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=10)]
Texts = dict[str, str]


class Strict(Schema):
    """A body in which nothing else may stand."""

    model_config = ConfigDict(extra="forbid")


class Problem(Schema):
    """What was wrong, what would be right, and what to do."""

    detail: str
    expected: str = ""
    cure: str = ""


class CountOut(Schema):
    """How many; `more` is true if there are more than `n`, and nobody counted them."""

    n: int
    more: bool


class Party(Schema):
    """An organisation, in short. `names` maps a language to a name; `country` is ISO 3166-1 alpha-2 or empty."""

    id: str
    names: Texts
    country: str


class OrganisationOut(Party):
    """An organisation, and the entry that says so."""

    kind: str
    entry: int | None


class SystemOut(Schema):
    """An AI system as its newest record says. `source` is `entered`, or the register that it was read from."""

    id: str
    address: str
    organisation: Party
    language: str
    names: Texts
    summaries: Texts
    country: str
    phase: str
    tier: str
    tier_profile: str
    source: str
    form: str
    entry: int
    updated: str


class RecordOut(Schema):
    """One published record: its position in the log, and the digest under which its file lies at /content/."""

    entry: int
    form: str
    sha256: str
    created: str


class FindingOut(Schema):
    """The verdict on one requirement."""

    requirement: str
    verdict: str


class AssessmentOut(Schema):
    """A published assessment. `files` maps names to digests; each lies at /content/ under its digest."""

    entry: int
    address: str
    system: str
    name: str
    title: str
    profile: str
    signer: str
    created: str
    rows: int | None
    superseded_by: int | None
    withdrawn_by: int | None
    findings: list[FindingOut]
    files: dict[str, str]


class SystemWhole(SystemOut):
    """A system with all fields of its record, its history and its assessments."""

    fields: dict[str, Any]
    history: list[RecordOut]
    assessments: list[AssessmentOut]
    licence: str


class SystemThen(SystemOut):
    """A system as it was on a day: the fields of the record that held then."""

    fields: dict[str, Any]
    on: date
    licence: str


class FileOut(Schema):
    """A file that an entry names."""

    name: str
    sha256: str


class EntryOut(Schema):
    """An entry of the log."""

    index: int
    address: str
    predicate: str
    about: str
    signer: str
    created: str
    sha256: str
    files: list[FileOut]
    superseded_by: int | None
    withdrawn_by: int | None


class SystemList(Schema):
    """A page of systems. `next` is what to send as `after` for the next page, empty at the end."""

    items: list[SystemOut]
    count: CountOut
    next: str
    licence: str


class OrganisationList(Schema):
    """A page of organisations."""

    items: list[OrganisationOut]
    next: str
    licence: str


class AssessmentList(Schema):
    """A page of assessments, newest first."""

    items: list[AssessmentOut]
    next: str
    licence: str


class EntryList(Schema):
    """A page of entries, newest first."""

    items: list[EntryOut]
    next: str
    licence: str


class FacetOut(Schema):
    """One value of a filter, and how many systems fit it."""

    value: str
    n: int


class FacetsOut(Schema):
    """The filters with their counts, among the `of` systems that fit what was asked."""

    of: CountOut
    values: dict[str, list[FacetOut]]


class DraftIn(Strict):
    """A new draft. `id` becomes the system's permanent name in addresses, `language` is the main one of its texts."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=120)]
    language: Language = "en"
    name: Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=r"^[^\x00]*$")]


class FieldsIn(Strict):
    """The fields of a draft, as a record has them; `/api/v1/record-schema` describes them."""

    fields: dict[str, Any]


class ProposalIn(Strict):
    """What the people who decide read above the proposal."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=r"^[^\x00]*$")]


class DraftOut(Schema):
    """A draft. `lacking` names the questions that must be answered before it can be proposed."""

    id: str
    organisation: str
    language: str
    form: str
    fields: dict[str, Any]
    base: int | None
    lacking: list[str]


class ProposalOut(Schema):
    """A proposal: it waits for a second person, on the desk."""

    id: int
    state: str
    title: str
