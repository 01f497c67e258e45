"""Penalties that are no quadratics, from the formulas of the documentation, not from the code.

Each is a sum over components of terms of V = W diag(u): functions with a value, and a dual norm or a conjugate.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
from quadratics import Pooling, factors, owners, ties
from scipy.optimize import brentq


class Norm:
    """A term that is a norm, strength included: its conjugate is 0 in the unit ball of the dual norm."""

    def conjugate(self, U):
        """Return the conjugate, with the last rounding forgiven."""
        return 0.0 if self.dual_norm(U) <= 1 + 1e-9 else np.inf


@dataclass
class Rows(Norm):
    """sum_j (rows ||v_j|| + l1 sum_t ||v_j[t]|| + fusion sum |differences along the chain of columns|)."""

    owner: np.ndarray
    rows: float
    l1: float = 0.0
    fusion: float = 0.0
    chain: np.ndarray = ()

    def of_rows(self, V):
        """Return the norm of each row."""
        values = self.rows * np.linalg.norm(V, axis=1) + self.l1 * by_task(V, self.owner).sum(
            axis=1
        )
        if self.fusion:
            values = values + self.fusion * np.abs(np.diff(V[:, self.chain], axis=1)).sum(axis=1)
        return values

    def value(self, V):
        """Return the norm of V."""
        return float(self.of_rows(V).sum())

    def shrink(self, U, t):
        """Return the prox of t times the norm: differences, then tasks, then rows (Zhou 2012, Theorem 1)."""
        V = U.copy()
        if self.fusion:
            V[:, self.chain] = fuse(V[:, self.chain], t * self.fusion)
        blocks = by_task(V, self.owner)
        with np.errstate(divide="ignore", invalid="ignore"):
            kept = np.where(blocks > 0, np.maximum(1 - t[:, None] * self.l1 / blocks, 0), 0)
            V = V * kept[:, self.owner]
            size = np.linalg.norm(V, axis=1)
            kept = np.where(size > 0, np.maximum(1 - t * self.rows / size, 0), 0)
        return V * kept[:, None]

    def dual_norm(self, U):
        """Return max <U, V> / norm of V: the largest t whose prox is not yet 0, row by row.

        With V = prox_t(U), <U, V> / norm(V) = t + ||V||^2 / norm(V): t climbs to its limit.
        """
        U = U[np.any(U != 0, axis=1)]
        if len(U) == 0:
            return 0.0
        t = np.sum(U**2, axis=1) / self.of_rows(U)
        for _ in range(200):
            V = self.shrink(U, t)
            values = self.of_rows(V)
            more = np.divide(np.sum(V**2, axis=1), values, out=np.zeros(len(U)), where=values > 0)
            t = t + more
            if np.all(more <= 1e-14 * t):
                break
        return float(t.max())


@dataclass
class LargestInRows(Norm):
    """strength * sum_j max_t ||v_j[t]||."""

    owner: np.ndarray
    strength: float

    def value(self, V):
        """Return the norm of V."""
        return self.strength * float(by_task(V, self.owner).max(axis=1).sum())

    def dual_norm(self, U):
        """Return max_j sum_t ||u_j[t]|| / strength."""
        return float(by_task(U, self.owner).sum(axis=1).max()) / self.strength


@dataclass
class Tasks(Norm):
    """strength * sum_t ||V[t]||, all rows of a task together."""

    owner: np.ndarray
    strength: float

    def value(self, V):
        """Return the norm of V."""
        return self.strength * float(np.sqrt((by_task(V, self.owner) ** 2).sum(axis=0)).sum())

    def dual_norm(self, U):
        """Return max_t ||U[t]|| / strength."""
        return float(np.sqrt((by_task(U, self.owner) ** 2).sum(axis=0)).max()) / self.strength


@dataclass
class Nuclear(Norm):
    """strength * sum of singular values."""

    strength: float

    def value(self, V):
        """Return the norm of V."""
        return self.strength * float(singular(V).sum())

    def dual_norm(self, U):
        """Return the largest singular value / strength."""
        return float(singular(U).max()) / self.strength


@dataclass
class SquaredNuclear:
    """strength / 2 * (sum of singular values)^2."""

    strength: float

    def value(self, V):
        """Return the term at V."""
        return 0.5 * self.strength * float(singular(V).sum()) ** 2

    def dual_norm(self, U):
        """Every U is feasible."""
        return 0.0

    def conjugate(self, U):
        """Return (largest singular value)^2 / (2 strength)."""
        return float(singular(U).max()) ** 2 / (2 * self.strength)


@dataclass
class Clusters:
    """strength / 2 * min sum_i s_i^2 / (eta + m_i) over 0 <= m_i <= 1, sum m_i = n_clusters."""

    strength: float
    n_clusters: int
    eta: float

    def value(self, V):
        """Return the term at V, the multiplier of the sum of m_i found by a root finder."""
        s = singular(V)
        s = s[s > 1e-14 * max(s.max(), 1e-300)]
        m = np.ones(len(s))
        if len(s) > min(self.n_clusters, V.shape[1]):
            share = lambda level: np.clip(s / np.exp(level) - self.eta, 0, 1)
            ends = np.log(s.min() / (1 + self.eta)), np.log(s.max() / self.eta)
            m = share(brentq(lambda level: share(level).sum() - self.n_clusters, *ends, xtol=1e-15))
        return 0.5 * self.strength * float(np.sum(s**2 / (self.eta + m)))

    def dual_norm(self, U):
        """Every U is feasible."""
        return 0.0

    def conjugate(self, U):
        """Return (eta ||U||^2 + sum of the n_clusters largest s_i^2) / (2 strength)."""
        s = singular(U)
        return float(self.eta * np.sum(s**2) + np.sum(s[: self.n_clusters] ** 2)) / (
            2 * self.strength
        )


@dataclass
class Joint:
    """min over V = sum of components of sum_k terms[k](V_k), + 1/2 trace(V precision V'); V = W diag(u)."""

    u: np.ndarray
    terms: tuple
    precision: np.ndarray | None = None
    pooling: Pooling | None = None

    def value(self, parts):
        """Return the penalty of W as a given sum of parts."""
        assert len(parts) == len(self.terms)
        V = [part * self.u for part in parts]
        return sum(term.value(part) for term, part in zip(self.terms, V)) + self.quadratic(sum(V))

    def quadratic(self, V):
        """Return 1/2 trace(V precision V')."""
        return 0.0 if self.precision is None else 0.5 * float(np.sum((V @ self.precision) * V))

    def certificate(self, C, parts):
        """Return the factor that makes C feasible, and a bound on the conjugate of the penalty there.

        The conjugate of a sum is at most that of the quadratic at its gradient, plus those of the terms at the rest.
        """
        U, V = C / self.u, sum(parts) * self.u
        rest = U if self.precision is None else U - V @ self.precision
        factor = min([1.0] + [1 / max(term.dual_norm(rest), 1e-300) for term in self.terms])
        bound = sum(term.conjugate(factor * rest) for term in self.terms)
        return factor, bound + factor**2 * self.quadratic(V)


def by_task(V, owner):
    """Return the norm of the columns of each task in each row."""
    return np.sqrt(np.column_stack([(V[:, owner == t] ** 2).sum(axis=1) for t in np.unique(owner)]))


def singular(V):
    """Return the singular values."""
    return np.linalg.svd(V, compute_uv=False)


def fuse(U, t):
    """Return argmin ||V - U||^2 / 2 + t sum |differences|, row by row: V = U - z D with |z| <= t.

    Every choice of which z lie at which bound is tried, and the best feasible one taken.
    """
    D = np.diff(np.eye(U.shape[1]), axis=0)
    best, least = np.zeros_like(U), np.full(len(U), np.inf)
    for signs in product((-1.0, 0.0, 1.0), repeat=len(D)):
        z = np.outer(t, signs)
        free = np.array(signs) == 0
        if free.any():
            z[:, free] = np.linalg.solve(D[free] @ D[free].T, D[free] @ (U - z @ D).T).T
        V = U - z @ D
        size = np.sum(V**2, axis=1)
        better = np.all(np.abs(z) <= t[:, None] * (1 + 1e-12), axis=1) & (size < least)
        best[better], least[better] = V[better], size[better]
    return best


def ridge(tasks, strength):
    """Return the precision of strength / 2 ||V||^2."""
    return strength * np.eye(len(owners(tasks))) if strength else None


def rows_penalty(tasks, rows, l1=0.0, l2=0.0):
    """rows sum_j ||V_j|| + l1 sum_j sum_t ||V_j[t]|| + l2 / 2 ||V||^2: L21 and SparseGroup."""
    return Joint(balance(tasks), (Rows(owners(tasks), rows, l1),), ridge(tasks, l2))


def l1_inf(tasks, alpha):
    """L1Inf."""
    return Joint(balance(tasks), (LargestInRows(owners(tasks), alpha),))


def spectral(tasks, term):
    """Return NuclearNorm, LearnedCovariance or Clustered."""
    return Joint(balance(tasks), (term,))


def dirty(tasks, shared, specific, norm="l1inf"):
    """Dirty."""
    owner = owners(tasks)
    first = LargestInRows(owner, shared) if norm == "l1inf" else Rows(owner, shared)
    return Joint(balance(tasks), (first, Rows(owner, 0.0, specific)))


def robust_low_rank(tasks, shared, outlier):
    """RobustLowRank."""
    return Joint(balance(tasks), (Nuclear(shared), Tasks(owners(tasks), outlier)))


def robust_features(tasks, shared, outlier):
    """RobustFeatures."""
    return Joint(balance(tasks), (Rows(owners(tasks), shared), Tasks(owners(tasks), outlier)))


def temporal(tasks, alpha, fusion=1.0, l1=0.0, rows=1.0, l2=0.0, smooth=False):
    """Temporal: the tasks are in their order; where smooth, also class by class."""
    owner, tied, precision = owners(tasks), ties(tasks), ridge(tasks, alpha * l2)
    chain = np.array([c for c, t in enumerate(owner) if tasks[t].width == 1], dtype=int)
    if not smooth:
        term = Rows(owner, alpha * rows, alpha * l1, alpha * fusion * (len(chain) > 1), chain)
        return Joint(balance(tasks), (term,), precision)
    precision = np.zeros(tied.shape) if precision is None else precision
    for group in np.unique(tied, axis=0):
        D = np.diff(np.eye(len(owner))[group], axis=0)
        precision = precision + alpha * fusion * D.T @ D
    return Joint(balance(tasks), (Rows(owner, alpha * rows, alpha * l1),), precision)


def with_norms(tasks, prior, l1, l21, strengths=None):
    """Return a quadratic prior + l1 sum_j sum_t ||V_j[t]|| + l21 sum_j ||V_j||."""
    u = factors(tasks, strengths, balance=True)
    precision = np.linalg.inv(prior.covariance * np.outer(u, u))
    return Joint(u, (Rows(owners(tasks), l21, l1),), precision, prior.pooling)


def balance(tasks):
    """Return u of MultiTaskGLM."""
    return factors(tasks, balance=True)
