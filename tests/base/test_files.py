"""Outputs are whole or absent, and nothing is deleted that was not ours."""

from __future__ import annotations

import hashlib
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from plumbrule.base.files import sha256_file, write_aside, write_file_aside
from plumbrule.errors import OutputError


def _fill(folder: Path, text: str) -> None:
    (folder / "assessment.json").write_text(text, encoding="utf-8")
    (folder / "pack").mkdir()
    (folder / "pack" / "entry").write_text(text, encoding="utf-8")


def _tree(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*")) if path.is_file()
    }


def _run(target: Path, text: str, *, force: bool = False) -> None:
    with write_aside(target, force=force) as aside:
        _fill(aside, text)


def test_a_folder_appears_whole(tmp_path: Path) -> None:
    """Parents are made, and nothing else is left beside the folder."""
    target = tmp_path / "a" / "b"
    _run(target, "one")
    assert _tree(target) == {"assessment.json": "one", os.path.join("pack", "entry"): "one"}  # noqa: PTH118 - the form of this system
    assert [path.name for path in target.parent.iterdir()] == ["b"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no umask")
def test_a_folder_has_ordinary_permissions(tmp_path: Path) -> None:
    """Not those of a private temporary folder."""
    before = os.umask(0o022)
    try:
        _run(tmp_path / "out", "one")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o755


def test_an_existing_folder_is_refused_before_any_work(tmp_path: Path) -> None:
    """Even an empty one: two runs are never mixed."""
    (tmp_path / "out").mkdir()
    with pytest.raises(OutputError, match="exists"), write_aside(tmp_path / "out", force=False):
        pytest.fail("the block must not run")


def test_force_replaces_an_earlier_run(tmp_path: Path) -> None:
    """Old files that the new run does not write are gone: nothing is mixed."""
    _run(tmp_path / "out", "one")
    (tmp_path / "out" / "dossier.html").write_text("old", encoding="utf-8")
    (tmp_path / "out" / ".DS_Store").write_text("", encoding="utf-8")
    _run(tmp_path / "out", "two", force=True)
    assert set(_tree(tmp_path / "out").values()) == {"two"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_force_takes_an_empty_folder(tmp_path: Path) -> None:
    """There is nothing in it to lose."""
    (tmp_path / "out").mkdir()
    _run(tmp_path / "out", "one", force=True)
    assert (tmp_path / "out" / "assessment.json").is_file()


@pytest.mark.parametrize("names", [("thesis.doc",), ("assessment.json", "thesis.doc"), ("pack",), ("dossier.html",)])
def test_force_leaves_strange_folders_alone(tmp_path: Path, names: tuple[str, ...]) -> None:
    """A folder without our marker, or with anything of somebody else's, is refused and untouched."""
    target = tmp_path / "out"
    target.mkdir()
    for name in names:
        (target / name).write_text("precious", encoding="utf-8")
    with pytest.raises(OutputError), write_aside(target, force=True):
        pytest.fail("the block must not run")
    assert set(_tree(target)) == set(names)


def test_a_strange_file_that_comes_during_the_run_is_not_deleted(tmp_path: Path) -> None:
    """The folder is looked at again before it is replaced."""
    _run(tmp_path / "out", "one")
    with pytest.raises(OutputError, match="thesis"), write_aside(tmp_path / "out", force=True) as aside:
        _fill(aside, "two")
        (tmp_path / "out" / "thesis.doc").write_text("precious", encoding="utf-8")
    assert (tmp_path / "out" / "thesis.doc").exists()
    assert (tmp_path / "out" / "assessment.json").read_text(encoding="utf-8") == "one"


def test_a_file_or_a_link_is_not_a_folder(tmp_path: Path) -> None:
    """Neither is followed or replaced, with force or without."""
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(OutputError, match="not a folder"), write_aside(tmp_path / "file", force=True):
        pytest.fail("the block must not run")
    if sys.platform != "win32":
        (tmp_path / "home").mkdir()
        (tmp_path / "link").symlink_to(tmp_path / "home")
        with pytest.raises(OutputError, match="not a folder"), write_aside(tmp_path / "link", force=True):
            pytest.fail("the block must not run")


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("old", [True, False])
def test_an_exception_leaves_what_stood_there(tmp_path: Path, error: type[BaseException], old: bool) -> None:
    """Ctrl-C, too: the old output whole, or none; no half-written folder."""
    target = tmp_path / "out"
    if old:
        _run(target, "one")
    with pytest.raises(error), write_aside(target, force=True) as aside:
        _fill(aside, "two")
        raise error
    assert [path.name for path in tmp_path.iterdir()] == (["out"] if old else [])
    if old:
        assert set(_tree(target).values()) == {"one"}


def test_a_failed_rename_puts_the_old_folder_back(tmp_path: Path) -> None:
    """The new folder vanishes before it can be moved: the old one stands again."""
    target = tmp_path / "out"
    _run(target, "one")
    with pytest.raises(OutputError, match="cannot be written"), write_aside(target, force=True) as aside:
        _fill(aside, "two")
        aside.rename(tmp_path / "stolen")
    assert set(_tree(target).values()) == {"one"}


def test_a_crash_between_the_renames_leaves_both_whole(tmp_path: Path) -> None:
    """The process dies right after the first rename: old and new lie side by side, each complete."""
    _run(tmp_path / "out", "one")
    code = (
        "import os, pathlib\nfrom plumbrule.base.files import write_aside\nrename = pathlib.Path.rename\n"
        "def dying(self, target):\n    rename(self, target)\n    os._exit(9)\n"
        f"with write_aside(pathlib.Path({str(tmp_path / 'out')!r}), force=True) as aside:\n"
        "    (aside / 'assessment.json').write_text('two', encoding='utf-8')\n    pathlib.Path.rename = dying\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}, check=False)
    assert ran.returncode == 9
    left = {path.suffix: path for path in tmp_path.iterdir()}
    assert set(left) == {".old", ".new"}
    assert set(_tree(left[".old"]).values()) == {"one"}
    assert set(_tree(left[".new"]).values()) == {"two"}


def test_a_parent_that_is_a_file(tmp_path: Path) -> None:
    """A folder cannot be made below a file; said in our words."""
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot be written"), write_aside(tmp_path / "file" / "out", force=False):
        pytest.fail("the block must not run")
    with pytest.raises(OutputError, match="cannot be written"):
        write_file_aside(tmp_path / "file" / "out", b"x")


def test_a_file_is_replaced_in_one_step(tmp_path: Path) -> None:
    """Bytes are kept as they are, old ones replaced, nothing left beside it."""
    path = tmp_path / "new" / "a.bin"
    write_file_aside(path, b"one\r\n")
    write_file_aside(path, b"two\n\x00")
    assert path.read_bytes() == b"two\n\x00"
    assert [one.name for one in path.parent.iterdir()] == ["a.bin"]


@pytest.mark.skipif(sys.platform == "win32", reason="permissions have no meaning on Windows")
def test_a_secret_is_never_open_to_others(tmp_path: Path) -> None:
    """The file is created with its mode, not changed to it afterwards."""
    write_file_aside(tmp_path / "key", b"k", mode=0o600)
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def test_the_digest_is_that_of_hashlib(tmp_path: Path) -> None:
    """Larger than one block, and empty."""
    for data in (b"", b"x" * 3_000_001):
        (tmp_path / "f").write_bytes(data)
        assert sha256_file(tmp_path / "f") == hashlib.sha256(data).hexdigest()
