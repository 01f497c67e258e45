"""What a solver is given, and what it gives back."""

from abc import abstractmethod
from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy as np

from ..utils import Configurable, Number


class SmoothProblem(Protocol):
    """Minimise loss(predict(v)) + <v, P v> / 2 over vectors v.

    Raw predictions are affine in v, so that along a line the loss needs no product with the data. Inner products
    of vectors are <u, v> = u . metric(v). scale is the objective at its best constant prediction.
    """

    scale: float

    def predict(self, v: np.ndarray) -> list[np.ndarray]:
        """Return the raw predictions of v, a list of arrays."""

    def move(self, D: np.ndarray) -> list[np.ndarray]:
        """Return how raw predictions change along D."""

    def loss_gradient(self, raw: list[np.ndarray]) -> list[np.ndarray]:
        """Return the gradient of the loss in raw."""

    def hessian_product(self, raw: list[np.ndarray], D: np.ndarray) -> np.ndarray:
        """Return the Hessian of loss and penalty, where the raw predictions are raw, times D."""

    def gradient(self, v: np.ndarray, G: list[np.ndarray]) -> np.ndarray:
        """Return the gradient in v of loss and penalty, given that of the loss in raw."""

    def penalty_product(self, v: np.ndarray) -> np.ndarray:
        """Return P v, where the penalty is <v, P v> / 2."""

    def preconditioner(self, raw: list[np.ndarray]) -> Callable[[np.ndarray], np.ndarray]:
        """Return an approximation of the inverse Hessian at raw: a self-adjoint and positive map."""

    def metric(self, v: np.ndarray) -> np.ndarray:
        """Return what turns inner products with v into plain ones."""


class Solution(NamedTuple):
    """Where a solver stopped.

    v is the vector reached, raw its raw predictions; suboptimality an estimate of how far its objective is above the
    optimum, relative to the scale of the problem; n_iter the iterations done; converged whether suboptimality is at
    most tol.
    """

    v: np.ndarray
    raw: list[np.ndarray]
    suboptimality: float
    n_iter: int
    converged: bool


class Solver(Configurable):
    """Method for a convex problem: solve goes from a start to a solution."""

    _rules = {"max_iter": Number(1, whole=True), "tol": Number(0.0, closed=False)}

    @abstractmethod
    def solve(self, problem: SmoothProblem, start: np.ndarray) -> Solution:
        """Minimise the problem from start."""
