"""Say in the log which `verify.html` this node hands out, so that people can compare what several nodes say."""

from __future__ import annotations

from datetime import datetime

from plumbrule.evidence.claims import RECORD, Claim
from plumbrule_portal.accounts.trail import record
from plumbrule_portal.ledger import actions, node
from plumbrule_portal.systems import queries, verifier
from plumbrule_portal.systems.submissions.actions import stamp


def publish_tool(now: datetime) -> bool:
    """Publish the file's digest, unless the newest entry about it says the same. Returns whether it was new.

    The node itself says it, without a second person: it is a fact about the software that runs, and not about anybody.
    """
    said = queries.tool(verifier.FORM, verifier.RECORD, verifier.FILE)
    if said is not None and dict(said.files)[verifier.FILE] == verifier.digest():
        return False
    about = {"form": verifier.FORM, "record": verifier.RECORD, "system": None, "party": node.signer().verifier.name}
    claim = Claim(kind=RECORD, fields={**about, "previous": None, "created": stamp(now), "files": (verifier.FILE,)})
    entry = actions.publish(claim, {verifier.FILE: verifier.page()})
    record(None, "published a tool", f"entry/{entry.index}", now)
    return True
