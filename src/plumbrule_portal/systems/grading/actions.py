"""Propose a grading: the person's tier, what the rules had suggested, the answers, the reasons."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import rfc8785

from plumbrule.evidence.claims import CLASSIFICATION, Claim
from plumbrule.rulebook import load_rulebook, suggest_tier
from plumbrule_portal.accounts.models import User
from plumbrule_portal.ledger import proposals
from plumbrule_portal.ledger.models import Kind, Proposal
from plumbrule_portal.systems.models import System
from plumbrule_portal.systems.record import tidy

FILE = "grading.json"
SCHEMA = "plumbrule-grading/1"


def propose(
    system: System, facts: Mapping[str, bool], tier: str, office: str, reasons: str, language: str, by: User, now: datetime
) -> Proposal:
    """Ask for a grading to be published.

    Raises:
        AssessmentError: the facts are not answers to the questions, or the system is military: then none of this applies.
        PermissionDenied: this person may not propose it.
    """
    book = load_rulebook()
    suggested = suggest_tier(book, facts)
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "system": system.slug,
        "facts": dict(facts),
        "suggested": suggested.tier,
        "fired": [rule.id for rule in suggested.fired],
        "unanswered": list(suggested.unanswered),
        "tier": tier,
        "office": tidy(office),
        "reasons": {language: tidy(reasons)},
    }
    claim = Claim(
        kind=CLASSIFICATION,
        fields={
            "system": system.slug,
            "profile": tier,
            "tier": tier,
            "created": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "files": (FILE,),
        },
    )
    title = f"{system.slug}: {tier}"
    raw = rfc8785.dumps(document) + b"\n"
    return proposals.propose(
        Kind.GRADING,
        title,
        claim=claim,
        files={FILE: raw},
        by=by,
        now=now,
        organisation=system.organisation.slug,
        system=system.slug,
    )
