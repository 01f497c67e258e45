"""Coordinates of the intercepts, and the best of them for given weights."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import linalg

from ...heads import TotalHessian
from ...penalties import Composite, Quadratic
from ._layout import FitLayout
from ._row_block import RowBlock, column_sums, total_hessian, varying_columns

SETTLED = 1e-11  # relative slope of the objective in the intercepts at which they count as optimal
NEWTON_STEPS = 100
LONGEST = 4.0  # change of an intercept in a step where the curvature varies, lest Newton's method run away; twice as
# much after each step so long that the next goes on


class Intercepts(NamedTuple):
    """Intercepts b = base + basis @ beta with the penalty 1/2 sum_k ridge_k beta_k^2.

    basis is a matrix, or the diagonal of one.
    """

    base: np.ndarray
    basis: np.ndarray
    ridge: np.ndarray

    @property
    def are_free(self) -> bool:
        """Whether there are none, or each column has its own without a penalty."""
        return self.basis.ndim == 1 or not self.basis.size

    def of(self, columns: np.ndarray) -> "Intercepts":
        """Return the free intercepts of some of the columns."""
        if self.basis.ndim > 1:
            return Intercepts(self.base[columns], self.basis[columns], self.ridge)
        return Intercepts(self.base[columns], self.basis[columns], self.ridge[columns])

    def at(self, beta: np.ndarray) -> np.ndarray:
        """Return the intercepts."""
        return self.base + self.change(beta)

    def change(self, beta: np.ndarray) -> np.ndarray:
        """Return basis @ beta."""
        return self.basis * beta if self.basis.ndim == 1 else self.basis @ beta

    def gradient(self, in_b: np.ndarray) -> np.ndarray:
        """Return the gradient in beta, given that in the intercepts."""
        return self.basis * in_b if self.basis.ndim == 1 else self.basis.T @ in_b

    def coordinates(self, b: np.ndarray) -> np.ndarray:
        """Return the beta of the intercepts nearest to b."""
        away = b - self.base
        if self.basis.ndim == 1:
            return away / self.basis
        return np.linalg.lstsq(self.basis, away, rcond=None)[0] if self.basis.size else np.zeros(0)

    def penalty(self, beta: np.ndarray) -> float:
        """Return the penalty."""
        return 0.5 * float(self.ridge @ beta**2)

    def newton_step(self, hessian: TotalHessian, slope: np.ndarray) -> np.ndarray:
        """Return Newton's step in beta, the shortest where the Hessian is singular; hessian is that in b.

        There is none where the Hessian overflows.
        """
        if self.basis.ndim == 1 and not hessian.groups:
            H = self.basis**2 * hessian.diagonal + self.ridge
            least = np.finfo(float).eps * len(H) * H.max(initial=0.0)
            return np.divide(-slope, H, out=np.zeros_like(slope), where=least < H)
        basis = np.diag(self.basis) if self.basis.ndim == 1 else self.basis
        H = basis.T @ hessian.matrix() @ basis + np.diag(self.ridge)
        if not np.isfinite(H).all():
            return np.zeros_like(slope)
        return np.linalg.lstsq(H, -slope, rcond=None)[0]


def make_intercepts(layout: FitLayout, penalty: Quadratic | Composite) -> Intercepts:
    """Choose coordinates of the intercepts in which the Hessian is near the identity."""
    T = layout.n_columns
    if not layout.fit_intercept:
        return Intercepts(np.zeros(T), np.zeros((T, 0)), np.zeros(0))
    null, curvature = layout.null_raw, layout.null_hessian.whole_diagonal()
    if not penalty.pooled:
        return Intercepts(null.copy(), 1.0 / np.sqrt(curvature), np.zeros(T))
    base, basis, ridge = null.copy(), np.diag(1.0 / np.sqrt(curvature)), np.zeros(T)
    kept = np.ones(T, dtype=bool)
    for pooled in penalty.pooled:
        group, direction = pooled.columns, pooled.direction
        alone = null[group] / direction
        # The one nearest to zero: the mean of a number's and a logarithm's may be one whose count is infinite.
        base[group] = direction * alone[np.abs(alone).argmin()]
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
    """The best coordinates of the intercepts, and the raw predictions and the gradients then, in raw and in beta."""

    beta: np.ndarray
    raw: list[np.ndarray]
    G: list[np.ndarray]
    slope: np.ndarray


def settle(
    blocks: Sequence[RowBlock],
    intercepts: Intercepts,
    beta: np.ndarray,
    raw: Sequence[np.ndarray],
    tolerance: float,
) -> Settled:
    """Make the intercepts optimal for given weights by Newton's method; raw are the predictions with beta, by block."""
    T = len(intercepts.base)
    varies = varying_columns(blocks, T)
    beta, raw = beta.copy(), list(raw)
    longest, before = LONGEST, np.zeros_like(beta)
    for _ in range(NEWTON_STEPS):
        G = [block.loss.gradient(part) for block, part in zip(blocks, raw, strict=True)]
        slope = intercepts.gradient(column_sums(blocks, G, T)) + intercepts.ridge * beta
        if np.abs(slope).max(initial=0.0) <= tolerance:
            break
        step = intercepts.newton_step(total_hessian(blocks, G, T), slope)
        if not step.any():
            break
        shift = intercepts.change(step)
        farthest = np.abs(shift).max(initial=0.0, where=varies)
        longest = 2.0 * longest if before @ step > 0.0 else LONGEST
        if farthest > longest:
            step *= longest / farthest
            shift *= longest / farthest
            before = step
        else:
            before = np.zeros_like(step)
        beta += step
        raw = [part + shift[block.columns] for part, block in zip(raw, blocks, strict=True)]
    return Settled(beta, raw, G, slope)
