"""Propose what the register says of an organisation."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext

from plumbrule.errors import InputError
from plumbrule.evidence.claims import RECORD, Claim
from plumbrule.evidence.reading import Json
from plumbrule_portal.accounts.models import User
from plumbrule_portal.ledger import proposals
from plumbrule_portal.ledger.models import Kind, Proposal
from plumbrule_portal.systems.organisations import queries
from plumbrule_portal.systems.organisations.document import FILE, FORM, Described, write
from plumbrule_portal.systems.submissions.actions import stamp
from plumbrule_portal.ui.templatetags.texts import best_of


def propose(said: Described, by: User, now: datetime) -> Proposal:
    """Ask for an organisation to be described so.

    Raises:
        InputError: the register says the same already. Nothing was proposed.
        PermissionDenied: this person may not propose for this organisation.
    """
    found = queries.organisation(said.slug)
    if found is not None and queries.described(found) == said:
        raise InputError(f"the register says the same of {said.slug}.", expected="a change.")
    earlier = queries.history(said.slug)
    follows: Json = {"envelope": earlier[-1].sha256, "log_index": earlier[-1].index} if earlier else None
    fields: dict[str, Json] = {"form": FORM, "record": said.slug, "system": None, "party": said.slug, "previous": follows}
    title = gettext("Changed: %(name)s") if found else gettext("New organisation: %(name)s")
    return proposals.propose(
        Kind.RECORD,
        title % {"name": said.names[best_of(said.names)]},
        claim=Claim(kind=RECORD, fields={**fields, "created": stamp(now), "files": (FILE,)}),
        files={FILE: write(said)},
        by=by,
        now=now,
        organisation=said.slug,
    )
