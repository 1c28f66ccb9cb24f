"""Check what came in: the bytes in a process of their own, with limits; then against what this register holds."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from plumbrule.base.sandbox import run_limited
from plumbrule.errors import InputError
from plumbrule.pipeline.arrival import Arrival, Reason, RegisteredKey, read_arrival
from plumbrule_portal.ledger.models import Entry, Proposal
from plumbrule_portal.systems.models import System
from plumbrule_portal.systems.submissions.models import Submission

SECONDS, MEGABYTES = 30, 1024
MAX_BYTES, MAX_FILES = 32 * 2**20, 80
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9_-]|\.(?!\.)){0,98}[a-z0-9]")
_OPEN = (Proposal.State.WAITING, Proposal.State.REPLY, Proposal.State.PUBLISHED)


def check_bytes(files: Mapping[str, bytes], keys: Sequence[RegisteredKey]) -> Arrival:
    """Everything that can be said of the files without knowing this register."""
    strange = [name for name in files if not _NAME.fullmatch(name)]
    if strange or not files:
        got = f"A file called {ascii(strange[0])[:80]} is in no pack." if strange else "No file came."
        return Arrival(reasons=(Reason(check="form", got=got, expected="the files of a pack folder, each under its own name."),))
    with tempfile.TemporaryDirectory(prefix="plumbrule-") as home:
        folder = Path(home)
        (folder / "pack").mkdir()
        for name, raw in files.items():
            (folder / "pack" / name).write_bytes(raw)
        (folder / "keys.json").write_text(json.dumps([asdict(key) for key in keys]), encoding="utf-8", newline="\n")
        said = folder / "said.json"
        try:
            run_limited("plumbrule.pipeline.arrival", [home], seconds=SECONDS, megabytes=MEGABYTES, stdout=said)
        except InputError as error:
            return Arrival(reasons=(Reason(check="form", got=error.got, expected=error.expected, cure=error.cure),))
        return read_arrival(said.read_bytes())


def check_register(found: Arrival) -> tuple[Reason, ...]:
    """Whether this register knows what was assessed, and has not got this very assessment already."""
    system = System.objects.filter(slug=found.facts["system"]).first()
    if system is None:
        got = f"The system {found.facts['system']} is not in this register."
        cure = "Ask the organisation that answers for it to enter it first, or name it in the plan as this register does."
        return (Reason(check="system", got=got, expected="the id of a system in this register.", cure=cure),)
    return tuple(reason for reason in (_version(system, found), _twice(found)) if reason)


def version_seen(system: System, version: str, subjects: Sequence[str]) -> bool | None:
    """Whether the artefact of this version was among what was assessed; None if the record names no digest for it."""
    digests = {str(row.get("digest") or "") for row in _versions(system) if row.get("label") == version} - {""}
    return None if not digests else bool(digests & set(subjects))


def published(envelope: str) -> Entry | None:
    """The entry that this envelope is already."""
    return Entry.objects.filter(sha256=envelope).first()


def waiting(envelope: str) -> Submission | None:
    """The submission of this very envelope that waits, or was published."""
    return Submission.objects.filter(envelope=envelope, state="accepted", proposal__state__in=_OPEN).first()


def _version(system: System, found: Arrival) -> Reason | None:
    known = [str(row.get("label")) for row in _versions(system)]
    if not known or found.facts["version"] in known:
        return _artefact(system, found)
    return Reason(
        check="version",
        got=f"The plan names version {found.facts['version']} of the system.",
        expected=f"one of the versions in its record: {', '.join(known)[:200]}.",
        cure="Ask the organisation to add the version to its record, or mend the plan.",
    )


def _artefact(system: System, found: Arrival) -> Reason | None:
    """An artefact of another version was tested: its digest is in the record, and the right one is not there."""
    if version_seen(system, found.facts["version"], found.facts["subjects"]) is not False:
        return None
    others = {str(row.get("digest")): str(row.get("label")) for row in _versions(system) if row.get("digest")}
    wrong = [others[digest] for digest in found.facts["subjects"] if digest in others]
    if not wrong:
        return None
    return Reason(
        check="version",
        got=f"The plan names version {found.facts['version']}, and the file assessed is that of version {wrong[0]}.",
        expected="the artefact whose SHA-256 the record gives for that version.",
        cure="Assess the version that the plan names.",
    )


def _twice(found: Arrival) -> Reason | None:
    entry = published(str(found.facts["envelope"]))
    if entry is None:
        return None
    return Reason(check="new", got=f"This assessment is entry {entry.index} of the log already.", cure="Nothing is left to do.")


def _versions(system: System) -> list[dict[str, object]]:
    rows = system.fields.get("versions")
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
