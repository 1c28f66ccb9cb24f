"""How a node stands with everybody: who is how far, who is silent, who disagrees, what nobody outside has seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from plumbrule.base.messages import message
from plumbrule.evidence.federation.alarm import Acknowledged, acknowledged, own_alarms
from plumbrule.evidence.federation.contact import (
    BEHIND,
    DISAGREES,
    FINE,
    NEW,
    NOTED,
    SILENT,
    UNFIT,
    read_contact,
    read_follow,
    read_submit,
)
from plumbrule.evidence.federation.cosign import WITNESSED, seen_by
from plumbrule.evidence.federation.mirror import Mirror
from plumbrule.evidence.federation.swap import refuse_unfinished
from plumbrule.evidence.federation.sync import MIRRORS, WITNESSES, followed
from plumbrule.evidence.log import Log
from plumbrule.evidence.sentence import Sentence, sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A followed log, or a witness of ours. `size`: entries held here, or of our log that it cosigned last; `seen`: when, by
    its own clock (witnesses only). Times are RFC 3339, "" for never."""

    name: str
    kind: str
    at: str
    size: int
    state: str
    tried: str
    heard: str
    seen: str
    problem: str

    def sentence(self) -> Sentence:
        """One line for a reader."""
        silent = message("{name}: silent since {time}; entries held: {size}. {problem}")
        if self.kind == "witness":
            silent = message("{name}: silent since {time}; it had cosigned our log up to size {size}. {problem}")
        refused = message("{name}: entries held: {size}; what came at {time} was refused or older. {problem}")
        cosigned = message("{name}: cosigned our log up to size {size}, at {time} by its clock.")
        held = message("{name}: entries held: {size}, last asked at {time}.")
        text = {
            NEW: message("{name}: never asked yet. It is read from {place}."),
            SILENT: silent if self.heard else message("{name}: silent, and never heard. {problem}"),
            DISAGREES: message("{name}: DISAGREES. {problem}"),
            NOTED: message("{name}: disagrees, which is known. {problem}"),
            UNFIT: refused,
            BEHIND: refused,
        }.get(self.state, cosigned if self.kind == "witness" else held)
        time = self.tried if text == held else self.heard if self.state == SILENT else self.seen or self.heard or "?"
        return sentence(text, name=self.name, time=time, size=self.size, problem=self.problem, place=self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Everybody, and how much of our own log (None: this node keeps none) a witness has cosigned. `contradiction`: where an
    alarm about our own log lies; `noted`: where those lie that a person has acknowledged, and who."""

    peers: tuple[Peer, ...]
    published: int | None
    witnessed: int
    contradiction: str
    noted: tuple[tuple[str, Acknowledged], ...] = ()

    @property
    def holds(self) -> bool:
        """False if anybody disagrees and nobody has acknowledged it."""
        return not self.contradiction and all(peer.state != DISAGREES for peer in self.peers)

    def sentences(self) -> tuple[Sentence, ...]:
        """One line for each, what is wrong first."""
        order = {DISAGREES: 0, UNFIT: 1, BEHIND: 2, SILENT: 3, NOTED: 4, NEW: 5, FINE: 6}
        lines = [peer.sentence() for peer in sorted(self.peers, key=lambda peer: (order.get(peer.state, 9), peer.name))]
        if self.contradiction:
            text = message("A witness saw another history of this log: both checkpoints lie in {place}.")
            lines.insert(0, sentence(text, place=self.contradiction))
        lines += [_noted(place, one) for place, one in self.noted]
        if self.published is not None and any(peer.kind == "witness" for peer in self.peers):
            lines.append(self._oldest(self.published))
        return tuple(lines)

    def _oldest(self, published: int) -> Sentence:
        if self.witnessed >= published:
            return sentence("A witness has seen every published entry of this log.")
        return sentence("The oldest entry of this log that no witness has seen is entry {index}.", index=self.witnessed)

    def to_json(self) -> Mapping[str, object]:
        """The same for a machine; `oldest_unwitnessed` is null when there is none."""
        oldest = None if self.published is None or self.witnessed >= self.published else self.witnessed
        return {
            "peers": [asdict(peer) for peer in self.peers],
            "published": self.published,
            "witnessed": self.witnessed,
            "oldest_unwitnessed": oldest,
            "contradiction": self.contradiction,
            "noted": [{"place": place, **asdict(one)} for place, one in self.noted],
        }


def standing(directory: Path) -> Standing:
    """Look at what the last rounds left; asks nobody. Raises UnreadableError if a part of the node is damaged."""
    refuse_unfinished(directory)
    logs = tuple(_followed_log(folder) for folder in followed(directory / MIRRORS))
    witnesses = tuple(_witness(directory, folder) for folder in followed(directory / WITNESSES))
    published = None
    if (directory / "log").is_dir():
        with Log.open(directory / "log") as log:
            published = log.compare(log.checkpoint).size
    alarms = [(str(folder), acknowledged(folder)) for folder in own_alarms(directory)]
    return Standing(
        peers=logs + witnesses,
        published=published,
        witnessed=max((peer.size for peer in witnesses), default=0),
        contradiction=next((place for place, one in alarms if one is None), ""),
        noted=tuple((place, one) for place, one in alarms if one is not None),
    )


def _noted(place: str, one: Acknowledged) -> Sentence:
    text = message("A witness once saw another history of this log (both checkpoints lie in {place}). {who}, {time}: {why}")
    return sentence(text, place=place, who=one.by, time=one.at, why=one.why)


def _followed_log(folder: Path) -> Peer:
    contact, (key, at) = read_contact(folder), read_follow(folder)
    with Mirror.open(folder) as mirror:
        size, alarm, noted = mirror.head.size, mirror.alarm is not None, mirror.noted
    problem = f"Both checkpoints lie in {folder / 'alarm'}." if alarm else contact.problem
    if noted is not None:
        problem = f"{problem} {noted.by}, {noted.at}: {noted.why}"
    state = contact.state if not alarm else DISAGREES if noted is None else NOTED
    return Peer(
        name=key.name, kind="log", at=at, size=size, state=state,
        tried=contact.tried, heard=contact.heard, seen="", problem=problem,
    )  # fmt: skip


def _witness(directory: Path, folder: Path) -> Peer:
    contact, (key, at) = read_contact(folder), read_follow(folder)
    size, stamp = seen_by(directory / WITNESSED, key) or (0, 0)
    seen = datetime.fromtimestamp(min(stamp, 253_402_300_799), UTC).isoformat(timespec="seconds") if stamp else ""
    return Peer(
        name=key.name, kind="witness", at=at or read_submit(folder), size=size, state=contact.state,
        tried=contact.tried, heard=contact.heard, seen=seen, problem=contact.problem,
    )  # fmt: skip
