"""Quadratic penalties on the rows of W, bound to its columns."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

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


class SharedPart(NamedTuple):
    """Columns that share a vector: W[:, columns] @ left, of which column t has right[t] times."""

    columns: np.ndarray
    left: np.ndarray
    right: np.ndarray


SharedParts = tuple[SharedPart, ...]


def share(parts: SharedParts | None, W: np.ndarray) -> np.ndarray | None:
    """Return the part of W that its columns share; None where that is not defined."""
    if parts is None:
        return None
    shared = np.zeros(W.shape)
    for columns, left, right in parts:
        shared[:, columns] = np.outer(W[:, columns] @ left, right)
    return shared


class Quadratic(ABC):
    """1/2 trace(W covariance^-1 W'), infinite outside the range of the covariance.

    covariance is the prior covariance of the tasks' coefficients of one feature, of shape (n_columns, n_columns); it
    may be singular. parts are what columns share; None where that is not defined. pooled are penalties on the
    intercepts. terms are empty: there is no kink anywhere; u is 1: it takes W itself.
    """

    terms: ClassVar[tuple[Term, ...]] = ()
    u: ClassVar[float] = 1.0
    learned: ClassVar[Callable[[np.ndarray], dict[str, Any]]] = staticmethod(nothing)
    parts: SharedParts | None
    pooled: tuple[PooledIntercepts, ...]

    @property
    @abstractmethod
    def covariance(self) -> np.ndarray:
        """The prior covariance."""

    def share(self, W: np.ndarray) -> np.ndarray | None:
        """Return the part of W that is shared; None where that is not defined."""
        return share(self.parts, W)

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
        K = self.covariance
        return np.linalg.solve(K + step * np.eye(len(K)), K @ W.T).T

    def conjugate(self, U: np.ndarray) -> float:
        """Return sup over W of <U, W> - value(W)."""
        return float(0.5 * np.vdot(U @ self.covariance, U))


@dataclass(frozen=True)
class DenseQuadratic(Quadratic):
    """Any covariance."""

    matrix: np.ndarray
    parts: SharedParts | None = None
    pooled: tuple[PooledIntercepts, ...] = ()

    @property
    def covariance(self) -> np.ndarray:
        return self.matrix


@dataclass(frozen=True)
class StarQuadratic(Quadratic):
    """A covariance that is diagonal but for one common vector: numbers by column, for as many tasks as there may be."""

    specific: np.ndarray
    common: np.ndarray
    parts: SharedParts | None = None
    pooled: tuple[PooledIntercepts, ...] = ()

    @property
    def covariance(self) -> np.ndarray:
        return np.diag(self.specific) + np.outer(self.common, self.common)
