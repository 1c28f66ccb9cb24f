"""The policy and the trust file with which anybody checks the pack of a published assessment.

They are made from the acts on keys in this node's log, so another node with the same log makes the same bytes. A file that
comes from here proves nothing against this node: who wants to know compares the fingerprints with somebody else's.
"""

from __future__ import annotations

from dataclasses import dataclass

from plumbrule.evidence import KeyRecord, Kind, Trust, TrustedSigner, fingerprint
from plumbrule.evidence.trust import write_trust_file
from plumbrule_portal.ledger import keyring
from plumbrule_portal.ledger.models import Entry
from plumbrule_portal.systems.models import Assessment

COMMAND = "plumbrule verify pack --policy policy.txt --trust trust.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """The two files, and their fingerprints as `plumbrule verify` prints them."""

    policy: bytes
    trust: bytes

    @property
    def policy_fingerprint(self) -> str:
        """Of the policy."""
        return fingerprint(self.policy)

    @property
    def trust_fingerprint(self) -> str:
        """Of the trust file."""
        return fingerprint(self.trust)


def means(found: Assessment) -> Means | None:
    """Policy and trust file for an assessment; None when no key that signed it counts at its position any more."""
    entry = Entry.objects.filter(index=found.entry).first()
    keys = keyring.keyring()
    if entry is None or keys is None:
        return None
    counting = [record for record in keyring.signers_of(entry) if record.counts_at(entry.index)]
    if not counting:
        return None
    logs = [one for one in keys.keys if one.party == counting[0].party and one.key.kind is Kind.LOG]
    policy = "".join(f"log {one.key}\n" for one in logs)
    head = f"# The logs of {counting[0].party}, as the log {keys.log} has them on record.\n"
    signers = tuple(_signer(record, log) for record in counting for log in logs)
    trust = Trust(as_of=entry.created.date(), signers=signers)
    return Means(policy=f"{head}{policy}quorum none\n".encode(), trust=write_trust_file(trust))


def _signer(record: KeyRecord, log: KeyRecord) -> TrustedSigner:
    return TrustedSigner(
        name=record.party, key=record.key, predicates=record.predicates, systems=record.systems, log=log.key.name
    )
