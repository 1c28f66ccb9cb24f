"""Further tests in the dossier: every family is shown, said in words, and never mixed with the judged decisions."""

from __future__ import annotations

import dataclasses
from typing import get_args

import pytest
from markupsafe import Markup

from plumbrule.base.observation import Known, Observation, Stated, Test, Unknown
from plumbrule.base.words import translator
from plumbrule.findings.model import Assessment
from plumbrule.report import assessment_json, phrases, read_assessment, render_dossier
from plumbrule.report.views.figures import Figures
from plumbrule.report.views.further import about, further_tests
from plumbrule.report.views.speaker import Speaker, plain


def seen(
    id_: str, measure: str, value: float, *, test: str, group: dict[str, str] | None = None, reference: str = ""
) -> Observation:
    """An observation with an interval of a tenth to either side."""
    group = group or {}
    return Observation(
        id=id_,
        means="test",
        metric=id_.split(":", maxsplit=1)[0],
        measure=measure,  # type: ignore[arg-type]  # the literal is named by the caller
        estimate=Known(value=value, low=value - 0.1, high=value + 0.1, n=50, method="wilson"),
        group=group,
        reference=dict.fromkeys(group, reference) if reference else None,
        family="exploratory",
        test=test,  # type: ignore[arg-type]
    )


@pytest.fixture
def wide(boston: Assessment) -> Assessment:
    """The example's assessment with an observation of every family beside the decisions."""
    more = (
        seen("duplicate_share:all columns", "share", 0.2, test="data-set"),
        seen("proxy_area:sex=women~job", "number", 0.7, test="data-set", group={"sex": "women"}),
        seen("flip_rate:swap=sex", "rate", 0.2, test="robustness"),
        seen("flip_rate:swap=sex@sex=women", "rate", 0.3, test="robustness", group={"sex": "women"}),
        seen(
            "flip_rate:swap=sex@sex=women~men:difference",
            "difference",
            0.1,
            test="robustness",
            group={"sex": "women"},
            reference="men",
        ),
        dataclasses.replace(
            seen("membership_area:score", "number", 0.5, test="privacy"), estimate=Unknown(reason="the table is empty")
        ),
        dataclasses.replace(
            seen("dataset_licence:Adult", "fact", 0, test="data-set"),
            estimate=Stated(holds=True, text="CC BY <4.0>", stated_by="its <author>"),
            family="declared",
        ),
        seen("permutation_importance:age&decision", "rate", 0.3, test="explanation"),
        seen(
            "accuracy:language=kk~en:difference", "difference", -0.2, test="languages", group={"language": "kk"}, reference="en"
        ),
        seen("psi:score@2026-02", "number", 0.3, test="watch"),
    )
    return dataclasses.replace(boston, schema="plumbrule-assessment/2", observations=(*boston.observations, *more))


def figures(assessment: Assessment, language: str = "en") -> Figures:
    """The figures of an assessment."""
    return Figures.of(assessment, Speaker(words=translator(language)))


def test_every_family_has_its_words() -> None:
    """Each family of observations but the decisions has a title, a question and what it does not show, in Chinese too."""
    families = set(get_args(Test)) - {"outcomes", "scores", "criteria"}
    assert set(phrases.TESTS) == set(phrases.TEST_ASKS) == set(phrases.TEST_LIMITS) == families
    words = translator("zh")
    for text in (*phrases.TESTS.values(), *phrases.TEST_ASKS.values(), *phrases.TEST_LIMITS.values()):
        assert words.text(text) != text


def test_every_observation_is_shown(wide: Assessment) -> None:
    """Every family is there with every value; a picture where several intervals can be compared."""
    found = further_tests(wide, figures(wide))
    assert [test.id for test in found] == list(phrases.TESTS)
    assert sum(len(one.table.rows) for test in found for one in test.measured) == 10
    robust = next(test for test in found if test.id == "robustness")
    assert [one.figure is not None for one in robust.measured] == [True, False]


@pytest.mark.parametrize(
    ("id_", "said"),
    [
        ("duplicate_share:all columns", "all columns"),
        ("flip_rate:swap=sex@sex=women", "sex swapped; sex: women"),
        ("flip_rate:swap=sex@sex=women~men:difference", "sex swapped; women compared with men"),
        ("proxy_area:sex=women~job", "job; sex: women"),
        ("accuracy:language=kk~en:difference", "kk compared with en"),
        ("permutation_importance:age&decision", "age: decisions that turn"),
        ("psi:score@2026-02", "score · 2026-02"),
    ],
)
def test_what_it_is_about_is_said(wide: Assessment, id_: str, said: str) -> None:
    """The groups in an id are said in words, and the rest of it once."""
    (one,) = [one for one in wide.observations if one.id == id_]
    assert plain(about(figures(wide), one)) == said


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_shows_them_apart(wide: Assessment, language: str) -> None:
    """The section stands once, nothing in it is markup from outside, and the exploratory gaps hold decisions only."""
    page = render_dossier(wide, language=language, assessment_sha256="0" * 64).decode()
    assert page.count('id="further"') == 1
    assert "CC BY &lt;4.0&gt;" in page and "<4.0>" not in page
    exploratory = page[page.index('id="exploratory"') : page.index('id="further"')]
    assert Markup("sex swapped") not in exploratory


def test_without_further_tests_nothing_is_said(boston: Assessment) -> None:
    """A plan that asks for none has no such section."""
    assert 'id="further"' not in render_dossier(boston, language="en", assessment_sha256="0" * 64).decode()


def test_a_plan_without_decisions_has_a_page(wide: Assessment) -> None:
    """No population: the page says so, and the file is read back."""
    bare = dataclasses.replace(
        wide,
        population=None,
        observations=tuple(one for one in wide.observations if one.test != "outcomes"),
        findings=(),
        adjustments=(),
    )
    assert read_assessment(assessment_json(bare)) == bare
    assert "No decisions were looked at" in render_dossier(bare, language="en", assessment_sha256="0" * 64).decode()
