"""Salted commitments: what a log may hold about a person in the person's place.

The *opening* is a file: the line `plumbrule-salted/1`, 32 random bytes (the salt), the content. The commitment is the
SHA-256 of the opening, written `salted:` and 64 hex digits; `sha256sum` computes it.

*Binding*: salt and line have fixed lengths, so two contents give two different openings, and two openings with one
digest would be a collision of SHA-256 (FIPS 180-4). *Hiding*: without the salt nobody can try out contents, however few
are possible, because each try would have to guess 256 random bits as well. So a commitment whose salt and content were
deleted says nothing any more, and the log that holds it needs no change. A salt is used once: the same content
committed twice gives two commitments that nobody can tell to be the same.
"""

from __future__ import annotations

import hashlib
import os

from plumbrule.errors import VerificationError
from plumbrule.evidence.reading import refuse

HEADER = b"plumbrule-salted/1\n"
SALT_SIZE = 32
PREFIX = "salted:"


def new_salt() -> bytes:
    """32 bytes from the operating system's random numbers."""
    return os.urandom(SALT_SIZE)


def make_opening(content: bytes, salt: bytes) -> bytes:
    """The file that opens a commitment. Raises ValueError unless the salt has 32 bytes."""
    if len(salt) != SALT_SIZE:
        raise ValueError(f"a salt of {len(salt)} bytes")
    return HEADER + salt + content


def commitment_of(opening: bytes) -> str:
    """The salted commitment that a file opens.

    >>> commitment_of(make_opening(b"", bytes(32)))[:20]
    'salted:ccb732b5f53bc'
    """
    return PREFIX + hashlib.sha256(opening).hexdigest()


def read_opening(opening: bytes, commitment: str, what: str = "opening") -> bytes:
    """The content behind a commitment.

    Raises:
        UnreadableError: no opening of ours.
        VerificationError: it opens another commitment.
    """
    if not opening.startswith(HEADER) or len(opening) < len(HEADER) + SALT_SIZE:
        refuse(what, "it is no opening of a salted commitment", "the line plumbrule-salted/1, 32 bytes, the content.")
    if commitment_of(opening) != commitment:
        raise VerificationError(
            f"{what} does not open {commitment[:80]}.", expected="salt and content as they were.", cure="look for the right file."
        )
    return opening[len(HEADER) + SALT_SIZE :]
