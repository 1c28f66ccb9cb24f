"""Numbers that were written as text: what counts as one, and which value does not.

A number is an optional sign, digits, one decimal sign and perhaps an exponent. Groups of three digits may be separated
by a blank (also thin or no-break). With a decimal comma the point may separate groups, and the other way round, where
that cannot be misread: `1.234,5` and `1.234.567` are numbers, `1.234` is refused because it may mean two things.
Arabic and Persian digits and the real minus sign are read, too. Infinities, NaN, percent signs and dates are no numbers.
"""

from __future__ import annotations

from plumbrule.lab.reading import quote_name, quote_text

_PLAIN = r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?"
_BLANK_SIGNS = " \u00a0\u2009\u202f\u066c"
_FROM = "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹−"
_TO = "01234567890123456789-"


def numeric_sql(column: str, decimal: str) -> str:
    """SQL for the value of a text column as DOUBLE; NULL where the text is missing or no number.

    `decimal` is "." or ",". The quick branch serves plain digits; the rest are rare.
    """
    name = quote_name(column)
    plain = f"CASE WHEN isfinite(TRY_CAST({name} AS DOUBLE)) THEN TRY_CAST({name} AS DOUBLE) END"
    return (
        f"CASE WHEN regexp_full_match({name}, {quote_text(_PLAIN)}) THEN {plain} ELSE {_unusual(name, decimal)} END"
        if decimal == "."
        else _unusual(name, decimal)
    )


def _unusual(name: str, decimal: str) -> str:
    other = "," if decimal == "." else "."
    text = f"replace(translate({name}, {quote_text(_FROM)}, {quote_text(_TO)}), '٫', {quote_text(decimal)})"
    point, group = rf"\{decimal}", rf"\{other}"
    blanks = rf"[+-]?\d{{1,3}}([{_BLANK_SIGNS}]\d{{3}})+({point}\d*)?"
    groups = rf"[+-]?\d{{1,3}}(({group}\d{{3}})+{point}\d*|({group}\d{{3}}){{2,}})"
    simple = rf"[+-]?(\d+({point}\d*)?|{point}\d+)([eE][+-]?\d+)?"
    separators = quote_text(f"[{other}{_BLANK_SIGNS}]")
    bare = f"replace(regexp_replace({text}, {separators}, '', 'g'), {quote_text(decimal)}, '.')"
    number = f"TRY_CAST({bare} AS DOUBLE)"
    fits = f"regexp_full_match({text}, {quote_text(f'{simple}|{blanks}|{groups}')})"
    return f"CASE WHEN {fits} AND isfinite({number}) THEN {number} END"
