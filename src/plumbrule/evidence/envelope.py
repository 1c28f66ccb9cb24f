"""Envelopes: signed bytes (DSSE v1, github.com/secure-systems-lab/dsse), in exactly one accepted byte form.

The file is the RFC 8785 form of

    {"payload": base64, "payloadType": "application/vnd.in-toto+json", "signatures": [{"keyid": …, "sig": base64}, …]}

without a newline at the end; signatures stand in the order of their key ids, each key once. An envelope is an entry of
a log byte for byte, so any second form of the same content would be a second entry: it is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import rfc8785

from plumbrule.evidence.keys import Signer
from plumbrule.evidence.note import MAX_SIGNATURES
from plumbrule.evidence.reading import read_base64, read_json, read_list, read_object, refuse, write_base64
from plumbrule.evidence.vkey import VerifierKey, valid_name

PAYLOAD_TYPE = "application/vnd.in-toto+json"
MAX_ENVELOPE = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopeSignature:
    """`keyid` is a hint which key to try (`name+id`), `sig` the 64 bytes."""

    keyid: str
    sig: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A parsed envelope; nothing in it is to be believed before a signature holds."""

    payload: bytes
    signatures: tuple[EnvelopeSignature, ...]

    def signed_by(self, key: VerifierKey) -> bool | None:
        """True or false if a signature claims to be this key's; None if none does."""
        line = next((line for line in self.signatures if line.keyid == key.label), None)
        return None if line is None else key.verifies(pae(self.payload), line.sig)


def pae(payload: bytes, payload_type: str = PAYLOAD_TYPE) -> bytes:
    """What is signed: the pre-authentication encoding of DSSE v1 (protocol.md, "Signature definition").

    >>> pae(b"hello world", "http://example.com/HelloWorld")
    b'DSSEv1 29 http://example.com/HelloWorld 11 hello world'
    """
    return b"DSSEv1 %d %s %d %s" % (len(payload_type.encode()), payload_type.encode(), len(payload), payload)


def seal(payload: bytes, signers: Sequence[Signer]) -> bytes:
    """The bytes of an envelope around a statement's bytes, signed by each signer.

    Raises:
        UnreadableError: no signer, more than 16, one twice, or longer than 65,535 bytes.
    """
    signatures = [EnvelopeSignature(keyid=signer.verifier.label, sig=signer.sign(pae(payload))) for signer in signers]
    raw = _write(payload, sorted(signatures, key=lambda line: line.keyid))
    parse_envelope(raw, "new envelope")
    return raw


def parse_envelope(raw: bytes, what: str = "envelope") -> Envelope:
    """Read an envelope in its one byte form; checks no signature.

    Raises:
        UnreadableError: too long, another payload type, more than 16 signatures, or any other spelling of the same content.
    """
    fields = read_object(read_json(raw, what, MAX_ENVELOPE), what, frozenset({"payload", "payloadType", "signatures"}))
    if fields["payloadType"] != PAYLOAD_TYPE:
        refuse(what, f"its payloadType is {str(fields['payloadType'])[:80]!r}", f"{PAYLOAD_TYPE}.")
    payload = read_base64(_text(fields["payload"], what), what)
    signatures = tuple(_signature(item, what) for item in read_list(fields["signatures"], what, "signatures", MAX_SIGNATURES))
    if not signatures:
        refuse(what, "nobody signed it", "at least one signature.")
    keyids = [line.keyid for line in signatures]
    if keyids != sorted(set(keyids)):
        refuse(what, "its signatures are not in order, or one key signs twice", "each key once, in the order of the key ids.")
    if _write(payload, signatures) != raw:
        refuse(what, "it is spelled in another way than the format allows", "RFC 8785 form, no newline at the end.")
    return Envelope(payload=payload, signatures=signatures)


def _write(payload: bytes, signatures: Iterable[EnvelopeSignature]) -> bytes:
    lines = [{"keyid": line.keyid, "sig": write_base64(line.sig)} for line in signatures]
    return rfc8785.dumps({"payload": write_base64(payload), "payloadType": PAYLOAD_TYPE, "signatures": lines})


def _signature(item: object, what: str) -> EnvelopeSignature:
    fields = read_object(item, what, frozenset({"keyid", "sig"}))
    keyid = _text(fields["keyid"], what)
    if not valid_name(keyid.replace("+", "")):
        refuse(what, "a keyid is not in its form", "the name of a key, a plus sign and its id.")
    return EnvelopeSignature(keyid=keyid, sig=read_base64(_text(fields["sig"], what), what, 64))


def _text(value: object, what: str) -> str:
    if not isinstance(value, str):
        refuse(what, "a value that should be text is not", "text.")
    return value
