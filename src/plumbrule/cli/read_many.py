"""Many texts at once: one output for each in a folder that appears whole, on several processors, with a bar.

`DIR/readings/NAME.json` is the reading of `NAME`; `DIR/readings.json` lists every file with its digest and counts, or why it
could not be read.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from plumbrule.base.files import write_aside
from plumbrule.base.messages import message
from plumbrule.base.words import Words
from plumbrule.cli.progress import bar
from plumbrule.errors import InputError, PlumbruleError

INDEX = "readings.json"
FOLDER = "readings"
FEW = 24
"""Fewer texts than this are read in this process: another one takes as long to start as they take to read."""
MOST_PROCESSES = 8
_ENDINGS = {"json": ".json", "akn": ".xml", "oscal": ".json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One text to read, and where its reading goes."""

    file: Path
    target: Path
    form: str
    language: str
    encoding: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What became of one text: counts, or why it could not be read (got, expected, cure)."""

    name: str
    sha256: str = ""
    provisions: int = 0
    asks: int = 0
    unread: int = 0
    faults: int = 0
    refused: tuple[str, str, str] | None = None


def texts_in(given: Sequence[Path]) -> list[Path]:
    """The files named, and those in folders named (not in folders below); hidden files and corrections are no texts.

    Raises:
        InputError: a folder without a text, or two files of one name.
    """
    found: list[Path] = []
    for path in given:
        inside = sorted(path.iterdir()) if path.is_dir() else [path]
        texts = [file for file in inside if not path.is_dir() or _is_text(file)]
        if not texts:
            raise InputError(f"{path} holds no files.", expected="a folder with texts in it", cure="Name the files themselves.")
        found += texts
    names: dict[str, Path] = {}
    for file in found:
        if names.setdefault(file.name, file) != file:
            raise InputError(
                f"Two files are called {file.name}.", expected="names that differ", cure="Read them into different folders."
            )
    return list(dict.fromkeys(found))


def _is_text(file: Path) -> bool:
    return file.is_file() and not file.name.startswith(".") and not file.name.endswith(".corrections.yaml")


def read_many(
    files: Sequence[Path], out: Path, *, form: str, language: str, encoding: str, force: bool, words: Words
) -> list[Row]:
    """Read each file into `out`; one that cannot be read stops no other.

    Raises:
        OutputError: `out` exists, or cannot be written.
    """
    with write_aside(out, force=force, marker=INDEX, ours=frozenset({INDEX, FOLDER})) as aside:
        (aside / FOLDER).mkdir()
        jobs = [
            Job(
                file=file,
                target=aside / FOLDER / f"{file.name}{_ENDINGS.get(form, '.json')}",
                form=form,
                language=language,
                encoding=encoding,
            )
            for file in files
        ]
        rows: dict[str, Row] = {}
        with bar(words.text(message("Reading"))) as shown:
            for row in _rows(jobs):
                rows[row.name] = row
                shown.hear(len(rows) / len(jobs))
        ordered = [rows[file.name] for file in files]
        text = json.dumps({"readings": [asdict(row) for row in ordered]}, ensure_ascii=False, allow_nan=False, indent=1)
        (aside / INDEX).write_text(text, encoding="utf-8", newline="\n")
    return ordered


def _rows(jobs: Sequence[Job]) -> Iterator[Row]:
    """Rows as they are done, each text in the next free process."""
    processes = min(os.cpu_count() or 1, MOST_PROCESSES)
    if len(jobs) < FEW or processes < 2:
        yield from map(read_one, jobs)
        return
    with _pool(processes) as pool:
        with _children_ignore_interrupts():
            waiting: dict[Future[Row], Job] = {pool.submit(read_one, job): job for job in jobs}
        for done in as_completed(waiting):
            try:
                yield done.result()
            except BrokenProcessPool:
                why = "The process that read it broke off.", "a text that can be read in the memory at hand", "Read it by itself."
                yield Row(name=waiting[done].file.name, refused=why)


@contextmanager
def _pool(processes: int) -> Iterator[ProcessPoolExecutor]:
    """Processes of their own, started afresh, that end at once when this one is interrupted."""
    pool = ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), initializer=_quiet)
    try:
        yield pool
    except BaseException:
        for child in multiprocessing.active_children():
            child.terminate()
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


@contextmanager
def _children_ignore_interrupts() -> Iterator[None]:
    """Ctrl-C goes to every process of a terminal; only the first answers it. Children inherit this from their first moment."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _quiet() -> None:
    """The same where children inherit nothing (Windows)."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def read_one(job: Job) -> Row:
    """Read one text and write its reading."""
    from plumbrule.cli.read import read_with_corrections  # noqa: PLC0415 - the verb knows this module
    from plumbrule.rulebook.reading.writers import writer_of  # noqa: PLC0415

    try:
        document, reading = read_with_corrections(job.file, language=job.language, encoding=job.encoding)
        text = writer_of(job.form)(reading, document)
    except PlumbruleError as error:
        return Row(name=job.file.name, refused=(error.got, error.expected, error.cure))
    job.target.write_text(text + "\n", encoding="utf-8", newline="\n")
    return Row(
        name=job.file.name,
        sha256=reading.sha256,
        provisions=len(reading.passages),
        asks=sum(len(passage.asks) for passage in reading.passages),
        unread=sum(piece.end - piece.start for piece in reading.unread),
        faults=len(reading.faults),
    )
