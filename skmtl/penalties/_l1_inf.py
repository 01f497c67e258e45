"""The same features for all tasks, each as strong as the strongest."""

import numpy as np

from ..utils import POSITIVE
from ._base import Columns, Penalty
from ._composite import Composite
from ._entries import LargestEntry


class L1Inf(Penalty):
    """All tasks use the same features, and each may use a feature as strongly as the task that uses it most.

    Use it where a feature that matters for one task matters for all about as much, in either direction: once a
    feature is in for one task, the others have it for nothing. It shares more than L21 and hurts more where tasks use
    different features, or the same ones to different degrees.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength, above 0.

    See Also
    --------
    L21 : Weighs all tasks of a feature.
    Dirty : L1Inf, or L21, with features of single tasks added.

    Notes
    -----
    With V = W diag(u), u_t^2 = 1/4 for tasks with classes, else 1, and V_j[t] the columns of task t in row j:

        alpha * sum_j max_t ||V_j[t]||

    A task with several classes counts by the norm of its class weights, which is least where they sum to zero.
    The weights of the other tasks are often exactly as large as the largest, an artefact to know when reading them.

    References
    ----------
    B. A. Turlach, W. N. Venables and S. J. Wright (2005). Simultaneous variable selection. Technometrics 47, 349-363.

    A. Quattoni, X. Carreras, M. Collins and T. Darrell (2009). An efficient projection for l1,infinity
    regularization. ICML, 857-864.

    Examples
    --------
    >>> import numpy as np
    >>> from skmtl import MultiTaskGLM
    >>> from skmtl.penalties import L1Inf
    >>> X = np.array([[0.0, 1.0], [1.0, 0.0], [2.0, 1.0], [3.0, 0.0]])
    >>> y = {"dose": [0.0, 1.1, 1.9, 3.2], "survival": [9.0, 8.0, 7.2, 5.9]}
    >>> MultiTaskGLM(L1Inf(alpha=1.0)).fit(X, y).coef_.round(2) + 0.0
    array([[ 0.92,  0.  ],
           [-0.9 ,  0.  ]])
    """

    _rules = {"alpha": POSITIVE}

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = alpha

    def bind(self, columns: Columns, separate: np.ndarray | None) -> Composite:
        """Return the penalty as a function of the coefficients of these columns."""
        return Composite(columns.u, (LargestEntry(self.alpha, columns.entries),))
