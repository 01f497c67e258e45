"""What folds are balanced on: each sample's class, quantile or missing label in every task."""

import numpy as np

from ..tasks import TaskTargets

MOST_BINS = 10
IN_BIN = 5
FEW_EDGES = 30
"""Edges that are compared with all values in less time than each value is searched among them."""


def strata(targets: TaskTargets, n_folds: int) -> np.ndarray:
    """Return codes of shape (n_samples, n_tasks), contiguous by task, each task with codes of its own."""
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
    values = np.sort(values)
    distinct = values[np.diff(values, prepend=-np.inf) > 0]
    if len(distinct) <= n_bins:
        return distinct[1:]
    return np.unique(np.quantile(values, np.arange(1, n_bins) / n_bins))


def edges_reached(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Return how many of the ascending edges each value is not below."""
    if len(edges) > FEW_EDGES:
        return np.searchsorted(edges, values, side="right")
    reached = np.zeros(len(values), dtype=np.intp)
    for edge in edges:
        reached += values >= edge
    return reached
