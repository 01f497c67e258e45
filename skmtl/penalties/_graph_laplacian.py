"""Tasks joined in a known graph stay close."""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np

from ..utils import (
    NOT_NEGATIVE,
    POSITIVE,
    Either,
    PerTask,
    check_unique_columns,
    is_frame,
    read_frame,
)
from ._base import ANY, FEATURES, Columns, Penalty, strengths
from ._composite import Composite
from ._quadratic import DenseQuadratic, Quadratic
from ._sparse_group import rows_and_entries


class GraphLaplacian(Penalty):
    """Weight vectors of tasks that are joined in a known graph stay close.

    Use it where it is known which tasks are alike: neighbouring regions, consecutive years, related diagnoses. A
    negative entry says that two tasks have opposite weights.

    Parameters
    ----------
    graph : array-like or data frame of shape (n_tasks, n_tasks)
        Symmetric weights of the edges between tasks; the diagonal is ignored. An array has the tasks in the order
        of y. A frame has a column a task, by name; its rows are named by its index (pandas) or else in the order
        of its columns.

    alpha : float or dict of {task: float}, default=1.0
        Strength of the ties, above 0. A dict gives each task its own relative strength.

    l2 : float, default=1.0
        Strength of the ridge penalty on each task, above 0.

    l1 : float, default=0.0
        Strength of an added L1 norm, which drops features for single tasks; not negative.

    l21 : float, default=0.0
        Strength of an added L21 norm, which drops features for all tasks; not negative.

    See Also
    --------
    MeanRegularized : Ties all tasks to a common vector.

    Notes
    -----
    With V = W diag(u) as in MeanRegularized, and a_st the entries of the graph:

        alpha / 2 * sum_{s < t} abs(a_st) ||V_s - sign(a_st) V_t||^2  +  l2 / 2 * sum_t ||V_t||^2

    ``l1`` and ``l21`` add l1 * sum_j sum_t ||V_j[t]|| + l21 * sum_j ||V_j||, with V_j the row of feature j and V_j[t]
    the columns of task t in it: one, or one for each of several classes. With a dict ``alpha``, alpha is 1 and u_t^2 is
    multiplied by the task's strength. Tasks with several classes can be joined to tasks with the same classes alone,
    class by class; any other edge is an error.

    References
    ----------
    T. Evgeniou, C. A. Micchelli and M. Pontil (2005). Learning multiple tasks with kernel methods. Journal of
    Machine Learning Research 6, 615-637.

    Examples
    --------
    >>> import numpy as np
    >>> from skmtl import MultiTaskGLM
    >>> from skmtl.penalties import GraphLaplacian
    >>> X = np.array([[0.0], [1.0], [2.0], [3.0]])
    >>> y = {"year1": [0.0, 1.1, 1.9, 3.2], "year2": [0.1, 0.9, np.nan, 3.0], "other": [5.5, 1.0, 2.0, 4.0]}
    >>> graph = [[0, 1, 0], [1, 0, 0], [0, 0, 0]]
    >>> MultiTaskGLM(GraphLaplacian(graph, alpha=5.0)).fit(X, y).coef_.round(2)
    array([[ 0.84],
           [ 0.84],
           [-0.29]])
    """

    _strengths = ("alpha", "l2", "l1", "l21")
    _rules = {
        "alpha": Either(POSITIVE, PerTask(POSITIVE)),
        "l2": POSITIVE,
        "l1": NOT_NEGATIVE,
        "l21": NOT_NEGATIVE,
    }

    def __init__(
        self,
        graph: Any,
        alpha: float | Mapping[Hashable, float] = 1.0,
        *,
        l2: float = 1.0,
        l1: float = 0.0,
        l21: float = 0.0,
    ) -> None:
        self.graph = graph
        self.alpha = alpha
        self.l2 = l2
        self.l1 = l1
        self.l21 = l21

    @property
    def basis(self) -> str:
        """In which coordinates of the features it can be reckoned, where few samples need few of them."""
        return ANY if self.l1 == self.l21 == 0 else FEATURES

    def check_columns(self, columns: Columns) -> None:
        """Raise ValueError where the parameters do not fit the tasks, before anything is fitted."""
        strengths(self.alpha, columns)
        self._edges(columns)

    def bind(self, columns: Columns, separate: np.ndarray | None) -> Quadratic | Composite:
        """Return the penalty as a function of the coefficients of these columns."""
        alpha, u = strengths(self.alpha, columns)
        edges = self._edges(columns)
        laplacian = np.diag(np.abs(edges).sum(axis=1)) - edges
        precision = alpha * laplacian + self.l2 * np.eye(len(columns))
        if self.basis == FEATURES:
            term = rows_and_entries(self.l21, self.l1, columns)
            return Composite(u, (term,), precision=precision)
        return DenseQuadratic(np.linalg.inv(precision) / np.outer(u, u))

    def _edges(self, columns: Columns) -> np.ndarray:
        """Return the weights of the edges between columns."""
        graph = read_graph(self.graph, columns.all_tasks)
        edges = np.zeros((len(columns), len(columns)))
        for s in range(len(columns)):
            for t in range(len(columns)):
                weight = graph[
                    columns.all_tasks.index(columns.tasks[s]),
                    columns.all_tasks.index(columns.tasks[t]),
                ]
                if columns.tasks[s] == columns.tasks[t] or weight == 0:
                    continue
                if columns.families[s] != columns.families[t]:
                    raise ValueError(
                        f"graph joins {columns.tasks[s]!r} and {columns.tasks[t]!r} with {weight:g}, but only tasks of "
                        "one column, or with the same classes, can be joined: that entry must be 0"
                    )
                edges[s, t] = weight if columns.labels[s] == columns.labels[t] else 0.0
        return edges


def read_graph(graph: Any, tasks: tuple[Hashable, ...]) -> np.ndarray:
    """Return the graph as a symmetric array with a zero diagonal, in the order of tasks."""
    check_unique_columns(graph, "names of the graph's columns")
    if is_frame(graph):
        columns = read_frame(graph)
        names = list(columns)
        rows = list(getattr(graph, "index", names))
        rows = rows if set(rows) == set(names) else names
        missing = [task for task in tasks if task not in names]
        if missing:
            raise ValueError(f"graph must have a column for each task, got none for {missing}")
        matrix = np.column_stack([np.asarray(columns[task], dtype=float) for task in tasks])
        matrix = matrix[[rows.index(task) for task in tasks]]
    else:
        try:
            matrix = np.asarray(graph, dtype=float)
        except (TypeError, ValueError) as error:
            raise ValueError(
                f"graph must be a matrix of numbers or a data frame, got {graph!r}"
            ) from error
    expected = (len(tasks), len(tasks))
    if matrix.shape != expected:
        raise ValueError(
            f"graph must have shape {expected}, a row and a column a task, got "
            f"{matrix.shape if matrix.ndim else graph!r}"
        )
    if not np.isfinite(matrix).all() or not np.allclose(matrix, matrix.T):
        raise ValueError("graph must be finite and symmetric")
    return matrix - np.diag(np.diag(matrix))
