"""The smooth problem that joint linear models with quadratic penalties hand to a solver."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy import linalg

from ..penalties import Quadratic
from ._data import Data
from ._geometry import Inverse, invert


class Intercepts(NamedTuple):
    """Intercepts b = base + basis @ beta with the penalty 1/2 sum_k ridge_k beta_k^2."""

    base: np.ndarray
    basis: np.ndarray
    ridge: np.ndarray


@dataclass(frozen=True, eq=False)
class LinearProblem:
    """Minimise loss((X - mean) W + b) + penalty(W, b), with W = U factor' and b as in Intercepts.

    A vector of the problem is U, ravelled, then beta. The coordinates are such that the penalty on U is
    1/2 ||U||^2, whatever the tasks share, and that the Hessian is near kappa_j gram + I in column j of U, and near
    the identity in beta.
    """

    data: Data
    factor: np.ndarray
    inverse: Inverse
    intercepts: Intercepts
    null_raw: np.ndarray

    @classmethod
    def of(cls, data: Data, penalty: Quadratic) -> "LinearProblem":
        """Choose the coordinates for a penalty."""
        null_raw = null_prediction(data)
        curvature = total_hessian(data, [np.broadcast_to(null_raw[c], (loss.n_samples, loss.n_columns))
                                         for loss, c in zip(data.losses, data.columns, strict=True)])
        factor = penalty.factor()
        kappa, rotation = linalg.eigh(factor.T @ (curvature / data.n_rows) @ factor)
        inverse = invert(data.geometry, np.maximum(kappa, 0.0))
        intercepts = make_intercepts(data, penalty, null_raw, np.diag(curvature))
        return cls(data, factor @ rotation, inverse, intercepts, null_raw)

    @cached_property
    def scale(self) -> float:
        """The objective at the best constant prediction; 1 where that is perfect."""
        value = self.loss(self._constant(self.null_raw))[0]
        return abs(value) if value else 1.0

    @property
    def is_quadratic(self) -> bool:
        """Whether the Hessian is the same everywhere."""
        return all(loss.is_quadratic for loss in self.data.losses)

    def split(self, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return views of the parts of a vector: U and beta."""
        n = self.data.geometry.size * self.factor.shape[1]
        return v[:n].reshape(-1, self.factor.shape[1]), v[n:]

    def start(self) -> np.ndarray:
        """Return the vector of the best constant prediction."""
        return np.zeros(self.data.geometry.size * self.factor.shape[1] + len(self.intercepts.ridge))

    def predict(self, v: np.ndarray) -> list[np.ndarray]:
        """Return the raw predictions of v, by block."""
        if not v.any():
            return self._constant(self.intercepts.base)
        raw = self.move(v)
        for part, columns in zip(raw, self.data.columns, strict=True):
            part += self.intercepts.base[columns]
        return raw

    def move(self, D: np.ndarray) -> list[np.ndarray]:
        """Return how raw predictions change along D."""
        U, beta = self.split(D)
        raw = self.data.geometry.forward(U @ self.factor.T)
        shift = self.intercepts.basis @ beta
        for part, columns in zip(raw, self.data.columns, strict=True):
            part += shift[columns]
        return raw

    def loss(self, raw: Sequence[np.ndarray]) -> tuple[float, list[np.ndarray]]:
        """Return the loss and its gradient in raw."""
        found = [loss.value_gradient(part) for loss, part in zip(self.data.losses, raw, strict=True)]
        return sum(value for value, _ in found), [G for _, G in found]

    def loss_hessian(self, raw: Sequence[np.ndarray], D: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Return the Hessian of the loss in raw times D."""
        parts = zip(self.data.losses, raw, D, strict=True)
        return [loss.hessian_product(part, change) for loss, part, change in parts]

    def gradient(self, v: np.ndarray, G: Sequence[np.ndarray]) -> np.ndarray:
        """Return the gradient in v of loss and penalty, given that of the loss in raw."""
        C = np.empty_like(v)
        (U, beta), (C_U, C_beta) = self.split(v), self.split(C)
        C_U[...] = self.data.geometry.backward(G) @ self.factor + U
        C_beta[...] = self.intercepts.basis.T @ self._column_sums(G) + self.intercepts.ridge * beta
        return C

    def penalty_product(self, v: np.ndarray) -> np.ndarray:
        """Return P v, where the penalty is <v, P v> / 2."""
        product = v.copy()
        self.split(product)[1][...] *= self.intercepts.ridge
        return product

    def precondition(self, v: np.ndarray) -> np.ndarray:
        """Return an approximation of the inverse Hessian times v."""
        Z = v.copy()
        U, _ = self.split(Z)
        U[...] = self.inverse(U)
        return Z

    def metric(self, v: np.ndarray) -> np.ndarray:
        """Return what turns inner products with v into plain ones."""
        image = v.copy()
        U, _ = self.split(image)
        U[...] = self.data.geometry.metric(U)
        return image

    def coefficients(self, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return W and the intercepts of inputs that are not centred."""
        U, beta = self.split(v)
        W = self.data.geometry.coefficients(U @ self.factor.T)
        centred = self.intercepts.base + self.intercepts.basis @ beta
        return W, centred - self.data.design.offset @ W

    def vector(self, W: np.ndarray, intercept: np.ndarray) -> np.ndarray:
        """Return a vector near given coefficients, to start from."""
        v = self.start()
        U, beta = self.split(v)
        b = intercept + self.data.design.offset @ W - self.intercepts.base
        beta[...] = np.linalg.lstsq(self.intercepts.basis, b, rcond=None)[0] if len(beta) else 0.0
        shift = self.intercepts.base + self.intercepts.basis @ beta
        raw = [own.forward(W[:, columns]) + shift[columns] for own, columns in self.data.parts()]
        U[...] = self.data.geometry.coordinates(W, self.loss(raw)[1], self.factor)
        return v

    def settle(self, v: np.ndarray) -> tuple[np.ndarray, float]:
        """Make the intercepts optimal for U; return the vector and its duality gap.

        With the dual point U = gradient of the loss in raw, whose columns then sum to zero, Fenchel-Young
        is an equality and the gap is half the squared norm of the gradient in U: no number is left to choose.
        """
        v = v.copy()
        U, beta = self.split(v)
        raw = self.predict(v)
        for _ in range(20):
            G = self.loss(raw)[1]
            slope = self.intercepts.basis.T @ self._column_sums(G) + self.intercepts.ridge * beta
            if np.abs(slope).max(initial=0.0) <= 1e-13 * np.sqrt(self.scale):
                break
            H = self.intercepts.basis.T @ total_hessian(self.data, raw) @ self.intercepts.basis
            step = np.linalg.lstsq(H + np.diag(self.intercepts.ridge), -slope, rcond=None)[0]
            beta += step
            for part, columns in zip(raw, self.data.columns, strict=True):
                part += (self.intercepts.basis @ step)[columns]
        C = self.gradient(v, self.loss(raw)[1])
        self.split(C)[1][...] = 0.0
        return v, float(0.5 * self.metric(C) @ C)

    def _constant(self, values: np.ndarray) -> list[np.ndarray]:
        parts = zip(self.data.losses, self.data.columns, strict=True)
        return [np.tile(values[columns], (loss.n_samples, 1)) for loss, columns in parts]

    def _column_sums(self, G: Sequence[np.ndarray]) -> np.ndarray:
        sums = np.zeros(self.data.n_columns)
        for part, columns in zip(G, self.data.columns, strict=True):
            sums[columns] += part.sum(axis=0)
        return sums


def null_prediction(data: Data) -> np.ndarray:
    """Return the best constant raw prediction: zero without intercepts."""
    null = np.zeros(data.n_columns)
    if data.fit_intercept:
        for loss, columns in zip(data.losses, data.columns, strict=True):
            null[columns] = loss.null_raw()
    return null


def total_hessian(data: Data, raw: Sequence[np.ndarray]) -> np.ndarray:
    """Return the sum over samples of the Hessian in raw, of shape (n_columns, n_columns)."""
    total = np.zeros((data.n_columns, data.n_columns))
    for loss, columns, part in zip(data.losses, data.columns, raw, strict=True):
        inside = np.arange(data.n_columns)[columns]
        total[np.ix_(inside, inside)] += loss.total_hessian(part)
    return total


def make_intercepts(data: Data, penalty: Quadratic, null: np.ndarray, curvature: np.ndarray) -> Intercepts:
    """Choose coordinates of the intercepts in which the Hessian is near the identity."""
    if not data.fit_intercept:
        return Intercepts(np.zeros(data.n_columns), np.zeros((data.n_columns, 0)), np.zeros(0))
    base, basis, ridge = null.copy(), np.diag(1.0 / np.sqrt(curvature)), np.zeros(data.n_columns)
    kept = np.ones(data.n_columns, dtype=bool)
    for pooled in penalty.pooled:
        group, direction = pooled.columns, pooled.direction
        base[group] = direction * np.mean(null[group] / direction)
        flat = np.mean(curvature[group] * direction**2)
        basis[np.ix_(group, group)] = direction[:, None] * constant_first(len(group)) / np.sqrt(flat)
        if np.isinf(pooled.strength):
            kept[group[1:]] = False
        else:
            basis[np.ix_(group, group[1:])] *= np.sqrt(flat / (flat + pooled.strength))
            ridge[group[1:]] = pooled.strength / (flat + pooled.strength)
    return Intercepts(base, basis[:, kept], ridge[kept])


def constant_first(n: int) -> np.ndarray:
    """Return an orthonormal basis whose first vector is constant (Helmert's)."""
    basis = linalg.helmert(n, full=True).T
    return basis
