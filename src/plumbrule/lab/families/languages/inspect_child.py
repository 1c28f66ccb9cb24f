"""The other side of `inspect`: runs alone, with limits, and writes one line of JSON for each sample of a log.

It imports nothing of the lab, so that the process stays small. Everything it knows of the log comes through
inspect-ai's reader; nothing named in the log (a task, a scorer, a model) is loaded or run.
"""

from __future__ import annotations

import json
import math
import sys
import zipfile
import zlib
from collections.abc import Mapping
from statistics import fmean
from typing import TYPE_CHECKING, Any

from plumbrule.errors import InputError

if TYPE_CHECKING:  # inspect-ai is an extra, and loads only in the process that reads a log
    from inspect_ai.log import EvalLog, EvalSample

_CLOSE = 1e-6
_TEXT_LIMIT = 20_000
_CURE = "Export the log again from the run; a log that was edited by hand is no evidence."
_NAMED = {"C", "I", "P", "N", "yes", "no", "true", "false", "Yes", "No", "True", "False"}
_DAMAGED = (
    ValueError,  # pydantic's, JSON's and Unicode's among them
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
    EOFError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
)


def main(path: str, asked: Mapping[str, Any]) -> None:
    """Write the samples of the log; `InputError` says what is wrong with it."""
    log = _load(path)
    _check_whole(log, incomplete=asked["incomplete"])
    samples = log.samples or []
    scorer = _scorer(samples, asked["scorer"])
    scored = [(sample, _value(sample, scorer)) for sample in samples]
    _check_twice(samples)
    _check_totals(log, scorer, scored)
    for sample, value in scored:
        print(json.dumps(_record(sample, value, asked["keys"]), ensure_ascii=False))


def _load(path: str) -> EvalLog:
    from inspect_ai.log import read_eval_log  # noqa: PLC0415 - an extra

    try:
        return read_eval_log(path, resolve_attachments=False)
    except MemoryError:
        raise
    except Exception as error:
        raise InputError(
            f"Inspect's reader refuses it ({type(error).__name__}: {next(iter(str(error).splitlines()), '')[:200]}).",
            expected="a whole log of Inspect, .eval or .json",
            cure="Fetch or export the log again.",
        ) from error


def _check_whole(log: EvalLog, *, incomplete: bool) -> None:
    if not log.samples:
        raise InputError("The log holds no samples.", expected="a log with its samples", cure="Export it with samples.")
    if log.status != "success" and not incomplete:
        raise InputError(
            f"The run ended as {log.status!r}.",
            expected="a run that came to its end: what was answered before it broke off may not be like the rest",
            cure="Run it again, or say that an incomplete log may be used.",
        )


def _check_twice(samples: list[EvalSample]) -> None:
    seen = set()
    for sample in samples:
        key = str(sample.id), sample.epoch
        if key in seen:
            raise InputError(f"The sample {key[0][:60]!r}, epoch {key[1]}, stands twice.", expected="each once", cure=_CURE)
        seen.add(key)


def _scorer(samples: list[EvalSample], named: str | None) -> str:
    held = sorted({name for sample in samples for name in sample.scores or {}})
    if named is None and len(held) == 1:
        return held[0]
    if named in held:
        return str(named)
    raise InputError(
        f"The samples hold {'the scores of ' + ', '.join(held[:10]) if held else 'no scores'}.",
        expected=f"a score by {named!r}" if named else "the scores of one scorer",
        cure="Name the scorer." if held else "Score the log, and try again.",
    )


def _value(sample: EvalSample, scorer: str) -> float | None:
    """The score as a number; None where the sample has none or broke off."""
    from inspect_ai.scorer import value_to_float  # noqa: PLC0415 - an extra

    score = (sample.scores or {}).get(scorer)
    if score is None or sample.error is not None:
        return None
    if isinstance(score.value, dict | list):
        raise InputError(
            f"The sample {str(sample.id)[:60]!r} has several values in one score.",
            expected="one value: correct, incorrect, or a number from 0 to 1",
            cure="Name another scorer.",
        )
    value = value_to_float()(score.value) if not isinstance(score.value, str) or _says(score.value) else math.nan
    if not math.isfinite(value) or not 0 <= value <= 1:
        raise InputError(
            f"The sample {str(sample.id)[:60]!r} has the score {str(score.value)[:40]!r}.",
            expected="C, I, P, N, yes, no, or a number from 0 to 1",
            cure="Rescale the scores, or name another scorer.",
        )
    return value


def _says(value: str) -> bool:
    """Inspect's own conversion takes a word that it does not know for wrong; here such a word is refused."""
    try:
        return value in _NAMED or math.isfinite(float(value))
    except ValueError:
        return False


def _check_totals(log: EvalLog, scorer: str, scored: list[tuple[EvalSample, float | None]]) -> None:
    """The log's own totals against its samples: how many, and the mean where it is a plain mean over epochs."""
    if log.results is None:
        return
    completed = sum(sample.error is None for sample, _ in scored)
    if log.results.completed_samples != completed:
        raise InputError(
            f"The log says that {log.results.completed_samples} samples were completed; it holds {completed}.",
            expected="totals that agree with the samples",
            cure=_CURE,
        )
    mean = _mean(scored)
    for one in log.results.scores:
        if one.name != scorer or one.reducer not in {None, "mean"}:
            continue
        for name in ("accuracy", "mean"):
            said = one.metrics.get(name)
            if said is not None and mean is not None and abs(float(said.value) - mean) > _CLOSE:
                raise InputError(
                    f"The log says {name} {float(said.value):.6g} for {scorer!r}; its samples give {mean:.6g}.",
                    expected="totals that agree with the samples",
                    cure=_CURE,
                )


def _mean(scored: list[tuple[EvalSample, float | None]]) -> float | None:
    """The mean over samples of the mean over their epochs, as Inspect's reducer "mean" has it."""
    by_id: dict[str, list[float]] = {}
    for sample, value in scored:
        if value is not None:
            by_id.setdefault(str(sample.id), []).append(value)
    return fmean(fmean(values) for values in by_id.values()) if by_id else None


def _record(sample: EvalSample, value: float | None, keys: list[str]) -> dict[str, Any]:
    metadata = sample.metadata or {}
    return {
        "id": str(sample.id),
        "epoch": sample.epoch,
        "value": value,
        "text": sample.output.completion[:_TEXT_LIMIT] if sample.error is None else None,
        "metadata": {key: str(metadata[key]) for key in keys if isinstance(metadata.get(key), str | int)},
    }


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
