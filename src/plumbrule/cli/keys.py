"""Open the key and the log that the user named."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from plumbrule.cli.outside import open_to_sign
from plumbrule.cli.passphrase import read_signer
from plumbrule.errors import InputError

if TYPE_CHECKING:
    from plumbrule.pipeline import Recorder


def open_recorder(key: Path | None, log: Path | None, *, demo: bool = False) -> Recorder | None:
    """The recorder made of a key file and a log folder; None when neither was named.

    Raises:
        InputError: one was named without the other.
        WaitingError: the log must be held against what others saw before it signs, and they were not heard.
    """
    if key is None and log is None:
        return None
    if key is None or log is None:
        raise InputError(
            f"{'--log' if key is None else '--key'} was given without {'--key' if key is None else '--log'}.",
            expected="both, or neither for an unsigned assessment",
            cure="Make a node with plumbrule node init DIR, then give --key DIR/keys/statement.key --log DIR/log.",
        )
    from plumbrule.pipeline import Recorder  # noqa: PLC0415 - numpy and duckdb load only when a table is read

    return Recorder(signer=read_signer(key), log=open_to_sign(log), demo=demo)
