"""What is asked about labels: does one hold today, and if not, why not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from plumbrule_portal.ledger import keyring
from plumbrule_portal.ledger.models import Entry
from plumbrule_portal.systems.labels.definitions import Definition, definition, definitions
from plumbrule_portal.systems.labels.models import Label
from plumbrule_portal.systems.models import Assessment, System
from plumbrule_portal.systems.shown import standing_of

SATISFIED = "satisfied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a label of a system stands on a day.

    `state` is `holds`, `run-out`, `not-yet`, `superseded`, `withdrawn`, `doubted` (the key of its evidence, or its own, was
    revoked) or `none` (never given). `because` is the entry that made it fall.
    """

    definition: Definition
    system: System
    state: str
    label: Label | None = None
    because: int | None = None

    @property
    def holds(self) -> bool:
        """Whether it may be shown as holding."""
        return self.state == "holds"


def standing(system: System, label: str, today: date) -> Standing | None:
    """How a label of a system stands; None if there is no such label."""
    found = definition(label)
    if found is None:
        return None
    newest = Label.objects.filter(system=system.slug, label=label).first()
    if newest is None:
        return Standing(definition=found, system=system, state="none")
    state, because = _state(newest, today)
    return Standing(definition=found, system=system, state=state, label=newest, because=because)


def of_system(system: System, today: date) -> list[Standing]:
    """Every label that a system was ever given, as it stands today."""
    found = (standing(system, one.id, today) for one in definitions())
    return [one for one in found if one is not None and one.state != "none"]


def running(today: date) -> list[Standing]:
    """Every label that holds today."""
    pairs = Label.objects.filter(until__gte=today).order_by().values_list("system", "label").distinct()
    systems = System.objects.in_bulk({system for system, _ in pairs}, field_name="slug")
    found = (standing(systems[system], label, today) for system, label in pairs if system in systems)
    return [one for one in found if one is not None and one.holds]


def fitting(system: System, wanted: Definition, today: date) -> Assessment | None:
    """The newest assessment that gives a label: it stands, is not too old, and every requirement in it is satisfied."""
    oldest = today - timedelta(days=wanted.evidence_days)
    for found in Assessment.objects.filter(system=system.slug, created__date__gte=oldest).prefetch_related("findings"):
        verdicts = {one.requirement: one.verdict for one in found.findings.all()}
        satisfied = all(verdicts.get(one) == SATISFIED for one in wanted.requirements)
        if satisfied and evidence(found.entry) == ("current", None):
            return found
    return None


def evidence(index: int) -> tuple[str, int | None]:
    """How the evidence at a position stands: as an assessment does, and besides, its key must not have been revoked since.

    A key that another replaced in order has not been revoked. A revocation leaves what was signed before it as it is, but a
    label recommends something today, so it waits until somebody has looked and signed again.
    """
    entry = Entry.objects.filter(index=index).first()
    if entry is None:
        return "withdrawn", None
    state, because = standing_of(entry)
    return _key(entry) if state == "current" else (state, because)


def _state(label: Label, today: date) -> tuple[str, int | None]:
    own = Entry.objects.get(index=label.entry)
    fallen = standing_of(own), evidence(label.evidence), _key(own)
    for state, because in fallen:
        if state != "current":
            return state, because
    if label.until < today:
        return "run-out", None
    return ("not-yet", None) if label.first > today else ("holds", None)


def _key(entry: Entry) -> tuple[str, int | None]:
    keys = keyring.keyring()
    for record in keyring.signers_of(entry):
        if keys is not None and record.end is not None and not keyring.replaced(record, keys):
            return "doubted", record.ended_by
    return "current", None
