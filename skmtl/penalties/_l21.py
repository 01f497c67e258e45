"""The same features for all tasks."""

import numpy as np

from ..utils import BELOW_ONE, POSITIVE
from ._base import Columns, Penalty, ridge_part
from ._composite import Composite
from ._entries import RowNorm


class L21(Penalty):
    """All tasks use the same features: a feature is in for every task, or out for every task.

    Use it where the outcomes have the same few causes among many features, and to read which these are. It does not
    mind signs: a feature may raise one outcome and lower another. It hurts where tasks use different features: each is
    then burdened with those of the others (see Dirty and SparseGroup).

    Parameters
    ----------
    alpha : float, default=1.0
        Strength, above 0.

    l2_ratio : float, default=0.0
        Share of a ridge penalty in it, from 0 to below 1. Some of it keeps correlated features together.

    See Also
    --------
    SparseGroup : Also drops single tasks from a feature.
    Dirty : Shared features, and others of single tasks.

    Notes
    -----
    With V = W diag(u), V_j its row of feature j, and u_t^2 = 1/4 for tasks with classes, else 1:

        alpha * ((1 - l2_ratio) * sum_j ||V_j|| + l2_ratio / 2 * ||V||^2)

    A task with several classes has all its class columns in the row, and only contrasts between classes count: the
    norm is least where they sum to zero. L21(n * a) with ``scale_targets=False`` is MultiTaskLasso(a) of
    scikit-learn on n samples, and L21(n * a, l2_ratio=1 - r) MultiTaskElasticNet(a, l1_ratio=r).

    References
    ----------
    A. Argyriou, T. Evgeniou and M. Pontil (2007). Multi-task feature learning. NIPS 19, 41-48.

    G. Obozinski, B. Taskar and M. I. Jordan (2010). Joint covariate selection and joint subspace selection for
    multiple classification problems. Statistics and Computing 20, 231-252.

    Examples
    --------
    >>> import numpy as np
    >>> from skmtl import MultiTaskGLM
    >>> from skmtl.penalties import L21
    >>> X = np.array([[0.0, 1.0], [1.0, 0.0], [2.0, 1.0], [3.0, 0.0]])
    >>> y = {"dose": [0.0, 1.1, 1.9, 3.2], "survival": [9.0, np.nan, 7.2, 5.9]}
    >>> MultiTaskGLM(L21(alpha=1.0)).fit(X, y).coef_.round(2) + 0.0
    array([[ 0.87,  0.  ],
           [-0.83,  0.  ]])
    """

    _rules = {"alpha": POSITIVE, "l2_ratio": BELOW_ONE}

    def __init__(self, alpha: float = 1.0, l2_ratio: float = 0.0) -> None:
        self.alpha = alpha
        self.l2_ratio = l2_ratio

    def bind(self, columns: Columns, separate: np.ndarray | None) -> Composite:
        """Return the penalty as a function of the coefficients of these columns."""
        term = RowNorm(self.alpha * (1.0 - self.l2_ratio))
        return Composite(
            columns.u, (term,), precision=ridge_part(columns, self.alpha * self.l2_ratio)
        )
