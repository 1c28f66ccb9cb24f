"""Where another node's files come from: a folder that somebody carried here, or a web address that somebody named.

Everything that comes from there may be a lie. A source only promises an end: no file longer than its limit, no answer
that takes longer than two minutes, no redirection to somewhere else. This is the only place that opens a socket to others.
"""

from __future__ import annotations

import http.client
import math
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import IO, NoReturn, Protocol
from urllib.parse import urlsplit

from plumbrule.errors import InputError, UnreadableError

TIMEOUT = 20.0
"""Seconds without a byte."""
PATIENCE = 120.0
"""Seconds for one file."""
ROUND = 900.0
"""Seconds for everything that one round asks of one server."""
_CHUNK = 65_536


class SilentError(UnreadableError):
    """Nobody answers there: no folder, no connection, an error of the server."""


class MissingError(UnreadableError):
    """The source answers, and does not have the file."""


class Source(Protocol):
    """Files by path, such as `checkpoint` or `tile/0/000`."""

    @property
    def name(self) -> str:
        """What to call it in a message."""
        ...

    def read(self, path: str, limit: int) -> bytes:
        """The bytes of a file.

        Raises:
            SilentError: nobody answers.
            MissingError: there is no such file.
            UnreadableError: it is longer than `limit`, or takes too long.
        """
        ...


def open_source(at: str, seconds: float = math.inf) -> Source:
    """The source at a web address (http or https) or in a folder. Raises InputError for any other address.

    A web server has `seconds` for everything that is asked of it from now on; then it counts as silent.
    """
    try:
        parts = urlsplit(at)
        if parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0 and not parts.query and not parts.fragment:
            return WebSource(at, seconds)
        folder = "://" not in at
    except ValueError:  # half an IPv6 address, a port beyond 65,535
        folder = False
    if not folder:
        raise InputError(f"{at[:120]!r} is not a place to read from.", expected="a folder, or an http or https address.")
    return FolderSource(Path(at))


def open_submission(at: str, seconds: float = math.inf) -> WebSource:
    """The witness at a submission prefix (http or https); see `open_source`. Raises InputError for any other address."""
    source = open_source(at, seconds)
    if not isinstance(source, WebSource):
        raise InputError(f"{at[:120]!r} is not where a witness listens.", expected="an http or https address.")
    return source


class FolderSource:
    """A folder, for example on a stick."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def name(self) -> str:
        """The folder's path."""
        return str(self._folder)

    def read(self, path: str, limit: int) -> bytes:
        """The bytes of a file; see `Source`."""
        if not self._folder.is_dir():
            raise SilentError(f"{self._folder} is not there.", expected="the folder that was carried.", cure="mount it.")
        place = self._folder / path
        try:
            if not place.is_file():  # a pipe would keep us waiting
                _missing(self.name, path)
            with place.open("rb") as stream:
                return _within(stream.read(limit + 1), limit, self.name, path)
        except OSError as error:
            raise SilentError(f"{place} cannot be read: {error.strerror}.", cure="look after the disk.") from None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object, **__: object) -> None:
        """Stay where the user said."""
        return


class WebSource:
    """A static web server."""

    def __init__(self, address: str, seconds: float = math.inf) -> None:
        self._address, self._end = address.rstrip("/"), time.monotonic() + seconds
        self._opener = urllib.request.build_opener(_NoRedirect)

    @property
    def name(self) -> str:
        """The address."""
        return self._address

    def read(self, path: str, limit: int) -> bytes:
        """The bytes of a file; see `Source`."""
        until = self._until()
        request = urllib.request.Request(f"{self._address}/{path}", headers={"User-Agent": "plumbrule"})  # noqa: S310 - checked above
        try:
            with self._opener.open(request, timeout=TIMEOUT) as answer:
                return _within(self._all(answer, limit, until, path), limit, self.name, path)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code in {404, 410}:
                _missing(self.name, path)
            raise SilentError(f"{self.name}/{path}: the server answers {error.code}.", cure="ask who runs it.") from None
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise SilentError(
                f"{self.name} does not answer ({_reason(error)}).", expected="a web server.", cure="try later, or carry a folder."
            ) from None

    def post(self, path: str, body: bytes, limit: int) -> tuple[int, bytes]:
        """Hand something in; the status and what came with it. Raises SilentError or UnreadableError, as `read` does."""
        until = self._until()
        headers = {"User-Agent": "plumbrule", "Content-Type": "text/plain; charset=utf-8"}
        request = urllib.request.Request(f"{self._address}/{path}", data=body, headers=headers)  # noqa: S310 - checked above
        try:
            try:
                answer = self._opener.open(request, timeout=TIMEOUT)
            except urllib.error.HTTPError as error:
                answer = error
            with answer:
                return answer.status, _within(self._all(answer, limit, until, path), limit, self.name, path)
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise SilentError(f"{self.name} does not answer ({_reason(error)}).", cure="try later.") from None

    def _until(self) -> float:
        now = time.monotonic()
        if now > self._end:
            raise SilentError(f"{self.name} is slow: its time in this round is over.", cure="the next round goes on from here.")
        return min(now + PATIENCE, self._end)

    def _all(self, answer: IO[bytes], limit: int, until: float, path: str) -> bytes:
        found = bytearray()
        while len(found) <= limit:
            if time.monotonic() > until:
                raise SilentError(f"{self.name}/{path} took too long.", cure="try later; what came before it is kept.")
            chunk = answer.read(min(_CHUNK, limit + 1 - len(found)))
            if not chunk:
                break
            found += chunk
        return bytes(found)


def _reason(error: Exception) -> str:
    return str(getattr(error, "reason", None) or error or type(error).__name__)[:200]


def _within(raw: bytes, limit: int, name: str, path: str) -> bytes:
    if len(raw) > limit:
        raise UnreadableError(f"{name}/{path} is longer than {limit} bytes.", expected="a file of this format.")
    return raw


def _missing(name: str, path: str) -> NoReturn:
    raise MissingError(f"{name} has no {path}.", expected="the files of `plumbrule log export`.", cure="ask who runs it.")
