"""What the pages ask the ledger."""

from __future__ import annotations

from plumbrule.evidence.log.guard import read_head
from plumbrule_portal.ledger import node
from plumbrule_portal.ledger.models import Entry


def newest(about: str = "") -> list[Entry]:
    """The fifty newest entries, of one system or of all."""
    entries = Entry.objects.order_by("-index")
    return list((entries.filter(about=about) if about else entries)[:50])


def published_size() -> int:
    """How many entries the last signed head covers."""
    raw = (node.folder() / "log" / "checkpoint").read_bytes()
    return read_head(raw, node.log_key(), "the head guard").size
