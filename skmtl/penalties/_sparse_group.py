"""The same features for most tasks."""

import numpy as np

from ..utils import BELOW_ONE, POSITIVE, Number
from ._base import Columns, Penalty, ridge_part
from ._composite import Composite
from ._entries import EntryNorm, RowAndEntryNorm, RowNorm


class SparseGroup(Penalty):
    """Few features, and few tasks in each: features are dropped for all tasks, or for single ones.

    Use it where tasks have few causes, some in common and some not. ``l1_ratio`` moves from L21 (0: a feature is in for
    all tasks) to the lasso (1: each task chooses alone, and nothing is shared). It does not mind signs.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength, above 0.

    l1_ratio : float, default=0.5
        Share of the part that drops single tasks, from 0 to 1.

    l2_ratio : float, default=0.0
        Share of a ridge penalty in the whole, from 0 to below 1.

    See Also
    --------
    L21 : Drops features for all tasks at once.
    Dirty : Adds shared features and features of single tasks.

    Notes
    -----
    With V = W diag(u), u_t^2 = 1/4 for tasks with classes, else 1, V_j its row of feature j and V_j[t] the columns of
    task t in it:

        alpha * ((1 - l2_ratio) * (l1_ratio * sum_j sum_t ||V_j[t]|| + (1 - l1_ratio) * sum_j ||V_j||)
                 + l2_ratio / 2 * ||V||^2)

    For a task of one column ||V_j[t]|| is the absolute value. A task with several classes is one entry of the row, in
    with all its classes or out: their norm is least where they sum to zero, which leaves no constant free.

    References
    ----------
    N. Simon, J. Friedman, T. Hastie and R. Tibshirani (2013). A sparse-group lasso. Journal of Computational and
    Graphical Statistics 22, 231-245.

    Examples
    --------
    >>> import numpy as np
    >>> from skmtl import MultiTaskGLM
    >>> from skmtl.penalties import SparseGroup
    >>> X = np.array([[0.0, 1.0], [1.0, 0.0], [2.0, 1.0], [3.0, 0.0]])
    >>> y = {"dose": [0.0, 1.1, 1.9, 3.2], "noise": [1.0, -1.0, 1.2, -1.0]}
    >>> MultiTaskGLM(SparseGroup(alpha=1.0, l1_ratio=0.8)).fit(X, y).coef_.round(1) + 0.0
    array([[0.8, 0. ],
           [0. , 1. ]])
    """

    _rules = {"alpha": POSITIVE, "l1_ratio": Number(0.0, 1.0), "l2_ratio": BELOW_ONE}

    def __init__(self, alpha: float = 1.0, l1_ratio: float = 0.5, l2_ratio: float = 0.0) -> None:
        self.alpha = alpha
        self.l1_ratio = l1_ratio
        self.l2_ratio = l2_ratio

    def bind(self, columns: Columns, separate: np.ndarray | None) -> Composite:
        """Return the penalty as a function of the coefficients of these columns."""
        strength = self.alpha * (1.0 - self.l2_ratio)
        term = rows_and_entries(strength * (1.0 - self.l1_ratio), strength * self.l1_ratio, columns)
        return Composite(
            columns.u, (term,), precision=ridge_part(columns, self.alpha * self.l2_ratio)
        )


def rows_and_entries(
    rows: float, single: float, columns: Columns
) -> RowNorm | EntryNorm | RowAndEntryNorm:
    """Return the term rows * sum_j ||V_j|| + single * sum_j sum_t ||V_j[t]||, one strength of which may be zero."""
    if single == 0:
        return RowNorm(rows)
    if rows == 0:
        return EntryNorm(single, columns.entries)
    return RowAndEntryNorm(rows, single, columns.entries)
