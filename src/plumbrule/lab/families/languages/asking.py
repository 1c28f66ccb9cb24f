"""A run of a pack into a file, that goes on where it was interrupted.

Answers are written down one by one, each with a sync, in `OUT.part` beside the transcript; at the end the transcript
is written whole and that file goes. Whatever happens between (Ctrl-C, a server that falls silent, the machine stops),
the same call again asks only what has no answer yet.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from pydantic import TypeAdapter, ValidationError

from plumbrule.base.lock import locked
from plumbrule.errors import InputError, OutputError, UnreadableError
from plumbrule.lab.families.languages.endpoint import Endpoint
from plumbrule.lab.families.languages.pack import Pack
from plumbrule.lab.families.languages.run import asked_languages, run_pack
from plumbrule.lab.families.languages.transcript import Said, Transcript, with_digest, write_transcript

ASKING = "plumbrule-asking/1"
"""The form of the file kept on the way; it is read by the version that wrote it and by no other."""


def ask_pack(
    pack: Pack,
    endpoint: Endpoint,
    out: Path,
    *,
    now: datetime,
    runs: int = 1,
    languages: Sequence[str] | None = None,
    sleep: Callable[[float], None] = time.sleep,
    progress: Callable[[int, int], None] | None = None,
) -> Transcript:
    """Ask every question of the pack and write the transcript to `out`; see `run_pack`.

    Raises:
        OutputError: `out` is there already or cannot be written.
        InputError: as `run_pack`; or an earlier part was begun with other settings, or is asked by another process now.
        UnreadableError: the file of an earlier part is damaged.
    """
    if out.exists():
        raise OutputError(f"{out} exists.", expected="a name not yet taken", cure="Name another file, or move that one away.")
    asked = asked_languages(pack, languages)
    part = part_of(out)
    with locked(part, "transcript"):
        settings = _settings(pack, endpoint, runs, asked)
        begun = _begin(part, settings, now)
        try:
            with _Journal(part) as journal:
                found = run_pack(
                    pack,
                    endpoint,
                    started=datetime.fromisoformat(begun.started),
                    runs=runs,
                    languages=asked,
                    before=begun.said,
                    keep=journal.write,
                    sleep=sleep,
                    progress=progress,
                )
        except InputError as error:
            raise type(error)(error.got, expected=error.expected, cure=f"{error.cure} {_goes_on(part)}".strip()) from error
        write_transcript(replace(found, resumed=begun.resumed), out)
        part.unlink()
    with suppress(OSError):
        part.with_name(f"{part.name}.lock").unlink()
    return with_digest(replace(found, resumed=begun.resumed), out)


def part_of(out: Path) -> Path:
    """Where the answers are kept until all are there."""
    return out.with_name(f"{out.name}.part")


def _goes_on(part: Path) -> str:
    return f"What was answered is kept in {part.name}; the same command goes on from there."


def _settings(pack: Pack, endpoint: Endpoint, runs: int, languages: Sequence[str]) -> dict[str, Any]:
    """What must be the same in every part of a run. The key is not among it."""
    return {
        "pack_sha256": pack.sha256,
        "url": endpoint.url,
        "model": endpoint.model,
        "temperature": endpoint.temperature,
        "max_tokens": endpoint.max_tokens,
        "runs": runs,
        "languages": list(languages),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    """What an earlier part of the run left."""

    started: str
    resumed: tuple[str, ...] = ()
    said: tuple[Said, ...] = ()


def _begin(part: Path, settings: dict[str, Any], now: datetime) -> _Begun:
    """The file on the way, made or taken up again; a last line that was cut off is taken away."""
    stamp = now.isoformat(timespec="seconds")
    try:
        data = part.read_bytes() if part.exists() else b""
        whole = data[: data.rfind(b"\n") + 1]
        if not whole:
            head = {"schema": ASKING, "settings": settings, "started": stamp}
            _append(part, head, at=0)
            return _Begun(started=stamp)
        begun = _read(part, whole.splitlines(), settings)
        _append(part, {"resumed": stamp}, at=len(whole))
    except OSError as error:
        raise OutputError(
            f"{part} cannot be written ({error.strerror}).", expected="a folder where you may write", cure="Name another --out."
        ) from error
    return replace(begun, resumed=(*begun.resumed, stamp))


def _append(part: Path, line: dict[str, Any], *, at: int) -> None:
    with part.open("ab") as stream:
        stream.truncate(at)
        stream.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")


def _read(part: Path, lines: list[bytes], settings: dict[str, Any]) -> _Begun:
    resumed, said = [], []
    adapter = TypeAdapter(Said)
    try:
        head = json.loads(lines[0])
        held, started = {"schema": head["schema"], **head["settings"]}, str(head["started"])
        datetime.fromisoformat(started)
        for line in lines[1:]:
            document = json.loads(line)
            if "resumed" in document:
                resumed.append(str(document["resumed"]))
            else:
                said.append(adapter.validate_json(line, strict=True))
    except (ValueError, KeyError, TypeError, ValidationError, RecursionError) as error:
        raise UnreadableError(
            f"{part.name} is not what an earlier part of this run left.",
            expected=f"answers in the form of {ASKING}",
            cure="Move it away to begin anew, or name another --out.",
        ) from error
    settings = {"schema": ASKING, **settings}
    if other := [name for name in settings if held.get(name) != settings[name]]:
        raise InputError(
            f"{part.name} was begun with another {other[0].replace('_', ' ')}: {held.get(other[0])!r}.",
            expected=f"{settings[other[0]]!r}, the same in every part of a run",
            cure="Give the settings that it was begun with, or name another --out.",
        )
    return _Begun(started=started, resumed=tuple(resumed), said=tuple(said))


class _Journal:
    """The file on the way, open for more answers."""

    def __init__(self, part: Path) -> None:
        self._stream = part.open("ab")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def write(self, one: Said) -> None:
        """One answer, on the disk before the next question is put."""
        try:
            self._stream.write(json.dumps(asdict(one), ensure_ascii=False).encode() + b"\n")
            self._stream.flush()
            os.fsync(self._stream.fileno())
        except OSError as error:
            raise OutputError(
                f"The answer could not be written down ({error.strerror}).", expected="a disk with room", cure="Make room."
            ) from error
