"""Joint regularisers: convex functions of the coefficient matrix."""

from ._base import ONE_COLUMN, Columns, Penalty
from ._graph_laplacian import GraphLaplacian
from ._mean_regularized import MeanRegularized
from ._quadratic import PooledIntercepts, Quadratic

__all__ = ["GraphLaplacian", "MeanRegularized", "Penalty"]
