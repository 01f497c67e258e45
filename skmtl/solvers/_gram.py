"""Quadratic losses of which the Gram matrix is known, with a penalty that has a prox."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

import numpy as np

from ._curvature import Curvature, power_iterations

ALIKE = 10.0  # times as large a second derivative in one row as in another is none worth a metric


class Proximable(Protocol):
    """min over V = sum_k P_k of sum_k term_k(P_k), plus a quadratic function of V; parts are the P_k, stacked."""

    @property
    def by_rows(self) -> bool:
        """Whether it is a sum over rows of V."""

    @property
    def row_strength(self) -> float | None:
        """The strength where its one term is that times the norms of rows, and precision a number; None elsewhere."""

    @property
    def precision(self) -> np.ndarray | None:
        """The matrix of the quadratic function, None where there is none."""

    def value(self, parts: np.ndarray) -> float:
        """Return the penalty."""

    def quadratic(self, V: np.ndarray) -> float:
        """Return the quadratic function."""

    def slope(self, V: np.ndarray) -> np.ndarray | float:
        """Return its gradient."""

    def prox(self, parts: np.ndarray, step: float | np.ndarray) -> np.ndarray:
        """Return the proximal points of the terms; a step for each row, (n_features, 1), where it is by_rows."""

    def prox_jacobians(self, parts: np.ndarray, step: float | np.ndarray) -> list[np.ndarray]:
        """Return the derivative of each term's proximal points, as matrices along a diagonal."""

    def prox_derivatives(
        self, parts: np.ndarray, step: float | np.ndarray
    ) -> list[Callable[[np.ndarray], np.ndarray]]:
        """Return the derivative of each term's proximal points, as a map."""

    def dual_scaling(self, C: np.ndarray) -> float:
        """Return the largest number up to one that takes C into the domain of all conjugates."""

    def fenchel_gap(self, parts: np.ndarray, C: np.ndarray) -> float:
        """Return sum_k term_k(P_k) + conjugate_k(-C) + <C, P_k>."""

    def moving_rows(self, C: np.ndarray) -> np.ndarray:
        """Return how far each row would move from zero, were C the gradient there."""


class RowProblem(NamedTuple):
    """Minimise -<B, V> + 1/2 <V, H V> + strength * sum_j ||V_j||, the same H for all columns."""

    H: np.ndarray
    B: np.ndarray
    strength: float
    scale: float


@dataclass(frozen=True, eq=False)
class GramProblem:
    """Minimise half_square - <B, V> + 1/2 <V, curvature V> + penalty(parts), V the sum of the parts.

    Parameters
    ----------
    curvature : Curvature
        The Hessian of the loss.

    B : ndarray of shape (n_features, n_columns)
        Minus the gradient of the loss at V = 0.

    half_square : float
        The loss at V = 0; everywhere it is half the squared norm of residuals.

    penalty : Composite
        Such as ``bind`` of a penalty returns.

    scale : float
        What tolerances are relative to.

    Examples
    --------
    ||V - 2||^2 / 2 + ||V||, for V of one row and one column, and its duality gap at V = 1:

    >>> import numpy as np
    >>> from skmtl.penalties import Columns, L21
    >>> from skmtl.solvers import KroneckerCurvature, GramProblem
    >>> hessian = KroneckerCurvature.of(np.eye(1), kappa=np.ones(1))
    >>> penalty = L21(1.0).bind(Columns.alone("a"), None)
    >>> problem = GramProblem(hessian, np.array([[2.0]]), 2.0, penalty, scale=2.0)
    >>> one = np.ones((1, 1, 1))
    >>> problem.gap(one, problem.image(one[0]))
    0.0
    """

    curvature: Curvature
    B: np.ndarray
    half_square: float
    penalty: Proximable
    scale: float

    def image(self, V: np.ndarray) -> np.ndarray:
        """Return the gradient of the quadratic part of the loss."""
        return self.curvature.product(V)

    def gradient(self, V: np.ndarray, image: np.ndarray) -> np.ndarray:
        """Return the gradient of all that is smooth, given the image of V."""
        return image - self.B + self.penalty.slope(V)

    def along(self, D: np.ndarray, image: np.ndarray) -> float:
        """Return the second derivative along D, given its image."""
        return float(np.vdot(D, image) + 2.0 * self.penalty.quadratic(D))

    def steepest(self, shape: tuple[int, int]) -> np.ndarray:
        """Return the largest second derivative in an entry of each row, (n_features, 1), but for rounding above 0."""
        diagonal = self.curvature.diagonal(shape)
        if self.penalty.precision is not None:
            diagonal = diagonal + self.penalty.precision.diagonal()
        largest = diagonal.max(axis=1, keepdims=True)
        return np.maximum(largest, np.finfo(float).eps * largest.max())

    def lipschitz(self, shape: tuple[int, int]) -> float | np.ndarray:
        """Return L, of which L ||D||^2 is about an upper bound of second derivatives along D.

        Where the penalty is by_rows and features differ much in size, there is an L for each row, (n_features, 1).
        """
        metric = self.steepest(shape) if self.penalty.by_rows else np.ones((1, 1))
        if metric.max() <= ALIKE * metric.min():
            precision = self.penalty.precision
            ridge = 0.0 if precision is None else float(np.linalg.norm(precision, 2))
            return self.curvature.top + ridge or 1.0
        root = np.sqrt(metric)

        def product(v: np.ndarray) -> np.ndarray:
            V = v.reshape(shape) / root
            return ((self.image(V) + self.penalty.slope(V)) / root).ravel()

        return power_iterations(product, shape[0] * shape[1]) * metric

    def features(self, rows: np.ndarray) -> "GramProblem":
        """Return the problem in which all other rows are zero."""
        return replace(self, curvature=self.curvature.features(rows), B=self.B[rows])

    def in_rows(self) -> RowProblem | None:
        """Return the problem as one of norms of rows alone, None where it is another."""
        strength, H = self.penalty.row_strength, self.curvature.of_each_column()
        if strength is None or H is None:
            return None
        if self.penalty.precision is not None:
            H = H + self.penalty.precision[0, 0] * np.eye(len(H))
        return RowProblem(H, self.B, strength, self.scale)

    def gradient_and_gap(self, parts: np.ndarray) -> tuple[np.ndarray, float]:
        """Return the gradient of all that is smooth, for all features, and the duality gap."""
        V = parts.sum(axis=0)
        image = self.image(V)
        return self.gradient(V, image), self.gap(parts, image)

    def gap(self, parts: np.ndarray, image: np.ndarray) -> float:
        """Return the duality gap at parts, given the image of their sum.

        With the dual point tau times the residuals, Fenchel and Young are short by (1 - tau)^2 times the squares.
        """
        V = parts.sum(axis=0)
        C = self.gradient(V, image)
        tau = self.penalty.dual_scaling(C)
        square = self.half_square - np.vdot(self.B, V) + 0.5 * np.vdot(V, image)
        short = (1.0 - tau) ** 2 * (max(float(square), 0.0) + self.penalty.quadratic(V))
        gap = short + self.penalty.fenchel_gap(parts, tau * C)
        return max(0.0, gap) if np.isfinite(gap) else np.inf
