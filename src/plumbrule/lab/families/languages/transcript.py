"""What was asked and answered, as one JSON file (`plumbrule-transcript/1`): written whole, read strictly, scored again.

`schemas/transcript-1.json` is its JSON Schema; `python tools/family_schemas.py` writes it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

from plumbrule.base.files import write_file_aside
from plumbrule.base.observation import Observation, Stated
from plumbrule.errors import InputError, UnreadableError
from plumbrule.lab.families.languages.model import Answer, Answers, answers_of
from plumbrule.lab.families.languages.pack import UNREVIEWED, Pack, observed_review

TRANSCRIPT_SCHEMA = "plumbrule-transcript/1"
SCHEMAS = Path(__file__).with_name("schemas")
_FORBID = ConfigDict(extra="forbid", allow_inf_nan=False)
_MOST_BYTES = 256 << 20


@with_config(_FORBID)
@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One answer of the model: `text` as it was said, `correct` by the pack; or `reason` why there is none."""

    item: str
    language: str
    run: int
    text: str | None
    correct: bool | None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """What was asked and answered. `drafts` are the languages of the pack that no named person has reviewed.

    `resumed` are the times at which a run that had been interrupted went on. `sha256` is the digest of the file that it
    was read from; empty for a run that is not written yet.
    """

    pack: str
    version: str
    pack_sha256: str
    host: str
    model: str
    temperature: float
    started: str
    drafts: tuple[str, ...]
    said: tuple[Said, ...]
    resumed: tuple[str, ...] = ()
    sha256: str = ""


@with_config(_FORBID)
@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptFile:
    """A transcript as its file holds it; `notes` say in words which languages of the pack are drafts."""

    schema: Literal["plumbrule-transcript/1"]
    notes: tuple[str, ...]
    pack: str
    version: str
    pack_sha256: str
    host: str
    model: str
    temperature: float
    started: str
    drafts: tuple[str, ...]
    said: tuple[Said, ...]
    resumed: tuple[str, ...] = ()


def write_transcript(transcript: Transcript, path: Path) -> None:
    """Write a run as JSON, whole or not at all. It holds what the model said, and nothing of the key."""
    note = [f"{language}: {UNREVIEWED}" for language in transcript.drafts]
    held = {name: value for name, value in asdict(transcript).items() if name != "sha256"}
    document = {"schema": TRANSCRIPT_SCHEMA, "notes": note, **held}
    write_file_aside(path, (json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode())


def read_transcript(path: Path) -> Transcript:
    """Read what `write_transcript` wrote.

    Raises:
        UnreadableError: it is no transcript, or an answer stands twice or contradicts itself.
    """
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= _MOST_BYTES else b""
    except OSError as error:
        raise UnreadableError(
            f"{path.name} cannot be read ({error.strerror}).", expected="a transcript", cure="Check the path."
        ) from error
    try:
        held = TypeAdapter(TranscriptFile).validate_json(data, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ", ".join(str(step) for step in first["loc"]) or "the file"
        raise _refused(path, f"{place}: {first['msg']}") from error
    keys = [(one.item, one.language, one.run) for one in held.said]
    if not keys or len(set(keys)) < len(keys):
        raise _refused(path, "it holds no answers, or one twice")
    if wrong := next((one for one in held.said if (one.text is None) != (one.correct is None)), None):
        raise _refused(path, f"item {wrong.item!r} in {wrong.language!r} is scored without a text, or has one without a score")
    parts = {name: getattr(held, name) for name in Transcript.__slots__ if name != "sha256"}
    return Transcript(**parts, sha256=hashlib.sha256(data).hexdigest())


def _refused(path: Path, problem: str) -> UnreadableError:
    return UnreadableError(
        f"{path.name} is no transcript that can be used: {problem}.",
        expected=f"what plumbrule ask wrote, in the form of {TRANSCRIPT_SCHEMA}",
        cure="Take the file again from the one who made it; do not edit it.",
    )


def check_scores(transcript: Transcript, pack: Pack) -> None:
    """Score every answer again with the pack it claims to come from.

    Raises:
        InputError: it is another pack, a question is not in it, or an answer scores otherwise.
    """
    if transcript.pack_sha256 != pack.sha256:
        raise InputError(
            f"The transcript was made with the pack {transcript.pack} {transcript.version}, whose digest begins with "
            f"{transcript.pack_sha256[:12]}; {pack.id} {pack.version} has {pack.sha256[:12]}.",
            expected="the pack that was used, to the last byte",
            cure="Name that pack, or ask again with this one.",
        )
    items = {item.id: item for item in pack.items}
    for one in transcript.said:
        item = items.get(one.item)
        scored = item.right(one.text, one.language) if item and one.language in item.texts and one.text is not None else None
        if item is None or one.language not in item.texts or scored != one.correct:
            raise InputError(
                f"Item {one.item!r} in {one.language!r}, run {one.run}, does not score as the transcript says.",
                expected="answers that the pack scores as they are marked",
                cure="Take the file again from the one who made it; do not edit it.",
            )


def answers_from_transcript(transcript: Transcript) -> Answers:
    """The answers of a run; a question without an answer has no mark of accuracy and counts as no answer."""
    return answers_of(
        [
            Answer(
                item=one.item,
                language=one.language,
                correct=None if one.correct is None else float(one.correct),
                text=one.text,
            )
            for one in transcript.said
        ],
        source=transcript.sha256 or transcript.pack_sha256,
    )


def observe_transcript(transcript: Transcript, *, review: bool = True) -> tuple[Observation, ...]:
    """Which model was asked, where and when; with `review`, whether each language of the pack had been reviewed."""
    inputs = (transcript.sha256,) if transcript.sha256 else ()
    said = f"{transcript.model}, {transcript.host}, {transcript.started}; {transcript.pack} {transcript.version}"
    asked = Observation(
        id="model_asked",
        means="examination",
        metric="model_asked",
        measure="fact",
        estimate=Stated(holds=True, text=said, stated_by="plumbrule ask"),
        group={},
        family="declared",
        inputs=inputs,
    )
    languages: Sequence[str] = sorted({one.language for one in transcript.said}) if review else ()
    pack = f"pack {transcript.pack} {transcript.version}"
    return (asked, *(observed_review(one, reviewed=one not in transcript.drafts, pack=pack, inputs=inputs) for one in languages))


def with_digest(transcript: Transcript, path: Path) -> Transcript:
    """A transcript that has just been written, with the digest of its file."""
    return replace(transcript, sha256=hashlib.sha256(path.read_bytes()).hexdigest())


def schema_document() -> str:
    """The JSON Schema (2020-12) of a transcript, as text."""
    head: dict[str, Any] = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps({**head, **TypeAdapter(TranscriptFile).json_schema()}, indent=2, ensure_ascii=False) + "\n"
