"""Withdraw public content: an entry says so and stays for ever, the bytes go.

The order is COMMIT of the withdrawal, then the notice beside the content, then the bytes: a crash in between leaves a
withdrawal that runs to its end when it is asked for again, never a file that vanished without a word.
"""

from __future__ import annotations

import hashlib
from datetime import UTC

from plumbrule.errors import InputError
from plumbrule.evidence.claims import WITHDRAWAL, Claim
from plumbrule.evidence.envelope import seal
from plumbrule.evidence.keys import Signer
from plumbrule.evidence.log.log import Clock, Log
from plumbrule.evidence.log.named import naming, notice
from plumbrule.evidence.reading import Json
from plumbrule.evidence.statement import Subject, make_statement, write_statement

REASONS = ("error", "order", "personal-data", "rights-of-others")


def withdraw(log: Log, digest: str, reason: str, signer: Signer, clock: Clock, *, everywhere: bool = False) -> tuple[int, ...]:
    """Record that public content is withdrawn, and delete it; returns the indexes of the withdrawals.

    They are recorded, not yet published: deleting waits for nobody. The same content withdrawn again is no error.

    Args:
        log: the log whose entries name the content.
        digest: SHA-256 of the content.
        reason: one of `REASONS`.
        signer: an organisation's key.
        everywhere: also when several live entries name the content; each gets a withdrawal of its own.

    Raises:
        InputError: no entry names this content, or several do; no reason of ours.
        OutputError: the disk failed.
    """
    if reason not in REASONS:
        raise InputError(f"{reason!r} is not a reason.", expected=f"one of {', '.join(REASONS)}.")
    found = naming(log.entries(), {digest})[digest]
    if not found.live and not found.gone:
        raise InputError(f"no entry of {log.origin} names content {digest[:80]}.", expected="a digest that an entry names.")
    if len(found.live) > 1 and not everywhere:
        raise InputError(
            f"{len(found.live)} entries name this content: {', '.join(map(str, sorted(found.live)))}.",
            expected="content that one entry names.",
            cure="withdraw it for all of them, with --everywhere.",
        )
    claims = [_claim(log, index, subject, reason, signer, clock) for index, subject in sorted(found.live.items())]
    indexes = log.append(claims) if claims else tuple(sorted(set(found.gone.values())))
    log.content.withdraw(digest, notice(log.origin, indexes[-1], reason))
    return indexes


def _claim(log: Log, index: int, subject: Subject, reason: str, signer: Signer, clock: Clock) -> bytes:
    fields: dict[str, Json] = {
        "content": (subject.sha256,),
        "created": clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "entry": {"envelope": hashlib.sha256(log.entry(index)).hexdigest(), "log_index": index},
        "files": (),
        "reason": reason,
    }
    return seal(write_statement(make_statement([subject], Claim(kind=WITHDRAWAL, fields=fields))), [signer])
