"""Whose signatures on a statement hold, by a trust file that came from elsewhere.

This is the same question that a pack's check asks, for one entry of a log that lies here: does the signature fit the
bytes, and does the trust file let this key say this, about this system, at this position of this log?
"""

from __future__ import annotations

from dataclasses import dataclass

from plumbrule.base.messages import message
from plumbrule.errors import UnreadableError
from plumbrule.evidence.envelope import parse_envelope
from plumbrule.evidence.sentence import Sentence, sentence
from plumbrule.evidence.statement import parse_statement
from plumbrule.evidence.trust import Trust

COUNTS, HOLDS, FALSE, STRANGER = "counts", "holds", "false", "stranger"
_TEXTS = {
    COUNTS: message("The signature of {signer} holds, and counts here: {key}."),
    HOLDS: message("The signature of {signer} holds, and the trust file does not let it count here: {key}."),
    FALSE: message("The signature of {signer} does NOT hold: {key}."),
    STRANGER: message("Signed by a key that the trust file does not name: {key}."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """One signature: the label of its key, how the trust file calls its owner ("" for a stranger), and one of

    counts: it holds, and the trust file lets this key say this here; holds: only the first; false: it does not fit the
    bytes; stranger: the trust file does not name the key, so nothing was checked.
    """

    key: str
    signer: str
    state: str

    def sentence(self) -> Sentence:
        """The same for a reader."""
        return sentence(_TEXTS[self.state], signer=self.signer, key=self.key)


def check_signatures(entry: bytes, origin: str, index: int, trust: Trust) -> tuple[Signed, ...]:
    """Check every signature on an entry; none if it is not a statement of a kind that we know.

    Args:
        entry: the bytes of the entry.
        origin: the log that it lies in.
        index: its position there.
        trust: whose word counts.
    """
    try:
        envelope = parse_envelope(entry)
        statement = parse_statement(envelope.payload)
    except UnreadableError:
        return ()
    found = []
    for line in envelope.signatures:
        named = [signer for signer in trust.signers if signer.key.label == line.keyid]
        holding = [signer for signer in named if envelope.signed_by(signer.key)]
        counting = [
            signer
            for signer in holding
            if signer.may_sign(statement.predicate_type, statement.predicate.system) and signer.counts_at(origin, index)
        ]
        state = COUNTS if counting else HOLDS if holding else FALSE if named else STRANGER
        owner = next((signer.name for signer in (*counting, *holding, *named)), "")
        found.append(Signed(key=line.keyid, signer=owner, state=state))
    return tuple(found)
