"""Languages compared item by item: the statistics against independent code, and the tables they are made from."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from plumbrule.base.observation import Known, Unknown
from plumbrule.errors import TableError
from plumbrule.lab import open_table
from plumbrule.lab.families.languages import paired
from plumbrule.lab.families.languages.answers import (
    Answer,
    AnswerColumns,
    answers_from_table,
    answers_of,
    compare_languages,
    language_rates,
    observe_languages,
)
from plumbrule.lab.families.languages.compare import Discordant, Repeated
from plumbrule.lab.families.languages.exact import exact_score

COLUMNS = AnswerColumns(item="item", language="language", correct="correct")


def tango_by_search(b: int, c: int, n: int, confidence: float) -> tuple[float, float]:
    """Tango's interval from its definition: the restricted likelihood is maximised by search, not by the closed form."""
    z = stats.norm.ppf(0.5 + confidence / 2)

    def statistic(delta: float) -> float:
        low, high = max(0.0, -delta), (1 - delta) / 2

        def minus_log_likelihood(share: float) -> float:
            parts = ((b, share + delta), (c, share), (n - b - c, 1 - 2 * share - delta))
            return -sum(k * math.log(max(p, 1e-300)) for k, p in parts if k)

        share = optimize.minimize_scalar(minus_log_likelihood, bounds=(low, high), method="bounded", options={"xatol": 1e-12}).x
        variance = (2 * share + delta - delta * delta) / n
        return ((b - c) / n - delta) / math.sqrt(max(variance, 1e-18))

    seen = (b - c) / n
    low = -1.0 if statistic(-1 + 1e-9) < z else optimize.brentq(lambda d: statistic(d) - z, -1 + 1e-9, seen - 1e-9)
    high = 1.0 if statistic(1 - 1e-9) > -z else optimize.brentq(lambda d: statistic(d) + z, seen + 1e-9, 1 - 1e-9)
    return low, high


@pytest.mark.parametrize(("b", "c", "n"), [(12, 2, 50), (1, 7, 21), (3, 1, 30), (40, 20, 160), (7, 7, 25), (5, 3, 9)])
@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.999])
def test_tango_is_what_its_definition_gives(b: int, c: int, n: int, confidence: float) -> None:
    """The closed form agrees with a search for the restricted maximum."""
    assert paired.tango(b, c, n, confidence) == pytest.approx(tango_by_search(b, c, n, confidence), abs=2e-5)


def test_tango_agrees_with_a_published_example() -> None:
    """Airway reactivity before and after a transplant, 21 children (Fagerland, Lydersen and Laake 2014): -0.517 to -0.026."""
    low, high = paired.tango(1, 7, 21, 0.95)
    assert (round(low, 3), round(high, 3)) == (-0.517, -0.026)


def test_tango_without_a_difference_is_the_score_interval_of_nothing() -> None:
    """With no discordant pair the bounds are ± z² / (n + z²)."""
    z = stats.norm.ppf(0.975) ** 2
    assert paired.tango(0, 0, 30, 0.95) == pytest.approx((-z / (30 + z), z / (30 + z)), abs=1e-9)


@pytest.mark.parametrize(("b", "c"), [(0, 0), (0, 1), (3, 9), (12, 2), (50, 50), (200, 240)])
def test_mcnemar_is_the_binomial_test(b: int, c: int) -> None:
    """Exact p against scipy's binomial test; the mid-p leaves out half of what is equally far."""
    exact = stats.binomtest(b, b + c).pvalue if b + c else 1.0
    assert paired.mcnemar_exact(b, c) == pytest.approx(exact, abs=1e-12)
    middle = 2 * (stats.binom.cdf(min(b, c), b + c, 0.5) - stats.binom.pmf(min(b, c), b + c, 0.5) / 2)
    assert paired.mcnemar_mid(b, c) == pytest.approx(1.0 if b == c else middle, abs=1e-12)


