"""A pack as one zip file: what the register hands out comes in again, and what is made to do harm is refused."""

from __future__ import annotations

import io
import warnings
import zipfile

import pytest

from plumbrule.errors import InputError
from plumbrule_portal.systems.pack import unzipped, zipped

MOST_FILES, MOST_BYTES = 80, 4 * 2**20
FILES = {"assessment.json": b"{}", "dossier.html": b"<p>", "plan.dsse.json": b"{}" * 5000}


def archive(*files: tuple[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip file with these files, in this order."""
    raw = io.BytesIO()
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(raw, "w", kind) as made:
        for name, content in files:
            made.writestr(name, content)
    return raw.getvalue()


def lying(raw: bytes) -> bytes:
    """The same archive, in whose directory every file is stated to be one byte long."""
    at, out = 0, bytearray(raw)
    while (at := out.find(b"PK\x01\x02", at)) >= 0:
        out[at + 24 : at + 28] = (1).to_bytes(4, "little")
        at += 4
    return bytes(out)


def test_what_is_handed_out_comes_in_again() -> None:
    """With its files at the top, or in one folder as a desktop packs it."""
    assert unzipped(zipped(FILES), MOST_FILES, MOST_BYTES) == FILES
    folder = archive(("pack-12/", b""), *((f"pack-12/{name}", raw) for name, raw in FILES.items()))
    assert unzipped(folder, MOST_FILES, MOST_BYTES) == FILES
    beside = ("__MACOSX/pack-12/._assessment.json", b"x"), ("pack-12/.DS_Store", b"x")
    finder = archive(*beside, *((f"pack-12/{name}", raw) for name, raw in FILES.items()))
    assert unzipped(finder, MOST_FILES, MOST_BYTES) == FILES


ENCRYPTED = archive(("a.json", b"x")).replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"PK",
        b"no zip file",
        archive(),
        archive(("a.json", b"1"), ("a.json", b"2")),
        archive(("one/a.json", b"1"), ("two/b.json", b"2")),
        archive(("a.json", b"1"), ("one/b.json", b"2")),
        archive(*((f"{number}.json", b"") for number in range(MOST_FILES + 1))),
        archive(("a.json", bytes(MOST_BYTES + 1))),
        archive(*((f"{number}.json", bytes(MOST_BYTES // 3)) for number in range(4))),
        lying(archive(("a.json", bytes(MOST_BYTES * 4)))),
        archive(*((name, raw) for name, raw in FILES.items()))[:-30],
        ENCRYPTED,
        archive(("a.json", b"0123456789"), kind=zipfile.ZIP_STORED).replace(b"56", b"65"),
    ],
    ids=["empty", "two bytes", "text", "no file", "twice", "two folders", "two depths", "too many", "too large",
         "too large together", "a bomb that lies", "cut off", "encrypted", "broken"],
)  # fmt: skip
def test_strange_archives_are_refused(raw: bytes) -> None:
    """In words, without a file on this machine, and in a process of its own."""
    with pytest.raises(InputError):
        unzipped(raw, MOST_FILES, MOST_BYTES)


@pytest.mark.parametrize("name", ["../../a.json", "/etc/a.json", "C:\\a.json", "..\\a.json"])
def test_a_name_leads_nowhere(name: str) -> None:
    """A file is known by its last part; the folder before it is never made, and a strange name is in no pack."""
    (found,) = unzipped(archive((name, b"1")), MOST_FILES, MOST_BYTES)
    assert "/" not in found and found.endswith("a.json")
