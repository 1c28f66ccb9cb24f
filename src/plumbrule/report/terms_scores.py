"""What figures of scores, amounts and their intervals are called; message ids, as in `phrases`."""

from __future__ import annotations

from collections.abc import Mapping

from plumbrule.base.messages import message

SCORE_METRICS: Mapping[str, str] = {
    "auc": message("area under the ROC curve"),
    "calibration_gap": message("observed share minus mean score"),
    "calibration_error": message("expected calibration error"),
    "base_rate_at_equal_score": message("base rate at equal score"),
    "mean_label": message("mean label"),
    "variance_prediction": message("variance of the predictions"),
    "variance_label": message("variance of the labels"),
    "mean_error": message("mean error"),
    "mean_absolute_error": message("mean absolute error"),
    "root_mean_squared_error": message("root mean squared error"),
}

SCORE_METHODS: Mapping[str, str] = {
    "mover of delong, logit": message("from both DeLong intervals (Zou and Donner)"),
    "mover of hoeffding-chernoff": message("from both Hoeffding–Chernoff intervals (Zou and Donner)"),
    "mover of delong, logit and hoeffding-chernoff": message("from a DeLong and a Hoeffding–Chernoff interval (Zou and Donner)"),
    "mover of hoeffding-chernoff and delong, logit": message("from a Hoeffding–Chernoff and a DeLong interval (Zou and Donner)"),
    "wilson, given the scores": message("Wilson interval, the scores taken as they are"),
    "exact in every bin, bonferroni": message("exact intervals of all bins together (Bonferroni)"),
    "dvoretzky-kiefer-wolfowitz": message("Dvoretzky–Kiefer–Wolfowitz bounds"),
    "range of the scores": message("range of the scores"),
    "student": message("Student’s t interval"),
    "welch": message("Welch’s t interval"),
    "delta method, logarithm": message("delta method on the logarithm"),
    "no spread": message("all values are the same: nothing says how sure it is"),
}
