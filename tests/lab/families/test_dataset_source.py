"""Croissant descriptions as they come, JSON-LD in other spellings, digests of files."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from plumbrule.base.observation import Known, Stated, Unknown
from plumbrule.errors import InputError, LimitError
from plumbrule.lab.families.dataset.digests import (
    FileDigest,
    check_digests,
    digests_of_croissant,
    observe_digests,
    read_digests,
)
from plumbrule.lab.families.dataset.source import RAI_FIELDS, Croissant, observe_croissant, read_croissant

SHA = "ab" * 32
CONTEXT = {"@vocab": "https://schema.org/", "cr": "http://mlcommons.org/croissant/", "sc": "https://schema.org/"}
CONTEXT |= {"rai": "http://mlcommons.org/croissant/RAI/", "dct": "http://purl.org/dc/terms/", "recordSet": "cr:recordSet"}


def described(folder: Path, value: Any) -> Croissant:
    path = folder / "croissant.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    return read_croissant(path)


# ── Croissant ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.shared
def test_the_real_descriptions(shared: Path) -> None:
    """Titanic, DICES with its RAI fields, and WildChat whose digest is the address of a bug report."""
    folder = shared / "data/formats/croissant"
    titanic, dices, chat = (
        read_croissant(folder / name) for name in ("1.0_titanic.json", "1.0_dices-350.json", "1.1_huggingface-wildchat.json")
    )
    assert (titanic.name, titanic.licences, titanic.version) == ("Titanic", ("afl-3.0",), "1.0.0")
    assert [len(one.sha256) for one in titanic.files] == [64, 64, 64]
    assert (titanic.record_sets, titanic.columns, titanic.responsible) == (3, 19, {})
    assert set(dices.responsible) >= {"dataCollection", "annotatorDemographics", "dataBiases"}
    assert "104 raters" in dices.responsible["annotatorDemographics"]
    assert chat.conforms_to == ("http://mlcommons.org/croissant/1.1",)
    assert chat.sources == ("wildChat-1m-full",)
    assert (chat.files[0].sha256, chat.files[0].oddity) == ("", "no SHA-256, but something else")
    assert chat.licences == ("https://choosealicense.com/licenses/odc-by/",)


@pytest.mark.shared
def test_what_is_said_is_stated_and_what_is_not_is_unknown(shared: Path) -> None:
    """All by examination, all declared; who wrote it is not named."""
    found = read_croissant(shared / "data/formats/croissant/1.0_dices-350.json")
    observations = {one.metric: one for one in observe_croissant(found, inputs=("x",))}
    assert len(observations) == 4 + len(RAI_FIELDS)
    licence = observations["dataset_licence"].estimate
    assert isinstance(licence, Stated)
    assert (licence.holds, licence.text) == (True, "cc-by-sa-4.0")
    assert isinstance(observations["dataset_rai_personal_sensitive_information"].estimate, Unknown)
    assert {one.means for one in observations.values()} == {"examination"}
    assert {one.family for one in observations.values()} == {"declared"}
    assert "Aroyo" not in repr(list(observations.values()))


def test_other_spellings_of_the_same(tmp_path: Path) -> None:
    """Prefixed keys, whole addresses, lists, objects, a graph, a context that is an address: one reading."""
    bare = {"name": "D", "license": "cc0", "url": "https://e.org", "distribution": [{"@type": "cr:FileObject", "sha256": SHA}]}
    plain = described(tmp_path, {"@context": CONTEXT, "@type": "sc:Dataset", **bare})
    assert (plain.name, plain.licences, plain.files[0].sha256) == ("D", ("cc0",), SHA)
    prefixed = {f"sc:{key}": value for key, value in bare.items()}
    prefixed["sc:license"] = [{"@id": "cc0"}]
    prefixed["sc:distribution"] = {"@type": "cr:FileObject", "sc:sha256": {"@value": SHA.upper()}}
    whole = {f"https://schema.org/{key}": value for key, value in bare.items()}
    for value in (
        {"@context": CONTEXT, "@type": ["sc:Dataset"], **prefixed},
        {"@context": {}, "@type": "https://schema.org/Dataset", **whole},
        {"@context": ["http://mlcommons.org/croissant/1.1"], "@type": "Dataset", **bare},
        {"@context": CONTEXT, "@graph": [{"@type": "sc:Person", "name": "x"}, {"@type": "sc:Dataset", **bare}]},
    ):
        found = described(tmp_path, value)
        assert (found.name, found.licences, found.files[0].sha256) == ("D", ("cc0",), SHA)


def test_the_oldest_and_newest_keys(tmp_path: Path) -> None:
    """RAI fields under a prefix of the file's own; MD5 alone is no proof; creators are counted and not named."""
    value = {
        "@context": CONTEXT | {"r": "http://mlcommons.org/croissant/RAI/", "md5": "cr:md5"},
        "@type": "Dataset",
        "name": "D",
        "r:dataBiases": ["some", "more"],
        "creator": [{"@type": "Person", "name": "Ann"}, {"@type": "Person", "name": "Bo"}],
        "isBasedOn": {"@id": "https://e.org/older"},
        "distribution": [{"@type": "cr:FileObject", "name": "a.csv", "md5": "0" * 32}],
    }
    found = described(tmp_path, value)
    assert found.responsible == {"dataBiases": "some more"}
    assert found.creators == 2
    assert "Ann" not in repr(found)
    assert found.sources == ("https://e.org/older",)
    assert "MD5" in found.files[0].oddity


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "3",
        '"text"',
        '{"@type": "Person"}',
        "{}",
        '{"@type": "Dataset", "@type": "Dataset"}',
        '{"@type": "Dataset", "version": NaN}',
        '{"@type": "Dataset", "distribution": ["x"]}',
        '{"@graph": []}',
        "[" * 5_000,
        '{"@type": "Dataset", "name": ' + "[" * 300 + "]" * 300 + "}",
    ],
)
def test_what_is_no_description_is_refused(tmp_path: Path, text: str) -> None:
    """Cut off, of another kind, with a key twice, with NaN, nested without end: got, expected, cure."""
    path = tmp_path / "c.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_croissant(path)
    assert caught.value.expected
    assert caught.value.cure


