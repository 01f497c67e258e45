"""The fraction of deviance explained, by task."""

import warnings
from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
from sklearn.metrics import d2_log_loss_score, d2_tweedie_score, r2_score

from ..tasks import check_weights, labels_of, read_like
from ._codes import UNKNOWN, encode


def explained(
    kind: str | None, known: np.ndarray, mean: np.ndarray, weight: np.ndarray | None
) -> float:
    """Return D2 of one task: 1 - deviance / deviance of the best constant.

    known are numbers, or codes of classes; mean is predicted: of shape (n_labels, n_classes) for classes.
    """
    if kind in ("binary", "multiclass"):
        every_class = np.arange(mean.shape[1])
        return d2_log_loss_score(known, mean, sample_weight=weight, labels=every_class)
    if kind == "count":
        return d2_tweedie_score(known, mean, sample_weight=weight, power=1)
    return r2_score(known, mean, sample_weight=weight)


def mean_d2(
    y: Any,
    means: Mapping[Hashable, np.ndarray],
    task_types: Mapping[Hashable, str | None],
    classes: Mapping[Hashable, np.ndarray],
    sample_weight: Any,
) -> float:
    """Return the mean over tasks of D2, given predicted means or probabilities by task."""
    targets = read_like(y, tuple(means))
    weights = check_weights(sample_weight, targets)
    scores, left_out = [], []
    for name, mean in means.items():
        labels = labels_of(targets, name, weights)
        known = encode(labels.values, classes[name]) if name in classes else labels.values
        is_new = name in classes and (known == UNKNOWN).any()
        if len(known) < 2 or np.all(known == known[0]) or is_new:
            left_out.append(name)
        else:
            scores.append(explained(task_types[name], known, labels.pick(mean), labels.weight))
    why = "y holds one value only, or none, or a class that the model has not seen"
    if not scores:
        raise ValueError(f"no task can be scored, of {left_out}: {why}")
    if left_out:
        warnings.warn(
            f"tasks {left_out} are left out of the score: {why}", UserWarning, stacklevel=3
        )
    return float(np.mean(scores))
