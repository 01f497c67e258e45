"""A line search in raw space: no step that it tries touches the data."""

import numpy as np

from ._base import Raw, SmoothProblem, moved

STEEP = 0.5  # a step is taken where the slope is at most so much of what it was


def line_search(
    problem: SmoothProblem, v: np.ndarray, D: np.ndarray, start: float, raw: Raw, change: Raw
) -> float:
    """Find a step along D where the slope is at most STEEP times that at the start, without touching the data.

    The objective is convex, so its slope along the line grows: bracket its root, and close in by the secant or,
    where that leaves the bracket, by halving it.
    """
    penalty_D = problem.penalty_product(D)
    linear, square = v @ penalty_D, D @ penalty_D
    low, slope_low, high, slope_high, step = 0.0, start, np.inf, np.nan, 1.0
    for _ in range(60):
        with np.errstate(invalid="ignore", over="ignore"):
            slope = problem.loss_slope(moved(raw, step, change), change) + linear + step * square
        if abs(slope) <= STEEP * abs(start):
            return step
        if slope < 0:
            low, slope_low = step, slope
        else:
            high, slope_high = step, slope
        if high == np.inf:
            step *= float(np.clip(start / (start - slope) if slope > start else 10.0, 2.0, 10.0))
            continue
        guess = low - slope_low * (high - low) / (slope_high - slope_low)
        inside = low + 0.1 * (high - low) <= guess <= high - 0.1 * (high - low)  # False for nan
        step = guess if inside else 0.5 * (low + high)
    return low
