"""What the predictor of one task adds to that of another, and what is left that tasks have in common."""

from typing import NamedTuple

import numpy as np

from ._association import UNKNOWN, Association, associate

FEWEST = 20  # rows with both labels that a correlation of residuals needs


class Gain(NamedTuple):
    """A fraction of a task's variance, and its standard error over folds."""

    value: float
    std_error: float


def ratio(part: np.ndarray, whole: np.ndarray) -> Gain:
    """Return the ratio of two sums over folds, and its standard error."""
    value, n_folds = part.sum() / whole.sum(), len(part)
    spread = np.linalg.norm(part - value * whole) * np.sqrt(n_folds / (n_folds - 1))
    return Gain(float(value), float(spread / whole.sum()))


class Receiver:
    """A task to whose predictor those of other tasks are added.

    What the task's predictor leaves is regressed, by least squares on all folds but one, on a constant, the own raw
    predictions and those of another task; the fold left out says whether the latter helped. Sums of products by fold
    are all that is needed.
    """

    def __init__(
        self, labels: np.ndarray, expected: np.ndarray, signal: np.ndarray, fold: np.ndarray
    ) -> None:
        known = ~np.isnan(labels[:, 0])
        fold = fold[known]
        y, left = labels[known], (labels - expected)[known]
        Z = np.column_stack([np.ones(len(fold)), signal[known]])
        scale = np.sqrt(np.mean(Z**2, axis=0))
        Z = Z / np.where(scale > 0.0, scale, 1.0)
        parts = [fold == number for number in range(int(fold.max()) + 1)]
        self._gram = np.stack([Z[part].T @ Z[part] for part in parts])
        self._cross = np.stack([Z[part].T @ left[part] for part in parts])
        self._square = np.array([np.sum(left[part] ** 2) for part in parts])
        centred = y - y.mean(axis=0)
        self._total = np.array([np.sum(centred[part] ** 2) for part in parts])

    def explained(self) -> Gain:
        """Return the fraction of the variance of the labels that the task's predictor explains."""
        return ratio(self._total - self._square, self._total)

    def gain(self, first: np.ndarray, other: np.ndarray) -> Gain:
        """Return what columns of another task add; columns count from 1, after the constant."""
        base = np.concatenate([[0], first])
        saved = self._errors(base) - self._errors(np.concatenate([base, other]))
        return ratio(saved, self._total)

    def _errors(self, columns: np.ndarray) -> np.ndarray:
        """Return the sum of squared errors of each fold, with coefficients of the others."""
        G = self._gram[:, columns[:, None], columns]
        C = self._cross[:, columns]
        W = np.linalg.pinv(G.sum(axis=0) - G, rcond=1e-10, hermitian=True) @ (C.sum(axis=0) - C)
        return self._square - 2.0 * np.sum(W * C, axis=(1, 2)) + np.sum(W * (G @ W), axis=(1, 2))


def correlate_residuals(left_s: np.ndarray, left_t: np.ndarray, fold: np.ndarray) -> Association:
    """Return the correlation of what the predictors of two tasks leave, over the rows that have both labels."""
    known = ~(np.isnan(left_s[:, 0]) | np.isnan(left_t[:, 0]))
    if known.sum() < FEWEST:
        return UNKNOWN
    both, n_s = np.hstack([left_s, left_t])[known], left_s.shape[1]
    Z, place = np.column_stack([np.ones(len(both)), both]), fold[known]
    parts = [Z[place == number] for number in range(int(fold.max()) + 1)]
    sums = np.stack([part.T @ part for part in parts])
    sums = np.concatenate([sums.sum(axis=0)[None], sums.sum(axis=0) - sums])
    mean = sums[:, 0, 1:] / sums[:, 0, :1]
    S = sums[:, 1:, 1:] / sums[:, :1, :1] - mean[:, :, None] * mean[:, None, :]
    return associate(S[:, :n_s, n_s:], S[:, :n_s, :n_s], S[:, n_s:, n_s:])
