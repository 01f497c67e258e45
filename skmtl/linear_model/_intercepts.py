"""Coordinates of the intercepts, and the best of them for given weights."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import linalg

from ..penalties import Composite, Quadratic
from ._data import Data

SETTLED = 1e-11  # relative slope of the objective in the intercepts at which they count as optimal
NEWTON_STEPS = 50
LONGEST = 4.0  # change of an intercept in one step where the curvature varies, lest Newton's method run away


class Intercepts(NamedTuple):
    """Intercepts b = base + basis @ beta with the penalty 1/2 sum_k ridge_k beta_k^2."""

    base: np.ndarray
    basis: np.ndarray
    ridge: np.ndarray


def make_intercepts(data: Data, penalty: Quadratic | Composite) -> Intercepts:
    """Choose coordinates of the intercepts in which the Hessian is near the identity."""
    null, curvature = data.null_raw, np.diag(data.null_curvature)
    if not data.fit_intercept:
        return Intercepts(np.zeros(data.n_columns), np.zeros((data.n_columns, 0)), np.zeros(0))
    base, basis, ridge = null.copy(), np.diag(1.0 / np.sqrt(curvature)), np.zeros(data.n_columns)
    kept = np.ones(data.n_columns, dtype=bool)
    for pooled in penalty.pooled:
        group, direction = pooled.columns, pooled.direction
        base[group] = direction * np.mean(null[group] / direction)
        flat = np.mean(curvature[group] * direction**2)
        basis[np.ix_(group, group)] = (
            direction[:, None] * constant_first(len(group)) / np.sqrt(flat)
        )
        if np.isinf(pooled.strength):
            kept[group[1:]] = False
        else:
            basis[np.ix_(group, group[1:])] *= np.sqrt(flat / (flat + pooled.strength))
            ridge[group[1:]] = pooled.strength / (flat + pooled.strength)
    return Intercepts(base, basis[:, kept], ridge[kept])


def constant_first(n: int) -> np.ndarray:
    """Return an orthonormal basis whose first vector is constant (Helmert's)."""
    return linalg.helmert(n, full=True).T


class Settled(NamedTuple):
    """The best coordinates of the intercepts, the raw predictions then, the gradient in raw, and its sums."""

    beta: np.ndarray
    raw: list[np.ndarray]
    G: list[np.ndarray]
    sums: np.ndarray


def settle(
    data: Data,
    intercepts: Intercepts,
    beta: np.ndarray,
    raw: Sequence[np.ndarray],
    tolerance: float,
) -> Settled:
    """Make the intercepts optimal for given weights by Newton's method; raw are the predictions with beta."""
    beta, raw = beta.copy(), [part.copy() for part in raw]
    basis, ridge = intercepts.basis, intercepts.ridge
    for _ in range(NEWTON_STEPS):
        G = data.loss_gradient(raw)
        sums = data.column_sums(G)
        slope = basis.T @ sums + ridge * beta
        if np.abs(slope).max(initial=0.0) <= tolerance:
            break
        H = basis.T @ data.total_hessian_from(G) @ basis + np.diag(ridge)
        step = np.linalg.lstsq(H, -slope, rcond=None)[0]
        farthest = np.abs(basis @ step).max(initial=0.0, where=data.has_bends)
        if farthest > LONGEST:
            step *= LONGEST / farthest
        beta += step
        for part, piece in zip(raw, data.pieces, strict=True):
            part += (basis @ step)[piece.columns]
    return Settled(beta, raw, G, sums)
