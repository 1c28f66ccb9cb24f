"""`plumbrule submit`: hand a pack to a register. Nothing but the files of the pack leaves this machine."""

from __future__ import annotations

import hashlib
import http.client
import json
import secrets
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer
from rich.console import Console

from plumbrule.errors import InputError, OutputError

ADDRESS = "/api/v1/submissions"
TIMEOUT = 60
MAX_ANSWER = 2**20
_NEAR = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Where a register listens."""

    secure: bool
    host: str
    port: int | None
    path: str


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("submit")(submit)


def submit(
    pack: Annotated[Path, typer.Argument(help="The folder pack/ of an assessment.", metavar="PACK")],
    to: Annotated[str, typer.Option("--to", help="Address of the register.", metavar="URL")],
    show: Annotated[bool, typer.Option("--show", help="Only say what would be sent.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the register's answer as it came.")] = False,
) -> None:
    """Hand the pack of a signed assessment to a register. Only the files of the pack are sent, and it says which.

    Exit code 0: accepted; 1: refused, with reasons; 2: the pack cannot be read, or the register cannot be reached.
    """
    from plumbrule.evidence import read_pack  # noqa: PLC0415 - cryptography loads only when something is checked

    where, found = read_address(to), read_pack(pack)
    files = dict(found.content)
    for entry in found.entries:
        files |= {entry.envelope_file: entry.envelope, entry.proof_file: entry.proof}
    console = Console(highlight=False, soft_wrap=True, stderr=as_json)
    for line in announced(files, to):
        console.print(line, markup=False)
    if show:
        return
    status, answer = send(files, where)
    if as_json:
        typer.echo(json.dumps(answer))
    else:
        for line in said(answer):
            console.print(line, markup=False)
    raise typer.Exit(0 if status == http.client.ACCEPTED else 1)


def announced(files: Mapping[str, bytes], to: str) -> list[str]:
    """What will be sent, and where."""
    lines = [f"These {len(files)} files, and nothing else, go to {to}:"]
    lines += [f"  {name}  {len(raw)} bytes  {hashlib.sha256(raw).hexdigest()}" for name, raw in sorted(files.items())]
    return [*lines, "They become public if the register publishes the assessment."]


def said(answer: Mapping[str, Any]) -> list[str]:
    """The register's answer in words."""
    lines = [str(answer.get("words") or answer.get("state", ""))]
    for reason in answer.get("reasons", []):
        lines.append(f"  {reason.get('got', '')}")
        lines += [f"    {word}: {reason[key]}" for key, word in (("expected", "Expected"), ("cure", "Cure")) if reason.get(key)]
    if answer.get("address"):
        lines.append(f"What becomes of it: {answer['address']}")
    if answer.get("public_from"):
        lines.append(f"The party assessed may answer until {answer['public_from']}.")
    return lines


def read_address(text: str) -> Register:
    """The address of a register. Raises InputError: no address, or without TLS and not on this machine."""
    parts = urlsplit(text)
    try:
        port = parts.port
    except ValueError:
        port = -1
    near = parts.hostname in _NEAR
    if parts.scheme not in {"https", "http"} or not parts.hostname or port == -1 or parts.username or parts.query:
        raise InputError(f"--to {text} is no address of a register.", expected="https://HOST, as in its pages.", cure="mend it.")
    if parts.scheme == "http" and not near:
        raise InputError(
            f"--to {text} would send without TLS.", expected="https://, or a register on this machine.", cure="write https."
        )
    return Register(secure=parts.scheme == "https", host=parts.hostname, port=port, path=parts.path.rstrip("/"))


def send(files: Mapping[str, bytes], where: Register) -> tuple[int, dict[str, Any]]:
    """POST the files, and return the status and the answer. No redirect is followed. Raises OutputError."""
    mark = secrets.token_hex(16)
    body = b"".join(
        f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n".encode()
        + raw
        + b"\r\n"
        for name, raw in sorted(files.items())
    )
    body += f"--{mark}--\r\n".encode()
    try:
        connection = _connection(where)
        connection.request(
            "POST",
            where.path + ADDRESS,
            body,
            {"Content-Type": f"multipart/form-data; boundary={mark}", "Accept": "application/json"},
        )
        answer = connection.getresponse()
        raw = answer.read(MAX_ANSWER)
        connection.close()
        found = json.loads(raw)
    except (OSError, http.client.HTTPException, ssl.SSLError) as error:
        raise OutputError(
            f"{where.host} cannot be reached: {error}.",
            expected="a register that answers.",
            cure="check the address, try again later.",
        ) from None
    except ValueError:
        raise OutputError(
            f"{where.host} answered with {answer.status}, not as a register does.", cure="check the address."
        ) from None
    return answer.status, found if isinstance(found, dict) else {}


def _connection(where: Register) -> http.client.HTTPConnection:
    if where.secure:
        return http.client.HTTPSConnection(where.host, where.port, timeout=TIMEOUT, context=ssl.create_default_context())
    return http.client.HTTPConnection(where.host, where.port, timeout=TIMEOUT)
