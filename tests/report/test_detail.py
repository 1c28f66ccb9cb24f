"""What was done to a row and what was watched is said in words, in Chinese, too."""

from __future__ import annotations

import pytest

from plumbrule.base.observation import Known, Observation, Stated, Test
from plumbrule.base.words import translator
from plumbrule.lab.families.languages.pack import REVIEWED
from plumbrule.report import terms_model
from plumbrule.report.views import detail as details
from plumbrule.report.views.figures import Figures
from plumbrule.report.views.further import about
from plumbrule.report.views.speaker import Speaker, plain

WOMEN, MEN, MAY, BASE = {"sex": "women"}, {"sex": "men"}, {"window": "2026-05"}, {"window": "baseline"}


def seen(id_: str, metric: str, test: Test, **parts: object) -> Observation:
    """An observation with this id."""
    known = Known(value=0.1, low=0.0, high=0.2, n=10, method="wilson")
    return Observation(
        **{
            "id": id_,
            "means": "test",
            "metric": metric,
            "measure": "rate",
            "estimate": known,
            "group": {},
            "family": "exploratory",
            "test": test,
        }
        | parts  # type: ignore[arg-type]  # a dict of mixed parts
    )


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (seen("flip_rate:noise=0.1", "flip_rate", "robustness"), "noise of 0.1 standard deviations"),
        (seen("flip_rate:noise=0.1&age&pay", "flip_rate", "robustness"), "noise of 0.1 standard deviations in age, pay"),
        (seen("flip_rate:missing=R&D", "flip_rate", "robustness"), "without R&D"),
        (seen("flip_rate:out-of-range=pay&low", "flip_rate", "robustness"), "pay far below its range"),
        (seen("violation_rate:monotonic=pay&up", "violation_rate", "robustness"), "more pay must not lower the score"),
        (seen("violation_rate:expect=a & b", "violation_rate", "robustness"), "a & b"),
        (seen("flip_rate:repeat@sex=women", "flip_rate", "robustness", group=WOMEN), "asked again; sex: women"),
        (seen("shap_value:row=17&pay", "shap_value", "explanation"), "row 17: pay"),
        (seen("permutation_importance:pay&score", "permutation_importance", "explanation"), "pay: change of the score"),
        (seen("top_reason_kept_rate:noise=0.05", "top_reason_kept_rate", "explanation"), "noise of 0.05 standard deviations"),
        (seen("model_tested", "model_tested", "robustness"), "model tested"),
        (seen("psi:pay@2026-05", "psi", "watch", group=MAY, reference=BASE), "pay; 2026-05 compared with baseline"),
        (seen("selection_rate@2026-05", "selection_rate", "watch", group=MAY), "window: 2026-05"),
        (
            seen(
                "selection_rate:sex=women~men:gap_change@2026-05",
                "selection_rate_gap_change",
                "watch",
                group=WOMEN,
                reference=MEN,
            ),
            "2026-05; women compared with men",
        ),
        (
            seen("change_evidence:selection_rate:sex=women~men@2026-05", "change_evidence", "watch", group=MAY, reference=BASE),
            "share of positive decisions: women compared with men; 2026-05 compared with baseline",
        ),
        (seen("accuracy:language=kk~en:items", "accuracy_items", "languages", group={"language": "kk"}), "language: kk"),
    ],
)
def test_an_id_is_said_in_words(one: Observation, said: str) -> None:
    """No id of these families reaches a reader as it stands."""
    figures = Figures(speaker=Speaker(words=translator("en")), observations={})
    assert plain(about(figures, one)) == said


def test_what_was_stated_is_translated_where_it_is_ours() -> None:
    """Whether a pack was reviewed is said in the reader's language; what somebody wrote stays as it was written."""
    figures = Figures(speaker=Speaker(words=translator("zh")), observations={})
    ours, theirs = (Stated(holds=True, text=text, stated_by="x") for text in (REVIEWED, "reviewed by <us>"))
    assert plain(figures.estimate(ours, "fact", "pack_review")) == "已由具名人员审阅"
    assert str(figures.estimate(theirs, "fact", "pack_review")) == "reviewed by &lt;us&gt;"


def test_every_word_is_there_in_chinese() -> None:
    """Metrics, methods, and what was done to a row."""
    words = translator("zh")
    forms = (details._PLAIN, details._OF_COLUMN, details._AT_END, details._IMPORTANCE)
    names = (terms_model.MODEL_METRICS, terms_model.LANGUAGE_METRICS, terms_model.WATCH_METRICS, terms_model.MODEL_METHODS)
    assert [text for some in (*forms, *names) for text in some.values() if words.text(text) == text] == []
