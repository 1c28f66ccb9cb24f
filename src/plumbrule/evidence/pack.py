"""Packs: a flat folder that holds a claim, its proof and the files it is about, for somebody who has nothing else of ours.

    assessment.dsse.json   assessment.tlog-proof     the assessment's envelope and its place in the log
    plan.dsse.json         plan.tlog-proof           the plan's, at the same checkpoint
    assessment.json  dossier.html  assessment.toml   files that a statement names as subjects, byte for byte

There is nothing else in it, least of all keys to trust.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from plumbrule.errors import OutputError, UnreadableError
from plumbrule.evidence.envelope import MAX_ENVELOPE
from plumbrule.evidence.proof import MAX_PROOF
from plumbrule.evidence.reading import refuse
from plumbrule.evidence.tokens import FILE_NAME, MAX_FILES

ASSESSMENT, PLAN = "assessment", "plan"
ENTRY_NAMES = (PLAN, ASSESSMENT)
ENVELOPE_SUFFIX, PROOF_SUFFIX = ".dsse.json", ".tlog-proof"
# No link is followed, and a pipe put in the place of a file keeps nobody waiting, where the system can say so.
_OPEN = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
MAX_CONTENT = 64 * 2**20
MAX_PACK = 256 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedEntry:
    """One entry of a log in a pack: the bytes of its envelope and of its proof."""

    name: str
    envelope: bytes
    proof: bytes

    @property
    def envelope_file(self) -> str:
        """The name of the envelope's file."""
        return self.name + ENVELOPE_SUFFIX

    @property
    def proof_file(self) -> str:
        """The name of the proof's file."""
        return self.name + PROOF_SUFFIX


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """The bytes of a pack as they lay in the folder. `plan` is None when no plan travels with the assessment."""

    assessment: PackedEntry
    plan: PackedEntry | None
    content: Mapping[str, bytes]

    @property
    def entries(self) -> tuple[PackedEntry, ...]:
        """The entries, plan first."""
        return (self.assessment,) if self.plan is None else (self.plan, self.assessment)


def write_pack(directory: Path, entries: Mapping[str, tuple[bytes, bytes]], content: Mapping[str, bytes]) -> None:
    """Write a pack into a folder that is new or empty.

    Args:
        directory: where; its parent exists.
        entries: `"assessment"`, and `"plan"` if there is one, to envelope bytes and proof bytes.
        content: file name to bytes, for every subject that travels with the pack.

    Raises:
        OutputError: the folder holds something, or cannot be written; an entry or a file name that no pack has.
    """
    if not {ASSESSMENT} <= set(entries) <= set(ENTRY_NAMES):
        raise OutputError(
            f"a pack of {', '.join(sorted(entries)) or 'nothing'}.", expected="an assessment, with or without its plan."
        )
    files = dict(content)
    for name in content:
        if not FILE_NAME.fullmatch(name):
            raise OutputError(
                f"{name[:80]!r} cannot be a file of a pack.", expected="small letters, digits, dots, dashes and underscores."
            )
    for name, (envelope, proof) in entries.items():
        files |= {name + ENVELOPE_SUFFIX: envelope, name + PROOF_SUFFIX: proof}
    try:
        directory.mkdir(exist_ok=True)
        if any(directory.iterdir()):
            raise OutputError(
                f"{directory} is not empty.", expected="a new folder.", cure="choose another one; two packs are never mixed."
            )
        for name, raw in files.items():
            with (directory / name).open("xb") as stream:
                stream.write(raw)
    except OSError as error:
        raise OutputError(
            f"{directory} cannot be written: {error.strerror}.", cure="check the folder and its permissions."
        ) from None


def read_pack(directory: Path) -> Pack:
    """Read a pack; believes nothing in it.

    Raises:
        UnreadableError: not a folder; a folder, link or device in it; a name that no pack has; no proof; too large.
    """
    names = _names(directory)
    files: dict[str, bytes] = {}
    for name in names:
        files[name] = _read(directory / name, MAX_PACK - sum(map(len, files.values())))
    plan = _entry(PLAN, files) if any(PLAN + suffix in files for suffix in (ENVELOPE_SUFFIX, PROOF_SUFFIX)) else None
    assessment = _entry(ASSESSMENT, files)
    return Pack(assessment=assessment, plan=plan, content=files)


def _names(directory: Path) -> list[str]:
    own = {name + suffix for name in ENTRY_NAMES for suffix in (ENVELOPE_SUFFIX, PROOF_SUFFIX)}
    try:
        names = sorted(os.listdir(directory))  # noqa: PTH208  # names as the folder has them, not joined to a path yet
    except OSError as error:
        refuse(
            str(directory),
            f"cannot be read as a folder ({error.strerror})",
            "the folder of a pack.",
            "name the folder that holds assessment.dsse.json.",
        )
    if len(names) > MAX_FILES + len(own):
        refuse(str(directory), f"{len(names)} files", f"at most {MAX_FILES} besides the envelopes and proofs.")
    for name in names:
        if name not in own and not FILE_NAME.fullmatch(name):
            refuse(
                ascii(name), "no pack has a file of this name", "the files of the pack only.", "take the file out of the folder."
            )
    return names


def _read(path: Path, room: int) -> bytes:
    suffix = "." + path.name.partition(".")[2]
    limit = min(room, {ENVELOPE_SUFFIX: MAX_ENVELOPE, PROOF_SUFFIX: MAX_PROOF}.get(suffix, MAX_CONTENT))
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            refuse(
                path.name,
                "it is not a plain file",
                "no links, folders or devices in a pack.",
                "get the pack again from where it came from.",
            )
        with os.fdopen(os.open(path, _OPEN), "rb") as stream:
            raw = stream.read(limit + 1)
    except OSError as error:
        refuse(path.name, f"it cannot be read ({error.strerror})")
    if len(raw) > limit:
        refuse(path.name, "it is too large for a pack", f"at most {limit} bytes here.")
    return raw


def _entry(name: str, files: dict[str, bytes]) -> PackedEntry:
    """Take an entry's two files out of the files."""
    try:
        return PackedEntry(name=name, envelope=files.pop(name + ENVELOPE_SUFFIX), proof=files.pop(name + PROOF_SUFFIX))
    except KeyError as missing:
        raise UnreadableError(
            f"{missing.args[0]} is missing from the pack.",
            expected="an envelope and its proof.",
            cure="get the whole pack again.",
        ) from None
