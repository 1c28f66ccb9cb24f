"""Read public files by digest."""

from __future__ import annotations

from plumbrule.errors import InputError
from plumbrule.evidence.log.content import ContentStore
from plumbrule_portal.ledger import node


def read(digest: str) -> bytes:
    """The file with this SHA-256, hashed again; empty if there is none, or it was withdrawn. Raises VerificationError."""
    try:
        return ContentStore(node.folder() / "log" / "content").get(digest)
    except InputError:
        return b""


def has(digest: str) -> bool:
    """Whether a file with this SHA-256 is there."""
    return ContentStore(node.folder() / "log" / "content").has(digest)
