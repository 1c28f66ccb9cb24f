"""Who outside must have been heard before a log signs: the gate against a restored snapshot of everything local.

A snapshot of a machine, restored, rolls database, guard and every other file back together; from inside nothing is
wrong, and to sign on would be a second history. What is remembered cannot help, because it was rolled back as well. So
only a head counts that a party outside shows *after* the log was opened: it carries that party's cosignature, and the
log must continue it. Until then the log records, and signs nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from plumbrule.errors import InputError, UnreadableError, VerificationError
from plumbrule.evidence.checkpoint import cosigned_at
from plumbrule.evidence.note import parse_note
from plumbrule.evidence.vkey import VerifierKey

LASTING = 24 * 3600.0
"""Seconds for which a head that was heard counts: a machine that is resumed with its memory believes what it knew then."""


class WaitingError(InputError):
    """The log has not been held against what somebody outside saw last; nothing was signed."""


@dataclass(slots=True, kw_only=True)
class Gate:
    """One open log's gate. `parties` are the keys of witnesses whose head counts, `required` how many of them must be heard.

    Without parties it stands open: then nothing protects the log against a snapshot. `heard` holds who was heard since the
    log was opened, and when; it is never written down, and lasts a day by the clock of the machine (`now`, in seconds).
    `contradicted`: a head was shown that the log signed and does not continue; then it signs nothing any more, whoever
    else was heard.
    """

    origin: str
    parties: tuple[VerifierKey, ...] = ()
    required: int = 1
    heard: dict[str, float] = field(default_factory=dict)
    contradicted: bool = False
    now: Callable[[], float] = time.time

    @property
    def fresh(self) -> set[str]:
        """The labels of those who were heard and still count. A clock that was set back takes them away, too."""
        now = self.now()
        return {label for label, at in self.heard.items() if 0 <= now - at <= LASTING}

    @property
    def waiting(self) -> bool:
        """True as long as the log signs nothing."""
        return self.contradicted or (bool(self.parties) and len(self.fresh) < min(self.required, len(self.parties)))

    def open(self) -> None:
        """Count everybody as heard: only for a log that begins now, of which nobody can have seen anything."""
        self.hear(self.parties)

    def hear(self, keys: Iterable[VerifierKey]) -> tuple[str, ...]:
        """Count those of the keys that are parties; returns their names."""
        counted = [key for key in keys if key in self.parties]
        self.heard.update(dict.fromkeys((key.label for key in counted), self.now()))
        return tuple(key.name for key in counted)

    def check(self) -> None:
        """Raise WaitingError while too few parties were heard, UnreadableError once a head was shown that contradicts the log."""
        if self.contradicted:
            raise UnreadableError(
                f"{self.origin} was shown a head that it signed and does not continue: it was rolled back, or has two histories.",
                expected="a log that continues everything that it signed.",
                cure="sign nothing more; plumbrule node recover rebuilds the log from a mirror.",
            )
        if self.waiting:
            fresh = self.fresh
            names = ", ".join(sorted(key.name for key in self.parties if key.label not in fresh))
            raise WaitingError(
                f"{self.origin} was not held against what others saw of it: {len(fresh)} of {self.required} heard since it "
                "was opened, or in the last day. Nothing was signed; what is recorded stays recorded.",
                expected=f"the latest head that one of these cosigned, got now and not from this disk: {names}.",
                cure="let them be reached (plumbrule node follow says where), or hand in a head that they show: "
                "plumbrule log publish --seen FILE.",
            )


def cosigners(raw: bytes, parties: Iterable[VerifierKey]) -> tuple[VerifierKey, ...]:
    """Those of the parties whose cosignature stands on a checkpoint. Raises VerificationError: one that does not hold."""
    note, found = parse_note(raw, "the checkpoint that was handed in"), []
    for key in parties:
        line = note.by(key)
        if line is not None and cosigned_at(note, line, key) is None:
            raise VerificationError(f"the cosignature of {key.label} does not fit.", expected="the bytes that were cosigned.")
        if line is not None:
            found.append(key)
    return tuple(found)
