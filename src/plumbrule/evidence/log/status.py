"""How a log stands, in sentences for one screen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from plumbrule.evidence.log import store
from plumbrule.evidence.log.guard import read_guard
from plumbrule.evidence.log.log import Log
from plumbrule.evidence.sentence import Sentence, sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class LogStatus:
    """What the log knows of itself. Entries from `published` on are recorded only; `signed` is what the clock said then,
    empty if the log does not remember. `outside` are the witnesses of whom `required` must be heard before it signs."""

    origin: str
    recorded: int
    published: int
    signed: str
    guard: Path
    database: str
    blobs: int
    outside: tuple[str, ...]
    required: int

    def sentences(self) -> tuple[Sentence, ...]:
        """The same for a reader."""
        return (
            sentence("Entries that the log {log} has recorded: {count}.", log=self.origin, count=self.recorded),
            self._published(),
            sentence("Its entries lie in {place}.", place=self.database),
            sentence("Its head guard lies in {place}, and agrees with the entries.", place=self.guard),
            sentence("Files in its content store: {count}.", count=self.blobs),
            self.about_outside(),
        )

    def about_outside(self) -> Sentence:
        """Whose head the log waits for before it signs."""
        if not self.outside:
            return sentence(
                "It waits for no witness before it signs: nobody outside could notice if everything here were rolled back"
                " together."
            )
        return sentence(
            "It signs only after it was held against what {required} of these saw last, each time it is opened: {names}.",
            required=self.required,
            names=", ".join(self.outside),
        )

    def _published(self) -> Sentence:
        if self.published == self.recorded and self.signed:
            return sentence("All of them are published; the last checkpoint was signed at {time}.", time=self.signed)
        if self.published == self.recorded:
            return sentence("All of them are published.")
        return sentence(
            "Published of them: {count}. The oldest that is not is entry {index}.", count=self.published, index=self.published
        )


def log_status(log: Log) -> LogStatus:
    """Ask an open log, which was checked when it was opened."""
    guarded, _ = read_guard(log.guard, log.verifier)
    with log.database.reading() as cursor:
        recorded = store.read_state(cursor).size
        times = {size: published for size, published, _ in store.read_checkpoints(cursor)[-1:]}
    return LogStatus(
        origin=log.origin,
        recorded=recorded,
        published=guarded.size,
        signed=times.get(guarded.size, ""),
        guard=log.guard,
        database=log.database.name,
        blobs=sum(1 for _ in log.content.digests()),
        outside=tuple(key.name for key in log.gate.parties),
        required=log.gate.required,
    )
