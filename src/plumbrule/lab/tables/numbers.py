"""Numbers that were written as text: what counts as one, and which value does not.

A number is an optional sign, digits, one decimal sign and perhaps an exponent. Groups of three digits may be separated
by a blank (also thin or no-break). With a decimal comma the point may separate groups, and the other way round, where
that cannot be misread: `1.234,5` and `1.234.567` are numbers, `1.234` is refused because it may mean two things.
Arabic and Persian digits and the real minus sign are read, too. Infinities, NaN, percent signs and dates are no numbers.
"""

from __future__ import annotations

from plumbrule.lab.tables.reading import quote_name, quote_text

_BLANK_SIGNS = " \u00a0\u2009\u202f\u066c"
_FROM = "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹−"
_TO = "01234567890123456789-"


def numeric_sql(column: str, decimal: str) -> str:
    """SQL for the value of a text column as DOUBLE; NULL where the text is missing or no number.

    `decimal` is "." or ",". The first branch serves plain digits, the second whatever else a number may look like.
    """
    name = quote_name(column)
    plain = _finite(f"TRY_CAST(replace({name}, {quote_text(decimal)}, '.') AS DOUBLE)")
    return f"CASE WHEN regexp_full_match({name}, {quote_text(_simple(decimal))}) THEN {plain} ELSE {_unusual(name, decimal)} END"


def _simple(decimal: str) -> str:
    return rf"[+-]?(\d+(\{decimal}\d*)?|\{decimal}\d+)([eE][+-]?\d+)?"


def _unusual(name: str, decimal: str) -> str:
    other = "," if decimal == "." else "."
    text = f"replace(translate({name}, {quote_text(_FROM)}, {quote_text(_TO)}), '٫', {quote_text(decimal)})"
    blanks = rf"[+-]?\d{{1,3}}([{_BLANK_SIGNS}]\d{{3}})+(\{decimal}\d*)?"
    groups = rf"[+-]?\d{{1,3}}((\{other}\d{{3}})+\{decimal}\d*|(\{other}\d{{3}}){{2,}})"
    separators = quote_text(f"[{other}{_BLANK_SIGNS}]")
    bare = f"replace(regexp_replace({text}, {separators}, '', 'g'), {quote_text(decimal)}, '.')"
    fits = f"regexp_full_match({text}, {quote_text(f'{_simple(decimal)}|{blanks}|{groups}')})"
    return f"CASE WHEN {fits} THEN {_finite(f'TRY_CAST({bare} AS DOUBLE)')} END"


def _finite(number: str) -> str:
    """DuckDB reads 1e999 as infinity."""
    return f"CASE WHEN isfinite({number}) THEN {number} END"
