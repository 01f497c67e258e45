"""Newton's step, by conjugate gradients whose products may be of lower precision than the gradient."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ._base import Raw, SmoothProblem, Solution
from ._conjugate_gradient import ConjugateGradient

FEW = 6  # products that the step may take


@dataclass(frozen=True, eq=False)
class QuadraticModel:
    """The second-order model of a problem, as a quadratic problem of the step from there.

    C is the gradient there. Products with the Hessian are those of rounded, the same problem in lower precision, at the
    raw predictions raw, and inverse approximates its inverse.
    """

    problem: SmoothProblem
    rounded: SmoothProblem
    raw: Raw
    C: np.ndarray
    inverse: Callable[[np.ndarray], np.ndarray]

    @property
    def scale(self) -> float:
        """What tol is relative to."""
        return self.problem.scale

    def goal(self, tol: float) -> float:
        """Return half the squared norm of the gradient that is small enough."""
        return self.problem.goal(tol)

    def begin(self, v: np.ndarray) -> tuple[Raw, np.ndarray]:
        """Return nothing, for raw predictions, and the gradient at no step."""
        return [], self.C

    def hessian_product(self, raw: Raw, D: np.ndarray) -> tuple[Raw, np.ndarray]:
        """Return nothing, and the Hessian times D."""
        return [], self.rounded.hessian_product(self.raw, D)[1]

    def preconditioner(self) -> Callable[[np.ndarray], np.ndarray]:
        """Return the approximation of the inverse Hessian."""
        return self.inverse


def newton_step(model: QuadraticModel, max_iter: int, tol: float) -> Solution | None:
    """Return the step to the optimum of a model; None where it takes too many products."""
    few = min(FEW, max_iter)
    if few < 1:
        return None
    solution = ConjugateGradient(max_iter=few, tol=tol).solve(model, np.zeros_like(model.C))
    return solution if solution.converged and solution.n_iter < few else None
