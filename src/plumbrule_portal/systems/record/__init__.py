"""The register's record of an AI system: fields whose meanings have versions, each with a value or a stated absence.

    YAML form ─→ fields ─read strictly→ Record ─write→ canonical bytes ─→ signed and published

No Django here. A text stands in several languages; what is not known, does not apply, is withheld or is not stated by the
source is said so, and is never an empty text.

    >>> raw = {"schema": "plumbrule-record/1", "form": "system-1", "id": "bus-times", "organisation": "city", "language": "en",
    ...        "declared": None, "fields": {"name": {"en": "Bus times "}, "legal_basis": {"absent": "unknown"}}}
    >>> record = record_from(raw)
    >>> record.fields["name"]["en"], record.fields["legal_basis"].reason.value
    ('Bus times', 'unknown')
    >>> read_record(write_record(record)) == record
    True
    >>> [one.field for one in missing(record)][:3]
    ['summary', 'purpose', 'functions']
"""

from plumbrule_portal.systems.record.compare import Difference, Missing, differences, missing, upgrade
from plumbrule_portal.systems.record.file import ID, PARTY, read_record, record_from, record_object, value_object, write_record
from plumbrule_portal.systems.record.form import (
    LATEST,
    Choice,
    Column,
    Field,
    Form,
    form_names,
    form_words,
    questionnaires,
    read_form,
)
from plumbrule_portal.systems.record.kinds import tidy
from plumbrule_portal.systems.record.model import SCHEMA, Absence, Absent, Declared, Record, Row, Value, Withholding
from plumbrule_portal.systems.record.problem import Problem
from plumbrule_portal.systems.record.schema import record_schema
from plumbrule_portal.systems.record.strict import read_json
from plumbrule_portal.systems.record.values import read_column, read_fields, read_value

__all__ = [
    "ID",
    "LATEST",
    "PARTY",
    "SCHEMA",
    "Absence",
    "Absent",
    "Choice",
    "Column",
    "Declared",
    "Difference",
    "Field",
    "Form",
    "Missing",
    "Problem",
    "Record",
    "Row",
    "Value",
    "Withholding",
    "differences",
    "form_names",
    "form_words",
    "missing",
    "questionnaires",
    "read_column",
    "read_fields",
    "read_form",
    "read_json",
    "read_record",
    "read_value",
    "record_from",
    "record_object",
    "record_schema",
    "tidy",
    "upgrade",
    "value_object",
    "write_record",
]
