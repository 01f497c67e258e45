"""Samples with labels of some tasks, and what is summed over them."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ...heads import JointLoss, TaskFit, TotalHessian
from ._design import Design

LARGE = 4_000_000  # numbers in X, above which a pass over it is a pass over memory
CHUNK = 100_000  # numbers in a chunk of X


class RowBlock(NamedTuple):
    """Samples with labels of some tasks: their inputs, losses, and the columns of these tasks."""

    design: Design
    loss: JointLoss
    columns: slice | np.ndarray


def column_sums(blocks: Sequence[RowBlock], G: Sequence[np.ndarray], n_columns: int) -> np.ndarray:
    """Return the sums over the samples of blocks of something like raw."""
    sums = np.zeros(n_columns)
    for block, part in zip(blocks, G, strict=True):
        sums[block.columns] += np.ones(len(part), part.dtype) @ part
    return sums


def total_hessian(
    blocks: Sequence[RowBlock], G: Sequence[np.ndarray], n_columns: int
) -> TotalHessian:
    """Return the sum over the samples of blocks of the Hessian in raw, where the gradient in raw is G."""
    total = TotalHessian.zero(n_columns)
    for block, part in zip(blocks, G, strict=True):
        total.add(block.loss.total_hessian(part), block.columns)
    return total


def varying_columns(blocks: Sequence[RowBlock], n_columns: int) -> np.ndarray:
    """Return which columns have a loss whose Hessian varies."""
    varies, every = np.zeros(n_columns, dtype=bool), np.arange(n_columns)
    for block in blocks:
        inside = every[block.columns]
        for term in block.loss.terms:
            varies[inside[term.columns]] = not term.loss.quadratic
    return varies


def chunks_of(block: RowBlock) -> list[RowBlock]:
    """Cut a large dense block into chunks that fit the cache, where losses pick no labels."""
    n_samples, n_features = block.design.shape
    picks = any(term.index is not None for term in block.loss.terms)
    if picks or block.design.is_sparse or n_samples * n_features < LARGE:
        return [block]
    step = max(256, CHUNK // n_features)
    return [
        RowBlock(block.design.rows(rows), block.loss.rows(rows), block.columns)
        for rows in (slice(start, start + step) for start in range(0, n_samples, step))
    ]


def mean_weights(fits: Sequence[TaskFit], weight: np.ndarray) -> np.ndarray | None:
    """Return the mean over tasks of the samples' weights, given their sums; None where they are all the same."""
    return None if np.ptp(weight) == 0.0 else weight / len(fits)


def has_common_weights(fits: Sequence[TaskFit], row_weight: np.ndarray | None) -> bool:
    """Whether all losses are squared, and all tasks have all labels, weighted by row_weight times a number."""
    for fit in fits:
        if not fit.head.loss.quadratic or fit.rows is not None:
            return False
        if row_weight is None and fit.weight.shape != (1, 1):
            return False
        if row_weight is not None:
            ratio = fit.weight[:, 0] / row_weight
            if np.ptp(ratio) > 1e-12 * ratio[0]:
                return False
    return True


def label_weight(fit: TaskFit) -> np.ndarray:
    """Return the weight of each label of a task."""
    return np.broadcast_to(fit.weight, (len(fit.y), 1))[:, 0]


def label_weights(fits: Sequence[TaskFit], n_samples: int) -> np.ndarray:
    """Return the sum over tasks of the weights of each sample's labels."""
    total = np.zeros(n_samples)
    for fit in fits:
        weight = label_weight(fit)
        if fit.rows is None:
            total += weight
        else:
            total[fit.rows] += weight
    return total


def split(
    fits: Sequence[TaskFit], n_samples: int
) -> list[tuple[np.ndarray | None, list[TaskFit], Any]]:
    """Split the tasks into blocks (rows, tasks, columns) of those labelled on the same samples.

    That is done where it copies no sample twice. Else all samples are one block, rows being None, and the losses
    pick their labels.
    """
    stops = np.cumsum([len(fit.head.active) for fit in fits])
    starts = stops - [len(fit.head.active) for fit in fits]
    groups: dict[bytes, list[int]] = {}
    for position, fit in enumerate(fits):
        groups.setdefault(b"" if fit.rows is None else fit.rows.tobytes(), []).append(position)
    n_copied = sum(len(fits[group[0]].y) for group in groups.values())
    if b"" in groups or n_copied > n_samples:
        return [(None, list(fits), slice(0, int(stops[-1])))]
    parts = []
    for group in groups.values():
        rows = fits[group[0]].rows
        columns = np.concatenate([np.arange(starts[t], stops[t]) for t in group])
        parts.append((rows, [fits[t]._replace(rows=None) for t in group], columns))
    return parts
