"""Shared features, and features of single tasks."""

import numpy as np

from ..utils import POSITIVE, OneOf
from ._base import Columns, Penalty
from ._composite import Composite
from ._entries import EntryNorm, LargestEntry, RowNorm


class Dirty(Penalty):
    """The weights are a sum: features that all tasks share, and features of single tasks.

    Use it where tasks have most of their causes in common, and some have causes of their own: the shared part need not
    carry these along. It does not mind signs. With few labels it may not be able to tell the two parts apart.

    Parameters
    ----------
    alpha_shared : float, default=1.5
        Strength on the shared part, above 0.

    alpha_specific : float, default=1.0
        Strength on the part of single tasks, above 0. Where it is at least ``alpha_shared`` all is shared; where
        ``alpha_shared`` is at least T times as large ("l1inf"; sqrt(T) times for "l21"), T the number of tasks,
        nothing is: tune the ratio in between.

    norm : {"l1inf", "l21"}, default="l1inf"
        Norm of the shared part: that of L1Inf or of L21.

    See Also
    --------
    L1Inf, L21 : The shared part alone.
    SparseGroup : Drops single tasks from shared features instead.
    RobustFeatures : Shared features, and tasks that are unlike the others.

    Notes
    -----
    With V = W diag(u), u_t^2 = 1/4 for tasks with classes, else 1, and V_j[t] the columns of task t in row j:

        min over V = P + Q of  alpha_shared * sum_j max_t ||P_j[t]||  +  alpha_specific * sum_j sum_t ||Q_j[t]||

    with alpha_shared * sum_j ||P_j|| as the first part for ``norm="l21"``. For a task of one column ||V_j[t]|| is the
    absolute value; a task with several classes is one entry of the row, by the norm of its class weights.
    The fitted model has both parts as ``components_``: "shared" is P and "specific" is Q, in the layout and the
    units of ``coef_``.

    References
    ----------
    A. Jalali, P. Ravikumar, S. Sanghavi and C. Ruan (2010). A dirty model for multi-task learning. NIPS 23, 964-972.

    Examples
    --------
    >>> import numpy as np
    >>> from skmtl import MultiTaskGLM
    >>> from skmtl.penalties import Dirty
    >>> X = np.array([[0.0, 1.0], [1.0, 0.0], [2.0, 1.0], [3.0, 0.0]])
    >>> y = {"dose": [0.0, 1.1, 1.9, 3.2], "survival": [9.0, 8.0, 7.2, 5.9]}
    >>> model = MultiTaskGLM(Dirty(alpha_shared=1.0, alpha_specific=0.8)).fit(X, y)
    >>> np.allclose(model.components_["shared"] + model.components_["specific"], model.coef_)
    True
    """

    _strengths = ("alpha_shared", "alpha_specific")
    _rules = {
        "alpha_shared": POSITIVE,
        "alpha_specific": POSITIVE,
        "norm": OneOf("l1inf", "l21"),
    }

    def __init__(
        self, alpha_shared: float = 1.5, alpha_specific: float = 1.0, norm: str = "l1inf"
    ) -> None:
        self.alpha_shared = alpha_shared
        self.alpha_specific = alpha_specific
        self.norm = norm

    def bind(self, columns: Columns, separate: np.ndarray | None) -> Composite:
        """Return the penalty as a function of the coefficients of these columns."""
        if self.norm == "l1inf":
            shared: LargestEntry | RowNorm = LargestEntry(self.alpha_shared, columns.entries)
        else:
            shared = RowNorm(self.alpha_shared)
        specific = EntryNorm(self.alpha_specific, columns.entries)
        return Composite(columns.u, (shared, specific), ("shared", "specific"))
