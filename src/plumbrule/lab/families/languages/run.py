"""Put the questions of a pack to a model behind an OpenAI-compatible endpoint that the user names.

    pack = read_pack(PACKS / "everyday.yaml")
    endpoint = Endpoint(url="http://127.0.0.1:8080/v1", model="local")
    transcript = run_pack(pack, endpoint, runs=3, started=datetime.now(UTC))
    observations = observe_languages(answers_from_transcript(transcript), reference="en")

Nothing but `url + "/chat/completions"` is called: no redirect is followed and no proxy used. The key comes from an
environment variable that the user names, goes nowhere but into the request's header, and never in the clear to another
machine. A question that brings no answer is tried again a few times, then kept as unanswered with its reason; when
several in a row bring none, the run stops.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from plumbrule.base.files import write_file_aside
from plumbrule.errors import InputError
from plumbrule.lab.families.languages.model import Answer, Answers, answers_of
from plumbrule.lab.families.languages.pack import UNREVIEWED, Pack

TRANSCRIPT_SCHEMA = "plumbrule-transcript/1"
_MOST_BYTES = 1 << 20
_TEXT_LIMIT = 20_000
_TRY_AGAIN = {408, 409, 425, 429, 500, 502, 503, 504, 529}
_LONGEST_WAIT = 30.0
_STOP_AFTER = 5
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where to ask. `url` ends before `/chat/completions`; `key_variable` names the environment variable with the key.

    `seconds` is the limit for one request, `total_seconds` for the whole run; `tries` counts the first one too.
    """

    url: str
    model: str
    key_variable: str | None = None
    seconds: float = 60.0
    total_seconds: float = 3600.0
    tries: int = 3
    max_tokens: int = 256
    temperature: float = 0.0


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
    """What was asked and answered. `drafts` are the languages of the pack that no named person has reviewed."""

    pack: str
    version: str
    pack_sha256: str
    host: str
    model: str
    temperature: float
    started: str
    drafts: tuple[str, ...]
    said: tuple[Said, ...]


def run_pack(
    pack: Pack,
    endpoint: Endpoint,
    *,
    started: datetime,
    runs: int = 1,
    languages: Sequence[str] | None = None,
    sleep: Callable[[float], None] = time.sleep,
    progress: Callable[[int, int], None] | None = None,
) -> Transcript:
    """Ask every item in every language, `runs` times, in an order that mixes languages and is the same each time.

    Raises:
        InputError: the endpoint cannot be used as named, the key is not set, or it does not answer.
    """
    asked = _languages(pack, languages)
    if not 1 <= runs <= 100:
        raise InputError(f"{runs} runs were asked for.", expected="from 1 to 100", cure="Choose a number between.")
    client = _Client(endpoint, sleep)
    todo = [(item, language, run) for run in range(1, runs + 1) for item in pack.items for language in asked]
    random.Random(pack.sha256).shuffle(todo)  # noqa: S311 - not a secret: so that a slow hour does not hit one language
    said: list[Said] = []
    silent = 0
    for item, language, run in todo:
        prompt = "\n".join(filter(None, [item.texts[language].ask, pack.instruction.get(language)]))
        text, reason = client.ask(prompt)
        correct = item.right(text, language) if text is not None else None
        said.append(Said(item=item.id, language=language, run=run, text=text, correct=correct, reason=reason))
        silent = silent + 1 if text is None else 0
        if silent >= _STOP_AFTER:
            raise InputError(
                f"The endpoint brought no answer {silent} times in a row ({reason}).",
                expected="answers",
                cure="See that the server runs, that the model's name is right and the key is good.",
            )
        if progress is not None:
            progress(len(said), len(todo))
    return Transcript(
        pack=pack.id,
        version=pack.version,
        pack_sha256=pack.sha256,
        host=client.host,
        model=endpoint.model,
        temperature=endpoint.temperature,
        started=started.isoformat(timespec="seconds"),
        drafts=tuple(language for language in asked if pack.reviewer(language) is None),
        said=tuple(sorted(said, key=lambda one: (one.item, one.language, one.run))),
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
        source=transcript.pack_sha256,
    )


