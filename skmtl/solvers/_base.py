"""What a solver is given, and what it gives back."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

from ..utils import Configurable, Number

PATIENCE = 20  # iterations without a gradient half as long (its norm is not monotone) after which it is hopeless

Raw = list[np.ndarray]


class QuadraticProblem(Protocol):
    """Minimise loss(raw(v)) + <v, P v> / 2 over vectors v; raw predictions, a list of arrays, are affine in v.

    That is what conjugate gradients ask for, of a loss that is quadratic.
    """

    @property
    def scale(self) -> float:
        """The objective at the best constant prediction."""

    def goal(self, tol: float) -> float:
        """Return half the squared norm of the gradient that is small enough, however the preconditioner sees it."""

    def begin(self, v: np.ndarray) -> tuple[Raw, np.ndarray]:
        """Return the raw predictions of v, and the gradient there."""

    def hessian_product(self, raw: Raw, D: np.ndarray) -> tuple[Raw, np.ndarray]:
        """Return the change of the raw predictions along D and the Hessian times D, from one pass over the data."""

    def preconditioner(self) -> Callable[[np.ndarray], np.ndarray]:
        """Return an approximation of the inverse Hessian: a self-adjoint and positive map."""


class SmoothProblem(QuadraticProblem, Protocol):
    """Such a problem with any smooth loss; along a line it needs no product with the data."""

    @property
    def rounded(self) -> "SmoothProblem | None":
        """The same problem in lower precision, whose passes are faster; None where there is none."""

    @property
    def close_at(self) -> Sequence[float]:
        """Falling estimates of suboptimality at which the better preconditioner, or a new one, is worth its price."""

    def gradient(self, v: np.ndarray, raw: Raw) -> np.ndarray:
        """Return the gradient at v, whose raw predictions are raw."""

    def advance(self, v: np.ndarray, raw: Raw, D: np.ndarray) -> tuple[Raw, np.ndarray]:
        """Return the change of the raw predictions along D and the gradient at v + D, from one pass over the data."""

    def loss_slope(self, raw: Raw, change: Raw) -> float:
        """Return the derivative of the loss at raw along a change of raw."""

    def penalty_product(self, v: np.ndarray) -> np.ndarray:
        """Return P v."""

    def preconditioner(
        self, v: np.ndarray | None = None, raw: Raw | None = None, closely: bool = False
    ) -> Callable[[np.ndarray], np.ndarray]:
        """Return the approximation of the inverse Hessian.

        It is that at v, whose raw predictions are raw, or at the best constant prediction where there is none. closely
        asks for the better one.
        """


class Solution(NamedTuple):
    """Where a solver stopped.

    Parameters
    ----------
    v : ndarray of shape (n,)
        The vector reached.

    suboptimality : float
        Estimate of how far its objective is above the optimum, relative to the scale of the problem.

    n_iter : int
        Iterations done.

    converged : bool
        Whether suboptimality is at most tol.

    Examples
    --------
    >>> import numpy as np
    >>> from skmtl.solvers import Solution
    >>> Solution(np.zeros(1), suboptimality=0.0, n_iter=1, converged=True).n_iter
    1
    """

    v: np.ndarray
    suboptimality: float
    n_iter: int
    converged: bool


class Parts(NamedTuple):
    """Where a solver of penalised problems stopped.

    Parameters
    ----------
    parts : ndarray of shape (n_terms, n_features, n_columns)
        The parts of V.

    gap : float
        The duality gap, relative to the scale of the problem.

    n_iter : int
        Iterations done.

    converged : bool
        Whether the gap is at most tol.

    Examples
    --------
    >>> import numpy as np
    >>> from skmtl.solvers import Parts
    >>> Parts(np.zeros((1, 2, 3)), gap=0.0, n_iter=1, converged=True).n_iter
    1
    """

    parts: np.ndarray
    gap: float
    n_iter: int
    converged: bool


class Solver(Configurable):
    """Method for a convex problem: solve goes from a start to where it stops."""

    _rules = {"max_iter": Number(1, whole=True), "tol": Number(0.0, closed=False)}


class SmoothSolver(Solver):
    """Method for a problem that is smooth."""

    @abstractmethod
    def solve(self, problem: SmoothProblem, start: np.ndarray) -> Solution:
        """Minimise the problem from start."""


class CompositeSolver(Solver):
    """Method for the sum of something smooth and a penalty that is not, of the kind of problem that it names."""

    @abstractmethod
    def solve(self, problem: Any, start: np.ndarray) -> Parts:
        """Minimise the problem from start."""


class Stagnation:
    """Whether the gradient has stopped shrinking, so that rounding leaves nothing to be won."""

    def __init__(self, patience: int = PATIENCE) -> None:
        self.patience, self.least, self.since = patience, np.inf, 0

    def has_come(self, square: float) -> bool:
        """Take note of the squared norm of the gradient; return whether it has not been halved for a while."""
        if square <= 0.5 * self.least:
            self.least, self.since = square, 0
        else:
            self.since += 1
        return self.since >= self.patience


def moved(raw: Raw, step: float, change: Raw) -> Raw:
    """Return raw + step * change."""
    step = float(step)  # a scalar of NumPy would turn single precision into double
    return [old + step * new for old, new in zip(raw, change, strict=True)]
