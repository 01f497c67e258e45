"""The optimum of an objective with a quadratic penalty, and how far rounding may take a fit from it.

W = U F' with F F' the prior covariance, so that the penalty is ||U||^2 / 2; tasks that nothing ties are solved apart.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.linalg import null_space

from . import losses
from .losses import LONG
from .newton import Newton, Rows
from .objectives import Objective

VERIFIED = 1e-9  # last step, in the units of ``moved``


class Uncertain(ArithmeticError):
    """The last step is larger than what an optimum may be off."""


@dataclass
class Answer:
    """What the optimum says of one task at some rows, (n, width), in the users' units.

    slack is by how much one rounding of each input moves raw, size what X @ coef + intercept adds up before signs
    cancel, deviation that of the labels.
    """

    loss: str
    raw: np.ndarray
    slack: np.ndarray
    size: np.ndarray
    deviation: float


@dataclass
class Layout:
    """Where the coefficients of tasks that are tied are in theta: U row by row, then what makes the intercepts."""

    objective: Objective
    members: list[int]
    columns: list[np.ndarray]
    F: np.ndarray
    B: np.ndarray
    odds: np.ndarray

    def design(self, X: np.ndarray, t: int) -> np.ndarray:
        """Return the rows of a task's columns at X: x (x) F_c beside B_c."""
        inside = self.columns[self.members.index(t)]
        centred = X - self.objective.centre(t)
        n, width, size = len(X), len(inside), X.shape[1] * self.F.shape[1]
        left = np.einsum("ij,ck->icjk", centred, self.F[inside]).reshape(n, width, size)
        right = np.broadcast_to(self.B[inside], (n, *self.B[inside].shape))
        return np.concatenate([left, right], axis=2).reshape(n * width, -1)

    @cached_property
    def problem(self) -> Newton:
        """The problem, in units in which the largest entry of each column is one."""
        rows, n_U = [], self.objective.X.shape[1] * self.F.shape[1]
        for t in self.members:
            task = self.objective.tasks[t]
            seen = task.weight > 0
            y, weight = task.y[seen].astype(LONG), task.weight[seen].astype(LONG)
            rows.append(Rows(task.loss, y, weight, self.design(self.objective.X[seen], t)))
        penalty = np.concatenate([np.ones(n_U, LONG), np.sqrt(self.odds.astype(LONG))])
        top = np.max([np.abs(r.design).max(axis=0, initial=0) for r in rows] + [penalty], axis=0)
        self.unit = 1 / np.where(top > 0, top, 1)
        for r in rows:
            r.design = r.design * self.unit
        return Newton(rows, penalty * self.unit, self.start(rows, n_U))

    def start(self, rows: list[Rows], n_U: int) -> np.ndarray:
        """Return theta of the best constant prediction."""
        theta = np.zeros(n_U + self.B.shape[1], LONG)
        if self.B.shape[1]:
            b = np.concatenate(
                [losses.constant(r.loss, r.weight @ r.y / r.weight.sum()) for r in rows]
            )
            theta[n_U:] = np.linalg.lstsq(self.B.astype(float), b.astype(float), rcond=None)[0]
            theta[n_U:] /= self.unit[n_U:]
        return theta

    def answers(self, X: np.ndarray) -> tuple[dict[int, Answer], np.ndarray, np.ndarray]:
        """Return what the optimum says at X, its coefficients and its intercepts at the common centre."""
        problem, inputs = self.problem, self.objective.inputs(X)
        points = {t: self.design(inputs, t) * self.unit for t in self.members}
        rows = dict(zip(self.members, (r.design for r in problem.rows), strict=True))
        both = {t: np.vstack([points[t], rows[t]]) for t in self.members}
        error = problem.solve(lambda theta, step: self.moved(both, theta, step))
        if not error <= VERIFIED:
            raise Uncertain
        theta = problem.theta * self.unit
        U = theta[: -self.B.shape[1] or None].reshape(X.shape[1], -1)
        W, b = U @ self.F.T, self.B @ theta[U.size :]
        answers = {}
        for t, inside in zip(self.members, self.columns, strict=True):
            task, shape = self.objective.tasks[t], (len(X), -1)
            scale, shift = task.scale, self.objective.shift[t]
            raw = (points[t] @ problem.theta).reshape(shape) * scale + shift
            at_zero = b[inside] * scale + shift - self.objective.centre(t) @ W[:, inside] * scale
            size = np.abs(inputs) @ np.abs(W[:, inside]) * scale + np.abs(at_zero)
            slack = problem.sensitivity(points[t]).reshape(shape) * scale
            spread = deviation_of(task) * scale
            answers[t] = Answer(task.loss, raw, slack, size, spread)
        at_centre = [
            b[inside] + (self.objective.common_centre - self.objective.centre(t)) @ W[:, inside]
            for t, inside in zip(self.members, self.columns, strict=True)
        ]
        return answers, W, np.concatenate(at_centre)

    def moved(self, points: dict[int, np.ndarray], theta: np.ndarray, step: np.ndarray) -> float:
        """Return by how much a step moves responses, in standard deviations, probabilities or shares of means."""
        largest = 0.0
        with np.errstate(all="ignore"):
            for t, design in points.items():
                task = self.objective.tasks[t]
                shape = (-1, task.width)
                before = losses.response(task.loss, (design @ theta).reshape(shape))
                after = losses.response(task.loss, (design @ (theta + step)).reshape(shape))
                unit = deviation_of(task) if task.loss == "squared" else LONG(1)
                if task.loss == "poisson":
                    unit = np.minimum(before, after) + task.weight @ task.y / task.weight.sum()
                change = np.abs((after - before) / unit).max()
                largest = max(largest, change if np.isfinite(change) else np.inf)
        return float(largest)


