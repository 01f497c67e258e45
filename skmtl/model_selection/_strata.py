"""What folds are balanced on: each sample's class, quantile or missing label in every task."""

import numpy as np

from ..tasks import TaskTargets
from ..utils import order_statistics

MOST_BINS = 10
IN_BIN = 5
LOOKED_AT = 100
FEW_EDGES = 30
"""Edges that are compared with all values in less time than each value is searched among them."""


def strata(targets: TaskTargets, n_folds: int) -> np.ndarray:
    """Return codes of shape (n_samples, n_tasks), contiguous by task, each task with codes that no other has."""
    codes, start = np.empty(targets.shape, dtype=np.intp, order="F"), 0
    classes = targets.classes
    for t, (name, column) in enumerate(targets.items()):
        known = targets.observed(name)
        values = column[known]
        if name in classes:
            values, edges = values.astype(classes[name].dtype, copy=False), classes[name][1:]
        else:
            values = values.astype(np.float64, copy=False)
            edges = bin_edges(values, n_folds)
        codes[:, t] = start
        codes[known, t] = start + 1 + edges_reached(values, edges)
        start += len(edges) + 2
    return codes


def bin_edges(values: np.ndarray, n_folds: int) -> np.ndarray:
    """Return where quantiles begin: from 2 to MOST_BINS of them, with IN_BIN values a fold if that leaves 2.

    Where there are no more distinct values than that, each is a bin.
    """
    n_bins = min(MOST_BINS, max(2, len(values) // (IN_BIN * n_folds)))
    if not has_more_values(values, n_bins):
        distinct = np.unique(values)
        if len(distinct) <= n_bins:
            return distinct[1:]
    ranks = [-(-(len(values) - 1) * k // n_bins) for k in range(1, n_bins)]
    return np.unique(order_statistics(values, np.array(ranks)))


def has_more_values(values: np.ndarray, count: int) -> bool:
    """Whether some of the values alone are more distinct ones than count."""
    return len(np.unique(values[:: max(1, len(values) // LOOKED_AT)])) > count


def edges_reached(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Return how many of the ascending edges each value is not below."""
    if len(edges) > FEW_EDGES:
        return np.searchsorted(edges, values, side="right")
    reached = np.zeros(len(values), dtype=np.intp)
    for edge in edges:
        reached += values >= edge
    return reached
