"""What `plumbrule node init` does besides the words: the keys, the first entries, and what to print on paper."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from plumbrule.base.messages import message
from plumbrule.cli.passphrase import new_passphrase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.evidence import Sentence
    from plumbrule.evidence.log import Node, Settings


def make(directory: Path, name: str, settings: Settings, offline_key: Path | None, *, encrypt: bool) -> Node:
    """Make a node, with a second key if a place for it is named; that file goes again if the node cannot be made."""
    from plumbrule.evidence import new_signer, write_key  # noqa: PLC0415 - cryptography loads only when something is signed
    from plumbrule.evidence.log import create_node  # noqa: PLC0415

    secret = new_passphrase(encrypt, directory / "keys")
    offline = None if offline_key is None else new_signer(f"{name}/offline")
    if offline is not None and offline_key is not None:
        write_key(offline_key, offline, new_passphrase(encrypt, offline_key))
    try:
        return create_node(
            directory, name=name, passphrase=secret, settings=settings, offline=offline, clock=lambda: datetime.now(UTC)
        )
    except BaseException:
        if offline_key is not None:
            offline_key.unlink(missing_ok=True)
        raise


def said(node: Node, offline_key: Path | None) -> Iterator[Sentence]:
    """What a person should do now, with the fingerprint of the root file."""
    from plumbrule.evidence import Sentence, fingerprint  # noqa: PLC0415 - as above

    root = node.directory / "trust" / "root.toml"
    values = {"file": str(root), "fingerprint": fingerprint(root.read_bytes())}
    yield Sentence(text=message("Root file {file}, fingerprint for paper: {fingerprint}"), values=values)
    if offline_key is None:
        text = message("There is no offline key: if yours is stolen, everybody has to be given another root file by hand.")
        yield Sentence(text=text)
    else:
        text = message("The offline key is {file}. Take it out of this machine now, and keep it where nobody else reaches it.")
        yield Sentence(text=text, values={"file": str(offline_key)})
