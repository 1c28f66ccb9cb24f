"""How far an entry of our own log has come, with what others said about it."""

from __future__ import annotations

from pathlib import Path

from plumbrule.errors import VerificationError
from plumbrule.evidence.federation.cosign import WITNESSED, cosigned_sizes
from plumbrule.evidence.log import Log, Stage
from plumbrule.evidence.policy import Policy, accept


def stage(directory: Path, index: int, policy: Policy | None = None) -> Stage:
    """Recorded; published; mirrored: somebody whom we follow holds it and cosigned that; witnessed: the policy's quorum did.

    Raises:
        InputError: the node's log has no such entry.
        UnreadableError: the log does not open.
    """
    with Log.open(directory / "log") as log:
        found = log.stage(index)
    sizes = [size for size in cosigned_sizes(directory / WITNESSED) if size > index]
    if found is not Stage.PUBLISHED or not sizes:
        return found
    enough = policy is not None and any(_accepts(policy, directory / WITNESSED / str(size)) for size in sizes)
    return Stage.WITNESSED if enough else Stage.MIRRORED


def _accepts(policy: Policy, path: Path) -> bool:
    try:
        accept(policy, path.read_bytes(), path.name)
    except VerificationError:
        return False
    return True