def _coverage(n: int, up: float, down: float, *, guaranteed: bool) -> float:
    """The exact probability that the interval holds the truth, summed over every table."""
    held = 0.0
    for b in range(n + 1):
        for c in range(n + 1 - b):
            chance = stats.multinomial.pmf([b, c, n - b - c], n, [up, down, 1 - up - down])
            if chance > 1e-12:
                spread = paired.paired_interval(b, c, n, 0.95, guaranteed=guaranteed)
                held += chance * (spread.low - 1e-12 <= up - down <= spread.high + 1e-12)
    return held


def test_coverage_of_the_intervals_of_pairs() -> None:
    """Tango's interval is near 95 % on average; the exact one for verdicts never below, and hardly wider."""
    truths = [(0.2, 0.1), (0.05, 0.05), (0.3, 0.05), (0.02, 0.1)]
    shown = [_coverage(20, up, down, guaranteed=False) for up, down in truths]
    assert 0.93 <= float(np.mean(shown)) <= 0.99
    assert min(shown) > 0.90
    assert min(_coverage(20, up, down, guaranteed=True) for up, down in truths) >= 0.95


@pytest.mark.parametrize(("b", "c", "n"), [(12, 2, 50), (1, 7, 21), (0, 0, 8), (31, 6, 99), (0, 10, 40), (3, 0, 3), (0, 0, 1)])
def test_the_exact_interval_contains_tangos_and_little_more(b: int, c: int, n: int) -> None:
    """Guaranteed coverage costs little: wider than the score interval, by less than a third from 20 pairs on."""
    exact, score = exact_score(b, c, n, 0.95), paired.tango(b, c, n, 0.95)
    assert -1 <= exact[0] <= score[0] + 1e-3
    assert score[1] - 1e-3 <= exact[1] <= 1
    if n >= 20:
        assert exact[1] - exact[0] < 1.3 * (score[1] - score[0])
    turned = exact_score(c, b, n, 0.95)
    assert turned == pytest.approx((-exact[1], -exact[0]))


def test_coverage_of_the_intervals_of_repeated_runs() -> None:
    """Items with five runs each: the bootstrap near 95 %, Hoeffding's bound never below; items, not answers, are the units."""
    rng = np.random.default_rng(3)
    held = {True: 0, False: 0}
    repeats = 300
    for _ in range(repeats):
        skill = rng.beta(1, 1, 60)
        values = rng.binomial(5, skill) / 5 - rng.binomial(5, np.clip(skill - 0.1, 0, 1)) / 5
        truth = float(np.mean([0.1 - (0.1 - s if s < 0.1 else 0) for s in np.linspace(0, 1, 20001)]))
        for guaranteed in held:
            spread = paired.item_interval(values, 0.95, guaranteed=guaranteed)
            held[guaranteed] += spread.low <= truth <= spread.high
    assert 0.915 <= held[False] / repeats <= 0.985
    assert held[True] / repeats >= 0.97


def test_the_power_is_what_a_simulation_gives() -> None:
    """At the smallest gap that could have been seen, McNemar's exact test rejects in 80 of 100 simulated tables."""
    gap = paired.smallest_gap(80, 0.25, 0.95)
    assert gap is not None
    draws = np.random.default_rng(4).multinomial(80, [(0.25 + gap) / 2, (0.25 - gap) / 2, 0.75], size=4000)
    rejected = np.mean([paired.mcnemar_exact(int(b), int(c)) <= 0.05 for b, c, _ in draws])
    assert rejected == pytest.approx(0.80, abs=0.025)


def test_the_two_formulas_of_power_meet() -> None:
    """Summed exactly and by the normal formula, the smallest gap differs little where one takes over from the other."""
    exact, normal = paired.smallest_gap(3000, 0.2, 0.95), paired.smallest_gap(3001, 0.2, 0.95)
    assert exact is not None
    assert normal == pytest.approx(exact, rel=0.03)


def test_five_items_can_show_nothing() -> None:
    """With five pairs even five differences on one side are no evidence at 95 %; six would be."""
    assert paired.smallest_gap(5, 0.4, 0.95) is None
    assert paired.smallest_gap(6, 0.4, 0.95) is not None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=40))
