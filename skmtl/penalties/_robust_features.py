"""Shared features, and tasks that do not share them."""

import numpy as np

from ..utils import POSITIVE
from ._base import Columns, Penalty
from ._composite import Composite
from ._entries import RowNorm, TaskNorm


class RobustFeatures(Penalty):
    """Most tasks use the same features, and some tasks are unlike all others.

    Use it where L21 would do but for outlier tasks, which would bring features in for everybody. It does not mind
    signs. With few labels it may not be able to tell an outlier from noise.

    Parameters
    ----------
    alpha_shared : float, default=1.0
        Strength on the part of shared features, above 0.

    alpha_outlier : float, default=2.0
        Strength on the weights that tasks have for themselves, above 0. A task has d of these and a feature T, so that
        an even start is alpha_outlier = sqrt(d / T) * alpha_shared, for d features and T tasks.

    See Also
    --------
    L21 : No outliers.
    Dirty : Features of single tasks, instead of tasks that are outliers.
    RobustLowRank : A subspace in place of shared features.

    Notes
    -----
    With V = W diag(u), u_t^2 = 1/4 for tasks with classes, else 1, P_j a row and Q[t] the columns of task t:

        min over V = P + Q of  alpha_shared * sum_j ||P_j||  +  alpha_outlier * sum_t ||Q[t]||

    A task with several classes is an outlier with all its columns, or with none; they sum to zero in both parts. The
    fitted model has both parts as ``components_``: "shared" is P and "specific" is Q, in the layout and the units of
    ``coef_``; a task whose specific part is not zero is an outlier.

    References
    ----------
    P. Gong, J. Ye and C. Zhang (2012). Robust multi-task feature learning. KDD, 895-903.

    Examples
    --------
    >>> import numpy as np
    >>> from skmtl import MultiTaskGLM
    >>> from skmtl.penalties import RobustFeatures
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((50, 4))
    >>> y = {name: X[:, 0] + 0.1 * rng.standard_normal(50) for name in "abc"} | {"other": X[:, 1:].sum(axis=1)}
    >>> model = MultiTaskGLM(RobustFeatures(alpha_shared=15, alpha_outlier=18)).fit(X, y)
    >>> np.linalg.norm(model.components_["specific"], axis=1).round(1) + 0.0
    array([0. , 0. , 0. , 1.1])
    """

    _strengths = ("alpha_shared", "alpha_outlier")
    _rules = {"alpha_shared": POSITIVE, "alpha_outlier": POSITIVE}

    def __init__(self, alpha_shared: float = 1.0, alpha_outlier: float = 2.0) -> None:
        self.alpha_shared = alpha_shared
        self.alpha_outlier = alpha_outlier

    def bind(self, columns: Columns, separate: np.ndarray | None) -> Composite:
        """Return the penalty as a function of the coefficients of these columns."""
        terms = (RowNorm(self.alpha_shared), TaskNorm(self.alpha_outlier, columns.entries))
        return Composite(columns.u, terms, ("shared", "specific"))
