"""Joint regularisers: convex functions of the coefficient matrix.

A new penalty is a file: value, prox, dual norm or conjugate, as terms that ``bind`` ties to the columns of a fit. The
tests prove its laws from these alone; solvers and estimators need no change.
"""

from ._base import ANY, FEATURES, ONE_COLUMN, ORTHONORMAL, Columns, Penalty
from ._clustered import Clustered
from ._composite import Composite
from ._dirty import Dirty
from ._graph_laplacian import GraphLaplacian
from ._l1_inf import L1Inf
from ._l21 import L21
from ._learned_covariance import LearnedCovariance
from ._mean_regularized import MeanRegularized
from ._nuclear_norm import NuclearNorm
from ._quadratic import PooledIntercepts, Quadratic, StarQuadratic
from ._robust_features import RobustFeatures
from ._robust_low_rank import RobustLowRank
from ._sparse_group import SparseGroup
from ._temporal import Temporal
from ._terms import Term

__all__ = [
    "L21",
    "Clustered",
    "Columns",
    "Composite",
    "Dirty",
    "GraphLaplacian",
    "L1Inf",
    "LearnedCovariance",
    "MeanRegularized",
    "NuclearNorm",
    "Penalty",
    "RobustFeatures",
    "RobustLowRank",
    "SparseGroup",
    "Temporal",
    "Term",
]
