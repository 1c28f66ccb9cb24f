"""A column of a frame as places in the list of its values, by the means of the library it came from.

pandas and Arrow find the distinct values of a column of text several times faster than a GROUP BY over all columns. Each
function gives the codes and the values as Python objects, the code of a missing value being one more than the last. None
is given where DuckDB does better or the library's idea of equal is not ours: in a pandas column of Python objects 1, 1.0
and True are the same to it, and DuckDB reads such columns with several threads.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Coded = tuple[NDArray[Any], list[Any]]
NEAR = 1000
"""Whole numbers no further apart than this need no search: the code is the distance from the least."""


def encode_pandas(series: Any) -> Coded | None:
    """Codes and values of a pandas column."""
    import pandas as pd  # noqa: PLC0415 - loaded already, since this is one of its columns

    kind = series.dtype
    if isinstance(kind, pd.CategoricalDtype):
        return _encode_categories(series)
    if getattr(kind, "storage", "") == "pyarrow":
        return encode_arrow(series.array.__arrow_array__())
    if not isinstance(kind, np.dtype) or kind.kind not in "biuf":
        return None
    near = _near(series.to_numpy())
    if near:
        return near
    codes, uniques = pd.factorize(series)
    return _last(codes, len(uniques)), uniques.tolist()


def _encode_categories(series: Any) -> Coded | None:
    """Categories that are text; what DuckDB makes of others depends on which values there are."""
    import pandas as pd  # noqa: PLC0415 - as above

    count = len(series.dtype.categories)
    if pd.api.types.infer_dtype(series.dtype.categories, skipna=False) != "string":
        return None
    return _last(series.cat.codes.to_numpy(), count), series.dtype.categories.tolist()


def encode_arrow(column: Any) -> Coded | None:
    """Codes and values of an Arrow array, in one piece or several."""
    import pyarrow as pa  # type: ignore[import-untyped]  # noqa: PLC0415 - loaded already; it ships no types

    kinds = pa.types
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    whole = chunks[0] if len(chunks) == 1 else pa.chunked_array(chunks, type=column.type).combine_chunks()
    if kinds.is_integer(whole.type) and whole.null_count == 0:
        near = _near(whole.to_numpy(zero_copy_only=False))
        if near:
            return near
    kind = whole.type.value_type if kinds.is_dictionary(whole.type) else whole.type
    if not any(is_kind(kind) for is_kind in (kinds.is_string, kinds.is_large_string, kinds.is_integer, kinds.is_boolean)):
        return None
    coded = whole if kinds.is_dictionary(whole.type) else whole.dictionary_encode()
    count = len(coded.dictionary)
    codes = coded.indices.fill_null(count) if coded.indices.null_count else coded.indices
    return codes.to_numpy(zero_copy_only=False), coded.dictionary.to_pylist()


def _last(codes: NDArray[Any], count: int) -> NDArray[Any]:
    """-1, which stands for a missing value, as one more than the last place."""
    if not (codes < 0).any():
        return codes
    return np.where(codes < 0, count, codes)


def _near(values: NDArray[Any]) -> Coded | None:
    """Codes and values of whole numbers (or truth values) that lie close together; None for others."""
    if not len(values) or values.dtype.kind not in "biu":
        return None
    if values.dtype.kind == "b":
        return values.view(np.uint8), [False, True]
    low, high = values.min(), values.max()
    if int(high) - int(low) >= NEAR:
        return None
    return (values - low).astype(np.int16), list(range(int(low), int(high) + 1))
