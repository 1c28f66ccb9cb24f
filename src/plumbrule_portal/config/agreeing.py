"""`plumbrule agree`: the second person, in another office, signs that something may be published in a register elsewhere."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from plumbrule.errors import InputError, OutputError, UnreadableError

SCHEMA, FORM, FILE = "plumbrule-proposal/1", "agreement-1", "proposal.json"
NEEDED = frozenset({"log", "proposal", "kind", "claims", "envelopes", "files"})
LARGEST = 2**20


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("agree")(agree)


def agree(
    proposal: Annotated[Path, typer.Argument(help="The file that the proposal's page handed out.", metavar="FILE")],
    key: Annotated[Path, typer.Option("--key", help="Key file of your organisation.", metavar="FILE")],
    party: Annotated[str, typer.Option(help="Id of your organisation, as that register knows it.", metavar="ID")],
    out: Annotated[Path, typer.Option("--out", help="Where the signed agreement goes.", metavar="FILE")] = Path(
        "agreement.dsse.json"
    ),
) -> None:
    """Agree to a proposal of another office's register: say what it would publish, and sign that you agree.

    Read the files first: the proposal names them by digest, and your signature vouches for nothing that you did not see.
    """
    from plumbrule.cli.passphrase import read_signer  # noqa: PLC0415 - cryptography loads only when something is signed

    raw, console = _read(proposal), Console(highlight=False, soft_wrap=True)
    document = read_proposal(raw, proposal)
    for line in described(document):
        console.print(line, markup=False)
    if out.exists():
        raise OutputError(f"{out} exists.", expected="the name of a new file.", cure="choose another one with --out.")
    out.write_bytes(agreement(raw, document, party, read_signer(key), datetime.now(UTC)))
    console.print(f"Your agreement: {out}. Hand it in on the page of the proposal.", markup=False)


def read_proposal(raw: bytes, path: Path) -> dict[str, Any]:
    """The proposal in a file. Raises UnreadableError."""
    try:
        document = json.loads(raw)
    except ValueError:
        document = None
    if not isinstance(document, dict) or document.get("schema") != SCHEMA or not document.keys() >= NEEDED:
        raise UnreadableError(f"{path} is no proposal.", expected=f"a file with the schema {SCHEMA}.")
    return document


def described(document: dict[str, Any]) -> list[str]:
    """What would be published, a line for each thing."""
    lines = [f"{document['log']}, {document['proposal']}: {document['kind']}"]
    lines += [f"  would sign  {one['predicate']}" for one in document["claims"]]
    lines += [f"  signed by others  {digest}" for digest in document["envelopes"]]
    return lines + [f"  file  {digest}  {name}" for name, digest in sorted(document["files"].items())]


def agreement(raw: bytes, document: dict[str, Any], party: str, signer: Any, now: datetime) -> bytes:
    """The signed agreement to the very bytes of a proposal's file."""
    from plumbrule.evidence import Claim, make_statement, seal, subject_of, write_statement  # noqa: PLC0415 - as above
    from plumbrule.evidence.claims import RECORD  # noqa: PLC0415

    fields = {
        "form": FORM,
        "record": f"{document['log']}/{document['proposal']}",
        "system": document.get("system") or None,
        "party": party,
        "previous": None,
        "created": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "files": (FILE,),
    }
    return seal(write_statement(make_statement([subject_of(FILE, raw)], Claim(kind=RECORD, fields=fields))), [signer])


def _read(path: Path) -> bytes:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.", expected="the file of a proposal.") from None
    if len(raw) > LARGEST:
        raise InputError(f"{path} has {len(raw)} bytes.", expected=f"at most {LARGEST}.")
    return raw
