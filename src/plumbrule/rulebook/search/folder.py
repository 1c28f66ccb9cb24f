"""A folder of readings that were saved, and the index that is kept beside them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from plumbrule.errors import InputError, OutputError
from plumbrule.rulebook.model import Rulebook
from plumbrule.rulebook.reading.saved import load_saved
from plumbrule.rulebook.search.index import SearchIndex, index_in_memory, index_on_disk
from plumbrule.rulebook.search.shelf import Entry, entries_of_version

INDEX = ".plumbrule-search.sqlite"
LIST, FOLDER = "readings.json", "readings"


def index_of_folder(folder: Path, rulebook: Rulebook) -> SearchIndex:
    """The index of all saved readings in a folder, built where it is missing or a file has changed since.

    The folder that `plumbrule read … --out DIR` writes holds its readings one level down; either may be named. Where no file
    can be kept there, the index is made in memory.

    Raises:
        InputError: no such folder, or no reading in it.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder.", expected="a folder of saved readings", cure="Check its name.")
    inside = folder / FOLDER if (folder / LIST).is_file() and (folder / FOLDER).is_dir() else folder
    files = sorted(path for path in inside.glob("*.json") if path.is_file())
    skipped: list[str] = []
    stamp = _stamp(files, rulebook.version)
    try:
        index = index_on_disk(inside / INDEX, stamp, _entries(files, rulebook, skipped), skipped)
    except OutputError:
        skipped.clear()
        index = index_in_memory(_entries(files, rulebook, skipped), skipped)
    if not index.size:
        raise InputError(
            f"{folder} holds no saved reading.",
            expected="files that `plumbrule read FILE… --out DIR` wrote",
            cure="Read the texts with that command first.",
        )
    return index


def _stamp(files: list[Path], rulebook: str) -> str:
    """Changes with the rulebook, and when a file comes, goes or is written again; made of names, sizes and times."""
    stats = [(path.name, path.stat()) for path in files]
    said = rulebook + "\n" + "\n".join(f"{name}\t{stat.st_size}\t{stat.st_mtime_ns}" for name, stat in stats)
    return hashlib.sha256(said.encode("utf-8", "surrogateescape")).hexdigest()


def _entries(files: list[Path], rulebook: Rulebook, skipped: list[str]) -> Iterator[Entry]:
    symbols: Mapping[str, str] = {i.symbol: i.id for i in rulebook.instruments.values() if i.citable}
    themes: dict[str, tuple[str, ...]] = {}
    for requirement in rulebook.requirements.values():
        for answered in requirement.answers:
            themes[answered] = (*themes.get(answered, ()), requirement.id)
    for path in files:
        try:
            version = load_saved(path)
        except InputError:
            skipped.append(path.name)
            continue
        yield from entries_of_version(version, instrument=symbols.get(version.symbol, ""), themes=themes)
