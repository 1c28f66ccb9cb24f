"""Amounts instead of decisions: what each group is predicted, what came true, and how far apart they are.

One pass over the rows adds up powers of the prediction, of the label and of the error (prediction minus label) for
every combination of attribute values (`count_moments`); means, their errors and the gaps between groups come from
these sums (`measure_moments`).

>>> from plumbrule.lab import Decisions, attributes, open_table
>>> import pathlib, tempfile
>>> rows = [f"{sex},{10 + i % 7},{said + i % 5}" for sex, said in (("men", 11), ("women", 9)) for i in range(70)]
>>> with tempfile.TemporaryDirectory() as folder:
...     path = pathlib.Path(folder) / "wages.csv"
...     _ = path.write_text("\\n".join(["sex,truth,said", *rows]), encoding="utf-8")
...     with open_table(path) as table:
...         asked = Decisions(prediction="said", label="truth", by=attributes(["sex"], []), kind="numbers")
...         found = measure_moments(count_moments(table, asked), ("sex",), references={"sex": "men"})
>>> gap = next(one for one in found.gaps if one.metric == "mean_error")
>>> round(gap.estimate.value, 3), round(gap.estimate.low, 3), round(gap.estimate.high, 3), gap.estimate.method
(-2.0, -3.139, -0.861, 'welch')
"""

from plumbrule.lab.moments.measure import NumberGroup, NumberMeasurement, measure_moments
from plumbrule.lab.moments.sums import Moments, Sums, count_moments

__all__ = ["Moments", "NumberGroup", "NumberMeasurement", "Sums", "count_moments", "measure_moments"]