def test_odd_values_do_not_break_the_reading(tmp_path: Path) -> None:
    """Numbers, nulls, nested lists and empty objects where texts are expected are read as far as they say something."""
    value = {"@context": [None, {"x": 3}], "@type": "Dataset", "name": {"@language": "en"}, "license": [None, [], {}, True, 3]}
    found = described(tmp_path, value | {"version": 1.5, "recordSet": [3, None], "distribution": None})
    assert (found.name, found.licences, found.version, found.files) == ("", ("3",), "1.5", ())


def test_not_there_not_utf8_too_large(tmp_path: Path) -> None:
    """Files that are not there, not text, or without end."""
    with pytest.raises(InputError, match="cannot be read"):
        read_croissant(tmp_path / "no.json")
    (tmp_path / "b.json").write_bytes(b"\xff\xfe{}")
    with pytest.raises(InputError):
        read_croissant(tmp_path / "b.json")
    with (tmp_path / "l.json").open("wb") as file:
        file.truncate(65 << 20)
    with pytest.raises(LimitError):
        read_croissant(tmp_path / "l.json")


# ── digests ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def outcomes(found: tuple[FileDigest, ...]) -> dict[str, str]:
    return {one.name: one.outcome for one in found}


def test_each_outcome(tmp_path: Path) -> None:
    """Agrees, differs, not here, nothing declared, nobody declared it."""
    (tmp_path / "data").mkdir()
    for name in ("a", "data/b", "c", "d"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    right = hashlib.sha256(b"a").hexdigest()
    found = check_digests(tmp_path, {"a": right.upper(), "data/b": SHA, "c": "", "e": SHA}, everything=True)
    assert outcomes(found) == {
        "a": "agrees",
        "data/b": "differs",
        "c": "no digest declared",
        "e": "not here",
        "d": "not declared",
    }
    observations = {one.id: one.estimate for one in observe_digests(found, inputs=())}
    whole = observations["digest_agreement:all files"]
    assert isinstance(whole, Known)
    assert (whole.value, whole.n) == (0.5, 2)
    assert isinstance(observations["digest_agrees:e"], Unknown)
    assert isinstance(observe_digests((), inputs=())[0].estimate, Unknown)


def test_a_description_declares_its_files(tmp_path: Path) -> None:
    """Files are found by the last part of their address; a set of files and a repository are no files."""
    files = [
        {"@type": "cr:FileObject", "@id": "1", "contentUrl": "https://e.org/x/a%20b.csv?raw=1", "sha256": SHA},
        {"@type": "cr:FileObject", "@id": "2", "name": "plain.csv"},
        {"@type": "cr:FileObject", "@id": "3", "contentUrl": "https://e.org/repo", "encodingFormat": "git+https"},
        {"@type": "cr:FileSet", "@id": "4", "includes": "*.csv"},
    ]
    found = described(tmp_path, {"@context": CONTEXT, "@type": "Dataset", "distribution": files})
    assert digests_of_croissant(found) == {"a b.csv": SHA, "plain.csv": ""}
    twice = [files[0], files[0] | {"sha256": "cd" * 32}]
    with pytest.raises(InputError, match="two different files"):
        digests_of_croissant(described(tmp_path, {"@context": CONTEXT, "@type": "Dataset", "distribution": twice}))


@pytest.mark.shared
def test_sha256sum_is_read_and_agrees(shared: Path, tmp_path: Path) -> None:
    """A list that sha256sum itself wrote agrees with every file; one changed byte differs."""
    folder = shared / "data/audit"
    names = ["german.csv", "adult/adult.data"]
    try:
        written = subprocess.run(["sha256sum", *names], cwd=folder, capture_output=True, check=True).stdout
    except FileNotFoundError:  # no such program here: the same lines by hashlib
        written = b"".join(f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n".encode() for name in names)
    (tmp_path / "SHA256SUMS").write_bytes(written)
    declared = read_digests(tmp_path / "SHA256SUMS")
    assert set(outcomes(check_digests(folder, declared)).values()) == {"agrees"}
    (tmp_path / "german.csv").write_bytes((folder / "german.csv").read_bytes()[:-1] + b"x")
    assert outcomes(check_digests(tmp_path, declared)) == {"german.csv": "differs", "adult/adult.data": "not here"}


@pytest.mark.parametrize("name", ["../out", "/etc/hostname", "a/../../out", "x\0y"])
def test_nothing_outside_the_folder_is_touched(tmp_path: Path, name: str) -> None:
    """A declaration cannot reach out of the folder."""
    (tmp_path / "in").mkdir()
    with pytest.raises(InputError):
        check_digests(tmp_path / "in", {name: SHA})


@pytest.mark.parametrize("text", ["not a digest  a\n", f"{SHA}  a\n{SHA}  a\n", f"{SHA[:-1]}  a\n", f"{SHA} a\n"])
def test_lists_that_are_none_are_refused(tmp_path: Path, text: str) -> None:
    """Short digests, no two blanks, a name twice; and a digest that is none when compared."""
    (tmp_path / "s").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_digests(tmp_path / "s")
    assert caught.value.cure
    with pytest.raises(InputError):
        read_digests(tmp_path / "not there")
    with pytest.raises(InputError):
        check_digests(tmp_path, {"s": "abc"})