def deviation_of(task) -> float:
    """Return the weighted standard deviation of a task's targets, in the units of the objective."""
    s = task.weight.astype(LONG) / task.weight.max()
    y = task.y.astype(LONG)
    mean = s @ y / s.sum()
    return np.sqrt((s @ (y - mean) ** 2).sum() / s.sum()) or LONG(1)


def layouts(objective: Objective) -> list[Layout]:
    """Return the tasks in groups that nothing ties to one another."""
    owner = np.repeat(np.arange(len(objective.tasks)), [task.width for task in objective.tasks])
    covariance = objective.prior.covariance
    tied = covariance != 0
    if objective.pools:
        tied = tied | objective.prior.pooling.tied
    made, left = [], set(range(len(objective.tasks)))
    while left:
        members = {min(left)}
        while True:
            reached = set(owner[tied[np.isin(owner, list(members))].any(axis=0)].tolist()) | members
            if reached == members:
                break
            members = reached
        left -= members
        made.append(layout(objective, sorted(members), owner))
    return made


def layout(objective: Objective, members: list[int], owner: np.ndarray) -> Layout:
    """Lay out the tasks of one group."""
    inside = np.flatnonzero(np.isin(owner, members))
    columns = [np.flatnonzero(owner[inside] == t) for t in members]
    covariance = objective.prior.covariance[np.ix_(inside, inside)]
    top = np.abs(covariance).max()
    values, vectors = np.linalg.eigh(covariance / top)
    kept = values > 1e-13
    F = vectors[:, kept] * np.sqrt(values[kept].astype(LONG)) * np.sqrt(LONG(top))
    B, odds = intercepts(objective, inside, columns)
    return Layout(objective, members, columns, F, B.astype(LONG), odds)


def intercepts(
    objective: Objective, inside: np.ndarray, columns: list[np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Return a basis of the intercepts, and how strongly each of its numbers is penalised."""
    parts, odds = [np.zeros((len(inside), 0))], []
    if not objective.fit_intercept:
        return parts[0], np.zeros(0)
    if objective.pools:
        pooling = objective.prior.pooling
        tied, direction = pooling.tied[np.ix_(inside, inside)], pooling.direction[inside]
        for group in np.unique(tied, axis=0):
            apart = (
                null_space(np.ones((1, group.sum())))
                if np.isfinite(pooling.odds)
                else np.zeros((group.sum(), 0))
            )
            basis = np.zeros((len(inside), 1 + apart.shape[1]))
            basis[group] = np.column_stack([np.ones(group.sum()), apart]) / direction[group, None]
            parts.append(basis)
            odds += [0.0] + [pooling.odds] * apart.shape[1]
        return np.hstack(parts), np.array(odds)
    for places in columns:
        width = len(places)
        basis = np.zeros((len(inside), max(1, width - 1)))
        basis[places] = null_space(np.ones((1, width))) if width > 1 else 1.0
        parts.append(basis)
        odds += [0.0] * basis.shape[1]
    return np.hstack(parts), np.array(odds)


@dataclass
class Optimum:
    """The answers by task, and coefficients, (n_features, n_columns), with intercepts at the common centre."""

    answers: list[Answer]
    W: np.ndarray
    b: np.ndarray


def optimum(objective: Objective, X: np.ndarray) -> Optimum:
    """Return the optimum, with its answers at X."""
    widths = [task.width for task in objective.tasks]
    owner = np.repeat(np.arange(len(widths)), widths)
    W, b, answers = np.zeros((X.shape[1], len(owner)), LONG), np.zeros(len(owner), LONG), {}
    for each in layouts(objective):
        inside = np.isin(owner, each.members)
        some, W[:, inside], b[inside] = each.answers(X)
        answers |= some
    return Optimum([answers[t] for t in range(len(widths))], W, b)
