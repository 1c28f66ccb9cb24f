"""What is asked about submissions and answers."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from plumbrule_portal.ledger.models import Proposal
from plumbrule_portal.systems.submissions.models import Answer, Submission


def named(name: str) -> Submission | None:
    """A submission by the name in its status address."""
    return Submission.objects.select_related("proposal").filter(name=name).first()


def said(found: Submission, site: str) -> dict[str, Any]:
    """What whoever sent a pack is told, for a machine and in words. `site` is the address of this portal."""
    told: dict[str, Any] = {
        "id": found.name,
        "state": found.state,
        "address": site + reverse("submission", args=[found.name]),
        "reasons": found.reasons,
        "assessment": found.facts.get("assessment", ""),
        "system": found.facts.get("system", ""),
    }
    if found.proposal is None:
        return told | {"words": "Refused. Nothing of it was kept but this answer."}
    proposal = found.proposal
    return told | {
        "stage": proposal.state,
        "public_from": None if proposal.public_from is None else proposal.public_from.isoformat(timespec="seconds"),
        "entry": proposal.entry,
        "reason": proposal.reason,
        "words": _WORDS[Proposal.State(proposal.state)],
    }


_WORDS = {
    Proposal.State.WAITING: "Accepted. The party assessed sees the finding and may answer; then a second person decides.",
    Proposal.State.REPLY: "Accepted and agreed to. It is published when the time of the party assessed to answer is over.",
    Proposal.State.PUBLISHED: "Published.",
    Proposal.State.RETURNED: "Sent back, with a reason.",
    Proposal.State.TAKEN_BACK: "Taken back.",
}


def answers(envelope: str) -> list[Answer]:
    """What the party assessed answered to an assessment, oldest first."""
    return list(Answer.objects.filter(assessment=envelope))
