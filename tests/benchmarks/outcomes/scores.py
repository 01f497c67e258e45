"""The referee: scores of what was predicted, whoever predicted it."""

from collections.abc import Iterator

import numpy as np

from skmtl import TaskTargets
from skmtl.metrics import task_scores

from ..defaults import CLASS_TYPES
from .tables import Split

LEAST_PROBABILITY = 1e-6
LEAST_COUNT = 0.1  # times the mean of the training labels
N_BINS = 10
COLUMNS = {"d2": "d2", "roc_auc": "auc", "neg_log_loss": "log_loss"}


def limited(kind: str, trained: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Keep probabilities and means of counts off zero, where a single label would rule the score."""
    predicted = np.asarray(predicted, dtype=float)
    if kind == "count":
        return np.maximum(predicted, LEAST_COUNT * np.nanmean(trained))
    if kind in CLASS_TYPES:
        predicted = np.maximum(predicted, LEAST_PROBABILITY)
        return predicted / predicted.sum(axis=1, keepdims=True)
    return predicted


def calibration_error(known: np.ndarray, probability: np.ndarray) -> float:
    """Return the mean over bins of equal size of |mean probability - share of the class|, mean over classes."""
    errors = []
    for code, column in enumerate(probability.T):
        order = np.argsort(column, kind="stable")
        excess = (column - (known == code))[order]
        bins = np.array_split(excess, min(N_BINS, len(excess)))
        errors.append(sum(abs(each.sum()) for each in bins) / len(excess))
    return float(np.mean(errors))


def records(split: Split, predicted: dict[str, np.ndarray]) -> Iterator[dict]:
    """Score each task."""
    means = {n: limited(kind, split.y[n], predicted[n]) for n, kind in split.types.items()}
    # The classes are those of the training labels, whether or not test labels have them all.
    labels = {name: np.concatenate([split.y[name], split.y_test[name]]) for name in means}
    targets = TaskTargets(labels, task_types=split.types)[len(split.ready.train) :]
    is_class = {name: kind in CLASS_TYPES for name, kind in split.types.items()}
    asked = {name: list(COLUMNS) if is_class[name] else ["d2"] for name in means}
    table = task_scores(targets, means, metrics=asked).rename(columns=COLUMNS)
    table = table.reindex(columns=["d2", "auc", "log_loss"])
    for name, row in table.iterrows():
        known = split.y_test[name]
        rows = ~np.isnan(known)
        yield {
            "task": name,
            "kind": split.types[name],
            "part": split.parts[name],
            "n_labels": int((~np.isnan(split.y[name])).sum()),
            "n_tested": int(rows.sum()),
            "d2": row["d2"],
            "auc": row["auc"],
            "log_loss": -row["log_loss"],
            "ece": calibration_error(known[rows], means[name][rows]) if is_class[name] else np.nan,
        }
