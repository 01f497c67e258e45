"""Calibration: whether predicted risks and numbers are of the size of what happens."""

from collections.abc import Callable

import numpy as np
from scipy.special import expit, logit

N_BINS = 10
LARGEST_SLOPE = 1e3  # beyond it the predictions separate the labels, and no slope is the best
STEPS = 50


def slope(kind: str, known: np.ndarray, mean: np.ndarray, weight: np.ndarray) -> float:
    """Return b of the logistic regression of labels on a + b logit(p), or of the linear one on a + b mean."""
    if kind == "regression":
        centred = mean - np.average(mean, weights=weight)
        square = weight @ centred**2
        return float(weight @ (centred * known) / square) if square > 0 else np.nan
    z = log_odds(mean)
    ill, well = z[known == 1], z[known == 0]
    if not np.ptp(z) > 0 or ill.min() > well.max() or ill.max() < well.min():
        return np.nan
    design = np.column_stack([np.ones(len(z)), z - np.average(z, weights=weight)])
    return float(newton(design, known, weight, np.zeros(len(z)))[1])


def intercept(kind: str, known: np.ndarray, mean: np.ndarray, weight: np.ndarray) -> float:
    """Return a of the logistic regression of labels on a + logit(p): calibration in the large; or the mean residual."""
    if kind == "regression":
        return float(np.average(known - mean, weights=weight))
    z = log_odds(mean)
    return float(newton(np.ones((len(z), 1)), known, weight, z)[0])


def expected_error(kind: str, known: np.ndarray, mean: np.ndarray, weight: np.ndarray) -> float:
    """Return the mean of |share of the class - mean probability| over bins of the same weight, and over classes."""
    columns = mean[:, 1:] if mean.shape[1] == 2 else mean
    first = mean.shape[1] - columns.shape[1]
    errors = []
    for code, probability in enumerate(columns.T, start=first):
        order = np.argsort(probability, kind="stable")
        before = np.cumsum(weight[order]) - 0.5 * weight[order]
        bins = np.floor(N_BINS * before / weight.sum()).astype(int)
        excess = (weight * (probability - (known == code)))[order]
        errors.append(np.abs(np.bincount(bins, excess)).sum() / weight.sum())
    return float(np.mean(errors))


def log_odds(probability: np.ndarray) -> np.ndarray:
    """Return the log-odds of the second class, kept finite."""
    eps = np.finfo(probability.dtype).eps
    return logit(np.clip(probability[:, 1], eps, 1.0 - eps).astype(float))


def newton(
    design: np.ndarray, known: np.ndarray, weight: np.ndarray, offset: np.ndarray
) -> np.ndarray:
    """Return the coefficients of a logistic regression; NaN where the labels are separated."""
    beta = np.zeros(design.shape[1])

    def loss(beta: np.ndarray) -> float:
        raw = offset + design @ beta
        return float(weight @ (np.logaddexp(0.0, raw) - known * raw))

    value = loss(beta)
    for _ in range(STEPS):
        p = expit(offset + design @ beta)
        gradient = design.T @ (weight * (p - known))
        hessian = (design * (weight * p * (1.0 - p))[:, None]).T @ design
        try:
            step = np.linalg.solve(hessian, gradient)
        except np.linalg.LinAlgError:
            return np.full(len(beta), np.nan)
        length = 1.0
        while loss(beta - length * step) > value and length > 1e-8:
            length *= 0.5
        beta = beta - length * step
        value = loss(beta)
        if np.abs(beta).max() > LARGEST_SLOPE:
            return np.full(len(beta), np.nan)
        if gradient @ step < 1e-14 * max(1.0, value):
            break
    return beta


CALIBRATION: dict[str, Callable[[str, np.ndarray, np.ndarray, np.ndarray], float]] = {
    "calibration_slope": slope,
    "calibration_intercept": intercept,
    "expected_calibration_error": expected_error,
}
"""Names beside scikit-learn's; none is a score to be maximised."""

OF_TYPES = {
    "calibration_slope": ("binary", "regression"),
    "calibration_intercept": ("binary", "regression"),
    "expected_calibration_error": ("binary", "multiclass"),
}
