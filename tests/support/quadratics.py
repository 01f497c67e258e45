"""Quadratic penalties from the formulas of the documentation, not from the code."""

from dataclasses import dataclass

import numpy as np


@dataclass
class Pooling:
    """Penalty odds / 2 sum_t (z_t - mean z)^2 on intercepts z_t = direction_t b_t of centred inputs.

    odds is alpha sharing / (1 - sharing), direction holds q_t u_t, and tied says which columns have one mean.
    """

    tied: np.ndarray
    direction: np.ndarray
    odds: float

    def spread(self, b):
        """Return z_t - mean z."""
        z = self.direction * b
        return z - self.tied @ z / self.tied.sum(axis=0)

    def value(self, b):
        """Return the penalty of the intercepts."""
        return 0.5 * self.odds * np.sum(self.spread(b) ** 2)

    def gradient(self, b):
        """Return the gradient in the intercepts."""
        return self.odds * self.direction * self.spread(b)

    def excess(self, slope):
        """Return what must be taken from a slope in b to make its conjugate finite."""
        z = slope / self.direction
        return self.direction * (self.tied @ z / self.tied.sum(axis=0))

    def conjugate(self, slope):
        """Return the conjugate at a slope in b that has no excess."""
        return np.sum((slope / self.direction) ** 2) / (2 * self.odds)


@dataclass
class Prior:
    """Quadratic penalty 1/2 trace(W covariance^-1 W') and, if asked for, that on intercepts."""

    covariance: np.ndarray
    pooling: Pooling | None = None

    def value(self, parts):
        """Return the penalty of W, the only part."""
        (W,) = parts
        inside = np.linalg.pinv(self.covariance, rcond=1e-12, hermitian=True)
        return 0.5 * float(np.sum((W @ inside) * W))

    def certificate(self, C, parts):
        """Return the factor that makes C feasible, and the conjugate of the penalty there."""
        return 1.0, 0.5 * float(np.sum((C @ self.covariance) * C))


def owners(tasks):
    """Return the number of the task of each column."""
    return np.repeat(np.arange(len(tasks)), [task.width for task in tasks])


def ties(tasks):
    """Return which columns may be correlated, as a matrix."""
    roles = []
    for task in tasks:
        several = task.loss == "softmax"
        roles += [(task.classes, k) for k in task.classes] if several else ["one"] * task.width
    return np.array([[a == b for b in roles] for a in roles])


def factors(tasks, strengths=None, balance=False):
    """Return u_t of each column: sqrt(k_t r_t)."""
    u = []
    for task in tasks:
        k = 0.25 if balance and task.loss in ("logistic", "softmax") else 1.0
        u += [np.sqrt(k * (1.0 if strengths is None else strengths[task.name]))] * task.width
    return np.array(u)


def mean_regularized(tasks, alpha, sharing, q=None, *, balance=False, pool=False):
    """K = (1 - sharing) I + sharing q q' within ties; alpha / 2 trace(V K^-1 V'), V = W diag(u)."""
    common, strengths = (1.0, alpha) if isinstance(alpha, dict) else (alpha, None)
    u = factors(tasks, strengths, balance)
    q = np.ones(len(u)) if q is None else q
    K = (1 - sharing) * np.eye(len(u)) + sharing * np.outer(q, q) * ties(tasks)
    np.fill_diagonal(K, 1.0)
    pooling = None
    if pool and sharing > 0:
        pooling = Pooling(ties(tasks), q * u, common * sharing / (1 - sharing))
    return Prior(K / (common * np.outer(u, u)), pooling)


def graph_laplacian(tasks, graph, alpha=1.0, l2=1.0, *, balance=False):
    """alpha/2 sum_{s<t} |a_st| ||V_s - sign(a_st) V_t||^2 + l2/2 sum_t ||V_t||^2, column by column."""
    common, strengths = (1.0, alpha) if isinstance(alpha, dict) else (alpha, None)
    u, tied, owner = factors(tasks, strengths, balance), ties(tasks), owners(tasks)
    precision = l2 * np.eye(len(u))
    for s in range(len(u)):
        for t in range(s):
            a = graph[owner[s], owner[t]]
            if tied[s, t] and owner[s] != owner[t] and a:
                e = np.zeros(len(u))
                e[s], e[t] = 1.0, -np.sign(a)
                precision += common * abs(a) * np.outer(e, e)
    return Prior(np.linalg.inv(precision) / np.outer(u, u))


def learned_signs(tasks, V):
    """Signs of the leading eigenvector of the normalised separate fits V, a column a column."""
    kinds = [task.classes if task.loss == "softmax" else "one" for task in tasks]
    owner = owners(tasks)
    sign = np.ones(len(tasks))
    for kind in set(kinds):
        group = [t for t in range(len(tasks)) if kinds[t] == kind]
        flat = np.array([V[:, owner == t].ravel() for t in group])
        flat /= np.linalg.norm(flat, axis=1, keepdims=True)
        sign[group] = np.where(np.linalg.svd(flat)[0][:, 0] < 0, -1.0, 1.0)
    return sign[owner]
