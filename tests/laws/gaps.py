"""The duality gap of a fit on the data as given, from tests/support: certificates.py and definitions.py."""

from dataclasses import dataclass, replace

import numpy as np
from certificates import Problem, Task

from . import losses
from .losses import LONG
from .newton import Newton, Rows
from .objectives import Objective
from .optimum import intercepts

EPS = np.finfo(float).eps
ROUNDINGS = 20
CURVATURE = {"squared": 1.0, "logistic": 0.25, "softmax": 0.5}  # at most; of counts, their largest


@dataclass
class Gap:
    """A bound on how far an objective is above its minimum, and what rounding may add to that.

    null is the value of the best constant prediction, and scale its size, to which the package relates gaps.
    """

    value: float
    rounding: float
    null: float
    scale: float

    @property
    def relative(self) -> float:
        """The gap that rounding does not explain, relative to the scale."""
        return max(0.0, self.value - self.rounding) / self.scale


@dataclass
class Solution:
    """Coefficients by component, (n_features, n_columns), and intercepts, in the units of an objective.

    size is what each raw prediction adds up before signs cancel, precision the relative rounding of the numbers.
    """

    parts: list[np.ndarray]
    b: np.ndarray
    size: np.ndarray
    precision: float

    @classmethod
    def of(cls, objective: Objective, model) -> "Solution":
        """Take what a fitted model has, as its predictions do: X @ coef_ + intercept_."""
        widths = [task.width for task in objective.tasks]
        scale = np.repeat(np.array([t.scale for t in objective.tasks], LONG), widths)
        shift = np.repeat(objective.shift, widths)
        coef, b = np.asarray(model.coef_).astype(LONG), np.asarray(model.intercept_).astype(LONG)
        size = (np.abs(objective.X) @ np.abs(coef).T + np.abs(b)) / scale
        b = (b - shift + coef @ objective.common_centre) / scale
        components = getattr(model, "components_", {"all": coef})
        parts = [(np.asarray(part).astype(LONG) / scale[:, None]).T for part in components.values()]
        return cls(parts, b, size, np.finfo(np.asarray(model.coef_).dtype).eps)


def gap_of(objective: Objective, solution: Solution) -> Gap:
    """Return the objective at a solution, less the dual one at its gradient with the best intercepts.

    Where raw predictions are so far out that no intercept is best in doubles, the null value is subtracted instead.
    """
    problem = problem_of(objective)
    parts, b = [part.astype(float) for part in solution.parts], solution.b.astype(float)
    best = best_intercepts(objective, sum(solution.parts)) if objective.fit_intercept else b
    with np.errstate(all="ignore"):
        here = problem.value(parts, b)
        if not np.isfinite(best).all():
            null = null_value(objective, problem)
            return measured(objective, problem, max(0.0, here - null), of_sums(problem, parts, b))
        if (
            not problem.value(parts, best) <= here
        ):  # nor are they where Newton's method has lost itself
            best = b
        gap, loose = gap_at(problem, parts, best, objective.fit_intercept)
        rounding = of_sums(problem, parts, best) + loose + of_scaling(problem, solution, best)
        rounding += of_pooling(problem, as_stored(problem, solution)[0])
        return measured(objective, problem, gap + here - problem.value(parts, best), rounding)


def excess_over(objective: Objective, solution: Solution, W: np.ndarray, b: np.ndarray) -> Gap:
    """Return how far the objective at a solution is above that at the optimum, in extended precision."""
    problem = problem_of(objective)
    parts, here = [part.astype(float) for part in solution.parts], solution.b.astype(float)
    with np.errstate(all="ignore"):
        above = problem.value(parts, here) - problem.value([W.astype(float)], b.astype(float))
        moved, slope = as_stored(problem, solution)
        rounding = of_sums(problem, parts, here) + (moved * slope).sum()
        rounding += of_pooling(problem, moved)
        if not has_full_rank(problem.prior.covariance):  # the loss has a slope out of its range
            rounding += (moved * np.abs(problem.gradients(sum(parts), here))).sum()
    return measured(objective, problem, above, rounding)


def has_full_rank(covariance: np.ndarray) -> bool:
    """Whether no combination of columns is ruled out."""
    scale = np.sqrt(np.diag(covariance))
    return np.linalg.matrix_rank(covariance / np.outer(scale, scale), hermitian=True) == len(scale)


def measured(objective: Objective, problem: Problem, value: float, rounding: float) -> Gap:
    """Return a gap with what it is relative to."""
    null = null_value(objective, problem)
    return Gap(value if np.isfinite(value) else np.inf, rounding, null, abs(null) or 1.0)


def null_value(objective: Objective, problem: Problem) -> float:
    """Return the objective without coefficients, at the best intercepts."""
    zero = np.zeros((problem.X.shape[1], len(problem.scale)), LONG)
    b = (
        best_intercepts(objective, zero)
        if objective.fit_intercept
        else np.zeros(len(problem.scale))
    )
    return problem.value([zero.astype(float)] * len(getattr(problem.prior, "terms", [0])), b)


