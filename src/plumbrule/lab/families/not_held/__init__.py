"""Gaps between groups where the table does not hold the attribute: bounds from published shares, or a sample survey.

Nobody's group is guessed: not from a name, not from an address, not from a picture. Two things can still be done where
the table holds strata (districts, say) for which something is known about the groups.

**Published shares** (`bounds_from_shares`). In each stratum the share p of people with a yes and the share q of a group
are known, not who is both. That leaves max(0, p + q - 1) to min(p, q) (Fréchet 1951; Duncan and Davis 1953, American
Sociological Review 18, 665-666). Added over the strata these are the best possible bounds on the group's rate, and the
two ends of a gap can be reached together, as long as groups do not overlap. They hold for certain, for the people in the
table, if the shares are those of the people in the table.

**A sample survey** (`from_survey`). Some people of the strata were asked for their group. The group's rate is estimated
with the strata weighted as they are in the whole table (post-stratification), with the linearised variance of a ratio
(Särndal, Swensson and Wretman 1992, Model Assisted Survey Sampling, 5.6 and 7.6) and Student's quantile. Rates get
Wilson's interval at the effective size (Korn and Graubard 1998), gaps the symmetric one.

    >>> import pathlib, tempfile
    >>> from plumbrule.lab import Decisions, attributes, measure_not_held, open_table
    >>> granted = "district,granted\\n" + "north,1\\n" * 90 + "north,0\\n" * 10 + "south,1\\n" * 20 + "south,0\\n" * 80
    >>> published = "district,origin,share\\nnorth,local,0.9\\nnorth,new,0.1\\nsouth,local,0.2\\nsouth,new,0.8\\n"
    >>> wanted = Decisions(prediction="granted", by=attributes(["origin"], []), within=attributes(["district"], []))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     shares = pathlib.Path(folder) / "shares.csv"
    ...     _ = shares.write_text(published, encoding="utf-8")
    ...     rows = pathlib.Path(folder) / "rows.csv"
    ...     _ = rows.write_text(granted, encoding="utf-8")
    ...     with open_table(rows) as table:
    ...         found = measure_not_held(table, wanted, shares=shares, survey=None)
    >>> gap = next(one for one in found.gaps if one.kind == "difference")
    >>> gap.group["origin"], [round(end, 2) for end in gap.estimate.bounds]
    ('new', [-1.0, -0.39])
"""

from plumbrule.lab.families.not_held.run import measure_not_held
from plumbrule.lab.families.not_held.shares import Shares, bounds_from_shares, read_shares
from plumbrule.lab.families.not_held.survey import from_survey

__all__ = ["Shares", "bounds_from_shares", "from_survey", "measure_not_held", "read_shares"]
