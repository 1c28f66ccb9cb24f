"""The page about the rulebook names what the data hold."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from plumbrule.rulebook import load_rulebook

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "concepts" / "rulebook.md").read_text(encoding="utf-8")


def test_the_page_names_every_requirement_profile_and_instrument() -> None:
    """Ids in the page's tables are those of the data."""
    book = load_rulebook()
    assert set(re.findall(r"^\| `([a-z-]+)` \|", PAGE, re.MULTILINE)) == set(book.requirements) | set(book.profiles)
    assert set(re.findall(r"^\| ([A-Z0-9]+) \|", PAGE, re.MULTILINE)) == set(book.instruments)


def test_ids_that_the_docs_cite_exist() -> None:
    """Every provision id shown as code in the page or in the decisions of this room is a real one."""
    pages = [PAGE, *(f.read_text(encoding="utf-8") for f in sorted((DOCS / "decisions").glob("001[0-9]-*.md")))]
    cited = {i for page in pages for i in re.findall(r"`((?:R265|CA|GAI|GDC)/[A-Za-z0-9.]+)`", page)}
    assert cited <= set(load_rulebook().provisions)
    assert "R265/6.h" in cited


def test_numbers_on_the_page_are_those_of_the_profiles() -> None:
    """The tolerances, ceilings and floors that the page states are in the data."""
    values = {
        p.id: {t.id.rsplit(".", 1)[-1]: t.value for c in p.checks for t in c.thresholds}
        for p in load_rulebook().profiles.values()
    }
    assert values["high"] == {"four-fifths": 0.8, "tolerance": 0.05, "ceiling": 0.05, "floor": 100}
    assert values["limited"] == {"four-fifths": 0.8, "tolerance": 0.10, "ceiling": 0.10, "floor": 30}
    assert "gaps against 5 points, the four-fifths screen, unknown values at most 5 %, smallest group at least 100" in PAGE
    assert "the same against 10 points, 10 % and 30" in PAGE


def test_counts_on_the_page_are_those_of_the_data() -> None:
    """Provisions, asks, requirements, places and links are counted, not remembered."""
    book = load_rulebook()
    held = Counter(p.instrument for p in book.provisions.values())
    counted = ", ".join(f"{name}{' with' if n else ''} {held[name]}" for n, name in enumerate(held))
    assert counted.replace("R265 46", "R265 with 46 provisions") in PAGE
    assert f"{len(book.provisions)} together, with {sum(len(p.asks) for p in book.provisions.values())} asks" in PAGE
    subjects = Counter(r.subject for r in book.requirements.values())
    looks = Counter(r.looked_at for r in book.requirements.values())
    assert f"{len(book.requirements)} requirements, in six languages: {subjects['system']} look at a system" in PAGE
    assert f"{subjects['party']} at a party" in PAGE
    assert f"{subjects['content']} at content" in PAGE
    assert (
        f"{looks['not-yet']} of the {len(book.requirements)} requirements have no check yet; "
        f"{looks['measured']} are measured and {looks['declared']} declared without a verdict. "
        f"The profiles hold {len({r for p in book.profiles.values() for r in p.requirements})}."
    ) in PAGE
    tables = re.findall(r"^\| [^|]+ \| [^|]+ \| (\d+) \| (\d+) \|$", PAGE, re.MULTILINE)
    crosswalks = sorted((len(c.places), len(c.links)) for c in book.crosswalks.values())
    assert sorted((int(places), int(links)) for places, links in tables) == crosswalks


def test_how_each_requirement_is_looked_at_stands_on_the_page() -> None:
    """The table's rows are those that the data give: subject, rows of the mission, and how it is looked at."""
    said = {"decided": "a person decides", "not-yet": "no check yet"}
    for r in load_rulebook().requirements.values():
        assert f"| `{r.id}` | {r.subject} | {', '.join(r.rows)} | " in PAGE
        line = next(line for line in PAGE.splitlines() if line.startswith(f"| `{r.id}` |"))
        assert line.endswith(f" | {said.get(r.looked_at, r.looked_at)} |")
