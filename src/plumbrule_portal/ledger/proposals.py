"""The two-person rule: what is published was proposed by one person and agreed to by another.

    propose ─→ WAITING ─agree→ PUBLISHED           (or REPLY until `public_from`, then `publish_due`)
                  ├─send back, with a reason→ RETURNED
                  └─take back→ TAKEN_BACK

An office of one may switch the second person off (`alone` in portal.toml): then the proposer may agree, the first such act
says so by an entry of the log, and the page about the register says it for as long as it lasts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q

from plumbrule.errors import InputError, PlumbruleError
from plumbrule.evidence import Claim, make_statement, seal, subject_of, write_statement
from plumbrule.evidence.claims import WITHDRAWAL, read_claim
from plumbrule.evidence.statement import Subject
from plumbrule_portal.accounts.models import User
from plumbrule_portal.accounts.trail import record
from plumbrule_portal.ledger import access, actions, inbox, node, queries, queries_holds
from plumbrule_portal.ledger.models import Entry, Proposal
from plumbrule_portal.ledger.rule import settle

WAITING, REPLY = Proposal.State.WAITING, Proposal.State.REPLY


def propose(
    kind: str,
    title: str,
    *,
    claim: Claim | Sequence[Claim] | None = None,
    envelopes: Sequence[bytes] = (),
    files: Mapping[str, bytes],
    by: User | None,
    now: datetime,
    organisation: str = "",
    system: str = "",
    public_from: datetime | None = None,
    elsewhere: Sequence[Subject] = (),
) -> Proposal:
    """Ask for something to be published. Nothing is public yet; the files wait in the inbox.

    Args:
        kind: one of `ledger.models.Kind`.
        title: what it is, for the people who decide.
        claim: what the node shall say and sign, or several claims, in this order, after the envelopes.
        envelopes: what somebody else has signed already (plan and assessment of an assessor), as it came.
        files: name to bytes; a claim's `files` are among them, the others are files of the envelopes.
        by: who proposes; None for what came in signed from outside, where the signer is the first person.
        now: the time.
        organisation: slug of the organisation whom it concerns.
        system: slug of the system that it is about.
        public_from: not published before this time, also when it is agreed to (the right of reply).
        elsewhere: subjects of the claim whose bytes are not among the files, as of a withdrawal.

    Raises:
        PermissionDenied: this person may not propose this.
        InputError: nothing to publish, or a claim that is not in its form. Nothing was kept.
    """
    if by is not None and not access.may_propose(by, kind, organisation):
        raise PermissionDenied
    claims = [claim] if isinstance(claim, Claim) else list(claim or ())
    if not claims and not envelopes:
        raise InputError("a proposal without anything to publish.", expected="a claim, or signed envelopes.")
    kept = {name: subject_of(name, raw).sha256 for name, raw in files.items()}
    written = [_written(one, kept, elsewhere) for one in claims]
    inbox.keep(files)
    with transaction.atomic():
        made = Proposal.objects.create(
            kind=kind,
            title=title[:300],
            organisation=organisation,
            system=system,
            envelopes=[envelope.decode() for envelope in envelopes],
            predicate=claims[0].kind if claims else "",
            claim={"claims": written},
            files=kept,
            proposed_by=by,
            proposed=now,
            public_from=public_from,
        )
        record(by, "proposed", _name(made), now)
    return made


def agree(proposal: Proposal, by: User, now: datetime) -> Entry | None:
    """The second person's yes. Publishes, and returns the last entry made; None while the time of reply still runs.

    Raises:
        PermissionDenied: this person may not agree, or proposed it and the office is not of one.
        InputError: it waits no longer; or something newer was published of the same record.
    """
    with transaction.atomic():
        found = locked(proposal, WAITING)
        _check_second(found, by)
        settle(by, now)
        found.decided_by, found.decided = by, now
        record(by, "agreed", _name(found), now)
        entry = None
        if found.public_from is None or found.public_from <= now:
            entry = publish(found)
        else:
            found.state = REPLY
            found.save()
    proposal.refresh_from_db()
    return entry


def send_back(proposal: Proposal, by: User, reason: str, now: datetime) -> None:
    """The second person's no, with a reason for the first. Raises PermissionDenied, InputError."""
    if not reason.strip():
        raise InputError("sent back without a reason.", expected="a sentence that says what to change.")
    with transaction.atomic():
        found = locked(proposal, WAITING, REPLY)
        if not access.may_agree(by, found):
            raise PermissionDenied
        _close(found, Proposal.State.RETURNED, by, now, reason.strip())
        record(by, "sent back", _name(found), now)
    proposal.refresh_from_db()


def take_back(proposal: Proposal, by: User, now: datetime) -> None:
    """The proposer does not want it any more. Raises PermissionDenied, InputError."""
    with transaction.atomic():
        found = locked(proposal, WAITING, REPLY)
        if found.proposed_by_id != by.pk:
            raise PermissionDenied
        _close(found, Proposal.State.TAKEN_BACK, by, now, "")
        record(by, "took back", _name(found), now)
    proposal.refresh_from_db()


