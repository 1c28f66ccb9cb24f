"""How far an entry of our own log has come, with what others said about it."""

from __future__ import annotations

from pathlib import Path

from plumbrule.errors import UnreadableError, VerificationError
from plumbrule.evidence.federation.cosign import HELD, WITNESSED, cosigned_sizes
from plumbrule.evidence.federation.sync import MIRRORS, WITNESSES
from plumbrule.evidence.log import Log, Stage
from plumbrule.evidence.log.guard import read_head
from plumbrule.evidence.policy import Policy, accept
from plumbrule.evidence.vkey import VerifierKey


def stage(directory: Path, index: int, policy: Policy | None = None) -> Stage:
    """Recorded; published; mirrored: somebody whom we follow lays out a copy that holds it; witnessed: the policy's quorum did.

    A cosignature alone says that a history continues, not that its entries lie elsewhere too.

    Raises:
        InputError: the node's log has no such entry.
        UnreadableError: the log does not open.
    """
    with Log.open(directory / "log") as log:
        found = log.stage(index)
        key = log.verifier
    if found is not Stage.PUBLISHED:
        return found
    sizes = [size for size in cosigned_sizes(directory / WITNESSED) if size > index]
    if policy is not None and any(_accepts(policy, directory / WITNESSED / str(size)) for size in sizes):
        return Stage.WITNESSED
    held = [path for part in (MIRRORS, WITNESSES) for path in (directory / part).glob(f"*/{HELD}")]
    return Stage.MIRRORED if any(_size(path, key) > index for path in held) else Stage.PUBLISHED


def _size(path: Path, key: VerifierKey) -> int:
    """How much of our log somebody lays out; nothing if that was another log, before this one began."""
    try:
        return read_head(path.read_bytes(), key, str(path)).size
    except UnreadableError:
        return 0


def _accepts(policy: Policy, path: Path) -> bool:
    try:
        accept(policy, path.read_bytes(), path.name)
    except VerificationError:
        return False
    return True
