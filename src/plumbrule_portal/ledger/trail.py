"""The audit trail in the log by commitment: root and size of the private trail, published in batches, and nothing else of it.

    act ─salt→ commitment ─→ leaf ─┐
    act ─salt→ commitment ─→ leaf ─┴→ Merkle root (RFC 6962) over all acts from the first ─→ claim `cases:1` in the log

So whoever runs the node can neither change, nor drop, nor put in between an act that was committed, without it showing; and
the log says nothing about anybody but how many acts there were.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction

from plumbrule.evidence import Claim, make_statement, seal, write_statement
from plumbrule.evidence.claims import CASES
from plumbrule.evidence.statement import Subject
from plumbrule.evidence.tree import HASH_SIZE, HashReader, layers, tree_root
from plumbrule_portal.accounts.models import Act
from plumbrule_portal.accounts.trail import leaf_of
from plumbrule_portal.ledger import actions, node, queries
from plumbrule_portal.ledger.models import Entry

SUBJECT = "trail-leaves"


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What entry `entry` of the log says of the trail: its size then, and the root over it (hex)."""

    entry: int
    size: int
    root: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailReport:
    """How the trail fits the log: how many acts there are, how many are committed, and which batches do not fit."""

    acts: int
    committed: int
    batches: tuple[Batch, ...]
    wrong: tuple[Batch, ...]

    @property
    def fits(self) -> bool:
        """Whether every batch fits."""
        return not self.wrong


def name() -> str:
    """The trail's name in the log."""
    return f"{node.log_key().name}/trail"


def commit(now: datetime, least: int = 1) -> Entry | None:
    """Publish root and size of the trail, if at least so many acts came since the last time; else None."""
    with transaction.atomic():
        waiting = list(Act.objects.select_for_update().filter(position=None).order_by("pk"))
        if len(waiting) < least:
            return None
        committed = Act.objects.exclude(position=None).count()
        for position, act in enumerate(waiting, committed):
            act.position = position
        Act.objects.bulk_update(waiting, ["position"], batch_size=500)
        leaves = _leaves()
        size = len(leaves) // HASH_SIZE
        envelope = _sealed(size, tree_root(size, _reader(leaves)), len(waiting), leaves, now)
        return actions.publish_envelopes([envelope])[0]


def check() -> TrailReport:
    """Compute every root again from the acts as they lie here, and compare with what the log says. Reads the whole trail."""
    leaves, found = _leaves(), tuple(batches())
    size, read = len(leaves) // HASH_SIZE, _reader(leaves)
    wrong = tuple(one for one in found if one.size > size or tree_root(one.size, read).hex() != one.root)
    committed = max((one.size for one in found), default=0)
    return TrailReport(acts=Act.objects.count(), committed=committed, batches=found, wrong=wrong)


def batches() -> Iterator[Batch]:
    """What the log says of the trail, oldest first: read from the log itself, not from a table."""
    for index in Entry.objects.filter(predicate=CASES).order_by("index").values_list("index", flat=True):
        claim = queries.statement_of(index)
        if isinstance(claim, Claim) and claim.fields["log"] == name():
            yield Batch(entry=index, size=int(str(claim.fields["size"])), root=str(claim.fields["root"]))


def _sealed(size: int, root: bytes, new: int, leaves: bytes, now: datetime) -> bytes:
    stamp = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    claim = Claim(
        kind=CASES,
        fields={"log": name(), "size": size, "root": root.hex(), "counts": {"act": new}, "created": stamp, "files": ()},
    )
    subject = Subject(name=SUBJECT, sha256=hashlib.sha256(leaves).hexdigest())
    return seal(write_statement(make_statement([subject], claim)), [node.signer()])


def _leaves() -> bytes:
    """The leaves of all committed acts, end to end."""
    return b"".join(leaf_of(act) for act in Act.objects.exclude(position=None).order_by("position").iterator())


def _reader(leaves: bytes) -> HashReader:
    levels = layers(leaves)
    return lambda level, index: levels[level][index * HASH_SIZE : (index + 1) * HASH_SIZE]
