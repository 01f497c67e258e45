"""Tasks in clusters."""

from collections.abc import Hashable
from typing import Any

import numpy as np
from scipy.spatial.distance import squareform

from ..utils import POSITIVE, Number
from ._base import ORTHONORMAL, Columns, Penalty
from ._composite import Composite
from ._spectral import BudgetedSpectrum


class Clustered(Penalty):
    """Tasks fall into clusters, and the weight vectors of a cluster are alike, up to sign.

    Use it where there are kinds of tasks, nobody knows which task is of which kind, and their number can be guessed or
    tuned. It does not mind signs. It hurts where ``n_clusters`` is too small for the tasks. The fitted model has
    ``task_clusters_``, a cluster for each task.

    Parameters
    ----------
    alpha : float, default=1.0
        Strength, above 0.

    n_clusters : int, default=2
        Number of clusters; with as many as columns, or more, nothing is shared.

    eta : float, default=0.5
        How freely weights leave what the clusters have in common, above 0: less ties the tasks of a cluster more.

    See Also
    --------
    NuclearNorm : Few dimensions, without their number.
    GraphLaplacian : Which tasks are alike is known.

    Notes
    -----
    With V = W diag(u), u_t^2 = 1/4 for tasks with classes, else 1, and s_i its n_columns singular values:

        alpha / 2 * (1 + eta) * min over m of sum_i s_i^2 / (eta + m_i),   0 <= m_i <= 1,   sum_i m_i = n_clusters

    This is the convex relaxation of clustering the tasks, alpha / 2 * (1 + eta) * trace(V (eta I + M)^-1 V') with the
    eigenvalues m_i of M: Zhou et al. write rho_1 for alpha / (2 eta). Within the n_clusters leading directions weights
    are penalised as by Ridge(alpha), outside of them by (1 + eta) / eta times as much.

    Tasks are then assigned to ``task_clusters_`` by average linkage of 1 - abs(cosine) of their weights, numbered in
    the order of y. Of a task with several classes the columns count together: they sum to zero, and the
    cosine of two tasks A and B is ||A'B|| / sqrt(||A'A|| ||B'B||).

    References
    ----------
    L. Jacob, F. Bach and J.-P. Vert (2008). Clustered multi-task learning: a convex formulation. NIPS 21, 745-752.

    J. Zhou, J. Chen and J. Ye (2011). Clustered multi-task learning via alternating structure optimization. NIPS 24,
    702-710.

    Examples
    --------
    >>> import numpy as np
    >>> from skmtl import MultiTaskGLM
    >>> from skmtl.penalties import Clustered
    >>> X = np.array([[0.0, 1.0], [1.0, 0.0], [2.0, 1.0], [3.0, 0.0]])
    >>> y = {"dose": [0.0, 1.1, 1.9, 3.2], "age": [1.0, -1.0, 1.2, -1.0], "survival": [9.0, 8.0, 7.2, 5.9]}
    >>> MultiTaskGLM(Clustered(alpha=0.1)).fit(X, y).task_clusters_
    {'dose': 0, 'age': 1, 'survival': 0}
    """

    _rules = {"alpha": POSITIVE, "n_clusters": Number(1, whole=True), "eta": POSITIVE}

    def __init__(self, alpha: float = 1.0, n_clusters: int = 2, eta: float = 0.5) -> None:
        self.alpha = alpha
        self.n_clusters = n_clusters
        self.eta = eta

    @property
    def basis(self) -> str:
        """In which coordinates of the features it can be reckoned, where few samples need few of them."""
        return ORTHONORMAL

    def bind(self, columns: Columns, separate: np.ndarray | None) -> Composite:
        """Return the penalty as a function of the coefficients of these columns."""
        budget = float(min(self.n_clusters, len(columns)))
        term = BudgetedSpectrum(self.alpha * (1.0 + self.eta), self.eta, budget)
        return Composite(
            columns.u,
            (term,),
            learned=lambda V: {"task_clusters": task_clusters(V, columns, self.n_clusters)},
        )


def task_clusters(V: np.ndarray, columns: Columns, n_clusters: int) -> dict[Hashable, Any]:
    """Return the cluster of each task that has columns, from 0 in the order of y."""
    from scipy.cluster.hierarchy import fcluster, linkage  # slow to import, and seldom needed

    starts = columns.entries.starts
    names = [columns.tasks[start] for start in starts]
    products = np.square(V.T @ V)
    between = np.sqrt(np.add.reduceat(np.add.reduceat(products, starts, axis=0), starts, axis=1))
    size = np.sqrt(np.diag(between))
    scale = np.outer(size, size)
    cosine = np.divide(between, scale, out=np.zeros_like(between), where=scale > 0)
    clusters = np.zeros(len(names), dtype=int)
    if len(names) > 1:
        distance = np.clip(1.0 - cosine, 0.0, None)
        np.fill_diagonal(distance, 0.0)
        tree = linkage(squareform(distance, checks=False), "average")
        clusters = fcluster(tree, n_clusters, "maxclust")
    label = dict(zip(names, clusters.tolist(), strict=True))
    label = {name: label[name] for name in columns.all_tasks if name in label}
    number = {cluster: k for k, cluster in enumerate(dict.fromkeys(label.values()))}
    return {name: number[cluster] for name, cluster in label.items()}
