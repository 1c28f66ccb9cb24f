"""The trust file: who may sign which kind of statement, about which systems, at which positions of which log.

It is written by a person who knows these keys from somewhere else. TOML, in the form of `schemas/trust-1.json`:

    schema = "plumbrule-trust/1"
    as_of = 2026-07-22

    [[signer]]
    name = "Testing laboratory of the ministry"
    key = "example.org/lab+1a2b3c4d+/3Vyb..."
    predicates = ["urn:x-plumbrule:assessment:1"]
    for = ["*"]                    # ids of systems, or every system
    log = "example.org/log"
    from = 0                       # first position that counts
    to = 41999                     # last one; left out: no end
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from plumbrule.evidence.reading import read_list, read_match, read_object, read_toml, refuse
from plumbrule.evidence.vkey import Kind, VerifierKey, parse_verifier_key

SCHEMA = "plumbrule-trust/1"
EVERY = "*"
MAX_TRUST = 262_144
MAX_SIGNERS = 1000
_LINE = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]{1,200}")
_SIGNER_KEYS = frozenset({"name", "key", "predicates", "for", "log", "from"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedSigner:
    """One key, and how far it is trusted. `name` is how the trust file calls its owner; `last` is None when there is no end."""

    name: str
    key: VerifierKey
    predicates: tuple[str, ...]
    systems: tuple[str, ...] = (EVERY,)
    log: str
    first: int = 0
    last: int | None = None

    def may_sign(self, predicate_type: str, system: str) -> bool:
        """True if statements of this type about this system may carry this signature."""
        return predicate_type in self.predicates and (EVERY in self.systems or system in self.systems)

    def counts_at(self, log: str, index: int) -> bool:
        """True if the signature counts at this position of this log."""
        return log == self.log and self.first <= index and (self.last is None or index <= self.last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """A trust file. `as_of` is the day somebody last looked at it; `demo` marks keys that anybody could have made."""

    as_of: date
    signers: tuple[TrustedSigner, ...]
    demo: bool = False


def fingerprint(raw: bytes) -> str:
    """SHA-256 of a file, in groups of four hex digits that two people can compare by telephone.

    >>> fingerprint(b"")[:19]
    'e3b0 c442 98fc 1c14'
    """
    digits = hashlib.sha256(raw).hexdigest()
    return " ".join(digits[i : i + 4] for i in range(0, 64, 4))


def parse_trust(raw: bytes, what: str = "trust file") -> Trust:
    """Read a trust file. Raises UnreadableError."""
    fields = read_object(read_toml(raw, what, MAX_TRUST), what, frozenset({"schema", "as_of", "signer"}), frozenset({"demo"}))
    if fields["schema"] != SCHEMA:
        refuse(what, f"its schema is {str(fields['schema'])[:40]!r}", f"{SCHEMA!r}.")
    as_of, demo = fields["as_of"], fields.get("demo", False)
    if not isinstance(as_of, date) or isinstance(as_of, datetime) or not isinstance(demo, bool):
        refuse(what, "`as_of` is not a day, or `demo` is neither true nor false", "as_of = 2026-07-22")
    signers = tuple(_signer(item, what) for item in read_list(fields["signer"], what, "signer", MAX_SIGNERS))
    return Trust(as_of=as_of, signers=signers, demo=demo)


def write_trust_file(trust: Trust) -> bytes:
    """The bytes of a trust file."""
    head = ["# Who may sign what. Check every key with its owner by another way before you rely on it."]
    if trust.demo:
        head = ["# DEMO KEYS: made on this machine for an example. They prove nothing to anybody else."]
    head += [f"schema = {_quoted(SCHEMA)}", f"as_of = {trust.as_of.isoformat()}"]
    if trust.demo:
        head.append("demo = true")
    return ("\n".join(head) + "\n" + "".join(map(_block, trust.signers))).encode("utf-8")


def _block(signer: TrustedSigner) -> str:
    lines = [
        "",
        "[[signer]]",
        f"name = {_quoted(signer.name)}",
        f"key = {_quoted(str(signer.key))}",
        f"predicates = {_quoted_list(signer.predicates)}",
        f"for = {_quoted_list(signer.systems)}",
        f"log = {_quoted(signer.log)}",
        f"from = {signer.first}",
    ]
    return "\n".join(lines) + ("" if signer.last is None else f"\nto = {signer.last}") + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _quoted_list(items: Sequence[str]) -> str:
    return "[" + ", ".join(map(_quoted, items)) + "]"


def _signer(item: object, what: str) -> TrustedSigner:
    fields = read_object(item, what, _SIGNER_KEYS, frozenset({"to"}))
    key = parse_verifier_key(_line(fields, what, "key", re.compile(r"[^\n]{1,2000}")), what)
    if key.kind is not Kind.STATEMENT:
        refuse(what, f"the key of {key.name} is a {key.kind.name.lower()} key", "a key for statements.")
    last = _position(fields["to"], what, "to") if "to" in fields else None
    return TrustedSigner(
        name=_line(fields, what, "name"),
        key=key,
        predicates=_lines(fields, what, "predicates"),
        systems=_lines(fields, what, "for"),
        log=_line(fields, what, "log"),
        first=_position(fields["from"], what, "from"),
        last=last,
    )


def _line(fields: Mapping[str, object], what: str, key: str, pattern: re.Pattern[str] = _LINE) -> str:
    return read_match(fields[key], what, key, pattern, "one line of text.")


def _lines(fields: Mapping[str, object], what: str, key: str) -> tuple[str, ...]:
    items = read_list(fields[key], what, key, MAX_SIGNERS)
    return tuple(read_match(item, what, key, _LINE, "a list of lines of text.") for item in items)


def _position(value: object, what: str, key: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
        refuse(what, f"{key!r} is not a position", "a whole number from 0.")
    return value
