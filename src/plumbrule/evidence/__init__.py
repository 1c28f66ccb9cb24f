"""Evidence: claims that a stranger can check, offline, by keys that came from somewhere else.

A claim is a *statement* about files by digest. Signed, it is an *envelope*: bytes that never change again. The
envelope becomes an *entry* of an append-only log; a *proof* shows where. A *pack* holds all of it for somebody who
has nothing else of ours, and `verify_pack` checks it against a *policy* (which logs count) and a *trust file* (who may
sign what). Formats: in-toto Statement v1, DSSE v1, and C2SP for everything about logs; see docs/concepts/evidence.md.

Which keys count is told by the log, too: stewards add, rotate and revoke keys by entries, and `read_keyring` says what
follows, for a reader whose root file names the stewards.

This door makes and checks claims. It knows only bytes, opens no socket and writes to no log: the second door,
`plumbrule.evidence.log`, does that.

>>> signer = new_signer("example.org/assessor")
>>> plan = PlanPredicate(assessment="loans-2026", system="loans", profile="high", files=("plan.toml",))
>>> envelope = seal(write_statement(make_statement([subject_of("plan.toml", b"...")], plan)), [signer])
>>> parse_envelope(envelope).signed_by(signer.verifier)
True
>>> parse_envelope(envelope.replace(b'"payload"', b'"payload" '))
Traceback (most recent call last):
plumbrule.errors.UnreadableError: envelope: it is spelled in another way than the format allows. ...
"""

from plumbrule.evidence.case import CheckedCase, check_case
from plumbrule.evidence.checkpoint import Checkpoint, parse_checkpoint
from plumbrule.evidence.claims import Claim, claim_schema
from plumbrule.evidence.envelope import Envelope, parse_envelope, seal
from plumbrule.evidence.keyacts import Scope, add_key, check_act, endorse, revoke_key, rotate_key
from plumbrule.evidence.keyrecord import KeyRecord, Standing
from plumbrule.evidence.keyring import Ignored, Keyring, read_keyring
from plumbrule.evidence.keys import KeySigner, Signer, key_is_locked, new_signer, read_key, write_key
from plumbrule.evidence.keytrust import root_trust, write_trust_of
from plumbrule.evidence.note import Note, parse_note, sign_note
from plumbrule.evidence.pack import Pack, read_pack, write_pack
from plumbrule.evidence.policy import Policy, parse_policy
from plumbrule.evidence.possession import KeyRequest, parse_request, write_request
from plumbrule.evidence.predicates import AssessmentPredicate, PlanCitation, PlanPredicate
from plumbrule.evidence.proof import Proof, parse_proof, write_proof
from plumbrule.evidence.result import Verification
from plumbrule.evidence.sentence import Sentence
from plumbrule.evidence.statement import (
    Statement,
    Subject,
    make_statement,
    parse_statement,
    subject_of,
    wordless_name,
    write_statement,
)
from plumbrule.evidence.suggestion import write_trust
from plumbrule.evidence.trust import Trust, TrustedSigner, fingerprint, parse_trust
from plumbrule.evidence.verify import verify_pack
from plumbrule.evidence.vkey import Kind, VerifierKey, parse_verifier_key

__all__ = [
    "AssessmentPredicate",
    "CheckedCase",
    "Checkpoint",
    "Claim",
    "Envelope",
    "Ignored",
    "KeyRecord",
    "KeyRequest",
    "KeySigner",
    "Keyring",
    "Kind",
    "Note",
    "Pack",
    "PlanCitation",
    "PlanPredicate",
    "Policy",
    "Proof",
    "Scope",
    "Sentence",
    "Signer",
    "Standing",
    "Statement",
    "Subject",
    "Trust",
    "TrustedSigner",
    "Verification",
    "VerifierKey",
    "add_key",
    "check_act",
    "check_case",
    "claim_schema",
    "endorse",
    "fingerprint",
    "key_is_locked",
    "make_statement",
    "new_signer",
    "parse_checkpoint",
    "parse_envelope",
    "parse_note",
    "parse_policy",
    "parse_proof",
    "parse_request",
    "parse_statement",
    "parse_trust",
    "parse_verifier_key",
    "read_key",
    "read_keyring",
    "read_pack",
    "revoke_key",
    "root_trust",
    "rotate_key",
    "seal",
    "sign_note",
    "subject_of",
    "verify_pack",
    "wordless_name",
    "write_key",
    "write_pack",
    "write_proof",
    "write_request",
    "write_statement",
    "write_trust",
    "write_trust_of",
]
