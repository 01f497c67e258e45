"""How far two tasks go together: a correlation, its standard error, and what is sure of it."""

from typing import NamedTuple

import numpy as np
from scipy import stats

CONFIDENCE = 0.95  # of the two-sided interval whose inner end is the lower bound


class Association(NamedTuple):
    """A correlation, its standard error, and the lower bound of its size."""

    value: float
    std_error: float
    lower: float


UNKNOWN = Association(np.nan, np.nan, 0.0)


def reach(n_folds: int) -> float:
    """Return how many standard errors, from so many folds, the interval reaches to each side."""
    return float(stats.t.ppf(0.5 + CONFIDENCE / 2, n_folds - 1))


def deviations(values: np.ndarray) -> np.ndarray:
    """Return what each fold does to a number, scaled so that the sum of squares is the jackknife's variance.

    values has the number itself first, then the numbers without each of the folds.
    """
    left_out = values[1:]
    return np.sqrt((len(left_out) - 1) / len(left_out)) * (left_out - left_out.mean(axis=0))


def associate(cross: np.ndarray, own_s: np.ndarray, own_t: np.ndarray) -> Association:
    """Return the correlation of two tasks from covariances of their columns.

    cross has shape (1 + n_folds, n_columns_s, n_columns_t), as ``deviations`` takes it; own_s and own_t are square.
    """
    if cross[0].size == 1:
        return signed(cross[:, 0, 0], own_s[:, 0, 0], own_t[:, 0, 0])
    return unsigned(cross, own_s, own_t)


def signed(cross: np.ndarray, own_s: np.ndarray, own_t: np.ndarray) -> Association:
    """Return the correlation of two tasks of one column, by the delta method on the jackknife."""
    if min(own_s[0], own_t[0]) <= 0.0:
        return UNKNOWN
    scale = np.sqrt(own_s[0] * own_t[0])
    value = cross[0] / scale
    relative = deviations(own_s) / own_s[0] + deviations(own_t) / own_t[0]
    error = float(np.linalg.norm(deviations(cross) / scale - value / 2 * relative))
    lower = abs(value) - reach(len(cross) - 1) * error
    return Association(float(np.clip(value, -1.0, 1.0)), error, float(np.clip(lower, 0.0, 1.0)))


class Square(NamedTuple):
    """The squared norm of a noisy matrix less that of its noise, what each fold does to it, and its noise."""

    value: float
    by_fold: np.ndarray
    noise: float

    @classmethod
    def of(cls, matrices: np.ndarray) -> "Square":
        """Take the norm of the first matrix; the others tell its noise."""
        flat = matrices.reshape(len(matrices), -1)
        change = deviations(flat)
        value = float(np.sum(flat[0] ** 2) - np.sum(change**2))
        return cls(value, 2.0 * change @ flat[0], float(2.0 * np.sum((change @ change.T) ** 2)))


def unsigned(cross: np.ndarray, own_s: np.ndarray, own_t: np.ndarray) -> Association:
    """Return the root of the RV coefficient, less noise: the size of a correlation that has no sign."""
    shared, s, t = Square.of(cross), Square.of(own_s), Square.of(own_t)
    if min(s.value, t.value) <= 0.0:
        return UNKNOWN
    scale = np.sqrt(s.value * t.value)
    square = shared.value / scale
    relative = s.by_fold / s.value + t.by_fold / t.value
    by_fold = shared.by_fold / scale - square / 2 * relative
    error = float(np.sqrt(by_fold @ by_fold + shared.noise / scale**2))
    value = np.sqrt(max(square, 0.0))
    lower = np.sqrt(max(square - reach(len(cross) - 1) * error, 0.0))
    # A root has no slope at zero: its error is how far it rises with one error of the square.
    rise = error / max(value + np.sqrt(value**2 + error), np.finfo(float).tiny)
    return Association(float(min(value, 1.0)), float(rise), float(min(lower, 1.0)))
