"""What the tests of a model, of languages and of change over time measure, and how, in plain words."""

from __future__ import annotations

from collections.abc import Mapping

from plumbrule.base.messages import message

MODEL_METRICS: Mapping[str, str] = {
    "model_tested": message("model tested"),
    "flip_rate": message("share of decisions that turn"),
    "gain_rate": message("share of decisions that turn from no to yes"),
    "loss_rate": message("share of decisions that turn from yes to no"),
    "score_change_rate": message("share of rows whose score is another one"),
    "score_shift": message("mean change of the score"),
    "violation_rate": message("share of rows whose score breaks an expectation"),
    "decision_violation_rate": message("share of rows whose decision breaks an expectation"),
    "permutation_importance": message("how much a column matters (permutation importance)"),
    "shap_value": message("what moved the score of a row (Shapley value)"),
    "explanation_rank_correlation": message("how far reasons keep their order (rank correlation)"),
    "top_reason_kept_rate": message("share of rows that keep their strongest reason"),
    "counterfactual_rate": message("share of those refused for whom a change was found that turns the decision"),
    "counterfactual_cost": message("cost of the nearest change that turns the decision (median)"),
}

LANGUAGE_METRICS: Mapping[str, str] = {
    "model_asked": message("model asked"),
    "pack_review": message("review of the item pack"),
    "refusal_rate": message("share of answers that refuse"),
    "no_answer_rate": message("share of questions without an answer"),
    "wrong_script_rate": message("share of answers in another script"),
    "wrong_language_rate": message("share of answers in another language"),
    "accuracy_smallest_gap": message("smallest gap in accuracy that so many items could have shown"),
    "refusal_rate_smallest_gap": message("smallest gap in refusals that so many items could have shown"),
    "no_answer_rate_smallest_gap": message("smallest gap in missing answers that so many items could have shown"),
    "wrong_script_rate_smallest_gap": message("smallest gap in wrong scripts that so many items could have shown"),
    "wrong_language_rate_smallest_gap": message("smallest gap in wrong languages that so many items could have shown"),
    "accuracy_items": message("items compared for accuracy"),
    "refusal_rate_items": message("items compared for refusals"),
    "no_answer_rate_items": message("items compared for missing answers"),
    "wrong_script_rate_items": message("items compared for the script"),
    "wrong_language_rate_items": message("items compared for the language"),
}

WATCH_METRICS: Mapping[str, str] = {
    "ks_distance": message("largest difference of the two distributions (Kolmogorov–Smirnov)"),
    "wasserstein_1": message("how far values have moved, in their own unit (Wasserstein distance)"),
    "psi": message("population stability index"),
    "psi_expected": message("population stability index where nothing has drifted"),
    "missing_share": message("share of missing values"),
    "change_evidence": message("evidence that something has changed"),
    "change_evidence_limit": message("evidence at which the alarm rings"),
    "selection_rate_gap_change": message("change of the gap in positive decisions"),
    "true_positive_rate_gap_change": message("change of the gap in the true positive rate"),
    "false_positive_rate_gap_change": message("change of the gap in the false positive rate"),
    "true_negative_rate_gap_change": message("change of the gap in the true negative rate"),
    "false_negative_rate_gap_change": message("change of the gap in the false negative rate"),
    "precision_gap_change": message("change of the gap in precision"),
    "accuracy_gap_change": message("change of the gap in accuracy"),
    "false_discovery_rate_gap_change": message("change of the gap in the false discovery rate"),
    "false_omission_rate_gap_change": message("change of the gap in the false omission rate"),
    "base_rate_gap_change": message("change of the gap in the base rate"),
}

MODEL_METHODS: Mapping[str, str] = {
    "normal over rows": message("normal interval over rows"),
    "normal over rows as receivers and givers": message("normal interval over rows, each as receiver and as giver of a value"),
    "t over rows": message("Student’s t over rows"),
    "t over 10 parts of the background": message("Student’s t over 10 parts of the background"),
    "order statistics": message("interval between two values in order"),
    "item-clustered bootstrap-t": message("bootstrap-t over items"),
    "item-clustered normal": message("normal interval over items"),
    "chernoff-hoeffding rectangle of items": message("Hoeffding’s bounds over items"),
    "80% power, items as they differ here": message("80% power, items differing as they do here"),
    "non-central chi-square": message("non-central chi-square interval"),
    "chi-square without drift": message("chi-square distribution without drift"),
    "mover of miettinen-nurminen": message("from two Miettinen–Nurminen intervals"),
    "mover of clopper-pearson rectangle": message("from two exact intervals"),
    "jumping bets": message("bets against no change"),
    "declared": message("declared in the plan"),
}
