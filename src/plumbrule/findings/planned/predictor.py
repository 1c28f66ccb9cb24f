"""`[predictor]`: the model that robustness and explanation ask (docs/concepts/families/predictors.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import ConfigDict, Field, with_config

_STRICT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


@with_config(_STRICT)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPredictor:
    """`[predictor]`: the model, what it is told, and how long it may take.

    `model` is `model.onnx`, `model.skops`, `package.module:function`, or `http(s)://…`. `columns` is all that it is
    told, in the order of its training; `words` those whose digits are codes. From `threshold` on a score is a yes.
    `version` says which version was tested, needed where no file can be digested. Of a larger table `rows` are drawn,
    by `seed`, which also draws noise and shuffles. `seconds` is for one batch of `batch` rows.
    """

    model: str
    columns: tuple[str, ...]
    version: str = ""
    words: tuple[str, ...] = ()
    output: str | None = None
    favourable: str | None = None
    threshold: Annotated[float, Field(gt=0, le=1)] = 0.5
    trusted: tuple[str, ...] = ()
    rows: Annotated[int, Field(ge=2)] = 10_000
    seed: Annotated[int, Field(ge=0)] = 0
    seconds: Annotated[float, Field(gt=0, le=86_400)] = 30.0
    start_seconds: Annotated[float, Field(gt=0, le=86_400)] = 60.0
    megabytes: Annotated[int, Field(ge=64)] = 4096
    batch: Annotated[int, Field(ge=1)] = 10_000
