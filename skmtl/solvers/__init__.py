"""Methods for convex problems; they have never heard of tasks."""

from ._base import SmoothProblem, Solution, Solver
from ._conjugate_gradient import ConjugateGradient
from ._lbfgs import LBFGS

__all__ = ["LBFGS", "ConjugateGradient", "Solution"]
