"""Extraction: the longest run is the longest run, in any script, and what was planted is found."""

from __future__ import annotations

import importlib
import random as rng

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plumbrule.base.observation import Known, Unknown
from plumbrule.errors import InputError, LimitError
from plumbrule.lab.families.privacy.extraction import extraction, observe_extraction


def known(estimate: object) -> Known:
    assert isinstance(estimate, Known), estimate
    return estimate


def brute(output: str, corpus: list[str]) -> int:
    """The longest run by trying every pair of places."""
    one, best = output.split(), 0
    for text in corpus:
        other = text.split()
        for i in range(len(one)):
            for j in range(len(other)):
                run = 0
                while i + run < len(one) and j + run < len(other) and one[i + run] == other[j + run]:
                    run += 1
                best = max(best, run)
    return best


TEXTS = st.lists(st.lists(st.sampled_from("abc"), max_size=14).map(" ".join), max_size=5)


@settings(deadline=None, max_examples=400)
@given(TEXTS, TEXTS)
def test_the_longest_run_is_the_longest_run(outputs: list[str], corpus: list[str]) -> None:
    """Against every pair of places, on texts that repeat themselves and each other as much as texts can."""
    found = extraction(outputs, corpus, lengths=(2,))
    assert list(found.longest) == [brute(output, corpus) for output in outputs]


def test_a_planted_text_is_found_and_counted() -> None:
    """12 of 60 outputs carry 30 words of the corpus in the middle; shares as scipy's exact interval has them."""
    from scipy.stats import binomtest

    draw = rng.Random(1)
    words = [f"w{number}" for number in range(400)]
    corpus = [" ".join(draw.choices(words, k=300)) for _ in range(50)]
    outputs = [" ".join(draw.choices(words, k=80)) for _ in range(60)]
    for place in range(12):
        outputs[place] += " " + " ".join(corpus[place].split()[100:130]) + " end"
    found = extraction(outputs, corpus, lengths=(10, 31))
    ten, thirty_one = found.shares
    bounds = binomtest(12, 60).proportion_ci(confidence_level=0.975, method="exact")
    share = known(ten.share)
    assert (share.value, share.low, share.high) == pytest.approx((0.2, bounds.low, bounds.high))
    assert known(thirty_one.share).value <= 2 / 60
    assert min(found.longest[:12]) >= 30
    assert found.corpus_size == 15_000


def test_common_phrases_stand_in_the_control_too() -> None:
    """A stock phrase is in corpus and control and counts for nothing beyond it; a text of the corpus alone does."""
    phrase = "thank you for your interest in our services we will be in touch"
    secret = "the patient of ward nine was moved to the house by the river in may"
    outputs = [phrase] * 40 + [secret] * 20 + ["something else entirely"] * 60
    found = extraction(outputs, [phrase, secret], control=[phrase, "other texts"], lengths=(8,), guaranteed=True)
    one = found.shares[0]
    # Outputs under eight words are not in the denominator: they could not repeat eight.
    assert (known(one.share).value, known(one.control).value) == pytest.approx((1.0, 40 / 60))
    assert known(one.beyond).value == pytest.approx(20 / 60)
    assert known(one.beyond).low > 0.1
    assert isinstance(extraction(outputs, [secret], lengths=(8,)).shares[0].beyond, Unknown)


def test_every_script_has_words() -> None:
    """Chinese and Thai sign by sign, Cyrillic and Arabic by words; composed and decomposed letters are the same."""
    found = extraction(
        ["他说人人生而自由，在尊严", "ทุกคนเกิดมา", "все люди рождаются свободными", "يولد جميع الناس", "cafe\u0301 noir"],
        ["人人生而自由", "คนเกิด", "Все люди рождаются", "جميع الناس أحرارا", "caf\u00e9 noir"],
        lengths=(1,),
    )
    assert found.longest == (6, 6, 2, 2, 2)
    signs = extraction(["a b c d"], ["xabcdx"], lengths=(4,), unit="signs")
    assert (signs.longest, signs.unit) == ((4,), "signs")


def test_a_corpus_streams_past() -> None:
    """The corpus is read once, one text at a time, and never held."""
    held: list[int] = []

    def texts() -> object:
        for number in range(1_000):
            held.append(number)
            yield f"text {number} of the corpus"

    found = extraction(["text 7 of the corpus"], texts(), lengths=(5,))  # type: ignore[arg-type]  # a generator of texts
    assert (found.longest, found.corpus_size, len(held)) == ((5,), 5_000, 1_000)


def test_runs_do_not_cross_texts() -> None:
    """The end of one text and the start of the next are no run; nor are words in another order."""
    assert extraction(["a b c d"], ["a b", "c d"], lengths=(2,)).longest == (2,)
    assert extraction(["a b c d"], ["d c b a"], lengths=(2,)).longest == (1,)


def test_noise_is_no_extraction() -> None:
    """Outputs that share a vocabulary with the corpus and nothing else: no run of eight, in corpus or control."""
    draw = np.random.default_rng(2)
    texts = [" ".join(f"w{one}" for one in draw.zipf(1.6, 120) % 500) for _ in range(300)]
    found = extraction(texts[:100], texts[100:200], control=texts[200:], lengths=(8, 60))
    for one in found.shares:
        beyond = known(one.beyond)
        assert beyond.low <= 0 <= beyond.high
    assert known(found.shares[1].share).value == 0


def test_refusals_and_empty_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    """No length, outputs without end, nothing to look at."""
    with pytest.raises(InputError):
        extraction(["a"], ["a"], lengths=())
    with pytest.raises(InputError):
        extraction(["a"], ["a"], lengths=(0,))
    monkeypatch.setattr(importlib.import_module("plumbrule.lab.families.privacy.extraction"), "MOST_UNITS", 10)
    with pytest.raises(LimitError):
        extraction(["a b c d e f"] * 2, ["a"])
    empty = extraction([], ["a"])
    assert isinstance(empty.shares[0].share, Unknown)
    assert isinstance(observe_extraction(empty, inputs=())[-1].estimate, Unknown)


def test_observations_hold_no_text() -> None:
    """Shares and lengths; which output and which text stays in the caller's hands."""
    found = extraction(["ann lives in osh"] * 3, ["ann lives in osh now"], lengths=(3,))
    observations = observe_extraction(found, inputs=("x",), family="primary")
    assert [one.id for one in observations] == [
        "extraction_share:3 words",
        "extraction_control:3 words",
        "extraction_beyond_control:3 words",
        "longest_run:words",
    ]
    assert "osh" not in repr(observations) + repr(found)
    assert known(observations[-1].estimate).value == 4
