"""The same outcome over time."""

import numpy as np

from ..utils import NOT_NEGATIVE, POSITIVE, Boolean
from ._base import ONE_COLUMN, Columns, Penalty
from ._composite import Composite
from ._fused import FusedRows
from ._sparse_group import rows_and_entries
from ._terms import Term


class Temporal(Penalty):
    """Tasks are the same outcome over time, in the order of y, and their weights change little from one to the next.

    Use it for death within 1, 2 and 5 years, or a score at baseline and at each visit. A weight stays the same over
    some tasks and then jumps (``smooth=False``), or drifts (``smooth=True``); ``rows`` drops features for all times,
    ``l1`` for single ones. Signs matter: all tasks must point the same way. It hurts where tasks have no order.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength of the whole, above 0.

    fusion : float, default=1.0
        Relative strength on changes between neighbouring tasks, not negative.

    l1 : float, default=0.0
        Relative strength on single weights, not negative.

    rows : float, default=1.0
        Relative strength on whole features, not negative. ``rows`` or ``l1`` must be above 0.

    l2 : float, default=0.0
        Relative strength of a ridge penalty, not negative.

    smooth : bool, default=False
        Whether changes are penalised by their squares: they become small, but are nowhere zero.

    See Also
    --------
    GraphLaplacian : Any known graph of tasks, of which a chain is one.

    Notes
    -----
    With V = W diag(u), u_t^2 = 1/4 for tasks with classes, else 1, V_j its row of feature j and V_j[t] the columns of
    task t in it:

        alpha * (fusion * sum_j sum_t abs(V_j,t+1 - V_j,t) + l1 * sum_j sum_t ||V_j[t]|| + rows * sum_j ||V_j||
                 + l2 / 2 * ||V||^2)

    and with fusion / 2 * sum_t ||V_t+1 - V_t||^2 as first part where ``smooth=True``. The first is the convex fused
    sparse group lasso of Zhou et al. (2012), the second, with l1 = 0, the temporal group lasso of Zhou et al. (2011).

    Changes are those between neighbours among the tasks of one column. With ``smooth=True`` tasks with the same
    classes are a chain too, class by class; without, two such tasks are an error. A task with several
    classes that no other task has takes part in l1, as one entry by the norm of its class weights, rows and l2.

    References
    ----------
    J. Zhou, J. Liu, V. A. Narayan and J. Ye (2012). Modeling disease progression via fused sparse group lasso. KDD,
    1095-1103.

    J. Zhou, L. Yuan, J. Liu and J. Ye (2011). A multi-task learning formulation for predicting disease progression.
    KDD, 814-822.

    Examples
    --------
    >>> import numpy as np
    >>> from skmtl import MultiTaskGLM
    >>> from skmtl.penalties import Temporal
    >>> X = np.array([[0.0, 1.0], [1.0, 0.0], [2.0, 1.0], [3.0, 0.0]])
    >>> y = {"year1": [0.0, 1.1, 1.9, 3.2], "year2": [0.1, 0.9, np.nan, 3.0], "year3": [0.0, 1.3, 2.2, np.nan]}
    >>> model = MultiTaskGLM(Temporal(alpha=0.3), scale_targets=False).fit(X, y)
    >>> model.coef_.round(2) + 0.0
    array([[0.98, 0.  ],
           [0.98, 0.  ],
           [0.98, 0.  ]])
    """

    _rules = {
        "alpha": POSITIVE,
        "fusion": NOT_NEGATIVE,
        "l1": NOT_NEGATIVE,
        "rows": NOT_NEGATIVE,
        "l2": NOT_NEGATIVE,
        "smooth": Boolean(),
    }

    def __init__(
        self,
        alpha: float = 1.0,
        fusion: float = 1.0,
        l1: float = 0.0,
        rows: float = 1.0,
        *,
        l2: float = 0.0,
        smooth: bool = False,
    ) -> None:
        self.alpha = alpha
        self.fusion = fusion
        self.l1 = l1
        self.rows = rows
        self.l2 = l2
        self.smooth = smooth

    def check_columns(self, columns: Columns) -> None:
        """Raise ValueError where the parameters do not fit the tasks, before anything is fitted."""
        if self.l1 == self.rows == 0:
            raise ValueError(
                f"l1 or rows of Temporal must be above 0, got l1={self.l1} and rows={self.rows}; "
                "for squared changes alone see GraphLaplacian"
            )
        if not self.smooth and self.fusion > 0:
            only_chain(columns)

    def bind(self, columns: Columns, separate: np.ndarray | None) -> Composite:
        """Return the penalty as a function of the coefficients of these columns."""
        self.check_columns(columns)
        precision = self.alpha * self.l2 * np.eye(len(columns))
        if self.smooth:
            for chain in columns.ties():
                precision += (
                    self.alpha
                    * self.fusion
                    * chain_laplacian(in_order_of_y(chain, columns), len(columns))
                )
        term: Term
        if self.smooth or self.fusion == 0:
            term = rows_and_entries(self.alpha * self.rows, self.alpha * self.l1, columns)
        else:
            term = FusedRows(
                self.alpha * self.fusion,
                self.alpha * self.l1,
                self.alpha * self.rows,
                only_chain(columns),
                columns.entries,
            )
        return Composite(columns.u, (term,), precision=precision if precision.any() else None)


def chain_laplacian(chain: list[int], n_columns: int) -> np.ndarray:
    """Return L with trace(V L V') = sum_s ||V_chain[s+1] - V_chain[s]||^2."""
    D = np.zeros((max(len(chain) - 1, 0), n_columns))
    steps = np.arange(len(D))
    D[steps, chain[1:]], D[steps, chain[:-1]] = 1.0, -1.0
    return D.T @ D


def only_chain(columns: Columns) -> tuple[int, ...]:
    """Return the tasks of one column, in the order of y, and raise ValueError where others want a chain too."""
    chain: tuple[int, ...] = ()
    for tie in columns.ties():
        if columns.families[tie[0]] != ONE_COLUMN:
            names = [columns.tasks[k] for k in tie]
            raise ValueError(
                f"Temporal ties tasks of several classes, such as {names}, with smooth=True alone, got smooth=False"
            )
        chain = tuple(in_order_of_y(tie, columns))
    return chain


def in_order_of_y(tie: np.ndarray, columns: Columns) -> list[int]:
    """Return columns of different tasks in the order in which y has the tasks."""
    return sorted(tie.tolist(), key=lambda k: columns.all_tasks.index(columns.tasks[k]))
