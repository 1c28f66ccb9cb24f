"""The policy: which logs count, and which witnesses must have seen the same log (c2sp.org/tlog-policy).

A policy says when a checkpoint is to be believed. It says nothing about who may sign what: that is the trust file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NoReturn

from plumbrule.errors import VerificationError
from plumbrule.evidence.checkpoint import Checkpoint, cosigned_at, parse_checkpoint
from plumbrule.evidence.note import Note, parse_note, verified
from plumbrule.evidence.reading import refuse
from plumbrule.evidence.vkey import Kind, VerifierKey, parse_verifier_key

MAX_POLICY = 262_144
NOBODY = "none"
_ALLOWED = re.compile(rb"[\x09\x0a\x20-\x7e\x80-\xff]*")
_WITNESS_KINDS = {Kind.WITNESS, Kind.ML_DSA_44}


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """`threshold` of the `members` (names of witnesses or groups) must have seen a checkpoint."""

    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The logs by key, the witnesses and groups by the policy's own names, and the one name that must be satisfied.

    `outside` are the witnesses that the author calls outside the State, in a comment `# outside: NAME …`; it decides nothing.
    """

    logs: tuple[VerifierKey, ...]
    witnesses: Mapping[str, VerifierKey]
    groups: Mapping[str, Group]
    quorum: str
    outside: frozenset[str] = frozenset()

    def satisfied(self, name: str, seen: frozenset[str]) -> bool:
        """True if the named witness or group has seen, given the names of witnesses whose cosignatures hold."""
        if name == NOBODY:
            return True
        group = self.groups.get(name)
        if group is None:
            return name in seen
        return sum(self.satisfied(member, seen) for member in group.members) >= group.threshold

    def least(self, name: str | None = None) -> int:
        """The smallest number of witnesses that can satisfy the quorum (or the named group)."""
        name = self.quorum if name is None else name
        if name == NOBODY:
            return 0
        group = self.groups.get(name)
        return 1 if group is None else sum(sorted(map(self.least, group.members))[: group.threshold])


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A checkpoint that a policy accepts: by which log's key, seen by which witnesses (name: seconds since 1970).

    `ignored` are the labels of signatures that the policy does not name or that this version cannot check. They
    prove nothing and hurt nothing (signed-note asks to ignore them).
    """

    checkpoint: Checkpoint
    log: VerifierKey
    witnesses: Mapping[str, int]
    ignored: tuple[str, ...]


def accept(policy: Policy, raw: bytes, what: str = "checkpoint") -> Accepted:
    """The checkpoint in a signed note, if the policy accepts it.

    Raises:
        UnreadableError: not a checkpoint.
        VerificationError: no log of the policy signed it, a known signature does not fit, or too few witnesses saw it.
    """
    note = parse_note(raw, what)
    checkpoint = parse_checkpoint(note, what)
    logs = [key for key in verified(note, [key for key in policy.logs if key.kind is Kind.LOG]) if key.name == checkpoint.origin]
    if not logs:
        raise VerificationError(
            f"no log that the policy names signed this checkpoint of {checkpoint.origin}.",
            expected="a signature by a log of the policy.",
        )
    seen = _witnessed(policy, note)
    if not policy.satisfied(policy.quorum, frozenset(seen)):
        raise VerificationError(
            f"the quorum {policy.quorum!r} is not satisfied: {len(seen)} of {len(policy.witnesses)} witnesses cosigned.",
            expected=f"at least {policy.least()} cosignatures in the groups that the policy asks for.",
        )
    checked = {logs[0].label, *(policy.witnesses[name].label for name in seen), *(key.label for key in logs)}
    ignored = tuple(line.label for line in note.signatures if line.label not in checked)
    return Accepted(checkpoint=checkpoint, log=logs[0], witnesses=seen, ignored=ignored)


def _witnessed(policy: Policy, note: Note) -> dict[str, int]:
    seen = {}
    for name, key in policy.witnesses.items():
        line = note.by(key)
        if line is None or key.kind is not Kind.WITNESS:
            continue
        timestamp = cosigned_at(note, line, key)
        if timestamp is None:
            raise VerificationError(
                f"the cosignature of {key.label} does not fit the checkpoint.", expected="the bytes that were cosigned."
            )
        seen[name] = timestamp
    return seen


def parse_policy(raw: bytes, what: str = "policy") -> Policy:
    """Read a policy file. Raises UnreadableError: a line that is not in its form, a key twice, a name used before it stands."""
    if len(raw) > MAX_POLICY:
        refuse(what, f"{len(raw)} bytes long", f"at most {MAX_POLICY}.")
    if not _ALLOWED.fullmatch(raw) or (raw and not raw.endswith(b"\n")):
        refuse(what, "it holds a control character, or its last line has no end", "lines of text, each ended by a newline.")
    draft = _Draft(what=what)
    for line in raw.decode("utf-8", "surrogateescape").split("\n"):  # names are opaque octets, and stay distinct this way
        words = re.split(r"[ \t]+", line.strip(" \t"))
        if words[:2] == ["#", "outside:"]:
            draft.outside.update(words[2:])
        elif words[0] and not words[0].startswith("#"):
            draft.read(words)
    return draft.finished()


@dataclass(slots=True, kw_only=True)
class _Draft:
    """A policy while its lines are read."""

    what: str
    logs: list[VerifierKey] = field(default_factory=list)
    witnesses: dict[str, VerifierKey] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    quorum: str | None = None
    taken: set[str] = field(default_factory=set)
    outside: set[str] = field(default_factory=set)

    def read(self, words: list[str]) -> None:
        match words:
            case ["log", key] | ["log", key, _]:
                self.logs.append(self.key(key, {Kind.LOG, Kind.ML_DSA_44}, [known.public for known in self.logs]))
            case ["witness", name, key] | ["witness", name, key, _]:
                public = [known.public for known in self.witnesses.values()]
                self.witnesses[self.new(name)] = self.key(key, _WITNESS_KINDS, public)
            case ["group", name, threshold, *members] if members:
                group = self.group(threshold, members)
                self.groups[self.new(name)] = group
            case ["quorum", name] if self.quorum is None:
                if name != NOBODY and name not in self.witnesses and name not in self.groups:
                    self.refuse(f"the quorum names {name!r}, which does not stand above it")
                self.quorum = name
            case _:
                self.refuse(f"a line that starts with {words[0][:20]!r} is not in its form")

    def key(self, text: str, kinds: set[Kind], public: list[bytes]) -> VerifierKey:
        key = parse_verifier_key(text, self.what)
        if key.kind not in kinds:
            self.refuse(f"the key of {key.name} is of another kind ({key.kind.name.lower()})")
        if key.public in public:
            self.refuse(f"the key of {key.name} stands in it twice")
        return key

    def new(self, name: str) -> str:
        if name == NOBODY or name in self.witnesses or name in self.groups:
            self.refuse(f"the name {name!r} is taken")
        return name

    def group(self, threshold: str, members: list[str]) -> Group:
        for member in members:
            if member not in self.witnesses and member not in self.groups:
                self.refuse(f"a group names {member!r}, which does not stand above it")
            if member in self.taken:
                self.refuse(f"{member!r} is a member twice")
            self.taken.add(member)
        count = {"any": "1", "all": str(len(members))}.get(threshold, threshold)
        if not re.fullmatch(r"[1-9][0-9]{0,5}", count) or int(count) > len(members):
            self.refuse(f"a group asks for {threshold[:20]!r} of {len(members)} members")
        return Group(threshold=int(count), members=tuple(members))

    def finished(self) -> Policy:
        if self.quorum is None:
            self.refuse("it has no quorum line")
        outside = frozenset(self.outside & self.witnesses.keys())  # it is a comment: what it names besides is nobody's fault
        return Policy(
            logs=tuple(self.logs), witnesses=self.witnesses, groups=self.groups, quorum=self.quorum, outside=outside
        )

    def refuse(self, problem: str) -> NoReturn:
        refuse(self.what, problem.encode("utf-8", "replace").decode(), "the form of c2sp.org/tlog-policy.")
