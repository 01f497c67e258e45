"""The Hessians of all columns, those of the columns of a stack at once."""

from collections.abc import Sequence

import numpy as np

from ._column_hessians import ColumnHessian, hessians_of
from ._row_block import RowBlock, range_of
from ._stacked_design import TOGETHER, StackedDesign


def hessians_by_column(
    blocks: Sequence[RowBlock],
    raw: Sequence[np.ndarray],
    has_intercepts: bool,
    precision: type,
    among: float,
) -> list[ColumnHessian]:
    """Return the Hessians at raw predictions, by block; precision and among are those of hessians_of."""
    by_column: dict[int, ColumnHessian] = {}
    for block, part in zip(blocks, raw, strict=True):
        curvatures = block.loss.curvatures(part)
        if isinstance(block.design, StackedDesign):
            hessians = hessians_of_stack(block.design, curvatures, has_intercepts)
        else:
            hessians = hessians_of(block, curvatures, has_intercepts, precision, among)
        by_column |= zip(range_of(block.columns).tolist(), hessians, strict=True)
    return [by_column[t] for t in sorted(by_column)]


def hessians_of_stack(
    design: StackedDesign, curvatures: np.ndarray, has_intercepts: bool
) -> list[ColumnHessian]:
    """Return the Hessian of each column of a stack."""
    hessians = []
    for columns in design.cuts(TOGETHER):
        hessians += hessians_of_piece(
            design.columns(columns), curvatures[:, columns], has_intercepts
        )
    return hessians


def hessians_of_piece(
    design: StackedDesign, curvatures: np.ndarray, has_intercepts: bool
) -> list[ColumnHessian]:
    """Return the same of so few columns that they are in the cache."""
    (n_samples, size), h = design.shape, np.ascontiguousarray(curvatures.T)
    total = h.sum(axis=1)
    mean = np.zeros((len(h), size))
    if has_intercepts:
        mean = design.backward(curvatures).T / np.where(total > 0, total, 1.0)[:, None]
    halves = design.X - mean[:, None, :]
    halves *= np.sqrt(h)[:, :, None]
    moments = zip(total.tolist(), mean, strict=True)
    if n_samples < size:
        return [ColumnHessian(*moment, half, None) for moment, half in zip(moments, halves)]
    grams = np.matmul(halves.transpose(0, 2, 1), halves)
    return [ColumnHessian(*moment, None, gram) for moment, gram in zip(moments, grams)]
