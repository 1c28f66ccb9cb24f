"""An assessor of its own, with its own node and log, as the tests of submissions need it."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from portal_made import publish_record

from plumbrule.cli.demo import example
from plumbrule.evidence import Kind, read_key, write_request
from plumbrule.evidence.log import Log, create_node

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
LAB, OWNER, SYSTEM = "testing-lab", "lenders", "boston-mortgage-decisions"


def assess(home: Path, when: datetime) -> Path:
    """A folder with an assessor's node (`node/`) and the assessment of the example (`out/`); returns it."""
    from plumbrule import pipeline

    create_node(home / "node", name="lab.example", clock=lambda: when)
    with Log.open(home / "node" / "log") as log:
        recorder = pipeline.Recorder(signer=read_key(home / "node" / "keys" / "statement.key"), log=log)
        pipeline.assess(example(), home / "out", recorder=recorder, clock=lambda: when)
    return home


def pack_of(lab: Path) -> dict[str, bytes]:
    """The files of the pack."""
    return {path.name: path.read_bytes() for path in sorted((lab / "out" / "pack").iterdir())}


def publish_system(*, versions: Any = None) -> None:
    """The two organisations and the system that the example is about."""
    publish_record("organisation-1", OWNER, {"names": {"en": "Lenders"}}, party=OWNER)
    publish_record("organisation-1", LAB, {"names": {"en": "Testing laboratory"}}, party=LAB)
    fields = {"name": {"en": "Mortgage decisions"}, "summary": {"en": "Decides on mortgages."}}
    if versions:
        fields["versions"] = versions
    document = {"id": SYSTEM, "organisation": OWNER, "language": "en", "form": "system-1", "fields": fields}
    publish_record("system-1", SYSTEM, document, system=SYSTEM)


def people() -> tuple[Any, Any, Any]:
    """Two stewards of the node, and the focal point of the party assessed."""
    from plumbrule_portal.accounts.models import Membership, Role, User

    made = []
    for name, organisation, role in (
        ("one", "", Role.STEWARD),
        ("two", "", Role.STEWARD),
        ("focal", OWNER, Role.FOCAL_POINT),
    ):
        user = User.objects.create_user(f"{name}@example.org", name=name)
        Membership.objects.create(user=user, organisation=organisation, role=role)
        made.append(user)
    return made[0], made[1], made[2]


def register_keys(lab: Path, one: Any, two: Any, when: datetime) -> None:
    """The assessor's two keys, proposed by one steward and agreed to by the other."""
    from plumbrule_portal.ledger import keys, node, proposals

    log = node.log_key().name
    for path, kind in ((lab / "node/keys/statement.key", Kind.STATEMENT), (lab / "node/log/log.key", Kind.LOG)):
        proposals.agree(keys.propose_key(write_request(read_key(path, kind), log, LAB), one, when), two, when)


def copied(lab: Path, to: Path) -> Path:
    """A copy of an assessor's folder, to change."""
    shutil.copytree(lab, to)
    return to
