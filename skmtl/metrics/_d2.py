"""The fraction of deviance explained, by task."""

import warnings
from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
from sklearn.metrics import d2_log_loss_score, d2_tweedie_score, r2_score

from ..tasks import check_weights, labels_of, read_like


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
        known, predicted, weight = labels.values, labels.pick(mean), labels.weight
        if len(known) < 2 or np.all(known == known[0]):
            left_out.append(name)
        elif name in classes:
            scores.append(d2_log_loss_score(known, predicted, sample_weight=weight, labels=classes[name]))
        elif task_types[name] == "count":
            scores.append(d2_tweedie_score(known, predicted, sample_weight=weight, power=1))
        else:
            scores.append(r2_score(known, predicted, sample_weight=weight))
    if not scores:
        raise ValueError(f"no task can be scored: each has one value only, or none, in y; tasks {left_out}")
    if left_out:
        warnings.warn(f"tasks {left_out} are left out of the score: one value only, or none, in y", UserWarning, stacklevel=3)
    return float(np.mean(scores))
