"""One address that the user names, asked for chat completions in the form of OpenAI's API, with limits.

Only `url + "/chat/completions"` is called: no redirect is followed and no proxy used. The key comes from an environment
variable or a file that the user names, goes nowhere but into the request's header, and never in the clear to another
machine.
"""

from __future__ import annotations

import http.client
import json
import os
import stat
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plumbrule.errors import InputError, KeyFileError

_MOST_BYTES = 1 << 20
_MOST_KEY = 16 << 10
_TEXT_LIMIT = 20_000
_TRY_AGAIN = {408, 409, 425, 429, 500, 502, 503, 504, 529}
_LONGEST_WAIT = 30.0
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where to ask. `url` ends before `/chat/completions`.

    `key_variable` names the environment variable with the key, `key_file` a file that holds it and that nobody else can
    read; at most one of them. `seconds` is the limit for one request, `total_seconds` for the whole run; `tries` counts
    the first one too.
    """

    url: str
    model: str
    key_variable: str | None = None
    key_file: Path | None = None
    seconds: float = 60.0
    total_seconds: float = 3600.0
    tries: int = 3
    max_tokens: int = 256
    temperature: float = 0.0


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


class Client:
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
    key = _key(endpoint)
    if key is None:
        return {}
    parts = urllib.parse.urlsplit(url)
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise InputError(
            "A key would travel in the clear.",
            expected="https for any machine but this one",
            cure="Use https, or leave the key out.",
        )
    return {"Authorization": f"Bearer {key}"}


def _key(endpoint: Endpoint) -> str | None:
    """The key from the variable or the file named; None where none is named. No message ever holds it."""
    variable, file = endpoint.key_variable, endpoint.key_file
    if variable is None and file is None:
        return None
    if variable is not None and file is not None:
        raise InputError("Two keys were named.", expected="a variable or a file", cure="Leave one out.")
    key = os.environ.get(variable, "") if variable is not None else _from_file(file or Path())
    if not key or not key.isprintable() or not key.isascii() or " " in key:
        where = f"environment variable {variable!r} is not set or" if variable is not None else f"file {file}"
        raise InputError(
            f"The {where} holds no key.",
            expected="the key of the endpoint, in one line",
            cure=f"Set {variable} for this command only." if variable is not None else "Write the key into it, and nothing else.",
        )
    return key


def _from_file(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            mode = stat.S_IMODE(os.fstat(stream.fileno()).st_mode)
            raw = stream.read(_MOST_KEY)
    except OSError as error:
        raise KeyFileError(
            f"{path} cannot be read ({error.strerror}).", expected="a file with the key", cure="Check the path."
        ) from error
    if os.name == "posix" and mode & 0o077:
        raise KeyFileError(
            f"{path} can be read or written by others (mode {mode:04o}).",
            expected="mode 0600",
            cure=f"chmod 600 {path}, and ask who may have copied it.",
        )
    return raw.decode("utf-8", "replace").strip()


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
    if not isinstance(text, str):
        return None, "what came back is no chat completion", None
    # Half a character, which JSON can hold and UTF-8 cannot, becomes a question mark.
    return text[:_TEXT_LIMIT].encode("utf-8", "replace").decode("utf-8"), "", None


def _retry_after(error: urllib.error.HTTPError) -> float:
    try:
        return max(0.0, float(error.headers.get("Retry-After") or 0))
    except ValueError:
        return 0.0
