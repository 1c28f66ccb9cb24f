"""The model of this example: a made-up bank's score for a loan. Any function of this form can be tested."""

import numpy as np


def approve(columns):
    """From a dict of columns (numbers with NaN, or words with None, where a value is missing) to one score for each row."""
    debts = np.nan_to_num(columns["debts"], nan=20.0)
    points = columns["income"] / 10 - debts / 8 + columns["years_employed"] / 4
    points = points + 0.4 * (columns["sex"] == "men")  # the fault that this example finds
    return 1 / (1 + np.exp(-(points - 3.0)))
