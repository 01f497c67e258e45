"""Samples with labels of some tasks, and what is summed over them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ...heads import JointLoss, TaskFit, TotalHessian
from ._design import Design
from ._stacked_design import StackedDesign

LARGE = 4_000_000  # numbers in X, above which a pass over it is a pass over memory
CHUNK = 100_000  # numbers in a chunk of X


class RowBlock(NamedTuple):
    """Samples with labels of some tasks: their inputs, losses, and the columns of these tasks.

    Either all these columns have the same samples, or the design is stacked: one set of samples per column.
    """

    design: Design | StackedDesign
    loss: JointLoss
    columns: slice | np.ndarray

    @property
    def common(self) -> Design:
        """The design that all columns have in common."""
        assert isinstance(self.design, Design)
        return self.design


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
    if picks or block.design.is_sparse or block.design.X.size < LARGE:
        return [block]
    if isinstance(block.design, StackedDesign):
        every = range_of(block.columns)
        return [
            RowBlock(block.design.columns(part), block.loss.columns(part), as_slice(every[part]))
            for part in block.design.cuts(CHUNK)
        ]
    step = max(256, CHUNK // n_features)
    return [
        RowBlock(block.design.rows(rows), block.loss.rows(rows), block.columns)
        for rows in (slice(start, start + step) for start in range(0, n_samples, step))
    ]


def range_of(columns: slice | np.ndarray) -> np.ndarray:
    """Return the positions that are meant."""
    return np.arange(columns.start, columns.stop) if isinstance(columns, slice) else columns


def as_slice(columns: np.ndarray) -> slice | np.ndarray:
    """Return successive columns as a slice, which takes views."""
    first, last = int(columns[0]), int(columns[-1])
    is_range = last - first == len(columns) - 1 and bool((np.diff(columns) == 1).all())
    return slice(first, last + 1) if is_range else columns


def mean_weights(fits: Sequence[TaskFit], weight: np.ndarray) -> np.ndarray | None:
    """Return the mean over tasks of the samples' weights, given their sums; None where they are all the same."""
    return None if np.ptp(weight) == 0.0 else weight / len(fits)


def has_common_weights(
    fits: Sequence[TaskFit], rows: np.ndarray | None, row_weight: np.ndarray | None
) -> bool:
    """Whether all losses are squared, and all tasks have all labels of rows, weighted by row_weight times a number."""
    for fit in fits:
        if not fit.head.loss.quadratic or (rows is None and fit.rows is not None):
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
    if len(fit.weight) == len(fit.y):
        return fit.weight[:, 0]
    return np.full(len(fit.y), fit.weight[0, 0])


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
