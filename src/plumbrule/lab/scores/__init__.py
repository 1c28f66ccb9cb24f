"""Scores: how they are spread in each group, how well they tell yes from no, and whether they mean the same.

One pass over the rows counts them in 10,000 bins of the score for each attribute alone (`count_scores`); areas under
the ROC curve, calibration and distances come from the bins (`measure_scores`); `observe_scores` makes observations.

>>> from plumbrule.lab import Decisions, attributes, open_table
>>> import pathlib, tempfile
>>> rows = [f"{sex},{i % 10 / 10},{int(i % 10 + i // 10 % 7 > 8)},1" for sex in ("men", "women") for i in range(700)]
>>> with tempfile.TemporaryDirectory() as folder:
...     path = pathlib.Path(folder) / "scores.csv"
...     _ = path.write_text("\\n".join(["sex,score,repaid,granted", *rows]), encoding="utf-8")
...     with open_table(path) as table:
...         asked = Decisions(prediction="granted", label="repaid", score="score", by=attributes(["sex"], []))
...         found = measure_scores(count_scores(table, asked), references={"sex": "men"})
>>> area = found.groups[0].metrics["auc"]
>>> round(area.value, 3), round(area.low, 3), round(area.high, 3)
(0.917, 0.902, 0.929)
"""

from plumbrule.lab.scores.bins import Scale, ScoreBins, count_scores
from plumbrule.lab.scores.measure import ScoreGroup, ScoreMeasurement, measure_scores
from plumbrule.lab.scores.observe import observe_scores

__all__ = ["Scale", "ScoreBins", "ScoreGroup", "ScoreMeasurement", "count_scores", "measure_scores", "observe_scores"]
