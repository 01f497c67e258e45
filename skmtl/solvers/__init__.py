"""Methods for convex problems; they have never heard of tasks.

A new solver is a file with one loop, its objective and steps in the docstring, and ``solve(problem, start)``. A problem
offers what its method asks for: gradients, proximal steps, curvature; a solution says how close it is.
"""

from ._augmented_lagrangian import AugmentedLagrangian
from ._base import Parts, SmoothProblem, Solution
from ._conjugate_gradient import ConjugateGradient
from ._curvature import (
    BlockCurvature,
    Curvature,
    Eliminated,
    KroneckerCurvature,
    RowsCurvature,
    inverse_of_diagonal,
    largest_eigenvalue,
    power_iterations,
)
from ._fista import FISTA
from ._gram import GramProblem
from ._hybrid import Hybrid
from ._lbfgs import LBFGS
from ._line_search import line_search
from ._penalized import Settled
from ._proximal_newton import ProximalNewton
from ._row_newton import MOST_ROWS, RowNewton
from ._working_set import WorkingSet

__all__ = [
    "FISTA",
    "LBFGS",
    "AugmentedLagrangian",
    "ConjugateGradient",
    "GramProblem",
    "Hybrid",
    "KroneckerCurvature",
    "Parts",
    "ProximalNewton",
    "RowNewton",
    "Solution",
    "WorkingSet",
]
