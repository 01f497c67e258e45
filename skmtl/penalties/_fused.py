"""The term of ordered tasks: what changes from one to the next, and what is there at all."""

from dataclasses import dataclass

import numpy as np

from ._entries import (
    Entries,
    entries_jacobian,
    row_norms,
    rows_jacobian,
    shrink_entries,
    shrink_rows,
)
from ._jacobians import mean_jacobian
from ._terms import Term, dual_by_prox, indicator


@dataclass(frozen=True)
class FusedRows(Term):
    """sum_j (steps * sum_s |V_j,chain[s+1] - V_j,chain[s]| + single * sum_t ||V_j[t]|| + rows * ||V_j||).

    chain are columns in their order. The three parts shrink one after the other, for shrinking a row, or its entries
    by the same amount, turns no difference around (Zhou et al. 2012, theorem 1).
    """

    by_rows = True
    steps: float
    single: float
    rows: float
    chain: tuple[int, ...]
    entries: Entries

    def value(self, V):
        changes = np.abs(np.diff(V[:, self.chain], axis=1)).sum()
        total = self.single * self.entries.norms(V).sum() + self.rows * row_norms(V).sum()
        return float(self.steps * changes + total)

    def prox(self, V, step):
        P = self._flattened(V, step)
        return shrink_rows(shrink_entries(P, self.single * step, self.entries), self.rows * step)

    def prox_jacobian(self, V, step):
        P, chain = self._flattened(V, step), np.array(self.chain, dtype=int)
        flat = np.tile(np.eye(V.shape[1]), (len(V), 1, 1))
        flat[:, chain[:, None], chain] = mean_jacobian(P[:, chain])
        shorter = shrink_entries(P, self.single * step, self.entries)
        rest = entries_jacobian(P, self.single * step, self.entries) @ flat
        return rows_jacobian(shorter, self.rows * step) @ rest

    def _flattened(self, V: np.ndarray, step: float | np.ndarray) -> np.ndarray:
        P = V.copy()
        P[:, self.chain] = flatten(V[:, self.chain], self.steps * step)
        return P

    def dual_norm(self, U):
        return dual_by_prox(self, U)

    def conjugate(self, U):
        return indicator(1.0 if not np.any(self.prox(U, 1.0 + 1e-9)) else np.inf)


def flatten(Z: np.ndarray, by: float | np.ndarray) -> np.ndarray:
    """Return the minimiser over V of ||V - Z||^2 / 2 + by * sum_s |V[:, s+1] - V[:, s]|, row by row.

    As by grows from zero, neighbours meet and never part again, and a group moves at constant speed until it meets
    the next: so n_columns - 1 meetings at most, computed for all rows at once. Rows hold their groups at the left.
    """
    n_rows, n = Z.shape
    level, size = Z.copy(), np.ones((n_rows, n))
    count = np.full(n_rows, n)
    left = np.broadcast_to(np.ravel(by), n_rows).astype(float)
    group = np.tile(np.arange(n), (n_rows, 1))
    everywhere = np.arange(n_rows)
    for _ in range(n):
        real = np.arange(n) < count[:, None]
        between = real[:, 1:]
        jump = np.where(between, np.diff(level, axis=1), 0.0)
        side = np.sign(jump)
        speed = np.zeros((n_rows, n))
        speed[:, :-1] += side
        speed[:, 1:] -= side
        speed /= size
        closing = np.where(between, -side * np.diff(speed, axis=1), 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            wait = np.where(closing > 0.0, np.abs(jump) / closing, np.inf)
        wait = np.where(between & (jump == 0.0), 0.0, wait)
        first = wait.argmin(axis=1) if n > 1 else np.zeros(n_rows, dtype=int)
        soonest = wait[everywhere, first] if n > 1 else np.full(n_rows, np.inf)
        spent = np.minimum(soonest, left)
        level += spent[:, None] * speed
        left -= spent
        meets = np.flatnonzero((soonest <= left + spent) & (count > 1) & np.isfinite(soonest))
        if not len(meets):
            break
        join(level, size, group, count, meets, first[meets])
    return np.take_along_axis(level, group, axis=1)


def join(
    level: np.ndarray,
    size: np.ndarray,
    group: np.ndarray,
    count: np.ndarray,
    rows: np.ndarray,
    first: np.ndarray,
) -> None:
    """Make one of the groups first and first + 1 of each row, in place."""
    n = level.shape[1]
    total = size[rows, first] + size[rows, first + 1]
    mean = (
        level[rows, first] * size[rows, first] + level[rows, first + 1] * size[rows, first + 1]
    ) / total
    level[rows, first], size[rows, first] = mean, total
    source = np.minimum(np.arange(n) + (np.arange(n) > first[:, None]), n - 1)
    level[rows] = np.take_along_axis(level[rows], source, axis=1)
    size[rows] = np.take_along_axis(size[rows], source, axis=1)
    group[rows] -= group[rows] > first[:, None]
    count[rows] -= 1