def gap_at(
    problem: Problem, parts: list, b: np.ndarray, fit_intercept: bool
) -> tuple[float, float]:
    """Return the duality gap at the gradient U in raw, and what the last rounding of the intercepts makes loose in it.

    It is as ``Problem.dual_gap``, but for the sums of U, which vanish to rounding: they stay as they are, for to
    subtract them may take a probability of 1e-20 below zero.
    """
    G, pooling, pooled = problem.gradients(sum(parts), b), problem.prior.pooling, 0.0
    excess = G.sum(axis=0) if pooling is None else pooling.excess(G.sum(axis=0))
    factor, conjugate = problem.prior.certificate(-(problem.X - problem.centre).T @ G, parts)
    if pooling is not None:
        pooled = factor**2 * pooling.conjugate(G.sum(axis=0) - excess)
    losses_there = 0.0
    for task, inside in zip(problem.tasks, problem.columns, strict=True):
        seen = task.weight > 0
        s, y = task.weight[seen], task.y[seen]
        losses_there += s @ losses.conjugate(task.loss, y, factor * G[seen, inside] / s[:, None])
    loose = fit_intercept * float(np.abs(excess) @ np.abs(b))
    return problem.value(parts, b) + losses_there + conjugate + pooled, loose


def problem_of(objective: Objective) -> Problem:
    """Return the problem of tests/support/certificates.py, in double precision, about the common centre."""
    X = (objective.X - objective.common_centre).astype(float)
    return Problem(X, [as_floats(task) for task in objective.tasks], objective.prior)


def as_floats(task: Task) -> Task:
    """Return a task in double precision."""
    return replace(task, y=task.y.astype(float), scale=float(task.scale))


def best_intercepts(objective: Objective, W: np.ndarray) -> np.ndarray:
    """Return the best intercepts of given coefficients."""
    widths = [task.width for task in objective.tasks]
    places = np.split(np.arange(sum(widths)), np.cumsum(widths)[:-1])
    B, odds = intercepts(objective, np.arange(sum(widths)), places)
    given = (objective.X - objective.common_centre) @ W
    rows = []
    for task, inside in zip(objective.tasks, places, strict=True):
        seen = task.weight > 0
        design = np.tile(B[inside], (seen.sum(), 1)).astype(LONG)
        y, s = task.y[seen].astype(LONG), task.weight[seen].astype(LONG)
        rows.append(Rows(task.loss, y, s, design, given[seen][:, inside]))
    start = [balance(r) for r in rows]
    theta = np.linalg.lstsq(B, np.concatenate(start).astype(float), rcond=None)[0].astype(LONG)
    newton = Newton(rows, np.sqrt(odds.astype(LONG)), theta)
    settled = newton.solve(lambda theta, step: np.abs(step).max(initial=0))
    return (B @ newton.theta).astype(float) if np.isfinite(settled) else np.full(len(B), np.nan)


def balance(rows: Rows) -> np.ndarray:
    """Return intercepts to start from: what makes up for the given raw predictions at their mean."""
    mean = rows.weight @ rows.y / rows.weight.sum()
    return losses.constant(rows.loss, mean) - rows.weight @ rows.given / rows.weight.sum()


def of_sums(problem: Problem, parts: list, b: np.ndarray) -> float:
    """Return what rounding may do to the sums that a gap is made of."""
    size = np.abs(problem.X) @ np.abs(sum(parts)) + np.abs(b)
    G = np.abs(problem.gradients(sum(parts), b))
    penalty = abs(problem.prior.value(parts))
    return ROUNDINGS * EPS * ((G * size).sum() + abs(problem.value(parts, b)) + penalty)


def of_scaling(problem: Problem, solution: Solution, b: np.ndarray) -> float:
    """Return what rounding of stored coefficients may do to the dual point: to its scaling, and to its conjugate."""
    if not hasattr(problem.prior, "terms"):
        return 0.0
    parts = [part.astype(float) for part in solution.parts]
    _, slope = as_stored(problem, solution)
    moved = np.abs(problem.X).T @ slope / problem.prior.u
    dual_norms = [term.dual_norm(moved) for term in problem.prior.terms]
    conjugates = [t.conjugate(moved) for t in problem.prior.terms if t.dual_norm(moved) == 0]
    size = np.abs(problem.X) @ np.abs(sum(parts)) + np.abs(b)
    G = np.abs(problem.gradients(sum(parts), b))
    share = min(1.0, max(dual_norms)) * ((G * size).sum() + problem.prior.value(parts))
    return float(share + (slope * size).sum() + sum(conjugates))


def of_pooling(problem: Problem, moved: np.ndarray) -> float:
    """Return what rounding of raw predictions, by so much, may do to the penalty on intercepts."""
    pooling = problem.prior.pooling
    if pooling is None or not np.isfinite(pooling.odds):
        return 0.0
    return float(pooling.odds * ((pooling.direction * moved.mean(axis=0)) ** 2).sum())


def as_stored(problem: Problem, solution: Solution) -> np.ndarray:
    """Return by how much raw moves where coefficients and intercepts are rounded, and the slope of the loss with it.

    Far from zero, and in single precision, that is more than rounding of what varies.
    """
    moved = ROUNDINGS * solution.precision * solution.size.astype(float)
    steepness = [
        np.outer(t.weight, np.full(t.width, CURVATURE.get(t.loss) or t.y.max()))
        for t in problem.tasks
    ]
    return np.stack([moved, moved * np.hstack(steepness)])
