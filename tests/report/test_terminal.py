"""Terminal tables: readable at 80 columns, in any encoding, with shapes where colours are."""

from __future__ import annotations

import dataclasses
import io
import json
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from plumbrule.base.words import translator
from plumbrule.findings.model import Assessment
from plumbrule.report import print_audit, print_findings

KNOWN = {"state": "known", "value": 0.44847, "low": 0.42, "high": 0.47, "n": 1795, "method": "wilson"}
UNKNOWN = {"state": "unknown", "reason": "no row has a negative label", "n": 0}
GAP = {
    "metric": "false_positive_rate",
    "by": ["race"],
    "group": {"race": "black"},
    "reference": {"race": "white"},
    "family": "exploratory",
    "confidence": 0.95,
}
AUDIT: dict[str, Any] = {
    "rows": 7214,
    "by": ["race"],
    "overall": {
        "n": 7214,
        "metrics": {"false_positive_rate": KNOWN, "mean_prediction": {**KNOWN, "value": 4.5, "low": 4.4, "high": 4.6}},
    },
    "groups": [
        {"by": {"race": "black"}, "n": 3696, "metrics": {"false_positive_rate": KNOWN}},
        {"by": {"race": None}, "n": 13, "metrics": {"false_positive_rate": UNKNOWN}},
        {"by": {"race": "null"}, "n": 13, "metrics": {"false_positive_rate": UNKNOWN}},
    ],
    "gaps": [
        {
            **GAP,
            **KNOWN,
            "kind": "difference",
            "n": [1795, 1488],
            "tolerance": {"value": 0.05, "source": "Plumbrule (ours)"},
            "beyond": True,
        },
        {
            **GAP,
            **UNKNOWN,
            "kind": "ratio",
            "n": [0, 1488],
            "tolerance": {"value": 0.8, "source": "29 CFR 1607.4(D)"},
            "beyond": "unknown",
        },
    ],
    "excluded": [{"by": {"race": "Asian"}, "n": 9, "reason": "fewer people than the least group size"}],
    "within": {
        "by": ["age"],
        "strata": [
            {
                "stratum": {"age": "under 25"},
                "groups": [{"by": {"race": "black"}, "n": 5, "metrics": {"false_positive_rate": KNOWN}}],
            }
        ],
        "adjusted": [
            {**GAP, **KNOWN, "kind": "difference", "raw": KNOWN, "raw_same_rows": KNOWN, "used": 10, "lost": 0, "reversed": True}
        ],
    },
}


def printed(show: Any, value: Any, language: str = "en", width: int = 80, encoding: str = "utf-8") -> str:
    """What a terminal of this width and encoding shows."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, newline="\n")
    show(value, Console(file=stream, width=width, force_terminal=False), translator(language))
    stream.flush()
    return raw.getvalue().decode(encoding)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [80, 120])
def test_nothing_is_wider_than_the_terminal(boston: Assessment, language: str, width: int) -> None:
    """No line runs over, and no cell is cut off with dots."""
    for text in (printed(print_findings, boston, language, width), printed(print_audit, AUDIT, language, width)):
        assert max(cell_len(line) for line in text.splitlines()) <= width
        assert "…" not in text


def test_findings_are_told_with_their_numbers(boston: Assessment) -> None:
    """Verdicts, rates, gap, interval, lines, and the sentence that belongs to a gap."""
    text = " ".join(printed(print_findings, boston, width=160).split())
    for said in (
        "x Not satisfied",
        "- Not assessed",
        "+ Satisfied",
        "? Inconclusive",
        "67.5% of 197",
        "−31.9 to −15.7",
        "fails the screen",
        "a ground for inquiry, not proof",
    ):
        assert said in text, said


def test_an_audit_is_told_with_its_numbers() -> None:
    """Known, unknown with the reason, missing and the text null apart, left out, strata, tolerance."""
    text = " ".join(printed(print_audit, AUDIT, width=160).split())
    for said in (
        "7,214 rows read.",
        "44.8%",
        "race: unknown",
        "race: null",
        "no row has a negative label",
        "1,795 / 1,488",
        "x yes",
        "? cannot be said",
        "fewer people than the least group size",
        "age",
        "the sign turns",
        "5 points, from Plumbrule (ours)",
        "0.80 and its inverse, from 29 CFR 1607.4(D)",
        "4.500",
        "Exploratory: looked at, not judged",
    ):
        assert said in text, said


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp437", "gb18030"])
def test_no_encoding_stops_it(boston: Assessment, encoding: str) -> None:
    """A pipe on Windows has no true minus: a hyphen stands for it, and nothing is lost but the signs it lacks."""
    for show, value in ((print_findings, boston), (print_audit, AUDIT)):
        text = printed(show, value, encoding=encoding)
        assert "-23.3 points" in text or show is print_audit
        printed(show, value, language="zh", encoding=encoding)


def test_names_are_never_markup(boston: Assessment) -> None:
    """Square brackets in a name are text, not styles."""
    note = dataclasses.replace(boston.title, texts={"en": "[bold]Title[/bold] [/red]"})
    assert "[bold]Title[/bold] [/red]" in printed(print_findings, dataclasses.replace(boston, title=note), width=120)
    named = json.loads(json.dumps(AUDIT).replace('"black"', '"[red]black[/]"'))
    assert "[red]black[/]" in printed(print_audit, named, width=120)


def test_a_long_list_is_cut_and_says_so() -> None:
    """Two dozen lines of one table; the rest stands in --json."""
    many = {
        **AUDIT,
        "groups": [{"by": {"race": f"g{place}"}, "n": 1, "metrics": {"false_positive_rate": KNOWN}} for place in range(100)],
    }
    assert "77 more lines" in printed(print_audit, many)
