"""The score, computed from the definition of the objective at the coefficients that come back.

With V and Z the coefficients and linear predictors of the scaled targets, K = (1 - sharing) I + sharing q q':

    F = sum over observed labels of loss(y, z) + alpha / 2 trace(V K^-1 V')

Nothing here is imported from skmtl.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .problems import Problem

SETTLED = 1e-15  # a step of the intercepts that is lost in rounding, relative to the predictions


class Coefficients(NamedTuple):
    """What a contestant returns: coef of shape (n_tasks, n_features), intercept of shape (n_tasks,).

    parts are the summands of coef, in its layout, where the penalty has a norm for each.
    """

    coef: np.ndarray
    intercept: np.ndarray
    parts: tuple[np.ndarray, ...] = ()


class Score(NamedTuple):
    """The objective, and a bound from below on its minimum, for the best intercepts with these weights."""

    objective: float
    lower: float


@dataclass(frozen=True, eq=False)
class Referee:
    """Knows the objective of a problem at a strength and a sharing."""

    problem: Problem
    alpha: float = 1.0
    sharing: float = 0.0
    signs: np.ndarray | None = None

    def score(self, found: Coefficients) -> Score:
        """Score coefficients.

        F is strongly convex in V, with modulus alpha K^-1: at the best intercepts its minimum is at least
        F - trace(G K G') / (2 alpha), where G is the gradient in V.
        """
        X, Y = self.problem.X, self.problem.Y
        seen = ~np.isnan(Y)
        scale = np.ones(Y.shape[1]) if self.problem.binary else np.nanstd(Y, axis=0)
        V, intercept = found.coef.T / scale, found.intercept / scale
        Y = np.where(seen, Y, 0.0) / scale
        Z = X @ V + intercept
        K = self.covariance()
        penalty = 0.5 * self.alpha * np.vdot(V, np.linalg.solve(K, V.T).T)
        measure = logistic if self.problem.binary else squared
        objective = measure(Y, Z, seen)[0].sum() + penalty
        settled, residual = settle(measure, Y, Z, seen)
        G = X.T @ residual + self.alpha * np.linalg.solve(K, V.T).T
        lower = settled + penalty - 0.5 * np.vdot(G @ K, G) / self.alpha
        return Score(float(objective), float(lower))

    def covariance(self) -> np.ndarray:
        """Return K."""
        n_tasks = self.problem.n_tasks
        q = np.ones(n_tasks) if self.signs is None else self.signs
        return (1.0 - self.sharing) * np.eye(n_tasks) + self.sharing * np.outer(q, q)


def settle(measure, Y, Z, seen):
    """Return loss and its gradient in Z at the best intercepts, found task by task by Newton's method."""
    Z = Z.copy()
    for _ in range(20):
        _, slope, curvature = measure(Y, Z, seen)
        step = slope.sum(axis=0) / curvature.sum(axis=0)
        Z -= step
        if np.abs(step).max() <= SETTLED * np.abs(Z).max():
            break
    loss, slope, _ = measure(Y, Z, seen)
    return loss.sum(), slope


def squared(Y, Z, seen):
    """Half the squared error of each label, its first and its second derivative in Z."""
    error = np.where(seen, Z - Y, 0.0)
    return 0.5 * error**2, error, seen.astype(float)


def logistic(Y, Z, seen):
    """Log loss of each label, its first and its second derivative in Z."""
    p = 0.5 * (1.0 + np.tanh(0.5 * Z))
    loss = np.logaddexp(0.0, Z) - Y * Z
    return np.where(seen, loss, 0.0), np.where(seen, p - Y, 0.0), np.where(seen, p * (1.0 - p), 0.0)


def learned_signs(separate: Coefficients) -> np.ndarray:
    """Return the signs of the leading eigenvector of the cosines between tasks fitted separately."""
    unit = separate.coef / np.linalg.norm(separate.coef, axis=1, keepdims=True)
    leading = np.linalg.eigh(unit @ unit.T)[1][:, -1]
    return np.where(leading < 0, -1.0, 1.0)


def excess(score: Score, lower: float | None = None) -> float:
    """Return how far an objective is above the minimum at most, relative to it."""
    lower = score.lower if lower is None else lower
    return max(0.0, score.objective / lower - 1.0)