def write_transcript(transcript: Transcript, path: Path) -> None:
    """Write a run as JSON, whole or not at all. It holds what the model said, and nothing of the key."""
    note = [f"{language}: {UNREVIEWED}" for language in transcript.drafts]
    document = {"schema": TRANSCRIPT_SCHEMA, "notes": note, **asdict(transcript)}
    write_file_aside(path, (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode())


def _languages(pack: Pack, named: Sequence[str] | None) -> tuple[str, ...]:
    for language in named or ():
        if language not in pack.languages:
            raise InputError(
                f"The pack {pack.id!r} is not written in {language!r}.",
                expected=f"one of {', '.join(pack.languages)}",
                cure="Correct the language.",
            )
    return pack.languages if named is None else tuple(dict.fromkeys(named))


# ── the one address ──────────────────────────────────────────────────────────────────────────────────────────────────


def _opener() -> urllib.request.OpenerDirector:
    """Without the handlers for redirects and proxies: they would carry question and key to an address nobody named."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener


class _Client:
    """Requests to one address, with limits."""

    def __init__(self, endpoint: Endpoint, sleep: Callable[[float], None]) -> None:
        self._endpoint, self._sleep = endpoint, sleep
        self._url, self.host = _address(endpoint)
        self._headers = {"Content-Type": "application/json", "Accept": "application/json", **_authorisation(endpoint, self._url)}
        self._opener = _opener()
        self._deadline = time.monotonic() + endpoint.total_seconds

    def ask(self, prompt: str) -> tuple[str | None, str]:
        """The answer; or None and the reason, after the last try."""
        reason = ""
        for attempt in range(max(1, self._endpoint.tries)):
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise InputError(
                    f"The run took longer than {self._endpoint.total_seconds:g} seconds.",
                    expected="to be done by then",
                    cure="Ask fewer items, or allow more time.",
                )
            text, reason, wait = self._once(prompt, min(self._endpoint.seconds, left))
            if text is not None or wait is None:
                return text, reason
            if attempt + 1 < self._endpoint.tries:
                self._sleep(min(max(wait, 2.0**attempt), _LONGEST_WAIT, max(left, 0.0)))
        return None, reason

    def _once(self, prompt: str, seconds: float) -> tuple[str | None, str, float | None]:
        """The answer, or the reason and how long to wait before another try (None: another try is no use)."""
        body = {
            "model": self._endpoint.model,
            "messages": [{"role": "user", "content": prompt}],
            "temperature": self._endpoint.temperature,
            "max_tokens": self._endpoint.max_tokens,
            "stream": False,
        }
        request = urllib.request.Request(self._url, json.dumps(body).encode(), self._headers, method="POST")  # noqa: S310 - http or https only, see _address
        try:
            with self._opener.open(request, timeout=seconds) as response:
                return _content(_read(response, time.monotonic() + seconds))
        except urllib.error.HTTPError as error:
            with error:
                wait = _retry_after(error) if error.code in _TRY_AGAIN else None
                return None, f"HTTP {error.code}", wait
        except TimeoutError:
            return None, f"no answer within {seconds:.0f} seconds", 0.0
        except urllib.error.URLError as error:
            late = isinstance(error.reason, TimeoutError)
            return None, f"no answer within {seconds:.0f} seconds" if late else "no connection", 0.0
        except (OSError, http.client.HTTPException):
            return None, "the connection broke off", 0.0


def _address(endpoint: Endpoint) -> tuple[str, str]:
    """The full address and the host for the record; no user, password or query may stand in it."""
    parts = urllib.parse.urlsplit(endpoint.url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise InputError(
            "The endpoint's address cannot be used.",  # not shown: people paste keys into addresses
            expected="http:// or https://, a host and a path such as /v1, without user, password or query",
            cure="Give the key by the name of an environment variable.",
        )
    return endpoint.url.rstrip("/") + "/chat/completions", parts.netloc


def _authorisation(endpoint: Endpoint, url: str) -> dict[str, str]:
    if endpoint.key_variable is None:
        return {}
    key = os.environ.get(endpoint.key_variable, "")
    if not key or not key.isprintable() or not key.isascii():
        raise InputError(
            f"The environment variable {endpoint.key_variable!r} is not set or holds no key.",
            expected="the key of the endpoint, in one line",
            cure=f"Set {endpoint.key_variable} for this command only.",
        )
    parts = urllib.parse.urlsplit(url)
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise InputError(
            "A key would travel in the clear.",
            expected="https for any machine but this one",
            cure="Use https, or leave the key out.",
        )
    return {"Authorization": f"Bearer {key}"}


def _read(response: http.client.HTTPResponse, deadline: float) -> bytes:
    """The body, up to its limit in size and time: a server that drips one byte at a time does not hold us."""
    kept = bytearray()
    while block := response.read1(1 << 16):
        kept += block
        if len(kept) > _MOST_BYTES:
            raise http.client.HTTPException("too long")
        if time.monotonic() > deadline:
            raise TimeoutError
    return bytes(kept)


def _content(body: bytes) -> tuple[str | None, str, float | None]:
    try:
        document: Any = json.loads(body)
        text = document["choices"][0]["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        return None, "what came back is no chat completion", None
    if text is None:
        return "", "", None
    return (text[:_TEXT_LIMIT], "", None) if isinstance(text, str) else (None, "what came back is no chat completion", None)


def _retry_after(error: urllib.error.HTTPError) -> float:
    try:
        return max(0.0, float(error.headers.get("Retry-After") or 0))
    except ValueError:
        return 0.0
