"""Answers from the logs of Inspect (`.eval`, `.json`), read through inspect-ai's own API in a process with limits.

One log for each language, or one log whose samples name their language in their metadata:

    answers_from_inspect((InspectLog(path=Path("kk.eval"), language="kk"), InspectLog(path=Path("en.eval"), language="en")))

The epoch of a sample is its run. A log whose totals are not what its samples add up to is refused; so is one that was
cancelled or broke off, unless `incomplete` says that it may be used.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plumbrule.base.files import sha256_file
from plumbrule.base.sandbox import run_limited
from plumbrule.errors import InputError, TableError
from plumbrule.lab.families.languages.model import Answer, Answers, answers_of

_CHILD = "plumbrule.lab.families.languages.inspect_child"
_SECONDS, _MEGABYTES, _OUTPUT = 120, 3072, 256


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectLog:
    """One log. `language` is that of all its samples; without it each sample's metadata names its own, under `language_key`.

    `item_key` names the metadata that identifies an item across languages; without it the sample's id does. `scorer` is
    needed where a log has several. `incomplete` lets a log be used that was cancelled or broke off.
    """

    path: Path
    language: str | None = None
    language_key: str = "language"
    item_key: str | None = None
    scorer: str | None = None
    incomplete: bool = False


def answers_from_inspect(logs: Sequence[InspectLog]) -> Answers:
    """The answers of several logs together.

    Raises:
        TableError: inspect-ai is not installed; a log cannot be read, is incomplete, holds no scores, or its totals
            disagree with its samples; a sample names no language; the same item, language and run stands twice.
    """
    if importlib.util.find_spec("inspect_ai") is None:
        raise TableError(
            "inspect-ai is not installed.", expected="it, to read these logs", cure="pip install 'plumbrule[inspect]'"
        )
    found: dict[tuple[str, str, int], Answer] = {}
    for log in logs:
        for record in _read(log):
            answer = _answer(record, log)
            key = answer.item, answer.language, int(record["epoch"])
            if key in found:
                raise TableError(
                    f"{log.path.name}: item {answer.item[:60]!r} in {answer.language!r}, epoch {key[2]}, stands in two logs.",
                    expected="each sample once",
                    cure="Leave out one log, or say which language each log is in.",
                )
            found[key] = answer
    listed = "".join(f"{sha256_file(log.path)}  {log.path.name}\n" for log in logs)
    return answers_of(tuple(found.values()), source=hashlib.sha256(listed.encode()).hexdigest())


def _read(log: InspectLog) -> list[dict[str, Any]]:
    """The samples of one log, one line of JSON each, from the process that read it."""
    if not log.path.is_file():
        raise TableError(f"There is no log {log.path}.", expected="a file .eval or .json", cure="Check the path.")
    asked = {"scorer": log.scorer, "incomplete": log.incomplete, "keys": [log.language_key, *filter(None, [log.item_key])]}
    with tempfile.TemporaryDirectory(prefix="plumbrule-") as folder:
        out = Path(folder) / "samples.jsonl"
        try:
            run_limited(
                _CHILD,
                [str(log.path.resolve()), json.dumps(asked)],
                seconds=_SECONDS,
                megabytes=_MEGABYTES,
                stdout=out,
                output_megabytes=_OUTPUT,
            )
        except InputError as error:
            raise TableError(f"{log.path.name}: {error.got}", expected=error.expected, cure=error.cure) from error
        with out.open("r", encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]


def _answer(record: dict[str, Any], log: InspectLog) -> Answer:
    metadata: dict[str, str] = record["metadata"]
    language = log.language or metadata.get(log.language_key)
    if not language:
        raise TableError(
            f"{log.path.name}: sample {record['id'][:60]!r} names no language.",
            expected=f"metadata {log.language_key!r} in every sample, or one language for the whole log",
            cure="Say which language the log is in.",
        )
    if log.item_key is not None and log.item_key not in metadata:
        raise TableError(
            f"{log.path.name}: sample {record['id'][:60]!r} has no metadata {log.item_key!r}.",
            expected="the name of the item, the same in every language",
            cure="Correct the key, or leave it out to use the sample's id.",
        )
    item = metadata[log.item_key] if log.item_key else record["id"]
    return Answer(item=item, language=language, correct=record["value"], text=record["text"])
