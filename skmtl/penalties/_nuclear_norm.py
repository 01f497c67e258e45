"""Weight vectors in a common subspace of few dimensions."""

import numpy as np

from ..utils import POSITIVE
from ._base import ORTHONORMAL, Columns, Penalty
from ._composite import Composite
from ._spectral import SpectrumSum


class NuclearNorm(Penalty):
    """The weight vectors of all tasks are combinations of few: the coefficient matrix has low rank.

    Use it where many outcomes reflect few hidden causes (severity, frailty), each to its own degree and in its own
    direction: it does not mind signs. It shares nothing between two tasks that have nothing in common, but shrinks
    all: with one task it is the norm of its weights.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength, above 0.

    See Also
    --------
    LearnedCovariance : Its square, which keeps all ranks.
    RobustLowRank : Low rank but for some tasks.

    Notes
    -----
    With V = W diag(u), u_t^2 = 1/4 for tasks with classes, else 1, and s_i the singular values of V:

        alpha * sum_i s_i

    A task with several classes has a column for each; they sum to zero at the optimum, since that makes no singular
    value larger: only contrasts between classes count.

    References
    ----------
    A. Argyriou, T. Evgeniou and M. Pontil (2008). Convex multi-task feature learning. Machine Learning 73, 243-272.

    S. Ji and J. Ye (2009). An accelerated gradient method for trace norm minimization. ICML, 457-464.

    Examples
    --------
    >>> import numpy as np
    >>> from skmtl import MultiTaskGLM
    >>> from skmtl.penalties import NuclearNorm
    >>> X = np.array([[0.0, 1.0], [1.0, 0.0], [2.0, 1.0], [3.0, 0.0]])
    >>> y = {"dose": [0.0, 1.1, 1.9, 3.2], "survival": [9.0, 8.0, 7.2, 5.9]}
    >>> model = MultiTaskGLM(NuclearNorm(alpha=1.0)).fit(X, y)
    >>> int(np.linalg.matrix_rank(model.coef_, tol=1e-6))
    1
    """

    _rules = {"alpha": POSITIVE}

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = alpha

    @property
    def basis(self) -> str:
        """In which coordinates of the features it can be reckoned, where few samples need few of them."""
        return ORTHONORMAL

    def bind(self, columns: Columns, separate: np.ndarray | None) -> Composite:
        """Return the penalty as a function of the coefficients of these columns."""
        return Composite(columns.u, (SpectrumSum(self.alpha),))
