"""Coordinates of the intercepts, and the best of them for given weights."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

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

    basis is diag(scale) Q diag(shrink), or those of its columns that are kept. Q leaves the columns that are in no pool
    as they are, and reflects those of each pool, so that the first coordinate of a pool is what all have in common.
    """

    base: np.ndarray
    scale: np.ndarray
    shrink: np.ndarray
    kept: np.ndarray
    ridge: np.ndarray
    pools: tuple[np.ndarray, ...] = ()

    @classmethod
    def none(cls, n_columns: int) -> "Intercepts":
        """Return intercepts of zero."""
        ones = np.ones(n_columns)
        return cls(0.0 * ones, ones, ones, np.zeros(n_columns, dtype=bool), np.zeros(0))

    @classmethod
    def free(cls, base: np.ndarray, scale: np.ndarray) -> "Intercepts":
        """Return intercepts without a penalty."""
        ones = np.ones(len(base))
        return cls(base, scale, ones, np.ones(len(base), dtype=bool), 0.0 * ones)

    @property
    def are_free(self) -> bool:
        """Whether there are none, or one per column without a penalty."""
        return not self.pools

    @property
    def free_scale(self) -> np.ndarray:
        """By what each coordinate moves the intercept of its column: empty where there are none."""
        assert self.are_free
        return self.scale[self.kept]

    def of(self, columns: np.ndarray) -> "Intercepts":
        """Return the free intercepts of some of the columns."""
        assert self.are_free
        every = Intercepts.free(self.base[columns], self.scale[columns])
        return every if len(self.ridge) else Intercepts.none(len(columns))

    def at(self, beta: np.ndarray) -> np.ndarray:
        """Return the intercepts."""
        return self.base + self.change(beta)

    def change(self, beta: np.ndarray) -> np.ndarray:
        """Return basis @ beta."""
        return self.scale * self._reflected(self.shrink * self._spread(beta))

    def gradient(self, in_b: np.ndarray) -> np.ndarray:
        """Return the gradient in beta, given that in the intercepts."""
        return (self.shrink * self._reflected(self.scale * in_b))[self.kept]

    def coordinates(self, b: np.ndarray) -> np.ndarray:
        """Return the beta of intercepts b, or of such near them where there are none of b."""
        return (self._reflected((b - self.base) / self.scale) / self.shrink)[self.kept]

    def penalty(self, beta: np.ndarray) -> float:
        """Return the penalty."""
        return 0.5 * float(self.ridge @ beta**2)

    def matrix(self) -> np.ndarray:
        """Return the basis."""
        matrix = self._reflected(np.diag(self.shrink))
        return (self.scale[:, None] * matrix)[:, self.kept]

    def links(self) -> tuple[np.ndarray, np.ndarray]:
        """Return columns and coordinates that hang together, so many that all that do are linked in the end."""
        place = np.cumsum(self.kept) - 1
        kept = np.flatnonzero(self.kept)
        columns = np.concatenate([kept, *self.pools])
        firsts = [np.full(len(pool), place[pool[0]]) for pool in self.pools]
        return columns, np.concatenate([place[kept], *firsts])

    def newton_step(self, hessian: TotalHessian, slope: np.ndarray) -> np.ndarray:
        """Return Newton's step in beta, the shortest where the Hessian is singular; hessian is that in b.

        There is none where the Hessian overflows.
        """
        if hessian.groups:
            basis = self.matrix()
            H = basis.T @ hessian.matrix() @ basis + np.diag(self.ridge)
            if not np.isfinite(H).all():
                return np.zeros_like(slope)
            return np.linalg.lstsq(H, -slope, rcond=None)[0]
        curvature = self.scale**2 * hessian.diagonal
        if not np.isfinite(curvature).all():
            return np.zeros_like(slope)
        G = self._reflected(self._spread(slope) / self.shrink)
        least = np.finfo(float).eps * len(G) * curvature.max(initial=0.0)
        step = np.divide(-G, curvature, out=np.zeros_like(G), where=least < curvature)
        for pool in self.pools:
            step[pool] = pooled_step(curvature[pool], self._pull(pool), G[pool])
        return (self._reflected(step) / self.shrink)[self.kept]

    def _pull(self, pool: np.ndarray) -> float:
        """Return how much the penalty curves what the columns of a pool do not have in common."""
        rest = pool[1]
        if not self.kept[rest]:
            return np.inf
        place = np.cumsum(self.kept) - 1
        return float(self.ridge[place[rest]] / self.shrink[rest] ** 2)

    def _spread(self, beta: np.ndarray) -> np.ndarray:
        """Return beta with zeros for the coordinates that are not kept."""
        every = np.zeros(len(self.kept))
        every[self.kept] = beta
        return every

    def _reflected(self, Z: np.ndarray) -> np.ndarray:
        """Return Q Z, which is also Q' Z, by Householder's reflections."""
        if self.pools:
            Z = Z.copy()
        for pool in self.pools:
            away = np.full(len(pool), -1.0 / np.sqrt(len(pool)))
            away[0] += 1.0
            Z[pool] -= np.multiply.outer(away, away @ Z[pool] / away[0])
        return Z


def pooled_step(curvature: np.ndarray, pull: float, G: np.ndarray) -> np.ndarray:
    """Return -(diag(curvature) + pull (I - 1 1'/n))^-1 G, the shortest where that is singular."""
    n, least = len(G), np.finfo(float).eps * curvature.max(initial=0.0)
    if np.isinf(pull):
        total = curvature.sum()
        return np.full(n, -G.sum() / total if total > n * least else 0.0)
    both = curvature + pull
    share = float((curvature / both).sum())
    if share > n * np.finfo(float).eps:
        common = pull * float((G / both).sum()) / share
    else:
        common = -float(G.mean())
    return -(G + common) / both


def make_intercepts(layout: FitLayout, penalty: Quadratic | Composite) -> Intercepts:
    """Choose coordinates of the intercepts in which the Hessian is near the identity."""
    if not layout.fit_intercept:
        return Intercepts.none(layout.n_columns)
    null, curvature = layout.null_raw, layout.null_hessian.whole_diagonal()
    every = Intercepts.free(null.copy(), 1.0 / np.sqrt(curvature))
    base, scale, shrink, kept, ridge, _ = every
    pools = [pooled for pooled in penalty.pooled if len(pooled.columns) > 1]
    for pooled in pools:
        group, direction = pooled.columns, pooled.direction
        alone = null[group] / direction
        # The one nearest to zero: the mean of a number's and a logarithm's may be one whose count is infinite.
        base[group] = direction * alone[np.abs(alone).argmin()]
        flat = float(np.mean(curvature[group] * direction**2))
        scale[group] = direction / np.sqrt(flat)
        free = flat / (flat + pooled.strength)
        if free > 0.0:
            shrink[group[1:]] = np.sqrt(free)
            ridge[group[1:]] = pooled.strength / (flat + pooled.strength)
        else:
            kept[group[1:]] = False
    columns = tuple(pooled.columns for pooled in pools)
    return Intercepts(base, scale, shrink, kept, ridge[kept], columns)


class SettledIntercepts(NamedTuple):
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
) -> SettledIntercepts:
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
    return SettledIntercepts(beta, raw, G, slope)
