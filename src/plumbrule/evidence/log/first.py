"""The first entries of a new log: whose keys act on keys in it, recorded by an offline key that then leaves the machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from plumbrule.errors import OutputError
from plumbrule.evidence.claims import ENDORSEMENT, KEY_ACT, STEWARD_ACT
from plumbrule.evidence.keyacts import Scope, add_key
from plumbrule.evidence.keys import Signer
from plumbrule.evidence.keytrust import root_trust
from plumbrule.evidence.log.guard import write_durably
from plumbrule.evidence.log.log import Log
from plumbrule.evidence.possession import parse_request, write_request

ROOT = Path("trust") / "root.toml"
Clock = Callable[[], datetime]


def write_root(directory: Path, log: str, steward: Signer, offline: Signer | None, clock: Clock) -> bytes:
    """Write `trust/root.toml` of a node: the offline key if there is one, else the steward's; returns its bytes.

    With an offline key the steward's own key is known by its entry only, so that the file holds when that key is replaced.
    Raises OutputError if the file is there.
    """
    if offline is None:
        named = (steward.verifier, Scope(steward=True).all_predicates(steward.verifier))
    else:
        named = (offline.verifier, (ENDORSEMENT, KEY_ACT, STEWARD_ACT))
    raw, path = root_trust(log, (named,), as_of=clock().date()), directory / ROOT
    if path.exists():
        raise OutputError(f"{path} exists already.", expected="a new node.", cure="keep it: others compare its fingerprint.")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_durably(path, raw)
    return raw


def record_first_keys(log: Log, party: str, steward: Signer, offline: Signer, clock: Clock) -> None:
    """Record the offline key, and by it the steward's, with their requests in the content store, and publish.

    Raises:
        InputError: a name that no entry can hold: entries are in ASCII.
        OutputError: the disk failed.
    """
    requests = [parse_request(write_request(signer, log.origin, party)) for signer in (offline, steward)]
    scopes = (Scope(predicates=(), offline=True), Scope(steward=True))
    for request in requests:
        log.content.put(request.raw)
    log.append([add_key(request, scope, signer=offline, now=clock()) for request, scope in zip(requests, scopes, strict=True)])
    log.publish(clock)


@contextmanager
def undone(guard: Path) -> Iterator[None]:
    """Take the head guard of a new log away if the block fails: on another disk nobody would look for it."""
    try:
        yield
    except BaseException:
        with suppress(OSError):
            guard.unlink(missing_ok=True)
        raise
