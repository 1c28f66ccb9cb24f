"""Answer again without making the page again, for pages that are made from the log alone (`ui.caching.from_the_log`).

The validator is how far the log has come, its last head, the hour, the language and this very version of the portal. While
none of them has changed the reader's copy is good (304, nothing is rendered), and so is the copy kept here for everybody, of
which there are so many bytes and no more. Whoever carries a cookie besides the choice of a language gets a page of their
own, and none is kept of it.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase, ResponseHeaders
from django.urls import Resolver404, resolve

from plumbrule_portal.ledger import state as progress
from plumbrule_portal.ui.caching import MARK
from plumbrule_portal.ui.middleware import COOKIE, wished

Answer = Callable[[HttpRequest], HttpResponseBase]
MOST_BYTES, LONGEST = 16 * 2**20, 128 * 2**10
BESIDE = 2_500
"""Bytes that a kept page needs beside its body: its headers, its key, their place."""
_VARIES = {"accept-language", "cookie", "accept-encoding", "origin"}
_GZIP = re.compile(r"\bgzip\b")
Key = tuple[str, str, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    state: str
    headers: ResponseHeaders
    body: bytes


class Shelf:
    """Pages as they went out, the least used thrown away first when there are too many bytes. Shared by threads."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._kept: OrderedDict[Key, _Kept] = OrderedDict()
        self._most, self._bytes, self._turn = most, 0, Lock()

    def get(self, key: Key, state: str) -> _Kept | None:
        """The page, if it is of this state."""
        with self._turn:
            kept = self._kept.get(key)
            if kept is None or kept.state != state:
                return None
            self._kept.move_to_end(key)
            return kept

    def put(self, key: Key, kept: _Kept) -> None:
        """Keep a page."""
        with self._turn:
            old = self._kept.pop(key, None)
            self._bytes += len(kept.body) + BESIDE - (len(old.body) + BESIDE if old else 0)
            self._kept[key] = kept
            while self._bytes > self._most and self._kept:
                _, gone = self._kept.popitem(last=False)
                self._bytes -= len(gone.body) + BESIDE


class PagesFromTheLog:
    """The middleware: outside of everything else, so that what it keeps is what went out, with every header."""

    def __init__(self, answer: Answer) -> None:
        self._answer, self._shelf = answer, Shelf()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer: from the reader's copy, from ours, or made."""
        if request.method not in {"GET", "HEAD"} or request.path_info.startswith(settings.STATIC_URL) or _insecure(request):
            return self._answer(request)
        strangers = set(request.COOKIES) - {COOKIE}
        if strangers - {settings.CSRF_COOKIE_NAME}:
            return self._private(request)
        request.get_host()  # refuses a host that is not ours, as the middleware that is passed over would
        language, zipped = wished(request), bool(_GZIP.search(request.META.get("HTTP_ACCEPT_ENCODING", "")))
        state = f"{progress.state()}.{int(time.time()) // 3600}.{_build()}.{language}"
        kept = self._shelf.get((request.get_full_path(), language, zipped), state)
        etag = f'W/"{state}"'
        if kept is None and not _is_marked(request):
            return self._answer(request)
        if etag in request.META.get("HTTP_IF_NONE_MATCH", ""):
            return _marked(HttpResponseNotModified(), etag)
        if kept is not None:
            return _again(kept, request.method)
        response = self._answer(request)
        if response.status_code == 200 and not response.cookies:
            _marked(response, etag)
            if request.method == "GET" and not strangers and isinstance(response, HttpResponse) and _fits(response):
                key = (request.get_full_path(), language, zipped)
                self._shelf.put(key, _Kept(state=state, headers=response.headers, body=response.content))
        return response

    def _private(self, request: HttpRequest) -> HttpResponseBase:
        """For somebody with a session: made, and kept by nobody else."""
        response = self._answer(request)
        if _is_marked(request):
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


def _again(kept: _Kept, method: str) -> HttpResponse:
    """The page again. Its headers are shared, which is safe because nothing outside of this middleware touches them."""
    response = HttpResponse(kept.body if method == "GET" else b"")
    response.headers = kept.headers
    return response


def _insecure(request: HttpRequest) -> bool:
    """Whether the visitor will be sent to TLS first."""
    return bool(settings.SECURE_SSL_REDIRECT) and not request.is_secure()


def _fits(response: HttpResponse) -> bool:
    """Whether the answer may be given to somebody else: whole, small, and the same for all who ask with the same headers."""
    varies = {part.strip().lower() for part in response.headers.get("Vary", "").split(",") if part.strip()}
    return len(response.content) <= LONGEST and varies <= _VARIES


def _marked(response: HttpResponseBase, etag: str) -> HttpResponseBase:
    response.headers["ETag"] = etag
    response.headers.setdefault("Cache-Control", "public, no-cache")
    response.headers.setdefault("Vary", "Accept-Language, Cookie, Accept-Encoding")
    return response


def _is_marked(request: HttpRequest) -> bool:
    try:
        return bool(getattr(resolve(request.path_info).func, MARK, False))
    except Resolver404:
        return False


@lru_cache(maxsize=1)
def _build() -> str:
    """This version of the portal: its files, and what the office has decided. Looked at once in a process."""
    package = Path(__file__).parents[1]
    files = sorted(path for path in package.rglob("*") if path.suffix in {".py", ".html", ".css", ".mo"})
    told = [f"{path.name} {stat.st_size} {stat.st_mtime_ns}" for path in files for stat in [path.stat()]]
    return hashlib.sha256("\n".join([*told, settings.OFFICE.text()]).encode()).hexdigest()[:12]
