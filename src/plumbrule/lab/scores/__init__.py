"""Scores: how they are spread in each group, how well they tell yes from no, and whether they mean the same.

One pass over the rows counts them in 10,000 bins of the score for each attribute alone (`count_scores`); areas under
the ROC curve, calibration and distances come from the bins (`measure_scores`).
"""
