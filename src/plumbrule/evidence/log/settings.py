"""Where a log's parts lie when they do not all lie in its folder: `log.toml`, which most logs do not have.

database = "postgresql://plumbrule@/plumbrule?host=/run/postgresql"    instead of log.sqlite3
guard = "/mnt/second-disk/plumbrule/checkpoint"                        the head guard, on another disk
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from plumbrule.evidence.log.database import Database, SqliteDatabase
from plumbrule.evidence.reading import read_match, read_object, read_text, refuse

SETTINGS, DATABASE, GUARD = "log.toml", "log.sqlite3", "checkpoint"
LIMIT = 65_536
_ANY = re.compile(r"[^\x00-\x1f]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`database`: the address of a PostgreSQL database, None for a SQLite file in the folder. `guard`: the head guard's
    path, None for `checkpoint` in the folder."""

    database: str | None = None
    guard: Path | None = None

    def text(self) -> str:
        """The file, empty if everything lies in the folder."""
        values = {"database": self.database, "guard": None if self.guard is None else str(self.guard.absolute())}
        # A JSON string in ASCII is a TOML basic string.
        return "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items() if value is not None)

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
        refuse(str(path), f"it is not TOML ({error})", "lines `database = …` or `guard = …`.", "mend it.")
    fields = read_object(found, str(path), frozenset(), frozenset({"database", "guard"}))
    texts = {key: read_match(value, str(path), key, _ANY, "text.") for key, value in fields.items()}
    guard = Path(texts["guard"]) if "guard" in texts else None
    if guard is not None and not guard.is_absolute():
        refuse(str(path), f"the guard's path {str(guard)!r} depends on where one stands", "a path from the root.", "mend it.")
    return Settings(database=texts.get("database"), guard=guard)
