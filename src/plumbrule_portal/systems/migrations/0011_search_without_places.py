"""Search needs no places of words any more, and PostgreSQL is told to look into its lists (decision 173).

The rows go: an upgrade reads the log again, and makes them anew.
"""

from django.apps.registry import Apps as StateApps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

EMPTY = "DELETE FROM systems_searchable"
SQLITE = (
    EMPTY,
    "DROP TABLE systems_words",
    # `ascii` splits at blanks and ASCII signs only: which letters make a word is ours to say, and it knows older Unicode.
    'CREATE VIRTUAL TABLE systems_words USING fts5(names, words, tags, detail=column, tokenize="ascii")',
)
SQLITE_BACK = (
    EMPTY,
    "DROP TABLE systems_words",
    'CREATE VIRTUAL TABLE systems_words USING fts5(names, words, tags, tokenize="unicode61 remove_diacritics 0")',
)
POSTGRESQL = (
    EMPTY,
    "DROP INDEX systems_words_gin",
    "CREATE INDEX systems_words_gin ON systems_words USING GIN (words) WITH (fastupdate = off)",
    # The planner does not know what it costs to unpack a row's words, and would rather read all of them.
    "CREATE FUNCTION systems_found(asked TSQUERY) RETURNS SETOF BIGINT LANGUAGE SQL STABLE PARALLEL SAFE"
    " SET enable_seqscan = off AS $$ SELECT id FROM systems_words WHERE words @@ asked $$",
)
POSTGRESQL_BACK = (
    EMPTY,
    "DROP FUNCTION systems_found",
    "DROP INDEX systems_words_gin",
    "CREATE INDEX systems_words_gin ON systems_words USING GIN (words)",
)


def make(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    for statement in SQLITE if editor.connection.vendor == "sqlite" else POSTGRESQL:
        editor.execute(statement)


def undo(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    for statement in SQLITE_BACK if editor.connection.vendor == "sqlite" else POSTGRESQL_BACK:
        editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("systems", "0010_submission_without_sender")]

    operations = [migrations.RunPython(make, undo)]