def attach(proposal: Proposal, claim: Claim | None, files: Mapping[str, bytes], by: User, now: datetime) -> None:
    """The party assessed adds its answer, which is published together with the rest; None takes it away again.

    An answer that was attached before gives way. Who had agreed already is asked again: nothing is published unseen.
    Raises InputError if it waits no longer, or the time to answer is over.
    """
    with transaction.atomic():
        found = locked(proposal, WAITING, REPLY)
        if found.public_from is None or found.public_from <= now:
            raise InputError("the time to answer before publication is over.", expected="an answer within it.")
        kept = {name: subject_of(name, raw).sha256 for name, raw in files.items()}
        inbox.keep(files)
        own = [one for one in found.claim["claims"] if "answer" not in one]
        added = [] if claim is None else [_written(claim, kept, ()) | {"answer": True}]
        found.files = {name: digest for name, digest in found.files.items() if name != "record.json"} | kept
        found.claim = {"claims": own + added}
        found.state, found.decided_by, found.decided = WAITING, None, None
        found.save()
        record(by, "answered", _name(found), now)
    proposal.refresh_from_db()


def need_no_more_time(proposal: Proposal, by: User, now: datetime) -> None:
    """The party assessed says that it needs no more time. What was agreed to is published. Raises InputError."""
    with transaction.atomic():
        found = locked(proposal, WAITING, REPLY)
        if found.public_from is not None and found.public_from > now:
            found.public_from = now
            found.save()
            record(by, "needs no more time", _name(found), now)
    publish_due(now)
    proposal.refresh_from_db()


def publish_due(now: datetime) -> list[Entry]:
    """Publish what was agreed to and whose time of reply is over. For `tick`, and for a party that needs no more time.

    One that cannot be published keeps no other one from it; the first error is raised when all were tried.
    """
    due = Proposal.objects.filter(state=REPLY, decided__isnull=False, public_from__lte=now)
    made, wrong = list[Entry](), list[PlumbruleError]()
    for waiting in due.order_by("public_from", "pk"):
        try:
            with transaction.atomic():
                found = locked(waiting, REPLY)
                record(None, "published when its time came", _name(found), now)
                made.append(publish(found))
        except PlumbruleError as error:
            wrong.append(error)
    if wrong:
        raise wrong[0]
    return made


def claims_of(proposal: Proposal) -> list[tuple[Claim, tuple[Subject, ...]]]:
    """The claims that the node would sign, each with its subjects."""
    return [
        (
            read_claim(one["predicate"], one["fields"], "proposal"),
            tuple(Subject(name=name, sha256=digest) for name, digest in one["subjects"]),
        )
        for one in proposal.claim.get("claims", ())
    ]


def _written(claim: Claim, kept: Mapping[str, str], elsewhere: Sequence[Subject]) -> dict[str, object]:
    """A claim with its subjects as JSON, checked as a reader will check it."""
    strangers = set(claim.files) - set(kept)
    if strangers:
        raise InputError(f"the claim names {min(strangers)}, which was not handed in.", expected="every file that it names.")
    subjects = [*(Subject(name=name, sha256=kept[name]) for name in claim.files), *elsewhere]
    make_statement(subjects, claim)
    pairs = [[subject.name, subject.sha256] for subject in subjects]
    return {"predicate": claim.kind, "fields": claim.to_json(), "subjects": pairs}


def _check_second(found: Proposal, by: User) -> None:
    if not access.may_agree(by, found):
        raise PermissionDenied
    if found.proposed_by_id == by.pk and not settings.OFFICE.alone:
        raise PermissionDenied


def publish(found: Proposal) -> Entry:
    """Sign the node's claims, append everything, and say so in the proposal's row. Inside the caller's transaction."""
    claims = claims_of(found)
    for claim, _ in claims:
        queries.refuse_stale(claim)
        queries.refuse_taken(claim)
    signed = [seal(write_statement(make_statement(subjects, claim)), [node.signer()]) for claim, subjects in claims]
    blobs = [inbox.read(digest) for digest in found.files.values()]
    entries = actions.publish_envelopes([*(text.encode() for text in found.envelopes), *signed], blobs)
    found.state, found.entry = Proposal.State.PUBLISHED, entries[-1].index
    found.save()
    for (claim, _), entry in zip(claims, entries[len(found.envelopes) :], strict=True):
        if claim.kind == WITHDRAWAL:
            transaction.on_commit(partial(actions.erase, claim, entry.index))
    _tidy(found)
    return entries[-1]


def _close(found: Proposal, state: Proposal.State, by: User, now: datetime, reason: str) -> None:
    found.state, found.decided_by, found.decided, found.reason = state, by, now, reason
    found.save()
    _tidy(found)


def _tidy(found: Proposal) -> None:
    """After the commit, delete the files that no other open proposal waits for; under a legal hold they stay."""
    held = queries_holds.held_systems(found.decided or found.proposed)
    if found.state != Proposal.State.PUBLISHED and found.system in held:
        return
    others = Proposal.objects.filter(Q(state__in=(WAITING, REPLY)) | Q(system__in=held)).exclude(pk=found.pk)
    wanted = {digest for files in others.values_list("files", flat=True) for digest in files.values()}
    transaction.on_commit(lambda: inbox.clear(set(found.files.values()) - wanted))


def locked(proposal: Proposal, *states: Proposal.State) -> Proposal:
    """The row as it is now, held until the transaction ends."""
    found = Proposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    if found.state not in states:
        raise InputError("this proposal waits no longer.", expected="one that waits.", cure="look at what became of it.")
    return found


def _name(proposal: Proposal) -> str:
    return f"proposal/{proposal.pk}"
