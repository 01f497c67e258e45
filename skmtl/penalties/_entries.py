"""Terms that are sums over features: norms of rows, and of a task's entries in a row."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ._jacobians import clip_jacobian, shrink_jacobian
from ._terms import Term, as_matrix, dual_by_prox, indicator

TINY = np.finfo(float).tiny


@dataclass(frozen=True)
class Entries:
    """The entries of a row: one a task, the norm of its columns, which are neighbours; starts are their first."""

    starts: tuple[int, ...]
    n_columns: int

    @cached_property
    def are_columns(self) -> bool:
        """Whether every task has one column."""
        return len(self.starts) == self.n_columns

    @cached_property
    def widths(self) -> np.ndarray:
        """Number of columns of each task."""
        return np.diff([*self.starts, self.n_columns])

    def norms(self, V: np.ndarray) -> np.ndarray:
        """Return the entries of each row, of shape (n_features, n_tasks)."""
        if self.are_columns:
            return np.abs(V)
        return np.sqrt(np.add.reduceat(V * V, self.starts, axis=1))

    @cached_property
    def same(self) -> np.ndarray:
        """Which columns are of one task, (n_columns, n_columns)."""
        task = np.repeat(np.arange(len(self.starts)), self.widths)
        return task[:, None] == task

    def widened(self, norms: np.ndarray) -> np.ndarray:
        """Return something with an entry a task, (..., n_tasks), as one with an entry a column."""
        return norms if self.are_columns else np.repeat(norms, self.widths, axis=-1)

    def scaled(self, V: np.ndarray, factor: np.ndarray) -> np.ndarray:
        """Return V with each entry times its factor, of shape (n_features, n_tasks) or (n_tasks,)."""
        return V * self.widened(factor)


@dataclass(frozen=True)
class RowNorm(Term):
    """strength * sum_j ||V_j||."""

    by_rows = True
    strength: float

    @property
    def row_strength(self):
        return self.strength

    def value(self, V):
        return self.strength * float(row_norms(V).sum())

    def prox(self, V, step):
        return shrink_rows(V, self.strength * step)

    def prox_jacobian(self, V, step):
        return rows_jacobian(V, self.strength * step)

    def dual_norm(self, U):
        return float(row_norms(U).max(initial=0.0)) / self.strength

    def conjugate(self, U):
        return indicator(self.dual_norm(U))


@dataclass(frozen=True)
class EntryNorm(Term):
    """strength * sum_j sum_t ||V_j[t]||."""

    by_rows = True
    strength: float
    entries: Entries

    def value(self, V):
        return self.strength * float(self.entries.norms(V).sum())

    def prox(self, V, step):
        return shrink_entries(V, self.strength * step, self.entries)

    def prox_jacobian(self, V, step):
        return entries_jacobian(V, self.strength * step, self.entries)

    def dual_norm(self, U):
        return float(self.entries.norms(U).max(initial=0.0)) / self.strength

    def conjugate(self, U):
        return indicator(self.dual_norm(U))


@dataclass(frozen=True)
class RowAndEntryNorm(Term):
    """rows * sum_j ||V_j|| + single * sum_j sum_t ||V_j[t]||, both strengths above zero."""

    by_rows = True
    rows: float
    single: float
    entries: Entries

    def value(self, V):
        total = self.rows * row_norms(V).sum() + self.single * self.entries.norms(V).sum()
        return float(total)

    def prox(self, V, step):
        return shrink_rows(shrink_entries(V, self.single * step, self.entries), self.rows * step)

    def prox_jacobian(self, V, step):
        left = shrink_entries(V, self.single * step, self.entries)
        inner = entries_jacobian(V, self.single * step, self.entries)
        return rows_jacobian(left, self.rows * step) @ inner

    def dual_norm(self, U):
        return dual_by_prox(self, U)

    def conjugate(self, U):
        return indicator(self.dual_norm(U))


@dataclass(frozen=True)
class LargestEntry(Term):
    """strength * sum_j max_t ||V_j[t]||."""

    by_rows = True
    strength: float
    entries: Entries

    def value(self, V):
        return self.strength * float(self.entries.norms(V).max(axis=1, initial=0.0).sum())

    def prox(self, V, step):
        norms = self.entries.norms(V)
        kept = np.minimum(norms, clip_level(norms, self.strength * step)[:, None])
        return self.entries.scaled(V, kept / np.maximum(norms, TINY))

    def prox_jacobian(self, V, step):
        norms, entries = self.entries.norms(V), self.entries
        level = clip_level(norms, self.strength * step)[:, None]
        starts = np.isin(np.arange(entries.n_columns), entries.starts)
        return clip_jacobian(V, entries.widened(norms), level, entries.same, starts)

    def dual_norm(self, U):
        return float(self.entries.norms(U).sum(axis=1).max(initial=0.0)) / self.strength

    def conjugate(self, U):
        return indicator(self.dual_norm(U))


@dataclass(frozen=True)
class TaskNorm(Term):
    """strength * sum_t ||V[t]||, V[t] the columns of a task."""

    rotates = True
    strength: float
    entries: Entries

    def value(self, V):
        return self.strength * float(self._norms(V).sum())

    def prox(self, V, step):
        return self.entries.scaled(V, shrinkage(self._norms(V), self.strength * step))

    def prox_jacobian(self, V, step):
        return as_matrix(self.prox_derivative(V, step), V.shape)

    def prox_derivative(self, V, step):
        norms, by = self._norms(V), self.strength * step
        factor = self.entries.widened(shrinkage(norms, by))
        unit = self.entries.scaled(V, np.where(norms > by, 1.0 / np.maximum(norms, TINY), 0.0))

        def product(D: np.ndarray) -> np.ndarray:
            along = np.einsum("ij,...ij->...j", unit, D)
            along = np.add.reduceat(along, self.entries.starts, axis=-1)
            pull = (1.0 - factor) * self.entries.widened(along)
            return factor * D + unit * pull[..., None, :]

        return product

    def dual_norm(self, U):
        return float(self._norms(U).max(initial=0.0)) / self.strength

    def conjugate(self, U):
        return indicator(self.dual_norm(U))

    def _norms(self, V: np.ndarray) -> np.ndarray:
        squares = np.einsum("ij,ij->j", V, V)
        return np.sqrt(np.add.reduceat(squares, self.entries.starts))


def row_norms(V: np.ndarray) -> np.ndarray:
    """Return the norm of each row."""
    return np.sqrt(np.einsum("ij,ij->i", V, V))


def shrinkage(norms: np.ndarray, by: float | np.ndarray) -> np.ndarray:
    """Return what vectors of given norms are multiplied by to make them shorter, or zero."""
    return np.maximum(norms - by, 0.0) / np.maximum(norms, TINY)


def shrink_rows(V: np.ndarray, by: float | np.ndarray) -> np.ndarray:
    """Make each row shorter."""
    return V * shrinkage(row_norms(V)[:, None], by)


def rows_jacobian(V: np.ndarray, by: float | np.ndarray) -> np.ndarray:
    """Return the derivative of making each row shorter, row by row."""
    norms = np.broadcast_to(row_norms(V)[:, None], V.shape)
    return shrink_jacobian(V, norms, by, np.ones((V.shape[1],) * 2, dtype=bool))


def entries_jacobian(V: np.ndarray, by: float | np.ndarray, entries: Entries) -> np.ndarray:
    """Return the derivative of making each task's entry of each row shorter, row by row."""
    return shrink_jacobian(V, entries.widened(entries.norms(V)), by, entries.same)


def shrink_entries(V: np.ndarray, by: float | np.ndarray, entries: Entries) -> np.ndarray:
    """Make each task's entry of each row shorter."""
    if entries.are_columns:
        return V - np.clip(V, -by, by)
    return entries.scaled(V, shrinkage(entries.norms(V), by))


def clip_level(norms: np.ndarray, by: float | np.ndarray) -> np.ndarray:
    """Return the level of each row above which its entries sum to by; 0 where all they sum to is less."""
    falling = -np.sort(-norms, axis=1)
    excess = np.cumsum(falling, axis=1) - by
    counts = np.arange(1, norms.shape[1] + 1)
    inside = falling * counts > excess
    n_above = np.maximum(np.count_nonzero(inside, axis=1), 1)
    return np.maximum(excess[np.arange(len(norms)), n_above - 1] / n_above, 0.0)
