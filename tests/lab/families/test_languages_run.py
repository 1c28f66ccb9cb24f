"""Packs and the runner, against a real server on this machine."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from plumbrule.base.observation import Stated
from plumbrule.errors import InputError
from plumbrule.lab.families.languages.answers import language_rates
from plumbrule.lab.families.languages.endpoint import Endpoint
from plumbrule.lab.families.languages.pack import PACKS, Pack, observe_review, read_pack
from plumbrule.lab.families.languages.run import run_pack
from plumbrule.lab.families.languages.script import wrong_language, wrong_script
from plumbrule.lab.families.languages.transcript import answers_from_transcript, write_transcript

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
SECRET = "sk-do-not-show-this-1234567890"
Reply = Callable[[dict[str, Any], int], tuple[int, dict[str, str], bytes]]


@pytest.fixture(scope="module")
def pack() -> Pack:
    """The pack that comes with the program."""
    return read_pack(PACKS / "everyday.yaml")


class Server(ThreadingHTTPServer):
    """A local endpoint that keeps what it was sent."""

    daemon_threads = True

    def __init__(self, reply: Reply) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.reply, self.seen, self.headers, self.paths = reply, list[dict[str, Any]](), list[dict[str, str]](), list[str]()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is what some tests are about."""

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        """One chat completion, or whatever the test wants."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.seen.append(body)
        self.server.headers.append(dict(self.headers))
        self.server.paths.append(self.path)
        code, headers, answer = self.server.reply(body, len(self.server.seen))
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
        """Say nothing."""


@contextmanager
def serving(reply: Reply) -> Iterator[Server]:
    """A server for the length of a block."""
    server = Server(reply)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def said(text: str | None) -> tuple[int, dict[str, str], bytes]:
    """A chat completion with this text."""
    return 200, {"Content-Type": "application/json"}, json.dumps({"choices": [{"message": {"content": text}}]}).encode()


def _knows(pack: Pack, languages: set[str]) -> Reply:
    """A model that answers rightly in some languages and with nonsense in the others."""
    right = {text.ask: (text.accept[0], language) for item in pack.items for language, text in item.texts.items()}

    def reply(body: dict[str, Any], _: int) -> tuple[int, dict[str, str], bytes]:
        answer, language = right[body["messages"][0]["content"].split("\n")[0]]
        return said(answer if language in languages else "????")

    return reply


def test_a_run_brings_answers_by_item_language_and_run(pack: Pack) -> None:
    """A model that knows English and Russian only: right there, wrong elsewhere; the questions are mixed."""
    with serving(_knows(pack, {"en", "ru"})) as server:
        transcript = run_pack(pack, Endpoint(url=server.url, model="toy"), runs=2, started=NOW)
    assert len(transcript.said) == 8 * 7 * 2 == len(server.seen)
    assert set(server.paths) == {"/v1/chat/completions"}
    assert server.seen[0]["model"] == "toy"
    rates = {
        one.language: one.estimate for one in language_rates(answers_from_transcript(transcript)) if one.metric == "accuracy"
    }
    assert {language: one.value for language, one in rates.items() if one.state == "known"} == {
        language: float(language in {"en", "ru"}) for language in pack.languages
    }
    asked = [body["messages"][0]["content"] for body in server.seen[:7]]
    assert len({text.split("\n")[1] for text in asked}) > 2


def test_drafts_are_named_in_the_transcript(pack: Pack, tmp_path: Path) -> None:
    """Our pack is reviewed by nobody, in any language, and what is written says so."""
    with serving(lambda *_: said("8")) as server:
        transcript = run_pack(pack, Endpoint(url=server.url, model="toy"), languages=["kk", "en"], started=NOW)
    assert transcript.drafts == ("kk", "en")
    write_transcript(transcript, tmp_path / "run.json")
    document = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert document["schema"] == "plumbrule-transcript/1"
    assert all("nobody has reviewed" in note for note in document["notes"])
    for one in observe_review(pack):
        assert isinstance(one.estimate, Stated)
        assert one.estimate.holds is False


def test_the_key_is_sent_and_never_shown(pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It stands in the request's header, and in no file, error or representation of ours."""
    monkeypatch.setenv("TOY_KEY", SECRET)
    endpoint = Endpoint(url="", model="toy", key_variable="TOY_KEY")
    with serving(lambda *_: said("8")) as server:
        endpoint = Endpoint(url=server.url, model="toy", key_variable="TOY_KEY")
        transcript = run_pack(pack, endpoint, languages=["en"], started=NOW)
    assert server.headers[0]["Authorization"] == f"Bearer {SECRET}"
    write_transcript(transcript, tmp_path / "run.json")
    assert SECRET not in (tmp_path / "run.json").read_text(encoding="utf-8") + repr(endpoint) + repr(transcript)
    with serving(lambda *_: (401, {}, SECRET.encode())) as server, pytest.raises(InputError) as caught:
        run_pack(pack, Endpoint(url=server.url, model="toy", key_variable="TOY_KEY"), started=NOW)
    assert SECRET not in str(caught.value)


