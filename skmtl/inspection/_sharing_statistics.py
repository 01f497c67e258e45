"""Differences of scores on folds that overlap, and the verdicts that they allow."""

from typing import NamedTuple

import numpy as np
from scipy import stats

HELPS, HURTS, UNKNOWN = "helps", "hurts", "no evidence"
NOTHING = 1e-6  # solvers stop somewhere: what differs by less, relative to a task's largest score, is the same
EQUAL = 1e-12  # relative spread of numbers that are the same


class Difference(NamedTuple):
    """A mean difference over folds, its standard error, interval and p-value; NaN where folds say nothing of it."""

    mean: float
    standard_error: float
    low: float
    high: float
    p_value: float


def paired(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return the differences of scores on the same folds; those of solvers alone are exactly zero."""
    largest = max(np.abs(one).max(initial=0.0), np.abs(other).max(initial=0.0))
    difference = one - other
    return np.where(np.abs(difference) <= NOTHING * largest, 0.0, difference)


def corrected(differences: np.ndarray, ratio: float, confidence_level: float) -> Difference:
    """Return the mean of paired differences with Nadeau and Bengio's standard error.

    ratio is that of test to training labels. Its variance is (1/J + ratio) s^2 for J folds.
    """
    n = len(differences)
    if n == 0:
        return Difference(*[np.nan] * 5)
    mean = float(differences.mean())
    if not differences.any():
        return Difference(0.0, 0.0, 0.0, 0.0, 1.0)
    spread = float(differences.std(ddof=1)) if n > 1 else 0.0
    if spread <= EQUAL * abs(mean):
        return Difference(mean, *[np.nan] * 4)
    error = spread * float(np.sqrt(1.0 / n + ratio))
    half = error * stats.t.ppf(0.5 + confidence_level / 2, n - 1)
    p_value = 2 * stats.t.sf(abs(mean) / error, n - 1)
    return Difference(mean, error, mean - half, mean + half, float(p_value))


def holm(p_values: np.ndarray) -> np.ndarray:
    """Return Holm's adjusted p-values: the chance of any false alarm is kept."""
    order = np.argsort(p_values, kind="stable")
    steps = p_values[order] * np.arange(len(order), 0, -1)
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(steps))
    return adjusted


ADJUSTMENTS = {"holm": holm, "fdr": stats.false_discovery_control}


def adjust(p_values: np.ndarray, how: str) -> np.ndarray:
    """Return p-values adjusted for their number; those that are NaN stay so, and are not counted."""
    adjusted = np.full(len(p_values), np.nan)
    known = ~np.isnan(p_values)
    if known.any():
        adjusted[known] = ADJUSTMENTS[how](p_values[known])
    return adjusted


def verdict(mean: float, p_value: float, confidence_level: float) -> str:
    """Return the verdict on a task."""
    if not p_value < 1.0 - confidence_level:
        return UNKNOWN
    return HELPS if mean > 0 else HURTS


def won(differences: np.ndarray) -> float:
    """Return the fraction of folds that were won; ties are half won."""
    return float((0.5 + 0.5 * np.sign(differences)).mean()) if len(differences) else np.nan