def test_swapping_the_languages_turns_the_gap_round(pairs: list[tuple[bool, bool]]) -> None:
    """The gap of A against B is minus that of B against A, bounds and all; so is its smallest visible size."""
    answers = answers_of(
        [
            Answer(item=str(i), language=language, correct=float(right))
            for i, pair in enumerate(pairs)
            for language, right in zip(("aa", "bb"), pair, strict=True)
        ],
        texts=False,
    )
    (one,), (two,) = compare_languages(answers, reference="aa"), compare_languages(answers, reference="bb")
    assert isinstance(one.estimate, Known)
    assert isinstance(two.estimate, Known)
    assert one.estimate.value == pytest.approx(-two.estimate.value)
    assert one.estimate.low == pytest.approx(-two.estimate.high, abs=1e-9)
    assert one.smallest == two.smallest
    assert one.estimate.low <= one.estimate.value <= one.estimate.high


def test_pairs_see_more_than_two_separate_groups() -> None:
    """Where items are hard or easy in both languages, the paired interval is much narrower than the unpaired."""
    answers = [Answer(item=str(i), language="en", correct=float(i < 150)) for i in range(300)]
    answers += [Answer(item=str(i), language="kk", correct=float(i < 135)) for i in range(300)]
    (gap,) = compare_languages(answers_of(answers, texts=False), reference="en")
    assert isinstance(gap.estimate, Known)
    assert gap.estimate.high < 0
    unpaired = 2 * 1.96 * math.sqrt(0.25 / 300 * 2)
    assert gap.estimate.high - gap.estimate.low < unpaired / 2
    assert gap.detail == Discordant(
        only_group=0, only_reference=15, exact_p=paired.mcnemar_exact(0, 15), mid_p=paired.mcnemar_mid(0, 15)
    )


def test_repeated_runs_are_no_more_items() -> None:
    """Ten copies of each answer leave the interval of the gap as wide as the items make it, not ten times the data."""
    rng = np.random.default_rng(5)
    right = {language: rng.random(120) < share for language, share in (("en", 0.8), ("ky", 0.6))}

    def gap(runs: int) -> Known:
        answers = [
            Answer(item=str(i), language=language, correct=float(right[language][i]))
            for language in right
            for i in range(120)
            for _ in range(runs)
        ]
        (one,) = compare_languages(answers_of(answers, texts=False), reference="en")
        assert isinstance(one.estimate, Known)
        return one.estimate

    once, often = gap(1), gap(10)
    assert often.value == pytest.approx(once.value)
    assert often.high - often.low == pytest.approx(once.high - once.low, rel=0.08)
    assert often.method == paired.BOOTSTRAP


def test_what_more_runs_would_remove() -> None:
    """Items all alike whose runs are coins: the variance is the runs'; items that never waver: none of it is."""
    rng = np.random.default_rng(6)
    coin = [
        Answer(item=str(i), language=language, correct=float(rng.random() < 0.5))
        for i in range(200)
        for language in ("en", "tg")
        for _ in range(8)
    ]
    (gap,) = compare_languages(answers_of(coin, texts=False), reference="en")
    assert isinstance(gap.detail, Repeated)
    assert gap.detail.run_share == pytest.approx(1.0, abs=0.2)
    fixed = [
        Answer(item=str(i), language=language, correct=float((i % 3 == 0) == (language == "en")))
        for i in range(60)
        for language in ("en", "tg")
        for _ in range(3)
    ]
    (gap,) = compare_languages(answers_of(fixed, texts=False), reference="en")
    assert isinstance(gap.detail, Repeated)
    assert gap.detail.run_share == 0


def test_unpaired_items_are_counted_and_bounded() -> None:
    """Items that only one language answered do not make the gap; they say where it could lie."""
    answers = [Answer(item=str(i), language="en", correct=1.0) for i in range(10)]
    answers += [Answer(item=str(i), language="uz-Latn", correct=1.0) for i in range(8)]
    (gap,) = compare_languages(answers_of(answers, texts=False), reference="en")
    assert (gap.items, gap.unpaired) == (8, 2)
    assert gap.bounds == pytest.approx((-0.2, 0.0))
    assert isinstance(gap.estimate, Known)
    assert gap.estimate.value == 0


