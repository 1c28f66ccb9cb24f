"""The door for cells: from a file on disk to what it holds, and from counted cells to a file that may leave the house."""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from plumbrule.base.files import write_file_aside
from plumbrule.errors import InputError, KeyFileError, OutputError, TableError, UnreadableError
from plumbrule.lab.cells import Cells
from plumbrule.lab.columns import Attribute
from plumbrule.lab.exchange.adding import Held, add_cells, held_in
from plumbrule.lab.exchange.confusion import cells_from_confusion
from plumbrule.lab.exchange.file import MOST_BYTES, cells_file, read_cells, write_cells
from plumbrule.lab.exchange.form import SUPPRESSED, CellsFile, Suppression
from plumbrule.lab.exchange.release import Meaning, Release
from plumbrule.lab.tables.table import open_table

RuleName = Literal["suppress", "round", "noise", "none"]
RULES: tuple[RuleName, ...] = get_args(RuleName)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How cells are to be saved, as it is said on the command line; paths instead of contents (see `Release`)."""

    file: Path
    rule: str = "suppress"
    least: int = 5
    order: int | None = None
    base: int = 5
    epsilon: float = 1.0
    secret: Path | None = None
    after: Path | None = None


def load_cells(paths: Sequence[Path]) -> tuple[Held, list[dict[str, Any]]]:
    """What all these files hold together, and a note about each: its name, SHA-256 and rule.

    A file is JSON that `save_cells` wrote, or a table of confusion matrices (CSV, XLSX; columns tp, fp, fn, tn).

    Raises:
        InputError: a file cannot be read, or two count different things; or one is named twice.
    """
    parts: list[Held] = []
    notes: list[dict[str, Any]] = []
    for path in paths:
        part, note = _load(path)
        if any(note["sha256"] == other["sha256"] for other in notes):
            raise TableError(
                f"{path.name} holds the same bytes as a file named before.",
                expected="each site once, so that nobody is counted twice",
                cure="Name it once.",
            )
        parts.append(part)
        notes.append(note)
    return add_cells(parts, [path.name for path in paths]), notes


def _load(path: Path) -> tuple[Held, dict[str, Any]]:
    content = _bytes(path)
    digest = hashlib.sha256(content).hexdigest()
    if content.lstrip()[:1] in (b"{", b"["):
        file = read_cells(content, path.name)
        note = {"rows": file.rows, "disclosure": asdict(file.disclosure), "source": asdict(file.source)}
        return held_in(file, path.name), {"file": path.name, "sha256": digest, **note}
    with open_table(path) as table:
        held = cells_from_confusion(table)
    return held, {"file": path.name, "sha256": digest, "rows": SUPPRESSED if held.cells is None else int(held.cells.rows.sum())}


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UnreadableError(
                f"{path.name} has {path.stat().st_size:,} bytes.",
                expected=f"a file of cells of at most {MOST_BYTES:,}",
                cure="Name fewer attributes when saving cells.",
            )
        return path.read_bytes()
    except OSError as error:
        raise UnreadableError(
            f"{path} cannot be read: {error.strerror}.", expected="a file of cells", cure="Check the path."
        ) from None


def save_cells(
    cells: Cells, meaning: Meaning, attributes: Sequence[Attribute], wish: Wish, *, software: str, source: str | None
) -> dict[str, Any]:
    """Write cells to a new file under a rule and say what was done.

    Returns:
        `file`, `sha256`, `disclosure`, and how many counts are `published` and `suppressed`.

    Raises:
        InputError: the rule does not go with the cells; the file exists or cannot be written; the secret cannot be read.
    """
    if wish.file.exists():
        raise OutputError(
            f"{wish.file} exists.",
            expected="a name not yet taken, so that nothing that was published is lost",
            cure="Choose another name, for instance with the date in it.",
        )
    release = Release(
        rule=_rule(wish.rule),
        least=wish.least,
        order=wish.order,
        base=wish.base,
        epsilon=wish.epsilon,
        secret=None if wish.secret is None else secret_in(wish.secret),
        after=None if wish.after is None else _earlier(wish.after),
    )
    file = cells_file(cells, meaning, attributes, release, software=software, source=source)
    content = write_cells(file)
    write_file_aside(wish.file, content, mode=0o600 if wish.rule == "none" else 0o666)
    told, hidden = count_hidden(file)
    return {
        "file": wish.file.name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "disclosure": asdict(file.disclosure),
        "published": told,
        "suppressed": hidden,
    }


def count_hidden(file: CellsFile) -> tuple[int, int]:
    """How many counts a file tells and how many of its tables it hides; tables left out are not counted."""
    told = sum(number != SUPPRESSED for table in file.tables for line in table.rows for number in line)
    if not isinstance(file.disclosure, Suppression):
        return told, 0
    size = {part.name: len(part.levels) for part in file.attributes}
    all_of_them = 0
    for table in file.tables:
        groups = 1
        for name in table.attributes:
            groups *= size[name]
        all_of_them += groups * len(file.outcomes)
    return told, all_of_them - told


def _rule(said: str) -> RuleName:
    for rule in RULES:
        if said == rule:
            return rule
    raise InputError(
        f"There is no disclosure rule {said!r}.", expected=f"one of {', '.join(RULES)}", cure="Correct --disclosure."
    )


def _earlier(path: Path) -> tuple[CellsFile, str]:
    content = _bytes(path)
    return read_cells(content, path.name), hashlib.sha256(content).hexdigest()


def secret_in(path: Path) -> bytes:
    """The secret in a file of 64 hexadecimal digits; a new one is made, for its owner only, if the file does not exist.

    Raises:
        KeyFileError: the file holds something else, or others can read it.
    """
    if not path.exists():
        write_file_aside(path, secrets.token_hex(32).encode() + b"\n", mode=0o600)
    try:
        if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise KeyFileError(
                f"{path} can be read by others.", expected="a secret that only you can read", cure=f"chmod 600 {path}"
            )
        text = path.read_text(encoding="ascii").strip()
        found = bytes.fromhex(text)
    except (OSError, ValueError):
        found = b""
    if len(found) != 32:
        raise KeyFileError(
            f"{path} holds no secret for rounding.", expected="64 hexadecimal digits", cure="Name a new file; it will be made."
        )
    return found


def chosen(held: Held, by: tuple[str, ...], within: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The attributes to compare: those named, or all that are held and are not strata.

    Raises:
        TableError: one of them is not held.
    """
    for name in (*by, *within):
        if name not in held.frame.names:
            raise TableError(
                f"The cells hold no attribute {name!r}.",
                expected=f"one of {', '.join(held.frame.names)}",
                cure="Correct the name, or ask the sites to save it too.",
            )
    return by or tuple(name for name in held.frame.names if name not in within)


def comparable(cells: Cells, by: tuple[str, ...]) -> tuple[str, ...]:
    """The attributes with at least two groups: a site that sends cells may have one only."""
    levels = dict(zip(cells.attributes, cells.levels, strict=True))
    return tuple(name for name in by if sum(value is not None for value in levels[name]) > 1)
