"""Acts on keys, as proposals: a key of an organisation begins to count here, or ends. Stewards propose, other stewards agree."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext

from plumbrule.errors import InputError
from plumbrule.evidence import KeyRequest, Scope, add_key, check_act, parse_request, revoke_key
from plumbrule.evidence.keyrecord import REQUEST_FILE
from plumbrule_portal.accounts.models import Organisation, User
from plumbrule_portal.ledger import actions, keyring, node, proposals
from plumbrule_portal.ledger.models import Kind, Proposal


def propose_key(raw: bytes, by: User, now: datetime) -> Proposal:
    """Propose that a key counts, from the request that shows who has it.

    Raises:
        UnreadableError, VerificationError: it is no request, or not signed by the key that it names.
        InputError: it is for another log, of an organisation that is not in the register, or nothing would follow from it.
        PermissionDenied: this person may not.
    """
    request = parse_request(raw)
    _check_request(request)
    act = add_key(request, Scope(), signer=node.signer(), now=now)
    title = gettext("Key %(key)s of %(party)s") % {"key": request.key.label, "party": request.party}
    return _propose(act, title, request.party, {REQUEST_FILE: raw}, by, now)


def propose_end(label: str, suspect_from: int | None, by: User, now: datetime) -> Proposal:
    """Propose that a key ends with the next entry; from `suspect_from` on, what it signed must be endorsed again.

    Raises InputError: no such key, or a position that does not fit. PermissionDenied: this person may not.
    """
    keys = keyring.keyring()
    record = None if keys is None else keys.find(label)
    if keys is None or record is None:
        raise InputError(f"{label[:80]!r} is no key on record here.", expected="a key of the list.")
    act = revoke_key(record, keys.log, signer=node.signer(), now=now, end=keyring.size(), suspect_from=suspect_from)
    title = gettext("End of the key %(key)s of %(party)s") % {"key": record.key.label, "party": record.party}
    return _propose(act, title, record.party, {}, by, now)


def _check_request(request: KeyRequest) -> None:
    here = node.log_key().name
    if request.log != here:
        raise InputError(f"the request is for the log {request.log}.", expected=f"one for {here}.", cure="ask for a new one.")
    if not Organisation.objects.filter(slug=request.party).exists():
        raise InputError(
            f"the organisation {request.party} is not in the register.",
            expected="the id of an organisation that is published here.",
            cure="publish the organisation first.",
        )


def _propose(act: bytes, title: str, party: str, files: dict[str, bytes], by: User, now: datetime) -> Proposal:
    """What would follow is checked before anybody is asked."""
    trust = keyring.roots()
    if trust is None:
        raise InputError("this node has no root file.", expected=keyring.ROOT, cure="see docs/portal/operation.md.")
    check_act(actions.envelopes(), act, trust, node.log_key().name)
    return proposals.propose(Kind.KEY_EVENT, title, envelopes=[act], files=files, by=by, now=now, organisation=party)