def test_nothing_in_common_is_unknown() -> None:
    """Without one item in both languages there is no gap, and the reason is said."""
    answers = answers_of(
        [Answer(item="1", language="en", correct=1.0), Answer(item="2", language="kk", correct=0.0)], texts=False
    )
    (gap,) = compare_languages(answers)
    assert isinstance(gap.estimate, Unknown)
    assert isinstance(gap.smallest, Unknown)
    assert gap.bounds == (-1.0, 0.0)


def test_false_alarms_on_noise_are_rare() -> None:
    """Four languages equally good on the same 100 items, 400 times: an interval misses zero in about 5 % or fewer."""
    rng = np.random.default_rng(7)
    alarms = 0
    for _ in range(400):
        hard = rng.random(100)
        answers = [
            Answer(item=str(i), language=language, correct=float(rng.random() < hard[i]))
            for language in ("en", "kk", "ru", "uz-Latn")
            for i in range(100)
        ]
        gaps = compare_languages(answers_of(answers, texts=False), reference="en")
        alarms += any(isinstance(gap.estimate, Known) and not gap.estimate.low <= 0 <= gap.estimate.high for gap in gaps)
    assert alarms <= 400 * 0.05 + 2 * math.sqrt(400 * 0.05 * 0.95)


def test_more_languages_do_not_change_what_a_plan_named() -> None:
    """The primary gap is the same whichever languages are in the table besides."""
    rng = np.random.default_rng(8)
    some = [
        Answer(item=str(i), language=language, correct=float(rng.random() < 0.7)) for language in ("en", "kk") for i in range(50)
    ]
    more = [*some, *(Answer(item=str(i), language="ru", correct=1.0) for i in range(50))]
    chosen = [
        compare_languages(answers_of(one, texts=False), reference="en", languages=["kk"], metrics=["accuracy"], family="primary")
        for one in (some, more)
    ]
    assert chosen[0] == chosen[1]
    assert chosen[0][0].estimate.state == "known"
    assert chosen[0][0].estimate.method == paired.EXACT


def test_observations_carry_ids_families_and_power() -> None:
    """Ids are stable, only the gap that a plan names is primary, and the smallest visible gap stands beside it."""
    answers = answers_of(
        [Answer(item=str(i), language=language, correct=float(i % 2)) for language in ("en", "zh") for i in range(20)],
        texts=False,
        source="0" * 64,
    )
    seen = {one.id: one for one in observe_languages(answers, reference="en", family="primary")}
    assert set(seen) == {
        "accuracy:language=en",
        "accuracy:language=zh",
        "accuracy:language=zh~en:difference",
        "accuracy:language=zh~en:smallest_gap",
        "accuracy:language=zh~en:items",
    }
    assert [name for name, one in seen.items() if one.family == "primary"] == ["accuracy:language=zh~en:difference"]
    assert all(one.inputs == ("0" * 64,) for one in seen.values())
    assert seen["accuracy:language=zh~en:items"].estimate.n == 20  # type: ignore[union-attr]  # counted, so known


def test_texts_bring_their_own_metrics() -> None:
    """Refusals, no answers, wrong scripts and wrong languages are compared item by item as well."""
    russian = "Сегодня хорошая погода, и вам не нужно никуда идти."
    uzbek = "Бугун ҳаво яхши ва сиз бозорга боришингиз керак."
    texts = {
        "ru": [russian] * 6,
        "uz-Cyrl": [
            uzbek,
            uzbek,
            russian,
            "Bugun havo yaxshi va siz bozorga borishingiz kerak.",
            "",
            "Кечирасиз, лекин бу ҳақда айта олмайман.",
        ],
    }
    answers = answers_of(
        [Answer(item=str(i), language=language, text=text) for language, said in texts.items() for i, text in enumerate(said)]
    )
    rates = {(one.metric, one.language): one.estimate for one in language_rates(answers)}
    values = {key: one.value for key, one in rates.items() if isinstance(one, Known)}
    assert values["no_answer_rate", "uz-Cyrl"] == pytest.approx(1 / 6)
    assert values["wrong_script_rate", "uz-Cyrl"] == pytest.approx(1 / 5)
    assert values["wrong_language_rate", "uz-Cyrl"] == pytest.approx(1 / 5)
    assert values["refusal_rate", "uz-Cyrl"] == pytest.approx(1 / 5)
    assert values["wrong_language_rate", "ru"] == 0
    assert "accuracy" not in {metric for metric, _ in values}


