"""The Hessians of the columns of a stack, all at once."""

import numpy as np

from ._column_hessians import ColumnHessian
from ._stacked_design import TOGETHER, StackedDesign


def hessians_of_stack(
    design: StackedDesign, curvatures: np.ndarray, has_intercepts: bool
) -> list[ColumnHessian]:
    """Return the Hessian of each column of a stack."""
    found = []
    for columns in design.cuts(TOGETHER):
        found += hessians_of_piece(design.columns(columns), curvatures[:, columns], has_intercepts)
    return found


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
        return [ColumnHessian(*own, half, None) for own, half in zip(moments, halves)]
    grams = np.matmul(halves.transpose(0, 2, 1), halves)
    return [ColumnHessian(*own, None, gram) for own, gram in zip(moments, grams)]
