"""The score under penalties that are norms or sums of norms, computed from the definition.

With V = W diag(u), u = 1/2 for binary tasks (a balance of losses in MultiTaskGLM) and 1 for regressions,

    F = sum over observed labels of loss(y, x W + b)  +  min over V = sum_k P_k of sum_k strength_k norm_k(P_k)

Targets are not rescaled. Nothing here is imported from skmtl.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import xlogy

from .norms import Regulariser
from .problems import Problem
from .referee import Coefficients, Score, excess, logistic, settle, squared

BALANCE = {True: 0.5, False: 1.0}  # u by whether the problem is binary


@dataclass(frozen=True, eq=False)
class NormReferee:
    """Knows the objective of a problem with a regulariser."""

    problem: Problem
    regulariser: Regulariser

    @property
    def u(self) -> float:
        """What the coefficients are multiplied with in the penalty."""
        return BALANCE[self.problem.binary]

    def objective(self, found: Coefficients) -> float:
        """Return F at coefficients and the parts that they come with."""
        coef = sum(found.parts) if found.parts else found.coef
        raw = self.problem.X @ coef.T + found.intercept
        measure, Y, seen = labels(self.problem)
        return float(measure(Y, raw, seen)[0].sum()) + self._penalty(found)

    def score(self, found: Coefficients) -> Score:
        """Score coefficients.

        With the best intercepts the columns of U, the gradient of the loss in raw, sum to zero. Then -loss*(s U) is a
        bound from below for every s at which the dual norm of s X'U is at most one (Fenchel's inequality).
        """
        coef = sum(found.parts) if found.parts else found.coef
        measure, Y, seen = labels(self.problem)
        _, U = settle(measure, Y, self.problem.X @ coef.T + found.intercept, seen)
        largest = 1.0 / self.regulariser.dual((self.problem.X.T @ U) / self.u)
        bound = below_squared if measure is squared else below_logistic
        return Score(self.objective(found), bound(Y, U, seen, largest))

    def excess(self, found: Coefficients, lower: float) -> float:
        """Return how far F is above a bound from below on its minimum, relative to it."""
        return excess(Score(self.objective(found), lower))

    def _penalty(self, found: Coefficients) -> float:
        parts = found.parts or (found.coef,)
        return self.regulariser.value([self.u * part.T for part in parts])


def labels(problem: Problem):
    """Return the loss of a problem, its labels with zero where missing, and which are there."""
    seen = ~np.isnan(problem.Y)
    return logistic if problem.binary else squared, np.where(seen, problem.Y, 0.0), seen


def below_squared(Y, U, seen, largest: float) -> float:
    """Return the largest -loss*(s U) over 0 <= s <= largest."""
    slope, curvature = float(np.vdot(U, Y)), float(np.vdot(U, U))
    s = np.clip(-slope / curvature, 0.0, largest) if curvature else 0.0
    return -s * slope - 0.5 * s**2 * curvature


def below_logistic(Y, U, seen, largest: float) -> float:
    """Return -loss*(s U) at the largest s up to 1, where its domain ends."""
    p = np.clip(Y + min(1.0, largest) * U, 0.0, 1.0)
    entropy = xlogy(p, p) + xlogy(1.0 - p, 1.0 - p)
    return -float(entropy[seen].sum())


def gradient_at_zero(problem: Problem) -> np.ndarray:
    """Return the gradient of the loss in V at V = 0 with the best intercepts."""
    measure, Y, seen = labels(problem)
    _, U = settle(measure, Y, np.zeros(Y.shape), seen)
    return (problem.X.T @ U) / BALANCE[problem.binary]


def value_at_zero(problem: Problem) -> float:
    """Return the loss at V = 0 with the best intercepts."""
    measure, Y, seen = labels(problem)
    return float(settle(measure, Y, np.zeros(Y.shape), seen)[0])


@dataclass(frozen=True, eq=False)
class PathReferee:
    """Knows the objectives of a problem at several strengths, and the value at V = 0 that all of them share.

    Excess is relative to that value: where weak penalties let the loss vanish, so does the minimum, and no method's
    tolerance is relative to it.
    """

    at: tuple[NormReferee, ...]
    null: float

    @property
    def problem(self) -> Problem:
        return self.at[0].problem

    def score(self, path: Coefficients) -> list[Score]:
        """Score each point of a path: coef of shape (n_strengths, n_tasks, n_features)."""
        points = zip(self.at, path.coef, path.intercept, strict=True)
        return [judge.score(Coefficients(coef, intercept)) for judge, coef, intercept in points]

    def excess(self, path: Coefficients, known: list[Score]) -> float:
        """Return the largest excess over a path, given bounds from below on the minima."""
        points = zip(self.at, path.coef, path.intercept, known, strict=True)
        above = [
            judge.objective(Coefficients(coef, intercept)) - score.lower
            for judge, coef, intercept, score in points
        ]
        return max(0.0, *above) / self.null

    def gap(self, known: list[Score]) -> float:
        """Return the largest gap between the lowest objectives and the bounds."""
        return max(score.objective - score.lower for score in known) / self.null
