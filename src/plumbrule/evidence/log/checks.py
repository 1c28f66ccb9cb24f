"""Is the log what it says it is? The quick check at every start, and the whole one of `log fsck`."""

from __future__ import annotations

from dataclasses import dataclass, field

from plumbrule.base.progress import listener
from plumbrule.errors import UnreadableError
from plumbrule.evidence.checkpoint import Checkpoint
from plumbrule.evidence.log.dialect import Cursor
from plumbrule.evidence.log.guard import read_head
from plumbrule.evidence.log.store import (
    WHAT,
    State,
    last_index,
    read_checkpoints,
    read_entries,
    tile_fetcher,
    tree_reader,
)
from plumbrule.evidence.log.tiles import RESTORE, WIDTH, tile_root, tile_widths
from plumbrule.evidence.reading import refuse
from plumbrule.evidence.sentence import Sentence, sentence
from plumbrule.evidence.tree import HASH_SIZE, leaf_hash, tree_root
from plumbrule.evidence.vkey import VerifierKey

MAX_PROBLEMS = 20


def check_at_start(cursor: Cursor, state: State, guarded: Checkpoint) -> None:
    """Fail closed: raise UnreadableError unless the right edge gives the stored root and continues what was signed.

    Reads O(log n) tiles and the entries below the last one.
    """
    if last_index(cursor) + 1 != state.size:
        refuse(WHAT, f"it has entries up to {last_index(cursor)} and a state of {state.size}", cure=RESTORE)
    if tree_root(state.size, tree_reader(cursor)) != state.root or not _last_tile_holds(cursor, state.size):
        refuse(WHAT, "the hashes at the tree's right edge do not give the stored root", cure=RESTORE)
    check_continues(cursor, state, guarded)


def check_guard(remembered: int, guarded: Checkpoint) -> None:
    """Raise UnreadableError if the guard is older than a checkpoint (of size `remembered`) that the database remembers."""
    if remembered > guarded.size:
        refuse("checkpoint", f"it is of size {guarded.size}, and this log remembers to have signed {remembered}", cure=RESTORE)


def check_continues(cursor: Cursor, state: State, guarded: Checkpoint) -> None:
    """Raise UnreadableError unless the tree begins with the signed one."""
    if guarded.size > state.size:
        refuse(WHAT, f"{guarded.size} entries were published, and it holds {state.size}: it was rolled back", cure=RESTORE)
    if tree_root(guarded.size, tree_reader(cursor)) != guarded.root:
        refuse(WHAT, f"its first {guarded.size} entries are not the ones that were published", cure=RESTORE)


def _last_tile_holds(cursor: Cursor, size: int) -> bool:
    start = max(0, size - 1) // WIDTH * WIDTH
    leaves = b"".join(leaf_hash(envelope) for _, envelope in read_entries(cursor, start, size))
    return leaves == tile_fetcher(cursor)(0, start // WIDTH)[: (size - start) * HASH_SIZE]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogReport:
    """What a whole check of a log found. `checkpoints` counts those that were checked against the tree."""

    size: int
    root: bytes
    checkpoints: int
    problems: tuple[Sentence, ...]

    @property
    def holds(self) -> bool:
        """True if nothing is wrong."""
        return not self.problems


@dataclass(slots=True, kw_only=True)
class _Problems:
    found: list[Sentence] = field(default_factory=list)

    def add(self, problem: Sentence) -> None:
        """Note a problem; after the first twenty, more would not help anybody."""
        if len(self.found) < MAX_PROBLEMS:
            self.found.append(problem)


def check_everything(cursor: Cursor, state: State, guarded: Checkpoint, key: VerifierKey) -> LogReport:
    """Hash every entry again, rebuild every tile, and hold every checkpoint ever signed against the tree. O(n)."""
    problems = _Problems()
    if last_index(cursor) + 1 != state.size:
        problems.add(
            sentence(
                "The table of entries ends at {last}, and the log says it has {size}.", last=last_index(cursor), size=state.size
            )
        )
    _check_tiles(cursor, state.size, problems)
    _check_root(cursor, state.size, state.root, problems, "the recorded state")
    heads = _heads(cursor, guarded, key, problems)
    for head in heads:
        if head.size > state.size:
            problems.add(sentence("{size} entries were published, and only {held} are there.", size=head.size, held=state.size))
        else:
            _check_root(cursor, head.size, head.root, problems, f"the checkpoint of size {head.size}")
    _check_leaves(cursor, state.size, problems)
    return LogReport(size=state.size, root=state.root, checkpoints=len(heads), problems=tuple(problems.found))


def _check_leaves(cursor: Cursor, size: int, problems: _Problems) -> None:
    fetch, heard = tile_fetcher(cursor), listener()
    for start in range(0, size, WIDTH):
        if heard is not None and start % (64 * WIDTH) == 0:
            heard(start / size)
        rows = list(read_entries(cursor, start, min(size, start + WIDTH)))
        tile = fetch(0, start // WIDTH)
        if b"".join(leaf_hash(envelope) for _, envelope in rows) == tile:
            continue
        held = dict(rows)
        for index in range(start, min(size, start + WIDTH)):
            at = index % WIDTH * HASH_SIZE
            if index not in held or leaf_hash(held[index]) != tile[at : at + HASH_SIZE]:
                problems.add(sentence("Entry {index} is missing, or is not what the tree says.", index=index))


def _check_tiles(cursor: Cursor, size: int, problems: _Problems) -> None:
    fetch = tile_fetcher(cursor)
    widths = tile_widths(size)
    for level, width in enumerate(widths):
        for tile in range((width + WIDTH - 1) // WIDTH):
            expected = min(WIDTH, width - tile * WIDTH) * HASH_SIZE
            if len(fetch(level, tile)) != expected or (level and not _tile_holds(fetch(level, tile), level, tile, cursor)):
                problems.add(
                    sentence(
                        "Tile {tile} of level {level} is missing, or is not what the level below gives.", tile=tile, level=level
                    )
                )
    cursor.execute("SELECT count(*) FROM log_tile")
    if int(cursor.fetchone()[0]) != sum((width + WIDTH - 1) // WIDTH for width in widths):
        problems.add(sentence("There are tiles that do not belong to the tree."))


def _tile_holds(tile: bytes, level: int, index: int, cursor: Cursor) -> bool:
    fetch = tile_fetcher(cursor)
    below = [fetch(level - 1, index * WIDTH + i) for i in range(len(tile) // HASH_SIZE)]
    return all(len(part) == WIDTH * HASH_SIZE for part in below) and b"".join(map(tile_root, below)) == tile


def _check_root(cursor: Cursor, size: int, root: bytes, problems: _Problems, name: str) -> None:
    try:
        holds = tree_root(size, tree_reader(cursor)) == root
    except UnreadableError:
        holds = False
    if not holds:
        problems.add(sentence("The root of {name} is not the root of the first {size} entries.", name=name, size=size))


def _heads(cursor: Cursor, guarded: Checkpoint, key: VerifierKey, problems: _Problems) -> list[Checkpoint]:
    heads = [guarded]
    for size, _, note in read_checkpoints(cursor):
        try:
            head = read_head(note, key, f"the checkpoint of size {size}")
        except UnreadableError as error:
            problems.add(sentence("{problem}", problem=error.got))
            continue
        if head.size != size or head.size > guarded.size:
            problems.add(
                sentence(
                    "The checkpoint remembered as size {size} is of size {other}, or newer than the guard.",
                    size=size,
                    other=head.size,
                )
            )
        heads.append(head)
    return heads
