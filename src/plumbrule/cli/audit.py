"""`plumbrule audit`: the quick look at a decision table. Exploratory by definition; verdicts come from `assess`."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console

from plumbrule.cli.speech import words_in
from plumbrule.errors import TableError


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("audit")(run)


def run(
    file: Annotated[str, typer.Argument(help="CSV, XLSX, Parquet or Arrow file, or a DuckDB SQL query", metavar="FILE")],
    prediction: Annotated[str, typer.Option(help="Column of decisions or predictions.", metavar="COL")],
    by: Annotated[str, typer.Option(help="Attributes to compare, separated by commas.", metavar="COL[,COL…]")],
    label: Annotated[str | None, typer.Option(help="Column of true outcomes, for error rates.", metavar="COL")] = None,
    score: Annotated[str | None, typer.Option(help="Column of scores, for their mean.", metavar="COL")] = None,
    favourable: Annotated[
        str | None, typer.Option(help="The value that counts as yes, when it is not 1.", metavar="VALUE")
    ] = None,
    count: Annotated[str | None, typer.Option(help="Column that says how many people a row stands for.", metavar="COL")] = None,
    weight: Annotated[str | None, typer.Option(help="Column of sampling weights (not counts).", metavar="COL")] = None,
    cut: Annotated[
        list[str] | None,
        typer.Option(help="Cut a number into groups: age:25,60 (25 is in the upper group) or 'age:>25'.", metavar="COL:EDGES"),
    ] = None,
    within: Annotated[
        str | None, typer.Option(help="Compare within the strata of these columns too.", metavar="COL[,COL…]")
    ] = None,
    reference: Annotated[
        list[str] | None, typer.Option(help="Reference group of an attribute; by default its largest.", metavar="COL=GROUP")
    ] = None,
    cluster: Annotated[
        str | None, typer.Option(help="Column that marks rows of the same person, household, judge…", metavar="COL")
    ] = None,
    confidence: Annotated[
        float, typer.Option(help="Level of the intervals; of all gaps together.", min=0.5, max=0.999999)
    ] = 0.95,
    min_n: Annotated[int, typer.Option("--min-n", help="Groups with fewer people are not compared.", min=1)] = 10,
    missing: Annotated[
        list[str] | None, typer.Option(help="A text that means missing, for instance '?'. Empty always does.", metavar="VALUE")
    ] = None,
    columns: Annotated[
        str | None, typer.Option(help="Names of the columns, for a CSV file without a header.", metavar="COL[,COL…]")
    ] = None,
    skip: Annotated[int, typer.Option(help="Lines to leave out at the top of a CSV file.", min=0)] = 0,
    encoding: Annotated[str | None, typer.Option(help="Encoding of a CSV file; found by itself when left out.")] = None,
    delimiter: Annotated[str | None, typer.Option(help="Delimiter of a CSV file; found by itself when left out.")] = None,
    decimal: Annotated[str | None, typer.Option(help="Decimal sign, '.' or ','; found by itself when left out.")] = None,
    sheet: Annotated[str | None, typer.Option(help="Sheet of an XLSX file; the first when left out.")] = None,
    lang: Annotated[str, typer.Option(help="Language of the output: en, zh.", metavar="xx")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Rates of every group and the gaps between them, with intervals, from one table of decisions.

    Exit code 0 when it ran, 2 when the input could not be used.
    """
    from plumbrule import pipeline  # noqa: PLC0415 - numpy and duckdb load only when a table is read

    console = Console(stderr=True)
    with console.status("Counting") if console.is_terminal else console.capture():
        found = pipeline.audit(
            file,
            prediction=prediction,
            by=_names(by),
            label=label,
            score=score,
            favourable=favourable,
            count=count,
            weight=weight,
            cluster=cluster,
            cut=tuple(cut or ()),
            within=_names(within) if within else (),
            reference=dict(_pair(one) for one in reference or ()),
            confidence=confidence,
            min_n=min_n,
            missing=tuple(missing or ()),
            columns=_names(columns) if columns else None,
            skip=skip,
            encoding=encoding,
            delimiter=delimiter,
            decimal=decimal,
            sheet=sheet,
        )
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, allow_nan=False))
        return
    from plumbrule.report import print_audit  # noqa: PLC0415

    print_audit(found, Console(), words_in(lang))


def _names(text: str) -> tuple[str, ...]:
    """Column names separated by commas; a name that holds a comma stands in double quotes.

    >>> _names('race,"age, in years"')
    ('race', 'age, in years')
    """
    import csv  # noqa: PLC0415

    return tuple(name.strip() for name in next(csv.reader([text], skipinitialspace=True)) if name.strip())


def _pair(text: str) -> tuple[str, str]:
    name, equals, group = text.partition("=")
    if not equals or not name or not group:
        raise TableError(
            f"The reference {text!r} could not be read.",
            expected="COLUMN=GROUP",
            cure="Write for instance --reference race=white.",
        )
    return name, group
