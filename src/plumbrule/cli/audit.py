"""`plumbrule audit`: the quick look at a decision table. Exploratory by definition; verdicts come from `assess`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from plumbrule.base.messages import message
from plumbrule.cli.progress import bar
from plumbrule.cli.speech import words_in
from plumbrule.errors import TableError

if TYPE_CHECKING:
    from plumbrule.lab import Wish


def add_to(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("audit")(run)


def run(
    file: Annotated[
        list[str] | None, typer.Argument(help="CSV, XLSX, Parquet or Arrow file, or a DuckDB SQL query", metavar="FILE")
    ] = None,
    prediction: Annotated[str | None, typer.Option(help="Column of decisions or predictions.", metavar="COL")] = None,
    by: Annotated[str | None, typer.Option(help="Attributes to compare, separated by commas.", metavar="COL[,COL…]")] = None,
    label: Annotated[str | None, typer.Option(help="Column of true outcomes, for error rates.", metavar="COL")] = None,
    score: Annotated[
        str | None,
        typer.Option(help="Column of scores: how well they tell yes from no, and whether they are calibrated.", metavar="COL"),
    ] = None,
    favourable: Annotated[
        str | None, typer.Option(help="The value that counts as yes, when it is not 1.", metavar="VALUE")
    ] = None,
    multiclass: Annotated[
        bool, typer.Option("--multiclass", help="Decisions are one of several classes: each is held against the rest.")
    ] = False,
    numeric: Annotated[
        bool, typer.Option("--numeric", help="Decisions and labels are amounts: compare means and errors.")
    ] = False,
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
    shares: Annotated[
        Path | None,
        typer.Option(
            help="Where FILE lacks the attribute: published shares of its groups by stratum (--within); gives bounds.",
            metavar="FILE",
        ),
    ] = None,
    survey: Annotated[
        Path | None,
        typer.Option(
            help="Where FILE lacks the attribute: a sample of people who were asked for it, joined by stratum (--within).",
            metavar="FILE",
        ),
    ] = None,
    all_decisions: Annotated[
        bool,
        typer.Option(
            "--all-decisions", help="Every decision is in the table: intervals then speak of the process, not of a sample."
        ),
    ] = False,
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
    save_cells: Annotated[
        Path | None,
        typer.Option(help="Write the counts of groups, not the rows, to a new file for others to add.", metavar="FILE"),
    ] = None,
    disclosure: Annotated[
        str,
        typer.Option(
            help="What --save-cells does to protect people: suppress small counts, round, noise; or none, for one reader only.",
            metavar="suppress|round|noise|none",
        ),
    ] = "suppress",
    least: Annotated[int, typer.Option(help="Smallest count that --disclosure suppress publishes.", min=2, max=1000)] = 5,
    order: Annotated[
        int | None,
        typer.Option(
            help="Most attributes combined in a suppressed table; by default as many as cost single attributes nothing.", min=1
        ),
    ] = None,
    base: Annotated[int, typer.Option(help="What --disclosure round rounds to.", min=2, max=1000)] = 5,
    epsilon: Annotated[
        float, typer.Option(help="Privacy parameter of --disclosure noise; smaller is more noise.", min=0.001, max=100)
    ] = 1.0,
    secret: Annotated[
        Path | None,
        typer.Option(help="Secret that rounding and noise are drawn from; made if absent. Never publish it.", metavar="FILE"),
    ] = None,
    after: Annotated[
        Path | None,
        typer.Option(help="Cells of the same people published earlier: a change by a few people is not told.", metavar="FILE"),
    ] = None,
    from_cells: Annotated[
        list[Path] | None,
        typer.Option(
            help="Cells that sites have saved, or published confusion tables (tp, fp, fn, tn), to be added instead of FILE.",
            metavar="FILE…",
        ),
    ] = None,
    lang: Annotated[str, typer.Option(help="Language of the output: ar, en, es, fr, ru, zh.", metavar="xx")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Rates of every group and the gaps between them, with intervals, from one table of decisions.

    With --from-cells, from the counts that several sites have saved; no row has to leave its site.

    Exit code 0 when it ran, 2 when the input could not be used.
    """
    from plumbrule import pipeline  # noqa: PLC0415 - numpy and duckdb load only when a table is read

    with bar(words_in(lang).text(message("Counting"))):
        found = pipeline.audit(
            _table(file or [], from_cells or []),
            from_cells=(*(from_cells or ()), *(Path(name) for name in file or () if from_cells)),
            save=_wish(save_cells, disclosure, least, order, base, epsilon, secret, after),
            prediction=prediction,
            by=_names(by) if by else (),
            label=label,
            score=score,
            favourable=favourable,
            multiclass=multiclass,
            numeric=numeric,
            count=count,
            weight=weight,
            cluster=cluster,
            all_decisions=all_decisions,
            shares=shares,
            survey=survey,
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


def _table(files: list[str], from_cells: list[Path]) -> str | None:
    """The one table; with --from-cells every file named is one of cells."""
    if from_cells:
        return None
    if len(files) != 1:
        raise TableError(
            f"{len(files) or 'No'} files were named.",
            expected="one FILE, or files of cells after --from-cells",
            cure="Name one table; to look at several together, save their cells first with --save-cells.",
        )
    return files[0]


def _wish(
    file: Path | None,
    rule: str,
    least: int,
    order: int | None,
    base: int,
    epsilon: float,
    secret: Path | None,
    after: Path | None,
) -> Wish | None:
    from plumbrule.lab import Wish  # noqa: PLC0415 - see run

    if file is None:
        return None
    return Wish(file=file, rule=rule, least=least, order=order, base=base, epsilon=epsilon, secret=secret, after=after)


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
