"""Proof of possession: what an organisation sends to a steward so that its key can count in a log.

A signed note (c2sp.org/signed-note) of four lines, signed by the very key that it names and by nobody else:

    plumbrule-key-request/1
    log example.org/log
    party lab.example
    key lab.example/tests+1a2b3c4d+/3Vyb...

    — lab.example/tests Gis8TQ...

It shows that whoever sends it has the private key and means this log; without that, an organisation could have somebody
else's key entered under its own name, and claim what the other signed. It does not show who the sender is: the steward
asks that by another way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from plumbrule.errors import InputError, UnreadableError, VerificationError
from plumbrule.evidence.claims import VERIFIER_KEY
from plumbrule.evidence.keys import Signer
from plumbrule.evidence.note import parse_note, sign_note, verified
from plumbrule.evidence.reading import refuse
from plumbrule.evidence.tokens import TOKEN, WORDLESS
from plumbrule.evidence.vkey import Kind, VerifierKey, parse_verifier_key

FORMAT = "plumbrule-key-request/1"
MAX_REQUEST = 4_096
_FORM = re.compile(re.escape(FORMAT) + r"\nlog ([^\n]+)\nparty ([^\n]+)\nkey ([^\n]+)\n")
_CURE = "ask for a new one, made with plumbrule node key request."


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRequest:
    """Whose key is to count in which log. `raw` are the bytes that came, `party` the id of the organisation."""

    log: str
    party: str
    key: VerifierKey
    raw: bytes


def write_request(signer: Signer, log: str, party: str) -> bytes:
    """The bytes of a request, signed by the key that it is about.

    Args:
        signer: the key, for statements, for a log or for a witness.
        log: the name of the log in which it is to count.
        party: the id of the organisation: a token, best a host of its own.

    Raises:
        InputError: a name or id that no entry of a log can hold: they are in ASCII, without spaces.
    """
    key = signer.verifier
    for name, form, text in (("log", TOKEN, log), ("party", TOKEN, party), ("key", VERIFIER_KEY, str(key))):
        if not form.fullmatch(text):
            raise InputError(f"the {name} {text[:80]!r} cannot stand in an entry.", expected=WORDLESS + ".")
    return sign_note(f"{FORMAT}\nlog {log}\nparty {party}\nkey {key}\n", [signer])


def parse_request(raw: bytes, what: str = "key request") -> KeyRequest:
    """Read a request and check that the key which it names signed it.

    Raises:
        UnreadableError: not in its one form.
        VerificationError: another key signed it, or nobody who has this one.
    """
    if len(raw) > MAX_REQUEST:
        refuse(what, f"{len(raw)} bytes long", f"at most {MAX_REQUEST}.", _CURE)
    try:
        note = parse_note(raw, what)
    except UnreadableError as error:
        raise UnreadableError(error.got, expected="a key request: a signed note.", cure=_CURE) from None
    form = _FORM.fullmatch(note.text)
    if form is None or not all(map(TOKEN.fullmatch, form.groups()[:2])) or not VERIFIER_KEY.fullmatch(form[3]):
        refuse(what, "it is not a key request", f"{FORMAT!r} and the lines log, party and key.", _CURE)
    key = parse_verifier_key(form[3], what)
    if key.kind is Kind.ML_DSA_44:
        refuse(what, f"{key.label} is a key of a kind that this version cannot check", "an Ed25519 key.", _CURE)
    _check_signed(raw, key, what)
    return KeyRequest(log=form[1], party=form[2], key=key, raw=raw)


def _check_signed(raw: bytes, key: VerifierKey, what: str) -> None:
    note = parse_note(raw, what)
    strangers = [line.label for line in note.signatures if line.label != key.label]
    if strangers:
        raise VerificationError(
            f"{what}: it names {key.label} and is signed by {strangers[0]}.",
            expected="the signature of the key that it names, and no other.",
            cure=_CURE,
        )
    try:
        verified(note, [key])
    except VerificationError:
        raise VerificationError(
            f"{what}: the signature is not {key.label}'s; whoever made it has not shown that they have this key.",
            expected="a request signed by the key that it names.",
            cure=_CURE,
        ) from None