def test_a_redirect_is_not_followed(pack: Pack) -> None:
    """A server that sends us elsewhere gets no second request, and the other address gets none at all."""
    with serving(lambda *_: said("8")) as other:
        moved = {"Location": f"{other.url}/chat/completions"}
        with serving(lambda *_: (307, moved, b"")) as server, pytest.raises(InputError, match="HTTP 307"):
            run_pack(pack, Endpoint(url=server.url, model="toy"), started=NOW)
        assert other.seen == []
    assert len(server.seen) == 5


def test_a_proxy_of_the_environment_is_not_used(pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the address that the user names is called."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with serving(lambda *_: said("8")) as server:
        assert run_pack(pack, Endpoint(url=server.url, model="toy"), languages=["en"], started=NOW).said


def test_trying_again_is_bounded_and_waits_as_asked(pack: Pack) -> None:
    """A busy server is asked three times, no more, waiting as it says; a wait of an hour is cut to half a minute."""
    waits: list[float] = []
    busy: Reply = lambda _, number: (429, {"Retry-After": "3600"}, b"") if number % 3 else said("8")  # noqa: E731
    with serving(busy) as server:
        transcript = run_pack(pack, Endpoint(url=server.url, model="toy"), languages=["en"], started=NOW, sleep=waits.append)
    assert len(server.seen) == 3 * len(transcript.said)
    assert set(waits) == {30.0}
    assert all(one.text == "8" for one in transcript.said)


def test_unanswered_questions_are_kept_as_such(pack: Pack) -> None:
    """Every fourth question fails for good: no mark of accuracy, counted as no answer, with its reason."""
    reply: Reply = lambda _, number: (400, {}, b"") if number % 4 == 0 else said("8")  # noqa: E731
    with serving(reply) as server:
        transcript = run_pack(pack, Endpoint(url=server.url, model="toy"), languages=["en", "ru"], started=NOW)
    missing = [one for one in transcript.said if one.text is None]
    assert len(missing) == 4
    assert {one.reason for one in missing} == {"HTTP 400"}
    answers = answers_from_transcript(transcript)
    assert answers.marks["accuracy"].runs.sum() == 12
    assert answers.marks["no_answer_rate"].total.sum() == 4


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"not json",
        b"[]",
        b'{"choices": []}',
        b'{"choices": [{"message": {"content": 7}}]}',
        b"[" * 100_000,
        b'"' + b"x" * (2 << 20),
    ],
)
def test_a_server_that_talks_nonsense(pack: Pack, answer: bytes) -> None:
    """No chat completion, too deep, too long: the run stops after five, with an error of ours."""
    with serving(lambda *_: (200, {}, answer)) as server, pytest.raises(InputError, match="5 times in a row"):
        run_pack(pack, Endpoint(url=server.url, model="toy", tries=1), started=NOW)


def test_a_server_that_never_answers(pack: Pack) -> None:
    """Each request and the whole run have a limit in time."""

    def slow(*_: object) -> tuple[int, dict[str, str], bytes]:
        time.sleep(1)
        return said("8")

    with serving(slow) as server, pytest.raises(InputError, match=r"in a row|longer than"):
        run_pack(pack, Endpoint(url=server.url, model="toy", seconds=0.1, total_seconds=3, tries=1), started=NOW)


