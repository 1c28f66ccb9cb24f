"""The database: the log's own, because a public row and its entry commit together or not at all (decision 6)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from plumbrule.errors import InputError
from plumbrule.evidence.log import read_settings

# IMMEDIATE: a transaction that will write says so at its start, instead of failing when it first writes.
_SQLITE = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 30,
    "init_command": "PRAGMA synchronous = FULL; PRAGMA cell_size_check = ON; PRAGMA cache_size = -4000;",
}


def databases(node: Path) -> dict[str, dict[str, Any]]:
    """Django's DATABASES for a node: the SQLite file of its log, or the PostgreSQL that holds its log. Raises InputError."""
    address = address_of(node)
    if not address:
        return {
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": node / "log" / "log.sqlite3",
                "OPTIONS": _SQLITE,
                "CONN_MAX_AGE": 600,  # opening the file again for each page costs more than most pages
            }
        }
    parts = urlsplit(address)
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/") or not parts.username or parts.password:
        raise InputError(
            "the database's address is not that of a PostgreSQL database.",
            expected="postgresql://USER@HOST/NAME, with the password in PGPASSWORD.",
            cure="mend it; leave it out to use the SQLite file in the node's folder.",
        )
    query = dict(parse_qsl(parts.query))
    return {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.strip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": os.environ.get("PGPASSWORD", ""),
            "HOST": query.pop("host", parts.hostname or ""),
            "PORT": str(parts.port or query.pop("port", "")),
            "OPTIONS": query,
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
        }
    }


def address_of(node: Path) -> str:
    """Where the log of a node lies, as `log.toml` says, or for a new node as DATABASE_URL says; "" for the SQLite file.

    Raises:
        InputError: DATABASE_URL names another place. An entry and its row must commit together.
    """
    log, asked = node / "log", os.environ.get("DATABASE_URL", "")
    if not (log / "log.vkey").is_file():
        return asked
    kept = read_settings(log).database or ""
    if asked and asked != kept:
        raise InputError(
            f"the log of {node} lies in {kept or 'its SQLite file'}, and the portal's tables should lie elsewhere.",
            expected="one database for both.",
            cure="leave the address out; or begin a new node there (docs/portal/operation.md says what moves).",
        )
    return kept
