"""What was done to a row, or what was watched, in words: from the part of an id that names no group."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from plumbrule.base.messages import message
from plumbrule.base.observation import Observation
from plumbrule.report import phrases
from plumbrule.report.views.figures import Figures

_PLAIN: Mapping[str, str] = {
    "repeat": message("asked again"),
    "reorder": message("asked in another order"),
    "refused": message("people refused"),
}
_OF_COLUMN: Mapping[str, str] = {
    "missing": message("without {column}"),
    "swap": message("{column} swapped"),
}
_AT_END: Mapping[tuple[str, str], str] = {
    ("out-of-range", "high"): message("{column} far above its range"),
    ("out-of-range", "low"): message("{column} far below its range"),
    ("out-of-range", "unseen"): message("{column} of a kind never seen"),
    ("monotonic", "up"): message("more {column} must not lower the score"),
    ("monotonic", "down"): message("more {column} must not raise the score"),
}
_IMPORTANCE: Mapping[str, str] = {
    "decision": message("{column}: decisions that turn"),
    "accuracy": message("{column}: right decisions lost"),
    "score": message("{column}: change of the score"),
}


def detail(figures: Figures, one: Observation, rest: str) -> Markup:
    """`rest` in words, where it is of a kind that we know; as it stands otherwise; empty where it says nothing."""
    if one.id == one.metric:  # a figure of its own, such as which model was tested
        return figures.speaker.called(phrases.METRICS, one.metric)
    if one.test == "languages":  # who is compared with whom says it all
        return Markup("")
    if one.test == "watch":
        return _watched(figures, one)
    said = _done(figures, one.metric, rest) if one.test in ("robustness", "explanation") else None
    return _as_it_stands(rest) if said is None else said


def _done(figures: Figures, metric: str, rest: str) -> Markup | None:
    """What a trial did, or which column was looked at; None for what is not known here."""
    say, (kind, _, value) = figures.speaker.say, rest.partition("=")
    column, _, end = value.rpartition("&")
    if rest in _PLAIN or kind in _OF_COLUMN:
        return say(_PLAIN.get(rest) or _OF_COLUMN[kind], column=value)
    if (kind, end) in _AT_END:
        return say(_AT_END[kind, end], column=column)
    if kind == "noise":
        scale, _, columns = value.partition("&")
        noise = message("noise of {value} standard deviations in {column}") if columns else None
        return say(noise or message("noise of {value} standard deviations"), value=scale, column=columns.replace("&", ", "))
    if kind == "expect":
        return Markup("<bdi>{}</bdi>").format(value)
    if metric == "shap_value":
        row, _, column = value.partition("&")
        return say(message("row {row}: {column}"), row=row, column=column)
    name, _, what = rest.rpartition("&")
    return say(_IMPORTANCE[what], column=name) if metric == "permutation_importance" and what in _IMPORTANCE else None


def _watched(figures: Figures, one: Observation) -> Markup:
    """The column or the rate that is watched, and the window where no group says it."""
    stem, _, window = one.id.rpartition("@")
    stem, window = (stem, window.partition("~")[0]) if stem else (window, "")
    stream = stem.removeprefix(f"{one.metric}:").removesuffix(":difference").removesuffix(":gap_change")
    metric, _, pair = stream.partition(":")
    say = figures.speaker.say
    if one.group and "window" not in one.group:  # a gap: its groups are said beside it
        return Markup("<bdi>{}</bdi>").format(window)
    parts = []
    if pair and metric in phrases.METRICS:
        groups, _, reference = pair.partition("~")
        gap = say(message("{group} compared with {reference}"), group=groups.partition("=")[2], reference=reference)
        parts.append(say(message("{what}: {group}"), what=figures.speaker.called(phrases.METRICS, metric), group=gap))
    elif stream != one.metric:
        parts.append(
            figures.speaker.called(phrases.METRICS, stream)
            if stream in phrases.METRICS
            else Markup("<bdi>{}</bdi>").format(stream)
        )
    if window and not one.group:
        parts.append(Markup("<bdi>{}</bdi>").format(window))
    return Markup(" · ").join(parts)


def _as_it_stands(rest: str) -> Markup:
    return Markup("<bdi>{}</bdi>").format(rest.replace("&", ", ").replace("~", " · ").replace("@", " · ")) if rest else Markup("")
