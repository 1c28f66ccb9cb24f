"""A small HTTP server in front of a witness: `POST /add-checkpoint`, `GET /<origin hash>/checkpoint` and `/witness.vkey`.

Whoever connects may be slow, endless or many: a request has a length that is known beforehand and bounded, a connection
ends after a minute, and no more than so many are answered at once. Nothing is authenticated but the checkpoint itself.
"""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import AF_INET, AF_INET6, SHUT_RDWR
from socketserver import TCPServer
from typing import Any

from plumbrule.errors import InputError, OutputError, PlumbruleError
from plumbrule.evidence.federation.witness import MAX_REQUEST, TEXT_TYPE, Answer, add_checkpoint, cosigned_checkpoint
from plumbrule.evidence.keys import Signer, read_key
from plumbrule.evidence.vkey import Kind

QUIET_SECONDS, WHOLE_SECONDS, AT_ONCE = 10.0, 60.0, 32
"""Seconds without a byte; seconds for a connection, however busy; connections at once."""
_CHECKPOINT = re.compile(r"/([0-9a-f]{64})/checkpoint")
_FULL = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 5\r\nConnection: close\r\n\r\n"

Clock = Callable[[], datetime]
Tell = Callable[[str], None]


def parse_place(text: str) -> tuple[str, int]:
    """Host and port of `HOST:PORT`, `[::1]:PORT` or `PORT`, which means 127.0.0.1. Raises InputError.

    >>> parse_place("8700"), parse_place("0.0.0.0:80"), parse_place("[::1]:8700")
    (('127.0.0.1', 8700), ('0.0.0.0', 80), ('::1', 8700))
    """
    host, _, port = text.rpartition(":")
    if not re.fullmatch(r"[0-9]{1,5}", port) or int(port) > 65_535:
        raise InputError(f"{text[:80]!r} is not a place to listen at.", expected="HOST:PORT, such as 127.0.0.1:8700.")
    return host.removeprefix("[").removesuffix("]") or "127.0.0.1", int(port)


class WitnessServer(ThreadingHTTPServer):
    """Answers for the witness of one node until `shutdown`. Closed, it frees its port."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, directory: Path, signer: Signer, clock: Clock, place: tuple[str, int], tell: Tell) -> None:
        self.directory, self.signer, self.clock, self.tell = directory, signer, clock, tell
        self._room = threading.BoundedSemaphore(AT_ONCE)
        self.address_family = AF_INET6 if ":" in place[0] else AF_INET
        super().__init__(place, _Handler)

    def server_bind(self) -> None:
        """Bind without asking a name server who we are."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread if there is room; say so at once if there is none."""
        if self._room.acquire(blocking=False):
            super().process_request(request, client_address)
            return
        with suppress(OSError):
            request.sendall(_FULL)
        self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """The thread of one connection."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def handle_error(self, *_: object) -> None:
        """A connection that broke off is nobody's fault and no news; anything else is ours, and told without a traceback."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            self.tell(f"a request could not be answered: {type(error).__name__}")


class _Handler(BaseHTTPRequestHandler):
    server: WitnessServer
    server_version, sys_version = "plumbrule", ""
    protocol_version = "HTTP/1.1"
    timeout = QUIET_SECONDS

    def handle(self) -> None:
        """All requests of one connection, within its time."""
        end = threading.Timer(WHOLE_SECONDS, self._end)
        end.daemon = True
        end.start()
        try:
            with suppress(OSError):
                super().handle()
        finally:
            end.cancel()

    def do_POST(self) -> None:
        """`add-checkpoint`."""
        length = self.headers.get("Content-Length", "")
        if self.path != "/add-checkpoint":
            self._refuse(404, "there is no such call")
        elif self.headers.get("Transfer-Encoding") or not re.fullmatch(r"[0-9]{1,10}", length):
            self._refuse(411, "the length of the request is missing")
        elif int(length) > MAX_REQUEST:
            self._refuse(413, f"a request has at most {MAX_REQUEST} bytes")
        elif len(body := self.rfile.read(int(length))) == int(length):
            self._answer(self._judged(body))
        else:
            self.close_connection = True

    def do_GET(self) -> None:
        """The checkpoint that was cosigned last of a log; the witness's key."""
        if self.path == "/witness.vkey":
            self._answer(Answer(status=200, body=f"{self.server.signer.verifier}\n".encode()))
            return
        found = _CHECKPOINT.fullmatch(self.path)
        try:
            raw = cosigned_checkpoint(self.server.directory, found[1]) if found else None
        except (PlumbruleError, OSError):
            raw = None
        answer = Answer(status=404, body=b"nothing was cosigned\n") if raw is None else Answer(status=200, body=raw)
        self._answer(answer)

    def _judged(self, body: bytes) -> Answer:
        try:
            return add_checkpoint(self.server.directory, body, self.server.signer, self.server.clock)
        except (PlumbruleError, OSError) as error:  # our own disk; the other side need not know where it lies
            self.server.tell(str(error))
            return Answer(status=500, body=b"the witness cannot answer now\n")

    def _refuse(self, status: int, text: str) -> None:
        self.close_connection = True  # the rest of the request was not read
        self._answer(Answer(status=status, body=f"{text}\n".encode()))

    def _answer(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type or TEXT_TYPE)
        self.send_header("Content-Length", str(len(answer.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer.body)
        self.server.tell(f"{self.command} {answer.status} {self.client_address[0]}")

    def _end(self) -> None:
        with suppress(OSError):
            self.connection.shutdown(SHUT_RDWR)

    def log_message(self, *_: object) -> None:
        """Told by `_answer`, without what the other side wrote."""


def witness_server(
    directory: Path, place: tuple[str, int], clock: Clock, tell: Tell, passphrase: str | None = None
) -> WitnessServer:
    """A server that listens, and answers once `serve_forever` runs. `passphrase` opens the witness key, if it is encrypted.

    Raises:
        KeyFileError: the node has no witness key.
        OutputError: nobody can listen there.
    """
    signer = read_key(directory / "keys" / "witness.key", Kind.WITNESS, passphrase)
    try:
        return WitnessServer(directory, signer, clock, place, tell)
    except OSError as error:
        raise OutputError(
            f"nobody can listen at {place[0]}:{place[1]}: {error.strerror or error}.",
            expected="an address of this machine, and a port that is free.",
            cure="choose another port.",
        ) from None
