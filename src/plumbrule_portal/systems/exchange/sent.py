"""Wishes, results and reports as JSON: what goes into the limited process and what comes out of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pydantic import TypeAdapter, ValidationError

from plumbrule.errors import UnreadableError
from plumbrule_portal.systems.exchange.files import Imported, Wanted
from plumbrule_portal.systems.exchange.names import Organisation
from plumbrule_portal.systems.exchange.report import Report
from plumbrule_portal.systems.record import record_from, record_object


def wanted_object(wanted: Wanted) -> dict[str, Any]:
    """What the caller says about an import, as JSON values."""
    return asdict(wanted)


def wanted_from(raw: dict[str, Any]) -> Wanted:
    """The reverse of `wanted_object`."""
    owner = raw["organisation"]
    return Wanted(**{**raw, "organisation": Organisation(**owner) if owner else None})


def report_object(report: Report) -> dict[str, Any]:
    """A report as JSON values, for a page, an API or a job."""
    return asdict(report)


def result_object(imported: Imported, report: Report) -> dict[str, Any]:
    """An import as JSON values."""
    return {
        "records": [record_object(one) for one in imported.records],
        "organisations": [asdict(one) for one in imported.organisations],
        "report": report_object(report),
    }


def result_from(raw: Any) -> tuple[Imported, Report]:
    """The reverse of `result_object`; everything is checked again, for it comes from a process that read a hostile file.

    Raises:
        UnreadableError: it is not what `result_object` gives.
        InputError: a record in it does not fit its form.
    """
    if not isinstance(raw, dict) or set(raw) != {"records", "organisations", "report"} or not isinstance(raw["records"], list):
        raise _odd("its parts")
    try:
        report = TypeAdapter(Report).validate_python(raw["report"])
        owners = TypeAdapter(tuple[Organisation, ...]).validate_python(raw["organisations"])
    except ValidationError as error:
        raise _odd(str(error.errors()[0]["loc"])) from None
    return Imported(records=tuple(record_from(one) for one in raw["records"]), organisations=owners), report


def _odd(where: str) -> UnreadableError:
    return UnreadableError(f"The reader of the file answered oddly: {where}.", expected="records and a report", cure="Try again.")
