"""The log over HTTP: what other nodes and Go's client ask for, equal to what `plumbrule log export` writes."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from portal_made import publish_loans, publish_record

from running import run_plumbrule


def answered(client: Any, path: str) -> tuple[int, bytes]:
    """Status and body of a file of the log."""
    answer = client.get(f"/log/{path}")
    return answer.status_code, answer.content if answer.status_code == 200 else b""


def test_every_file_of_an_export_is_served(node: Path, client: Any, tmp_path: Path) -> None:
    """The same bytes at the same paths, at a size with a full tile and partial ones; nothing beyond the signed head."""
    from django.db import connection, transaction
    from portal_made import publish_head

    from plumbrule.evidence.log import Log, store

    publish_loans()
    with transaction.atomic(), connection.cursor() as cursor:
        store.append(cursor, [b"entry %d" % number for number in range(300)])
    publish_head()
    with Log.open(node / "log") as log:
        log.export(tmp_path / "export")
    files = [path for path in (tmp_path / "export").rglob("*") if path.is_file()]
    assert len(files) == 7
    for path in files:
        name = path.relative_to(tmp_path / "export").as_posix()
        assert answered(client, name) == (200, path.read_bytes()), name
    publish_record("organisation-1", "city-y", {"names": {"en": "Y"}}, party="city-y")
    assert answered(client, "tile/0/001.p/46")[0] == 200
    assert answered(client, "tile/0/001.p/47")[0] == 404  # recorded, not yet signed
    assert answered(client, "tile/0/000.p/5")[0] == 200


@pytest.mark.parametrize(
    "path",
    ["tile/0/1", "tile/0/x000/001", "tile/00/000", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/300", "tile/64/000",
     "log.key", "../keys/statement.key", "cosigned/../../keys/statement.key", "mirrors/..", "content/xyz", ""],
)  # fmt: skip
def test_nothing_else_is_served(node: Path, client: Any, path: str) -> None:
    """No other spelling of a path, and no file beside the log."""
    publish_loans()
    assert answered(client, path)[0] == 404


def test_what_was_laid_out_as_a_witness_is_served(node: Path, client: Any) -> None:
    """Cosignatures and the witness's key in DIR/share."""
    (node / "share" / "cosigned").mkdir(parents=True)
    (node / "share" / "cosigned" / "city.example_log-0123456789ab").write_bytes(b"note")
    (node / "share" / "witness.vkey").write_bytes(b"key")
    assert answered(client, "cosigned/city.example_log-0123456789ab") == (200, b"note")
    assert answered(client, "witness.vkey") == (200, b"key")
    assert answered(client, "cosigned/nobody")[0] == 404


@pytest.mark.xdist_group("site")
def test_another_node_follows_a_running_portal(site: Any, tmp_path: Path) -> None:
    """`plumbrule node follow URL` and `node sync` hold every entry and every file that it names, checked by the real code."""

    for _ in range(100):  # the publisher signs soon after, not at once
        if b"\n2\n" in site.get("/log/checkpoint")[2]:
            break
        time.sleep(0.1)
    other = tmp_path / "other"
    followed = ("node", "follow", other, "--vkey", site.node / "log" / "log.vkey", "--at", f"{site.address}/log")
    for words in (("node", "init", other, "--name", "university.example"), followed, ("node", "sync", other)):
        done = run_plumbrule(*words)
        assert done.code == 0, done
    held = [path for path in (tmp_path / "other" / "mirrors").rglob("content/*/*") if path.is_file()]
    assert len(held) >= 2
