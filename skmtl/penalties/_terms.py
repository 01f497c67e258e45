"""The contract of a term: a convex function of the coefficients that a solver can minimise exactly."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar

import numpy as np

INSIDE = 1.0 + 1e-9  # a dual norm up to here is one that rounding has moved
NEWTON_STEPS = 100
DIFFERENCE = 1e-6  # relative, by which a derivative is estimated


class Term(ABC):
    """Convex function of V, of shape (n_features, n_columns), that is zero at zero and symmetric about it.

    by_rows says that it is a sum over rows, rotates that it stays the same where V is multiplied by an orthogonal
    matrix from the left.

    Examples
    --------
    Terms are what a penalty is made of:

    >>> from skmtl.penalties import Columns, L21
    >>> bound = L21(2.0).bind(Columns.alone("a", "b"), None)
    >>> bound.terms
    (RowNorm(strength=2.0),)
    """

    by_rows: ClassVar[bool] = False
    rotates: ClassVar[bool] = False

    @property
    def row_strength(self) -> float | None:
        """The strength where the term is that times the sum of the norms of rows; None where it is another."""
        return None

    @abstractmethod
    def value(self, V: np.ndarray) -> float:
        """Return the term at V."""

    @abstractmethod
    def prox(self, V: np.ndarray, step: float | np.ndarray) -> np.ndarray:
        """Return the minimiser of the term plus ||. - V||^2 / (2 step).

        A sum over rows takes a step for each, too, of shape (n_features, 1).
        """

    def prox_jacobian(self, V: np.ndarray, step: float | np.ndarray) -> np.ndarray:
        """Return the derivative of the prox at V: symmetric matrices along a diagonal, (n_blocks, size, size).

        They are over the entries of V, row by row. Where there is no derivative it is one of those nearby. Those of the
        package have formulas; any other term has differences.
        """
        return by_differences(self, V, step)

    def prox_derivative(
        self, V: np.ndarray, step: float | np.ndarray
    ) -> Callable[[np.ndarray], np.ndarray]:
        """Return the same derivative as a map of directions, each of the shape of V."""
        blocks = self.prox_jacobian(V, step)

        def product(D: np.ndarray) -> np.ndarray:
            rows = D.reshape(*D.shape[: D.ndim - 2], *blocks.shape[:2], 1)
            return np.matmul(blocks, rows).reshape(D.shape)

        return product

    @abstractmethod
    def dual_norm(self, U: np.ndarray) -> float:
        """Return the smallest number s for which the conjugate is finite at U / s: 0 if it is finite everywhere."""

    @abstractmethod
    def conjugate(self, U: np.ndarray) -> float:
        """Return sup over V of <U, V> - value(V): for a norm 0, or infinity where its dual norm exceeds 1."""


def indicator(dual_norm: float) -> float:
    """Return the conjugate of a norm whose dual norm is given."""
    return 0.0 if dual_norm <= INSIDE else np.inf


def dual_by_prox(norm: Term, U: np.ndarray) -> float:
    """Return the dual norm of a norm of which the prox is known: the least step s at which the prox of U is zero.

    The length of that prox, ||P||, is the distance of U to s times the dual ball: a convex function of s with slope
    -norm(P) / ||P||, whose root Newton's method finds from below.
    """
    s, P = 0.0, U
    for _ in range(NEWTON_STEPS):
        square = float(np.vdot(P, P))
        gain = square / norm.value(P) if square > 0.0 else 0.0
        if gain <= np.finfo(float).eps * s:
            break
        s += gain
        P = norm.prox(U, s)
    return s


def as_matrix(product: Callable[[np.ndarray], np.ndarray], shape: tuple[int, int]) -> np.ndarray:
    """Return a map of matrices of a shape, which takes a stack of them, as one block over their entries."""
    size = shape[0] * shape[1]
    return product(np.eye(size).reshape(size, *shape)).reshape(1, size, size)


def by_differences(term: Term, V: np.ndarray, step: float | np.ndarray) -> np.ndarray:
    """Return about the derivative of the prox: of a sum over rows in one block for each row, else in one for all."""
    n_blocks = len(V) if term.by_rows else 1
    width = V.size // max(n_blocks, 1)
    h = DIFFERENCE * max(float(np.abs(V).max(initial=0.0)), np.finfo(float).tiny)
    made = np.empty((n_blocks, width, width))
    for k, direction in enumerate(np.eye(width)):
        D = h * np.tile(direction, n_blocks).reshape(V.shape)
        change = term.prox(V + D, step) - term.prox(V - D, step)
        made[:, k] = change.reshape(n_blocks, width) / (2.0 * h)
    return 0.5 * (made + made.transpose(0, 2, 1))
