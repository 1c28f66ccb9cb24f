"""The database: the log's own, because a public row and its entry commit together or not at all (decision 6)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from plumbrule.errors import InputError

# IMMEDIATE: a transaction that will write says so at its start, instead of failing when it first writes.
_SQLITE = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 30,
    "init_command": "PRAGMA synchronous = FULL; PRAGMA cell_size_check = ON; PRAGMA cache_size = -16000;",
}


def databases(node: Path) -> dict[str, dict[str, Any]]:
    """Django's DATABASES for a node: the SQLite file of its log, or what DATABASE_URL names. Raises InputError."""
    address = os.environ.get("DATABASE_URL", "")
    if not address:
        return {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": node / "log" / "log.sqlite3", "OPTIONS": _SQLITE}}
    parts = urlsplit(address)
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        raise InputError(
            "DATABASE_URL is not the address of a PostgreSQL database.",
            expected="postgresql://USER@HOST/NAME, with the password in PGPASSWORD.",
            cure="mend it, or unset it to use the SQLite file in the node's folder.",
        )
    query = dict(parse_qsl(parts.query))
    return {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.strip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or os.environ.get("PGPASSWORD", "")),
            "HOST": query.pop("host", parts.hostname or ""),
            "PORT": str(parts.port or query.pop("port", "")),
            "OPTIONS": query,
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
        }
    }
