"""The covariance of the tasks, learned with their weights."""

import numpy as np

from ..utils import POSITIVE
from ._base import ORTHONORMAL, Columns, Penalty
from ._composite import Composite
from ._spectral import SquaredSpectrumSum


class LearnedCovariance(Penalty):
    """The weight vectors of the tasks are correlated, and how is learned from the data.

    Use it where some tasks are alike, some opposite and some unrelated, and nobody knows which: it does not mind signs,
    and the fitted model has the covariance, ``task_covariance_``. It hurts where labels are too few to learn a
    covariance from, and where MeanRegularized's one number says enough.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength, above 0.

    See Also
    --------
    NuclearNorm : The same without the square.
    MeanRegularized : All tasks are correlated alike.

    Notes
    -----
    With V = W diag(u), u_t^2 = 1/4 for tasks with classes, else 1, the penalty is

        alpha / 2 * min over C of trace(V C^-1 V'),   C positive semidefinite, trace(C) = 1

    which is convex in V, and equals alpha / 2 * (sum_i s_i)^2 of the singular values s_i of V. The covariance is then
    C = (V'V)^(1/2) / sum_i s_i: a row and a column for each row of ``coef_``. For one task it is Ridge(alpha); T
    equally strong unrelated tasks have C = I / T, and so each the strength alpha * T. The columns of a task
    with several classes sum to zero: only contrasts between classes count.

    References
    ----------
    Y. Zhang and D.-Y. Yeung (2010). A convex formulation for learning task relationships in multi-task learning. UAI,
    733-742.

    Examples
    --------
    >>> import numpy as np
    >>> from skmtl import MultiTaskGLM
    >>> from skmtl.penalties import LearnedCovariance
    >>> X = np.array([[0.0, 1.0], [1.0, 0.0], [2.0, 1.0], [3.0, 0.0]])
    >>> y = {"dose": [0.0, 1.1, 1.9, 3.2], "survival": [9.0, 8.0, 7.2, 5.9]}
    >>> MultiTaskGLM(LearnedCovariance(alpha=0.1)).fit(X, y).task_covariance_.round(1)
    array([[ 0.5, -0.5],
           [-0.5,  0.5]])
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
        term = SquaredSpectrumSum(self.alpha)
        return Composite(
            columns.u,
            (term,),
            learned=lambda V: {"task_covariance": columns.placed(task_covariance(V))},
        )


def task_covariance(V: np.ndarray) -> np.ndarray:
    """Return the covariance C that is the best for V: of trace 1, and even where V is zero."""
    _, s, right = np.linalg.svd(V, full_matrices=False)
    if not s.any():
        return np.eye(V.shape[1]) / V.shape[1]
    return (right.T * s) @ right / s.sum()
