"""A predictor behind a URL that the user names. Runs in the child only.

POST of a JSON array of records, `[{"age": 39, "sex": "women"}, …]`; the answer is a JSON array with one number a record.
Nothing but this one address is asked: no redirect is followed, no proxy used, nothing sent but the columns declared.
"""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from plumbrule.errors import InputError
from plumbrule.lab.predictors.wire import Column, Predict, is_number

_A_NUMBER = 64  # bytes of JSON that one score may take


def load(request: dict[str, Any]) -> tuple[Predict, dict[str, Any]]:
    """Nothing is asked before the first row."""
    parts = urlsplit(request["target"])
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    secure, host, port, seconds = (
        parts.scheme == "https",
        str(parts.hostname),
        parts.port,
        2 * request["seconds"],
    )  # the parent's clock is first

    def ask(columns: dict[str, Column]) -> Any:
        wanted = records(columns)
        connect = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = connect(host, port, timeout=seconds)
        try:
            headers = {"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "plumbrule"}
            connection.request("POST", path, json.dumps(wanted, allow_nan=False).encode("utf-8"), headers)
            answer = connection.getresponse()
            said = answer.read(_A_NUMBER * len(wanted) + (1 << 16))
        except (OSError, http.client.HTTPException) as error:
            raise InputError(
                f"{host} could not be asked ({type(error).__name__}: {error}).",
                expected="a service that answers",
                cure="Start it, or correct the address.",
            ) from error
        finally:
            connection.close()
        return _numbers(said, answer.status, host)

    return ask, {}


def records(columns: dict[str, Column]) -> list[dict[str, Any]]:
    """One record a row; a missing value is null, a number without a fraction a whole number."""
    lists = [_plain(column) for column in columns.values()]
    return [dict(zip(columns, row, strict=True)) for row in zip(*lists, strict=True)]


def _plain(column: Column) -> list[Any]:
    if not is_number(column):
        return list(column.tolist())
    return [None if np.isnan(v) else int(v) if v.is_integer() else v for v in column.tolist()]


def _numbers(said: bytes, status: int, host: str) -> Any:
    if status != http.HTTPStatus.OK:
        raise InputError(
            f"{host} answered with status {status}.",
            expected="status 200 from the address given; redirects are not followed",
            cure="Correct the address, or look at the service's own log.",
        )
    try:
        found = json.loads(said)
    except ValueError:
        found = None
    if not isinstance(found, list) or not all(isinstance(one, int | float) for one in found):
        raise InputError(
            f"{host} answered with something else than numbers.",
            expected="a JSON array with one number for each record, and nothing else",
            cure="Change the service, or put a small one in front of it.",
        )
    return np.array(found, float)
