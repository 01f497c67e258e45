"""Similarities of tasks from their coefficients, and the order that puts similar ones side by side."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.cluster import hierarchy
from scipy.spatial.distance import squareform


def task_similarity(gram: np.ndarray, columns: Mapping[Any, slice]) -> np.ndarray:
    """Return similarities of tasks from inner products of their columns, of shape (n_tasks, n_tasks).

    Of tasks with one column each it is a cosine; else the root of the RV coefficient, which has no sign. NaN for tasks
    whose columns are all zero.
    """
    blocks = list(columns.values())
    norms = np.array([np.linalg.norm(gram[block, block]) for block in blocks])
    similarity = np.full((len(blocks), len(blocks)), np.nan)
    for s, first in enumerate(blocks):
        for t, second in enumerate(blocks):
            scale = np.sqrt(norms[s] * norms[t])
            cross = gram[first, second]
            if scale > 0:
                similarity[s, t] = (
                    cross.item() if cross.size == 1 else np.linalg.norm(cross)
                ) / scale
    return np.clip(similarity, -1.0, 1.0)


def cluster(similarity: np.ndarray) -> np.ndarray | None:
    """Return the average linkage of tasks by 1 - |similarity|, ordered; None for a single task.

    What is not known counts as no similarity.
    """
    if len(similarity) < 2:
        return None
    size = np.abs(np.nan_to_num(similarity))
    distance = np.clip(1.0 - (size + size.T) / 2, 0.0, 1.0)
    np.fill_diagonal(distance, 0.0)
    return hierarchy.linkage(squareform(distance), method="average", optimal_ordering=True)


def leaves(linkage: np.ndarray | None) -> np.ndarray:
    """Return the order of tasks along the bottom of the tree."""
    return np.zeros(1, dtype=int) if linkage is None else hierarchy.leaves_list(linkage)


def branches(linkage: np.ndarray | None) -> list[tuple[list[float], list[float]]]:
    """Return the lines of the tree: horizontal places, leaves being 0, 1, ..., and heights."""
    if linkage is None:
        return []
    tree = hierarchy.dendrogram(linkage, no_plot=True)
    return [
        ([(x - 5.0) / 10.0 for x in places], heights)
        for places, heights in zip(tree["icoord"], tree["dcoord"])
    ]
