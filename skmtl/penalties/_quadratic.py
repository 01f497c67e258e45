"""Quadratic penalties on the rows of W, bound to its columns."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ._terms import Term


def nothing(V: np.ndarray) -> dict[str, Any]:
    """Say that weights tell nothing of the tasks."""
    return {}


@dataclass(frozen=True)
class PooledIntercepts:
    """strength / 2 * sum_t (z_t - mean z)^2 on intercepts b_t = z_t * direction_t; inf: all z_t are one."""

    columns: np.ndarray
    direction: np.ndarray
    strength: float


ALL_SHARED = 1e-14  # share of a variance that may be rounding, where all of it is shared


@dataclass(frozen=True)
class Quadratic:
    """1/2 trace(W covariance^-1 W'), infinite outside the range of the covariance.

    covariance is the prior covariance of the tasks' coefficients of one feature, of shape
    (n_columns, n_columns); it may be singular. shared maps W to the part of it that is shared, W @ shared; None
    where no part is. pooled are penalties on the intercepts. common, where it is known, says that the covariance is
    diagonal but for common common'; zero where nothing is shared. terms are empty: there is no kink anywhere; u is 1:
    it takes W itself.
    """

    covariance: np.ndarray
    shared: np.ndarray | None = None
    pooled: tuple[PooledIntercepts, ...] = ()
    common: np.ndarray | None = None
    terms: ClassVar[tuple[Term, ...]] = ()
    u: ClassVar[float] = 1.0
    learned: ClassVar[Callable[[np.ndarray], dict[str, Any]]] = staticmethod(nothing)

    @property
    def specific(self) -> np.ndarray:
        """The diagonal of the covariance without common common', where that is all of it."""
        assert self.common is not None
        rest = np.diag(self.covariance) - self.common**2
        return np.where(rest > ALL_SHARED * self.common**2, rest, 0.0)

    def alpha_max(self, C: np.ndarray) -> float:
        """Return infinity: no strength makes all weights zero, unless the gradient C there is zero."""
        return np.inf if np.any(C) else 0.0

    def factor(self) -> np.ndarray:
        """Return F of shape (n_columns, rank) with F F' = covariance: W = U F' has the penalty 1/2 ||U||^2."""
        scale = np.sqrt(np.diag(self.covariance))
        values, vectors = np.linalg.eigh(self.covariance / np.outer(scale, scale))
        kept = values > len(values) * np.finfo(float).eps * values[-1]
        return scale[:, None] * vectors[:, kept] * np.sqrt(values[kept])

    def value(self, W: np.ndarray) -> float:
        """Return the penalty of W, of shape (n_features, n_columns)."""
        F = self.factor()
        U = np.linalg.lstsq(F, W.T, rcond=None)[0]
        outside = np.abs(F @ U - W.T).max(initial=0.0)
        return (
            float(0.5 * np.vdot(U, U))
            if outside <= 1e-9 * max(1.0, np.abs(W).max(initial=0.0))
            else np.inf
        )

    def prox(self, W: np.ndarray, step: float) -> np.ndarray:
        """Return the minimiser of the penalty plus ||. - W||^2 / (2 step)."""
        return np.linalg.solve(
            self.covariance + step * np.eye(len(self.covariance)), self.covariance @ W.T
        ).T

    def conjugate(self, U: np.ndarray) -> float:
        """Return sup over W of <U, W> - value(W)."""
        return float(0.5 * np.vdot(U @ self.covariance, U))
