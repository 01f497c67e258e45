"""A common subspace, and tasks outside of it."""

import numpy as np

from ..utils import POSITIVE
from ._base import ORTHONORMAL, Columns, Penalty
from ._composite import Composite
from ._entries import TaskNorm
from ._spectral import SpectrumSum


class RobustLowRank(Penalty):
    """The weight vectors of most tasks are combinations of few, and some tasks are unlike all others.

    Use it where NuclearNorm would do but for outlier tasks, which would bend the common subspace and be bent by it. It
    does not mind signs. With few labels it may not be able to tell an outlier from noise.

    Parameters
    ----------
    alpha_shared : float, default=1.5
        Strength on the part of low rank, above 0.

    alpha_outlier : float, default=1.0
        Strength on the weights that tasks have for themselves, above 0. Where it is at least ``alpha_shared`` no task
        has any; where ``alpha_shared`` is at least sqrt(T) times as large, T the number of tasks, nothing is shared.

    See Also
    --------
    NuclearNorm : No outliers.
    RobustFeatures : Shared features in place of a subspace.

    Notes
    -----
    With V = W diag(u), u_t^2 = 1/4 for tasks with classes, else 1, s_i singular values and V[t] the columns of task t:

        min over V = L + S of  alpha_shared * sum_i s_i(L)  +  alpha_outlier * sum_t ||S[t]||

    A task with several classes is an outlier with all its columns, or with none; they sum to zero in both parts. The
    fitted model has both parts as ``components_``: "shared" is L and "specific" is S, in the layout and the units of
    ``coef_``; a task whose specific part is not zero is an outlier.

    References
    ----------
    J. Chen, J. Zhou and J. Ye (2011). Integrating low-rank and group-sparse structures for robust multi-task
    learning. KDD, 42-50.

    Examples
    --------
    >>> import numpy as np
    >>> from skmtl import MultiTaskGLM
    >>> from skmtl.penalties import RobustLowRank
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((50, 4))
    >>> y = {name: X[:, 0] + 0.1 * rng.standard_normal(50) for name in "abc"} | {"other": X[:, 3]}
    >>> model = MultiTaskGLM(RobustLowRank(alpha_shared=15, alpha_outlier=10)).fit(X, y)
    >>> np.linalg.norm(model.components_["specific"], axis=1).round(1) + 0.0
    array([0. , 0. , 0. , 0.8])
    """

    _strengths = ("alpha_shared", "alpha_outlier")
    _rules = {"alpha_shared": POSITIVE, "alpha_outlier": POSITIVE}

    def __init__(self, alpha_shared: float = 1.5, alpha_outlier: float = 1.0) -> None:
        self.alpha_shared = alpha_shared
        self.alpha_outlier = alpha_outlier

    @property
    def basis(self) -> str:
        """In which coordinates of the features it can be reckoned, where few samples need few of them."""
        return ORTHONORMAL

    def bind(self, columns: Columns, separate: np.ndarray | None) -> Composite:
        """Return the penalty as a function of the coefficients of these columns."""
        terms = (SpectrumSum(self.alpha_shared), TaskNorm(self.alpha_outlier, columns.entries))
        return Composite(columns.u, terms, ("shared", "specific"))
