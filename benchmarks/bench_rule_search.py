"""Search over 100,000 provisions: time of a query against a scan in Python and SQLite's own tokenizers; three minutes.

Run it with `python benchmarks/bench_rule_search.py`. The provisions are made up: words of our own wordings in six languages,
drawn as often as they stand there, 20 to 60 to a provision. A small vocabulary makes it hard: common words stand in most texts.
"""

from __future__ import annotations

import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from side_by_side import print_versions

from plumbrule.rulebook import load_rulebook
from plumbrule.rulebook.reading.compare import compare
from plumbrule.rulebook.reading.versions import Clause, Version
from plumbrule.rulebook.search import Entry, Query, entries_of_rulebook, index_in_memory, index_on_disk, search, words_of

SIZE = 100_000
ROUNDS = 7
SHARES = {"en": 0.4, "zh": 0.2, "fr": 0.1, "es": 0.1, "ru": 0.1, "ar": 0.1}
QUERIES = (
    "privacy", "data", "the", "digital divide", "human rights data", "discriminat", "systems of AI and data for all people",
    "隐私", "人工智能", "会员国 数据", "权", "儿童数据保护", "数据保护",
    "права человека", "данных", "приватность", "الذكاء الاصطناعي", "البيانات", "حقوق الإنسان",
    "protection des données", "datos personales", "R265 6", "xyzzy", "data xyzzy", "the of and to xyzzy",
)  # fmt: skip
FILTERED = (Query(words="data", addressee="private-sector"), Query(addressee="member-states", function="exhorts"))


def provisions(size: int, shares: Mapping[str, float] = SHARES) -> Iterator[Entry]:
    """Made-up provisions, the same ones each time."""
    chance = random.Random(4)
    drawn: dict[str, list[str]] = {}
    for entry in entries_of_rulebook(load_rulebook()):
        words = [entry.text[word.start : word.end] for word in words_of(entry.text)]
        drawn.setdefault(entry.language, []).extend(words)
    languages = chance.choices(list(shares), weights=list(shares.values()), k=size)
    for number, language in enumerate(languages):
        gap = "，" if language == "zh" else " "
        text = gap.join(chance.choices(drawn[language], k=chance.randint(20, 60) // (4 if language == "zh" else 1)))
        yield Entry(
            ref=f"T{number // 50}/{number % 50 + 1}",
            kind="provision",
            instrument=f"T{number // 50}",
            language=language,
            text=text,
            addressees=(chance.choice(("member-states", "private-sector", "un-system")),),
            functions=(chance.choice(("exhorts", "requests", "notes")),),
        )


def timed(query: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Milliseconds, the median of some rounds after one that warms up."""
    query()
    took = []
    for _ in range(rounds):
        start = time.perf_counter()
        query()
        took.append(1000 * (time.perf_counter() - start))
    return statistics.median(took)


def scan(texts: Sequence[str], query: str) -> list[int]:
    """What a person without an index does: every word, as it is written, in every text."""
    words = query.casefold().split()
    return [number for number, text in enumerate(texts) if all(word in text for word in words)]


def plain_index(texts: Sequence[str], tokenizer: str) -> sqlite3.Connection:
    """SQLite's FTS5 as it comes, with one of its own tokenizers."""
    connection = sqlite3.connect(":memory:")
    connection.execute(f"create virtual table words using fts5(text, content='', tokenize='{tokenizer}')")
    connection.executemany("insert into words(rowid, text) values (?, ?)", enumerate(texts))
    return connection


def ask_plain(connection: sqlite3.Connection, query: str) -> list[tuple[int]]:
    """All words, best first."""
    asked = " AND ".join(f'"{word}"' for word in query.split())
    return connection.execute("select rowid from words where words match ? order by rank limit 10", (asked,)).fetchall()


def main() -> None:
    """Print a table for docs/benchmarks.md."""
    print_versions("plumbrule")
    entries = list(provisions(SIZE))
    texts = [entry.text.casefold() for entry in entries]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index.sqlite"
        start = time.perf_counter()
        index = index_on_disk(path, "bench", entries)
        print(
            f"\nBuilt in {time.perf_counter() - start:.1f} s, {path.stat().st_size / 1e6:.0f} MB for {index.size:,} provisions."
        )
        again = timed(lambda: index_on_disk(path, "bench", ()))
        print(f"Opened again in {again:.1f} ms.\n")
        unicode61, trigram = plain_index(texts, "unicode61"), plain_index(texts, "trigram")
        print(
            "| query | ours, ms | hits | FTS5 unicode61, ms | FTS5 trigram, ms | scan in Python, ms |\n"
            "|---|---:|---:|---:|---:|---:|"
        )
        ours = []
        for query in QUERIES:
            ours.append(timed(lambda query=query: search(index, Query(words=query))))
            found = search(index, Query(words=query))
            hits = f"{len(found.hits)}{'+' if found.more else ''}{' (some words)' if found.some else ''}"
            others = [timed(lambda c=c, query=query: ask_plain(c, query)) for c in (unicode61, trigram)]
            scanned = timed(lambda query=query: scan(texts, query))
            print(f"| {query} | {ours[-1]:.1f} | {hits} | {others[0]:.1f} | {others[1]:.1f} | {scanned:.0f} |")
        for asked in FILTERED:
            ours.append(timed(lambda asked=asked: search(index, asked)))
            print(f"| {asked.words} {asked.addressee} {asked.function} | {ours[-1]:.1f} | 10+ | | | |")
        print(f"\nMedian {statistics.median(ours):.1f} ms, slowest {max(ours):.1f} ms.")
        index.close()
    one_language()


def one_language() -> None:
    """The hardest case: everything in English, and words that stand nearly everywhere."""
    index = index_in_memory(provisions(SIZE, {"en": 1.0}))
    asked = ("the", "to", "data", "of the and", "human rights", "data privacy systems", "the of and to xyzzy")
    took = {query: timed(lambda query=query: search(index, Query(words=query))) for query in asked}
    print("\nAll in English: " + ", ".join(f"*{query}* {ms:.1f} ms" for query, ms in took.items()) + ".")
    index.close()


def alignment() -> None:
    """A thousand provisions beside a copy, a copy with changes, another language, and a text with nothing in common."""
    chance = random.Random(5)
    words = [entry.text for entry in provisions(3000, {"en": 1.0})]
    ours = _version("en", words[:1000])
    changed = [text + " changed" if chance.random() < 0.1 else text for n, text in enumerate(words[:1000]) if n % 50]
    others = {
        "a copy": ours,
        "a tenth changed, 20 lost": _version("en", changed),
        "another language": _version("fr", words[:1000]),
        "nothing in common": _version("en", words[1000:2000]),
    }
    took = {name: timed(lambda other=other: compare(ours, other), 5) for name, other in others.items()}
    print("\nCompare 1,000 provisions: " + ", ".join(f"{name} {ms / 1000:.1f} s" for name, ms in took.items()) + ".")


def _version(language: str, texts: Sequence[str]) -> Version:
    clauses = [Clause(id=str(n), kind="operative", parent="", text=text) for n, text in enumerate(texts, 1)]
    return Version(name=language, language=language, official=True, clauses=tuple(clauses))


if __name__ == "__main__":
    main()
    alignment()
