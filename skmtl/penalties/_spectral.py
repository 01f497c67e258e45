"""Terms that are functions of the singular values of V."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ._entries import shrinkage
from ._jacobians import spectral_derivative
from ._terms import Term, as_matrix, indicator


@dataclass(frozen=True)
class SpectrumSum(Term):
    """strength * sum_i s_i: the nuclear norm."""

    rotates = True
    strength: float

    def value(self, V):
        return self.strength * float(singular_values(V).sum())

    def prox(self, V, step):
        by = self.strength * step
        return reshaped(V, lambda s: shrinkage(s, by))

    def prox_jacobian(self, V, step):
        return as_matrix(self.prox_derivative(V, step), V.shape)

    def prox_derivative(self, V, step):
        by = self.strength * step
        return derivative(V, lambda s: (shrinkage(s, by), np.diag((s > by).astype(float))))

    def dual_norm(self, U):
        return float(singular_values(U).max(initial=0.0)) / self.strength

    def conjugate(self, U):
        return indicator(self.dual_norm(U))


@dataclass(frozen=True)
class SquaredSpectrumSum(Term):
    """strength / 2 * (sum_i s_i)^2."""

    rotates = True
    strength: float

    def value(self, V):
        return 0.5 * self.strength * float(np.square(singular_values(V).sum()))

    def prox(self, V, step):
        return reshaped(V, lambda s: self._factors(s, self.strength * step))

    def prox_jacobian(self, V, step):
        return as_matrix(self.prox_derivative(V, step), V.shape)

    def prox_derivative(self, V, step):
        by = self.strength * step

        def slopes(s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            factors = self._factors(s, by)
            left = (factors > 0.0).astype(float)
            return factors, np.diag(left) - by / (1.0 + by * left.sum()) * np.outer(left, left)

        return derivative(V, slopes)

    def dual_norm(self, U):
        return 0.0

    def conjugate(self, U):
        return 0.5 * float(np.square(singular_values(U).max(initial=0.0))) / self.strength

    @staticmethod
    def _factors(s: np.ndarray, step: float) -> np.ndarray:
        """Shrink by step times the sum of what is left."""
        falling = np.sort(s)[::-1]
        by = step * np.cumsum(falling) / (1.0 + step * np.arange(1, len(s) + 1))
        n_left = max(int(np.count_nonzero(falling > by)), 1)
        return shrinkage(s, by[n_left - 1])


@dataclass(frozen=True)
class BudgetedSpectrum(Term):
    """strength / 2 * min over m of sum_i s_i^2 / (floor + m_i), 0 <= m_i <= 1, sum_i m_i = budget.

    i runs over as many singular values as V has columns.
    """

    rotates = True
    strength: float
    floor: float
    budget: float

    def value(self, V):
        s = np.zeros(V.shape[1])
        singular = singular_values(V)
        s[: len(singular)] = singular
        m = self.shares(s, self.floor)
        return 0.5 * self.strength * float(np.sum(s**2 / (self.floor + m)))

    def prox(self, V, step):
        pull = self.strength * step

        def factors(s: np.ndarray) -> np.ndarray:
            kept = self.floor + self.shares(s, self.floor + pull)
            return kept / (kept + pull)

        return reshaped(V, factors)

    def prox_jacobian(self, V, step):
        return as_matrix(self.prox_derivative(V, step), V.shape)

    def prox_derivative(self, V, step):
        pull = self.strength * step

        def slopes(s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            m = self.shares(s, self.floor + pull)
            kept = self.floor + m
            free = np.where((m > 0.0) & (m < 1.0) & (s > 0.0), s, 0.0)
            jacobian = np.diag(kept / (kept + pull))
            if free.any():
                one = free.argmax()
                level = (kept[one] + pull) / s[one]
                is_free = (free > 0.0).astype(float)
                jacobian += np.diag((1.0 - np.diag(jacobian)) * is_free)
                jacobian -= pull / level / free.sum() * np.outer(is_free, is_free)
            return kept / (kept + pull), jacobian

        return derivative(V, slopes)

    def dual_norm(self, U):
        return 0.0

    def conjugate(self, U):
        squares = np.sort(singular_values(U))[::-1] ** 2
        whole = int(self.budget)
        best = squares[:whole].sum() + (self.budget - whole) * squares[whole : whole + 1].sum()
        return 0.5 * float(self.floor * squares.sum() + best) / self.strength

    def shares(self, s: np.ndarray, floor: float) -> np.ndarray:
        """Return the m that minimise sum_i s_i^2 / (floor + m_i): clip(s_i level - floor, 0, 1), by the right level."""
        if self.budget >= len(s):
            return np.ones(len(s))
        positive = s[s > 1e-150 * s.max(initial=0.0)]
        if len(positive) <= self.budget:
            rest = (self.budget - len(positive)) / max(len(s) - len(positive), 1)
            return np.where(s > 1e-150 * s.max(initial=0.0), 1.0, rest)
        knots = np.sort(np.concatenate([floor / positive, (floor + 1.0) / positive]))
        spent = np.clip(positive[:, None] * knots - floor, 0.0, 1.0).sum(axis=0)
        level = float(np.interp(self.budget, spent, knots))
        return np.clip(s * level - floor, 0.0, 1.0)


def derivative(
    V: np.ndarray, slopes: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
) -> Callable[[np.ndarray], np.ndarray]:
    """Return the derivative of multiplying singular values by factors, as a map of directions.

    slopes get those of all columns, and return the factors, and the derivatives of the products.
    """
    if not np.isfinite(V).all():
        return lambda D: np.full(D.shape, np.nan)
    if V.shape[0] >= V.shape[1]:
        U, s, Wt = np.linalg.svd(V, full_matrices=False)
        return spectral_derivative(U, s, Wt, *slopes(s))
    U, s, Wt = np.linalg.svd(V.T, full_matrices=False)
    n = len(s)
    factors, jacobian = slopes(np.concatenate([s, np.zeros(V.shape[1] - n)]))
    turned = spectral_derivative(U, s, Wt, factors[:n], jacobian[:n, :n])
    return lambda D: turned(D.swapaxes(-1, -2)).swapaxes(-1, -2)


def singular_values(V: np.ndarray) -> np.ndarray:
    """Return the singular values, the largest first: NaN where V is not finite."""
    if not np.isfinite(V).all():
        return np.full(min(V.shape), np.nan)
    return np.linalg.svd(V, compute_uv=False)


def reshaped(V: np.ndarray, factors: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Return V with each singular value times its factor, from the Gram matrix of its shorter side.

    factors get the singular values of all columns, in some order, zeros included.
    """
    n_rows, n_columns = V.shape
    square = V.T @ V if n_rows >= n_columns else V @ V.T
    if not np.isfinite(square).all():
        return np.full(V.shape, np.nan)
    values, vectors = np.linalg.eigh(square)
    if n_rows >= n_columns:
        return V @ ((vectors * factors(np.sqrt(np.maximum(values, 0.0)))) @ vectors.T)
    s = np.concatenate([np.sqrt(np.maximum(values, 0.0)), np.zeros(n_columns - n_rows)])
    return ((vectors * factors(s)[:n_rows]) @ vectors.T) @ V
