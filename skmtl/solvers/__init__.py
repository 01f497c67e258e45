"""Methods for convex problems; they have never heard of tasks."""

from ._base import SmoothProblem, Solution, Solver
from ._conjugate_gradient import ConjugateGradient
from ._curvature import CommonGram, Curvature, OwnGrams, largest_eigenvalue, power_iterations
from ._fista import FISTA, Parts
from ._gram import GramProblem
from ._lbfgs import LBFGS
from ._line_search import line_search
from ._proximal_newton import ProximalNewton, Settled
from ._working_set import WorkingSet

__all__ = [
    "FISTA",
    "LBFGS",
    "CommonGram",
    "ConjugateGradient",
    "GramProblem",
    "Parts",
    "ProximalNewton",
    "Solution",
    "WorkingSet",
]
