"""Where a log's parts lie when they do not all lie in its folder: `log.toml`, which most logs do not have.

database = "postgresql://plumbrule@/plumbrule?host=/run/postgresql"    instead of log.sqlite3
guard = "/mnt/second-disk/plumbrule/checkpoint"                        the head guard, on another disk
outside = ["university.example+1a2b3c4d+BGe…"]                         whose latest head must be seen before the log signs
required = 1                                                           how many of them
restricted = true                                                      it holds cases of people, and is not exported
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

from plumbrule.errors import InputError, UnreadableError
from plumbrule.evidence.log.database import Database, SqliteDatabase
from plumbrule.evidence.log.guard import write_durably
from plumbrule.evidence.log.outside import Gate
from plumbrule.evidence.reading import read_list, read_match, read_object, read_text, refuse
from plumbrule.evidence.vkey import Kind, VerifierKey, parse_verifier_key

SETTINGS, DATABASE, GUARD = "log.toml", "log.sqlite3", "checkpoint"
LIMIT, MAX_OUTSIDE = 65_536, 100
_ANY = re.compile(r"[^\x00-\x1f]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`database`: the address of a PostgreSQL database, None for a SQLite file in the folder. `guard`: the head guard's
    path, None for `checkpoint` in the folder. `outside`: the witnesses of whom `required` must have been heard, each time
    the log is opened, before it signs; none: it signs at once. `restricted`: the log is not exported."""

    database: str | None = None
    guard: Path | None = None
    outside: tuple[VerifierKey, ...] = ()
    required: int = 1
    restricted: bool = False

    def text(self) -> str:
        """The file, empty if everything lies in the folder."""
        values = {"database": self.database, "guard": None if self.guard is None else str(self.guard.absolute())}
        # A JSON string in ASCII is a TOML basic string, and a list of them a TOML array.
        lines = [f"{key} = {json.dumps(value)}\n" for key, value in values.items() if value is not None]
        if self.outside:
            # Not in ASCII: JSON writes signs beyond the first plane as two halves, which TOML refuses.
            keys = json.dumps([str(key) for key in self.outside], ensure_ascii=False)
            lines += [f"outside = {keys}\n", f"required = {self.required}\n"]
        return "".join(lines) + "restricted = true\n" * self.restricted

    def gate(self, origin: str) -> Gate:
        """The gate of a log that is opened with these settings."""
        return Gate(origin=origin, parties=self.outside, required=self.required)

    def guard_in(self, directory: Path) -> Path:
        """Where the head guard of the log in this folder lies."""
        return self.guard or directory / GUARD

    def open_database(self, directory: Path, *, new: bool = False) -> Database:
        """The database of the log in this folder. Raises UnreadableError or InputError."""
        if self.database is None:
            return SqliteDatabase(directory / DATABASE, new=new)
        from plumbrule.evidence.log.postgres import PostgresDatabase  # noqa: PLC0415 - loaded only by those who use it

        return PostgresDatabase(self.database, new=new)


def read_settings(directory: Path) -> Settings:
    """What `log.toml` says, or the usual places if there is none. Raises UnreadableError."""
    path = directory / SETTINGS
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        refuse(str(path), f"it cannot be read ({error.strerror})", cure="check its permissions.")
    try:
        found = tomllib.loads(read_text(raw, str(path), LIMIT))
    except tomllib.TOMLDecodeError as error:
        refuse(str(path), f"it is not TOML ({error})", "lines such as `database = …` or `guard = …`.", "mend it.")
    fields = read_object(found, str(path), frozenset(), frozenset({"database", "guard", "outside", "required", "restricted"}))
    texts = {key: read_match(fields[key], str(path), key, _ANY, "text.") for key in ("database", "guard") if key in fields}
    guard = Path(texts["guard"]) if "guard" in texts else None
    if guard is not None and not guard.is_absolute():
        refuse(str(path), f"the guard's path {str(guard)!r} depends on where one stands", "a path from the root.", "mend it.")
    outside, required = _outside(fields.get("outside", ()), str(path)), fields.get("required", 1)
    if type(required) is not int or not 1 <= required <= max(1, len(outside)):
        expected = "a whole number, at least 1, no more than 'outside' names."
        refuse(str(path), f"'required' is {str(required)[:20]}", expected, "mend it.")
    restricted = fields.get("restricted", False)
    if not isinstance(restricted, bool):
        refuse(str(path), f"'restricted' is {str(restricted)[:20]}", "true or false.", "mend it.")
    return Settings(
        database=texts.get("database"), guard=guard, outside=outside, required=required, restricted=restricted
    )


def _outside(value: object, what: str) -> tuple[VerifierKey, ...]:
    found = [parse_verifier_key(str(item), what) for item in read_list(value, what, "outside", MAX_OUTSIDE)]
    for key in found:
        if key.kind is not Kind.WITNESS:
            refuse(what, f"'outside' names {key.label}, a {key.kind.name.lower()} key", "keys of witnesses.", "mend it.")
    if len({key.label for key in found}) != len(found):
        refuse(what, "'outside' names a key twice", "each key once.", "mend it.")
    return tuple(found)


def waiting_for(settings: Settings, outside: tuple[VerifierKey, ...], required: int = 1) -> Settings:
    """The same settings with other parties outside. Raises InputError: a key of another kind, or more required than named."""
    for key in outside:
        if key.kind is not Kind.WITNESS:
            raise InputError(f"{key.label} is a {key.kind.name.lower()} key.", expected="the key of a witness.")
    if not 1 <= required <= max(1, len(outside)):
        raise InputError(f"{required} of {len(outside)} shall be heard.", expected="at least 1, and no more than are named.")
    ordered = tuple(sorted({key.label: key for key in outside}.values(), key=lambda key: key.label))
    return replace(settings, outside=ordered, required=required)


def set_outside(log: Path, outside: tuple[VerifierKey, ...], required: int = 1) -> Settings:
    """Name the witnesses that a log waits for before it signs; returns its settings. Counts from the next time it is opened.

    Raises:
        InputError: a key of another kind, or more are required than are named.
        UnreadableError: there is no log.
        OutputError: the disk failed.
    """
    if not (log / "log.vkey").is_file():
        raise UnreadableError(f"{log} is no log.", expected="the folder of a log.", cure="make one with `plumbrule node init`.")
    settings = waiting_for(read_settings(log), outside, required)
    write_durably(log / SETTINGS, settings.text().encode())
    return settings
