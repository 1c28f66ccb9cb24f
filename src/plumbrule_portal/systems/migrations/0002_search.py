"""The words of what search may find: an FTS5 table on SQLite, a tsvector with a GIN index on PostgreSQL.

A row's words go when the row goes: by a trigger on SQLite, by the reference on PostgreSQL.
"""

from django.apps.registry import Apps as StateApps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SQLITE = (
    'CREATE VIRTUAL TABLE systems_words USING fts5(names, words, tags, tokenize="unicode61 remove_diacritics 0")',
    "CREATE TRIGGER systems_words_go AFTER DELETE ON systems_searchable"
    " BEGIN DELETE FROM systems_words WHERE rowid = old.id; END",
)
POSTGRESQL = (
    "CREATE TABLE systems_words (id BIGINT PRIMARY KEY REFERENCES systems_searchable (id) ON DELETE CASCADE,"
    " words TSVECTOR NOT NULL)",
    "CREATE INDEX systems_words_gin ON systems_words USING GIN (words)",
)


def make(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    for statement in SQLITE if editor.connection.vendor == "sqlite" else POSTGRESQL:
        editor.execute(statement)


def undo(_apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "sqlite":
        editor.execute("DROP TRIGGER systems_words_go")
    editor.execute("DROP TABLE systems_words")


class Migration(migrations.Migration):
    dependencies = [("systems", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Searchable",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=20)),
                ("key", models.CharField(max_length=200)),
                ("tags", models.TextField(blank=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=["kind", "key"], name="searchable_once")],
            },
        ),
        migrations.RunPython(make, undo),
    ]
