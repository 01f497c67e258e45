"""The fraction of deviance explained, by task."""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
from scipy.special import rel_entr
from sklearn.utils.validation import check_consistent_length

from ..tasks import CLASS_TYPES, check_numbers, check_weights, labels_of, read_common
from ..utils import binary_unit, warn
from ._codes import UNKNOWN, encode


def explained(
    kind: str | None, known: np.ndarray, mean: np.ndarray, weight: np.ndarray | None
) -> float:
    """Return D2 of one task: 1 - deviance / deviance of the best constant.

    known are numbers, or codes of classes; mean is predicted: of shape (n_labels, n_classes) for classes. It is what
    scikit-learn's metrics of the kind give, without their checks, which take longer than small fits.
    """
    weight = np.ones(len(known)) if weight is None else weight / binary_unit(weight.max())
    if kind in CLASS_TYPES:
        shares = np.bincount(known, weight, minlength=mean.shape[1]) / weight.sum()
        deviance, null_deviance = (
            log_losses(known, mean),
            log_losses(known, np.tile(shares, (len(known), 1))),
        )
    else:
        deviances = DEVIANCES[str(kind)]
        unit = binary_unit(np.abs(known).max())  # D2 has none
        known, mean = known / unit, mean / unit
        best = np.full(len(known), np.average(known, weights=weight))
        deviance, null_deviance = deviances(known, mean), deviances(known, best)
    return float(1.0 - weight @ deviance / (weight @ null_deviance))


def log_losses(known: np.ndarray, probability: np.ndarray) -> np.ndarray:
    """Return the log loss of each label, with probabilities kept off 0 and 1 by what their type resolves."""
    eps = np.finfo(probability.dtype).eps
    return -np.log(np.clip(probability[np.arange(len(known)), known], eps, 1.0 - eps))


def poisson_deviances(known: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Return half of the Poisson deviance of each label, infinite where a mean of zero was predicted for more."""
    return rel_entr(known, mean) - known + mean


def square_errors(known: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Return the squared error of each label."""
    return (known - mean) ** 2


DEVIANCES = {"regression": square_errors, "count": poisson_deviances}
"""The deviance of each label, up to a factor, by type of numbers."""


def mean_d2(
    y: Any,
    means: Mapping[Hashable, np.ndarray],
    task_types: Mapping[Hashable, str | None],
    classes: Mapping[Hashable, np.ndarray],
    sample_weight: Any,
) -> float:
    """Return the mean over tasks of D2, given predicted means or probabilities by task."""
    targets = read_common(y, tuple(means), tuple(means))
    check_consistent_length(targets, *means.values())
    weights = check_weights(sample_weight, targets)
    scores, left_out = [], []
    for name in targets:
        if name not in classes:
            check_numbers(targets, name)
        labels = labels_of(targets, name, weights)
        known = encode(labels.values, classes[name]) if name in classes else labels.values
        is_new = name in classes and (known == UNKNOWN).any()
        if len(known) < 2 or np.all(known == known[0]) or is_new:
            left_out.append(name)
        else:
            scores.append(
                explained(task_types[name], known, labels.pick(means[name]), labels.weight)
            )
    why = "y holds one value only, or none, or a class that the model has not seen"
    if not scores:
        raise ValueError(f"no task can be scored, of {left_out}: {why}")
    if left_out:
        warn(f"tasks {left_out} are left out of the score: {why}")
    return float(np.mean(scores))
