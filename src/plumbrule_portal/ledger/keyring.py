"""Which keys count here: the acts on keys in this node's log, read with the node's own root file."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from django.db import connection

from plumbrule.evidence import KeyRecord, Keyring, Trust, parse_envelope, parse_statement, parse_trust, read_keyring
from plumbrule.evidence.claims import ENDORSEMENT, KEY_ACT, STEWARD_ACT, Claim
from plumbrule_portal.ledger import actions, node
from plumbrule_portal.ledger.models import Entry

ROOT = "trust/root.toml"
_ACTS = (KEY_ACT, STEWARD_ACT, ENDORSEMENT)


def roots() -> Trust | None:
    """Who may act on keys in this log, as the node's root file says; None if the node was made without one."""
    path = node.folder() / ROOT
    return _parsed(path, path.stat().st_mtime_ns) if path.is_file() else None


def keyring() -> Keyring | None:
    """Every key that this log speaks of. Read again only after another act on keys; None without a root file."""
    trust = roots()
    acts = tuple(Entry.objects.filter(predicate__in=_ACTS).order_by("index").values_list("index", "sha256"))
    return None if trust is None else _read(trust, acts, node.log_key().name, str(connection.settings_dict["NAME"]))


@lru_cache(maxsize=2)
def _parsed(path: Path, _changed: int) -> Trust:
    return parse_trust(path.read_bytes(), ROOT)


@lru_cache(maxsize=2)
def _read(trust: Trust, acts: tuple[tuple[int, str], ...], log: str, _database: str) -> Keyring:
    """Fold the acts. What the others say does not matter: only entries that are endorsed are read for their digests, too."""
    told = actions.envelopes_at(index for index, _ in acts)
    told |= actions.envelopes_at(index for raw in told.values() for index in _endorsed(raw))
    return read_keyring(((index, told.get(index, b"")) for index in range(max(told, default=-1) + 1)), trust, log)


def _endorsed(raw: bytes) -> list[int]:
    """The positions that an endorsement names; none for another act."""
    said = parse_statement(parse_envelope(raw).payload).predicate
    named = said.fields.get("entries") if isinstance(said, Claim) and said.kind == ENDORSEMENT else None
    return [int(str(one["log_index"])) for one in named or () if isinstance(one, Mapping)] if isinstance(named, tuple) else []


def size() -> int:
    """The position that the next entry will have."""
    last = Entry.objects.order_by("-index").values_list("index", flat=True).first()
    return 0 if last is None else last + 1


def replaced(record: KeyRecord, keys: Keyring) -> bool:
    """Whether a key ended because another took its place, in order: then what it signed stands as it did."""
    return record.ended_by is not None and any(one.added_by == record.ended_by for one in keys.keys)


def signers_of(entry: Entry) -> list[KeyRecord]:
    """The keys on record whose signature an entry carries, by their labels."""
    found = keyring()
    labels = set(entry.signer.split(", "))
    return [] if found is None else [record for record in found.keys if record.key.label in labels]
