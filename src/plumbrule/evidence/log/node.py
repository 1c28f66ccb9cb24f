"""A node: one folder with an organisation's key for statements and the log that it keeps.

keys/statement.key    signs statements: the organisation's word
log/log.key           signs checkpoints: the log's word
log/…                 the log
trust/root.toml       who may act on keys in the log; others compare its fingerprint
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from plumbrule.errors import OutputError
from plumbrule.evidence.keys import Signer, new_signer, write_key
from plumbrule.evidence.log.first import Clock, record_first_keys, undone, write_root
from plumbrule.evidence.log.log import KEY, Log
from plumbrule.evidence.log.settings import Settings
from plumbrule.evidence.vkey import Kind, VerifierKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A node that was just made: where its keys and log lie, and the public halves."""

    directory: Path
    statement_key: Path
    log: Path
    signer: VerifierKey
    log_verifier: VerifierKey


def create_node(
    directory: Path,
    *,
    name: str,
    passphrase: str | None = None,
    settings: Settings | None = None,
    offline: Signer | None = None,
    clock: Clock | None = None,
) -> Node:
    """Make an organisation's key, a log's key and a log: empty, or with two entries that record the offline key and the other.

    Args:
        directory: a folder that is missing or empty.
        name: the organisation, as its key is called, for example `example.org/assessor`. The log is `<name>/log`.
        passphrase: for both keys; None writes them unencrypted.
        settings: where the log's database and head guard lie, if not in its folder.
        offline: a second key, kept away from the machine, that can replace the organisation's as the steward of keys.
        clock: the time; with it the root file is written.

    Raises:
        OutputError: the folder holds something, or the place of the guard does.
        UnreadableError: the database cannot be reached.
        KeyFileError: the name cannot name a key, or the passphrase is empty.
        InputError: with an offline key: a name that no entry can hold; it is in ASCII then.
    """
    statement, log = new_signer(name), new_signer(f"{name}/log", Kind.LOG)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        if any(directory.iterdir()):
            raise OutputError(
                f"{directory} is not empty.", expected="a new folder.", cure="choose another; keys are never overwritten."
            )
        (directory / "keys").mkdir(mode=0o700)
        (directory / "log").mkdir()
    except OSError as error:
        raise OutputError(
            f"{directory} cannot be written: {error.strerror}.", cure="check the folder and its permissions."
        ) from None
    key = directory / "keys" / "statement.key"
    try:
        write_key(key, statement, passphrase)
        write_key(directory / "log" / KEY, log, passphrase)
        with Log.create(directory / "log", log.name, log, settings) as made, undone(made.guard):
            if clock is not None:
                write_root(directory, log.name, statement, offline, clock)
            if clock is not None and offline is not None:
                record_first_keys(made, name, statement, offline, clock)
    except BaseException:  # a full disk, Ctrl-C: half a node is none, and its folder would be refused the next time
        for part in ("keys", "log", "trust"):
            shutil.rmtree(directory / part, ignore_errors=True)
        raise
    return Node(
        directory=directory, statement_key=key, log=directory / "log", signer=statement.verifier, log_verifier=log.verifier
    )
