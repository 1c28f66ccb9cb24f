"""Put the questions of a pack to a model behind an OpenAI-compatible endpoint that the user names.

    pack = read_pack(PACKS / "everyday.yaml")
    endpoint = Endpoint(url="http://127.0.0.1:8080/v1", model="local")
    transcript = run_pack(pack, endpoint, runs=3, started=datetime.now(UTC))
    observations = observe_languages(answers_from_transcript(transcript), reference="en")

A question that brings no answer is tried again a few times, then kept as unanswered with its reason; when several in a
row bring none, the run stops. `ask_pack` in `asking` does the same into a file, and goes on where it was interrupted.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from datetime import datetime

from plumbrule.errors import InputError
from plumbrule.lab.families.languages.endpoint import Client, Endpoint
from plumbrule.lab.families.languages.pack import Item, Pack
from plumbrule.lab.families.languages.transcript import Said, Transcript

_STOP_AFTER = 5


def run_pack(
    pack: Pack,
    endpoint: Endpoint,
    *,
    started: datetime,
    runs: int = 1,
    languages: Sequence[str] | None = None,
    before: Sequence[Said] = (),
    keep: Callable[[Said], None] = lambda _: None,
    sleep: Callable[[float], None] = time.sleep,
    progress: Callable[[int, int], None] | None = None,
) -> Transcript:
    """Ask every item in every language, `runs` times, in an order that mixes languages and is the same each time.

    Args:
        pack: the questions.
        endpoint: who is asked.
        started: when the run began.
        runs: how many times each question is put.
        languages: those asked in; all of the pack when left out.
        before: what an earlier part of the same run brought; it is not asked again.
        keep: gets each answer as soon as it is certain to stay: one that the model gave, at once; a silence, when
            something was answered after it, since the last silences of a run that stops may be the server's.
        sleep: waits between tries.
        progress: hears how many questions are done, and of how many.

    Raises:
        InputError: the endpoint cannot be used as named, the key is not set, or it does not answer.
    """
    asked = asked_languages(pack, languages)
    if not 1 <= runs <= 100:
        raise InputError(f"{runs} runs were asked for.", expected="from 1 to 100", cure="Choose a number between.")
    client = Client(endpoint, sleep)
    said = {(one.item, one.language, one.run): one for one in before}
    todo = _order(pack, asked, runs)
    silent: list[Said] = []
    for item, language, run in todo:
        if (item.id, language, run) in said:
            continue
        one = _ask(client, pack, item, language, run)
        said[item.id, language, run] = one
        silent.append(one)
        if one.text is not None:
            _keep_all(silent, keep)
        if len(silent) >= _STOP_AFTER:
            raise InputError(
                f"The endpoint brought no answer {len(silent)} times in a row ({one.reason}).",
                expected="answers",
                cure="See that the server runs, that the model's name is right and the key is good.",
            )
        if progress is not None:
            progress(len(said), len(todo))
    _keep_all(silent, keep)
    return Transcript(
        pack=pack.id,
        version=pack.version,
        pack_sha256=pack.sha256,
        host=client.host,
        model=endpoint.model,
        temperature=endpoint.temperature,
        started=started.isoformat(timespec="seconds"),
        drafts=tuple(language for language in asked if pack.reviewer(language) is None),
        said=tuple(sorted(said.values(), key=lambda one: (one.item, one.language, one.run))),
    )


def asked_languages(pack: Pack, named: Sequence[str] | None) -> tuple[str, ...]:
    """The languages asked in: those named, each once, or all of the pack.

    Raises:
        InputError: the pack is not written in one of them.
    """
    for language in named or ():
        if language not in pack.languages:
            raise InputError(
                f"The pack {pack.id!r} is not written in {language!r}.",
                expected=f"one of {', '.join(pack.languages)}",
                cure="Correct the language.",
            )
    return pack.languages if named is None else tuple(dict.fromkeys(named))


def _order(pack: Pack, asked: Sequence[str], runs: int) -> list[tuple[Item, str, int]]:
    """Every question once for each run, mixed: so that a slow hour does not hit one language."""
    todo = [(item, language, run) for run in range(1, runs + 1) for item in pack.items for language in asked]
    random.Random(pack.sha256).shuffle(todo)  # noqa: S311 - not a secret
    return todo


def _ask(client: Client, pack: Pack, item: Item, language: str, run: int) -> Said:
    prompt = "\n".join(filter(None, [item.texts[language].ask, pack.instruction.get(language)]))
    text, reason = client.ask(prompt)
    correct = item.right(text, language) if text is not None else None
    return Said(item=item.id, language=language, run=run, text=text, correct=correct, reason=reason)


def _keep_all(silent: list[Said], keep: Callable[[Said], None]) -> None:
    for one in silent:
        keep(one)
    silent.clear()