def _table(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "answers.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_table_with_runs_and_texts(tmp_path: Path) -> None:
    """Long form: item, language, run, correct, answer; a blank is unknown and not wrong."""
    rows = ["item,language,run,correct,answer"]
    rows += [
        f'q{i},{code},{run},{int(i != run)},"Это ответ на вопрос"' for i in range(6) for code in ("ru", "kk") for run in (1, 2)
    ]
    rows[1] = 'q0,ru,1,,"Это ответ на вопрос"'
    columns = AnswerColumns(item="item", language="language", run="run", correct="correct", answer="answer")
    with open_table(_table(tmp_path, "\n".join(rows) + "\n")) as table:
        answers = answers_from_table(table, columns)
    rates = {(one.metric, one.language): one for one in language_rates(answers)}
    assert answers.languages == ("kk", "ru")
    assert rates["accuracy", "ru"].items == 6
    assert isinstance(rates["accuracy", "ru"].estimate, Known)
    assert rates["accuracy", "ru"].estimate.value == pytest.approx((1 + 0.5 + 0.5 + 3) / 6)
    assert rates["wrong_language_rate", "kk"].estimate.value == 1  # type: ignore[union-attr]  # twelve texts, so known


def test_somebody_elses_word_takes_the_place_of_our_screens(tmp_path: Path) -> None:
    """Columns `refused` and `answered_in` are believed before phrases and letters."""
    text = (
        "item,language,answer,refused,answered_in\n1,kk,Бұл жауап емес және керек емес,1,ru\n1,en,This is the answer to it,0,en\n"
    )
    columns = AnswerColumns(item="item", language="language", answer="answer", refused="refused", answered_in="answered_in")
    with open_table(_table(tmp_path, text)) as table:
        answers = answers_from_table(table, columns)
    rates = {(one.metric, one.language): one.estimate for one in language_rates(answers)}
    assert rates["refusal_rate", "kk"].value == 1  # type: ignore[union-attr]  # one answer, so known
    assert rates["wrong_language_rate", "kk"].value == 1  # type: ignore[union-attr]  # the same


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("item,language,correct\n1,en,1\n1,en,0\n", "several rows"),
        ("item,language,correct\n1,en,2\n", "0 for wrong"),
        ("item,language,correct\n1,en,yes\n", "must hold numbers"),
        ("item,language,correct\n,en,1\n", "no item"),
        ("item,lang,correct\n1,en,1\n", "no column 'language'"),
        ("item,language,correct\n1,en,1\n2,en,1\n", "only one language"),
    ],
)
def test_bad_tables_are_refused_with_a_cure(tmp_path: Path, text: str, words: str) -> None:
    """What we got, what we expected, how to mend it."""
    with pytest.raises(TableError, match=words) as caught, open_table(_table(tmp_path, text)) as table:
        compare_languages(answers_from_table(table, COLUMNS))
    assert caught.value.expected
    assert caught.value.cure


def test_unknown_names_are_refused() -> None:
    """A language or a metric that nobody answered in."""
    answers = answers_of([Answer(item="1", language=code, correct=1.0) for code in ("en", "kk")], texts=False)
    with pytest.raises(TableError, match="no language 'fr'"):
        compare_languages(answers, reference="fr")
    with pytest.raises(TableError, match="no metric 'refusal_rate'"):
        compare_languages(answers, metrics=["refusal_rate"])
    with pytest.raises(TableError, match="no answers"):
        answers_of([])
