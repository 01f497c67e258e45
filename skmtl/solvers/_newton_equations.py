"""The equations of a Newton step on an augmented Lagrangian."""

from abc import ABC, abstractmethod
from collections.abc import Callable

import numpy as np
from scipy import linalg

from ._gram import GramProblem

LARGEST_DENSE = 200  # entries of all parts, of which the equations are factorised at once,
LARGEST_FACTORISED = 1200  # and of which they are where conjugate gradients do not end
RIDGE = 1e-12  # relative, on the Hessian; more where rounding makes it indefinite
LOOSE_RIDGE = (
    1e-6  # relative to firm, where conjugate gradients would follow flat directions to infinity
)
RESIDUAL = 0.1  # in the metric of the preconditioner, relative, at which a direction is good enough
MOST_PRODUCTS = 30  # in one direction; measured: more of them make no better steps

Product = Callable[[np.ndarray], np.ndarray]


class NewtonEquations(ABC):
    """Equations whose matrix is H, the Hessian of all that is smooth, plus firm (I - derivative of the prox)."""

    @abstractmethod
    def direction(
        self, away: np.ndarray, firm: float | np.ndarray, gradient: np.ndarray
    ) -> np.ndarray:
        """Return Newton's direction where the prox is taken of away, the parts with their multipliers."""


def newton_equations(
    problem: GramProblem, shape: tuple[int, ...], firm: float | np.ndarray, largest: int
) -> NewtonEquations:
    """Return the equations for parts of a shape, factorised up to the largest number of entries.

    firm will only be multiplied by numbers.
    """
    if np.prod(shape) <= largest:
        return Factorised(problem, shape)
    return Iterated(problem, shape, firm)


class Factorised(NewtonEquations):
    """By a Cholesky factor of all equations, scaled to a diagonal of one."""

    def __init__(self, problem: GramProblem, shape: tuple[int, ...]) -> None:
        self.penalty = problem.penalty
        self.H = problem.curvature.matrix((shape[1], shape[2]))
        if problem.penalty.precision is not None:
            self.H += np.kron(np.eye(shape[1]), problem.penalty.precision)

    def direction(self, away, firm, gradient):
        jacobians = self.penalty.prox_jacobians(away, 1.0 / firm)
        n_terms, size = len(jacobians), len(self.H)
        M = np.tile(self.H, (n_terms, n_terms))
        for k, blocks in enumerate(jacobians):
            width = blocks.shape[1]
            at = k * size + np.arange(size).reshape(-1, width)
            held = np.broadcast_to(firm, (len(blocks), 1))[:, :, None] * (np.eye(width) - blocks)
            M[at[:, :, None], at[:, None, :]] += held
        root = np.sqrt(np.maximum(M.diagonal(), np.finfo(float).tiny))
        M /= root
        M /= root[:, None]
        ridge = RIDGE
        while True:
            M[np.diag_indices(len(M))] += ridge
            factor, failed = linalg.lapack.dpotrf(M, lower=1)
            if not failed or not np.isfinite(M[-1, -1]):
                break
            ridge *= 100.0
        step = linalg.cho_solve((factor, True), -gradient.ravel() / root, check_finite=False)
        return (step / root).reshape(gradient.shape)


class Iterated(NewtonEquations):
    """Roughly, by conjugate gradients; the preconditioner is the inverse of H + firm, as if all were at a kink.

    With several parts, H has their sum alone, so that the inverse needs that of a multiple of H.
    """

    def __init__(
        self, problem: GramProblem, shape: tuple[int, ...], firm: float | np.ndarray
    ) -> None:
        self.problem = problem
        self.metric = np.broadcast_to(firm, (shape[1], 1))
        self.inverse = problem.curvature.shifted_inverse(self.metric)

    def direction(self, away, firm, gradient):
        derivatives = self.problem.penalty.prox_derivatives(away, 1.0 / firm)
        shift = float(np.ravel(firm)[0] / self.metric[0, 0])

        def product(D: np.ndarray) -> np.ndarray:
            total = D.sum(axis=0)
            image = self.problem.image(total) + self.problem.penalty.slope(total)
            left = [derivative(part) for derivative, part in zip(derivatives, D, strict=True)]
            return image + firm * ((1.0 + LOOSE_RIDGE) * D - np.stack(left))

        def precondition(R: np.ndarray) -> np.ndarray:
            mean = R.mean(axis=0)
            return R / firm + (self.inverse(mean, float(len(R)), shift) - mean / firm)

        return conjugate_gradients(product, precondition, -gradient)


def conjugate_gradients(product: Product, precondition: Product, right: np.ndarray) -> np.ndarray:
    """Return about the solution of product(D) = right: of enough accuracy for a step that a line search follows."""
    solution, residual = np.zeros_like(right), right.copy()
    D = Z = precondition(residual)
    energy = first = float(np.vdot(residual, Z))
    for _ in range(MOST_PRODUCTS):
        image = product(D)
        curvature = float(np.vdot(D, image))
        if not curvature > 0.0:
            break
        solution += energy / curvature * D
        residual -= energy / curvature * image
        Z = precondition(residual)
        energy, before = float(np.vdot(residual, Z)), energy
        if not energy > RESIDUAL**2 * first:
            break
        D = Z + energy / before * D
    return solution