@pytest.mark.parametrize(
    "url",
    ["ftp://127.0.0.1/v1", "file:///etc/passwd", "http:///v1", "http://user:secret@127.0.0.1/v1", "https://h/v1?key=secret", "h"],
)
def test_addresses_that_are_refused(pack: Pack, url: str) -> None:
    """Only http and https, without secrets in the address; the address itself is not repeated."""
    with pytest.raises(InputError, match="address cannot be used") as caught:
        run_pack(pack, Endpoint(url=url, model="toy"), started=NOW)
    assert "secret" not in str(caught.value)


def test_no_key_in_the_clear_and_no_key_that_is_not_there(pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over http a key goes to this machine only; an unset variable is named."""
    monkeypatch.setenv("TOY_KEY", SECRET)
    with pytest.raises(InputError, match="in the clear"):
        run_pack(pack, Endpoint(url="http://models.example.invalid/v1", model="toy", key_variable="TOY_KEY"), started=NOW)
    monkeypatch.delenv("TOY_KEY")
    with pytest.raises(InputError, match="'TOY_KEY' is not set"):
        run_pack(pack, Endpoint(url="http://127.0.0.1:9/v1", model="toy", key_variable="TOY_KEY"), started=NOW)


# ── packs ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_item_accepts_its_own_answers_and_not_its_question(pack: Pack) -> None:
    """An accepted answer is right, also in a sentence and in capitals; the question repeated is not."""
    for item in pack.items:
        for language, text in item.texts.items():
            for answer in text.accept:
                assert item.right(answer, language), (item.id, language, answer)
                assert item.right(f"«{answer.upper()}».", language), (item.id, language, answer)
            assert not item.right("????", language)
            if item.id not in {"form-fee", "who-is-older"}:
                assert not item.right(text.ask, language), (item.id, language)


def test_the_questions_are_in_the_language_and_script_they_say(pack: Pack) -> None:
    """Our own screens find no question in a wrong script, and none that seems to be in another language."""
    for item in pack.items:
        for language, text in item.texts.items():
            assert wrong_script(text.ask, language) is False, (item.id, language)
            assert not wrong_language(text.ask, language), (item.id, language)


def test_the_two_uzbek_scripts_ask_the_same(pack: Pack) -> None:
    """Each Uzbek item is there in both scripts, with the same numbers in it."""
    for item in pack.items:
        numbers = [[sign for sign in item.texts[code].ask if sign.isdigit()] for code in ("uz-Latn", "uz-Cyrl", "en")]
        assert numbers[0] == numbers[1]
        assert sorted(numbers[0]) == sorted(numbers[2])


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("id: everyday\n", "id: everyday\nid: other\n", "stands twice"),
        ("schema: plumbrule-pack/1", "schema: plumbrule-pack/9", "schema"),
        ("reviewed_by: {}", "reviewed_by: {fr: Somebody}", "in which no item is written"),
        ("  - id: day-after", "  - id: bread-change", "two with one id"),
        ("accept: [friday]", "accept: []", "accepts nothing"),
        ("accept: [friday]", "accept: [no]", "accept"),
        ("reviewed_by: {}", "reviewed_by: &all {}\nextra: *all", "anchors"),
        ("licence:", "license:", "licen"),
    ],
)
def test_slips_in_a_pack_are_named(tmp_path: Path, old: str, new: str, words: str) -> None:
    """What an editor may do to a pack, each refused with its place."""
    text = (PACKS / "everyday.yaml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "pack.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=words):
        read_pack(path)


def test_a_reviewed_language_is_no_draft(tmp_path: Path) -> None:
    """With a name for Kazakh the pack says who reviewed it, and the others stay drafts."""
    text = (PACKS / "everyday.yaml").read_text(encoding="utf-8").replace("reviewed_by: {}", "reviewed_by: {kk: A. Person}")
    path = tmp_path / "pack.yaml"
    path.write_text(text, encoding="utf-8")
    holds = {
        one.group["language"]: one.estimate.holds for one in observe_review(read_pack(path)) if isinstance(one.estimate, Stated)
    }
    assert [language for language, held in holds.items() if held] == ["kk"]
