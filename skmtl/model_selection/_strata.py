"""What folds are balanced on: each sample's class, quantile or missing label in every task."""

import numpy as np

from ..tasks import TaskTargets

MOST_BINS = 10
IN_BIN = 5


def strata(targets: TaskTargets, n_folds: int) -> np.ndarray:
    """Return codes of shape (n_samples, n_tasks), each task with codes of its own."""
    columns, start = [], 0
    for name in targets:
        known = targets.observed(name)
        codes = np.zeros(len(known), dtype=np.intp)
        if known.any():
            values = targets[name][known]
            if targets.task_types[name] in ("regression", "count"):
                values = quantiles(values.astype(np.float64), n_folds)
            codes[known] = 1 + np.unique(values, return_inverse=True)[1]
        codes = np.unique(codes, return_inverse=True)[1]
        columns.append(start + codes)
        start += int(codes.max(initial=-1)) + 1
    return np.column_stack(columns)


def quantiles(values: np.ndarray, n_folds: int) -> np.ndarray:
    """Return the quantile each number is in: from 2 to MOST_BINS, with IN_BIN values a fold if that leaves 2."""
    n_bins = min(MOST_BINS, max(2, len(values) // (IN_BIN * n_folds)))
    distinct = np.unique(values)
    if len(distinct) <= n_bins:
        return values
    edges = np.quantile(values, np.arange(1, n_bins) / n_bins)
    return np.searchsorted(np.unique(edges), values, side="right")
