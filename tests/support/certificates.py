"""Proofs that a fit is the optimum, written from the formulas of the documentation, not from the code."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import expit, log_softmax, softmax, xlogy
from zoo import known

LOSSES = {
    "regression": "squared",
    "binary": "logistic",
    "multiclass": "softmax",
    "count": "poisson",
}


@dataclass
class Task:
    """A task as the objective sees it: y one-hot for several classes, weight 0 where missing."""

    name: str
    loss: str
    y: np.ndarray
    weight: np.ndarray
    scale: float
    classes: tuple

    @property
    def width(self):
        """Number of columns."""
        return self.y.shape[1]


def describe(X, y, types, *, weight=None, c=None, class_weight=None, scale_targets=True):
    """Return the tasks; c and class_weight as task_weight and class_weight of the estimators."""
    s = np.ones(len(X)) if weight is None else np.asarray(weight, float)
    s = np.repeat(s[:, None], len(y), axis=1) if s.ndim == 1 else s
    s = s * np.column_stack([known(column) for column in y.values()])
    totals = dict(zip(y, s.sum(axis=0)))
    if c == "balanced":
        c = {name: np.mean(list(totals.values())) / total for name, total in totals.items()}
    made = []
    for t, (name, column) in enumerate(y.items()):
        own, seen = s[:, t], known(column)
        scale, classes = 1.0, ()
        if types[name] in ("regression", "count"):
            target = np.where(seen, column, 0.0).astype(float)[:, None]
            if types[name] == "regression" and scale_targets:
                mean = np.average(target[:, 0], weights=own)
                scale = np.sqrt(np.average((target[:, 0] - mean) ** 2, weights=own))
            target = target / scale
        else:
            classes = tuple(sorted(set(column[seen])))
            one_hot = np.array([[float(value == k) for k in classes] for value in column])
            target = one_hot if types[name] == "multiclass" else one_hot[:, 1:]
            own = own * class_weights(one_hot, own, classes, class_weight, name)
        factor = 1.0 if c is None else c[name]
        made.append(Task(name, LOSSES[types[name]], target, factor * own, scale, classes))
    return made


def class_weights(one_hot, s, classes, given, name):
    """Return the class weight of each sample."""
    given = given.get(name) if isinstance(given, dict) else given
    if given is None:
        return np.ones(len(s))
    if given == "balanced":
        return one_hot @ (s.sum() / (len(classes) * (s @ one_hot)))
    return one_hot @ np.array([given.get(k, 1.0) for k in classes])


def loss_value(task, raw):
    """Return the loss of each sample, unweighted."""
    y, z = task.y, raw
    if task.loss == "squared":
        return 0.5 * (y - z)[:, 0] ** 2
    if task.loss == "poisson":
        return (np.exp(z) - y * z + xlogy(y, y) - y)[:, 0]
    if task.loss == "logistic":
        return (np.logaddexp(0, z) - y * z)[:, 0]
    return -(y * log_softmax(z, axis=1)).sum(axis=1)


def loss_gradient(task, raw):
    """Return the gradient of the weighted loss in raw."""
    inverse = {
        "squared": lambda z: z,
        "poisson": np.exp,
        "logistic": expit,
        "softmax": lambda z: softmax(z, axis=1),
    }[task.loss]
    return task.weight[:, None] * np.where(task.weight[:, None] > 0, inverse(raw) - task.y, 0.0)


def loss_conjugate(task, U):
    """Return the conjugate of the weighted loss at U."""
    seen = task.weight > 0
    s, y, u = task.weight[seen][:, None], task.y[seen], U[seen]
    assert np.all(U[~seen] == 0)
    m = y + u / s
    if task.loss == "squared":
        return float((u * y + u**2 / (2 * s)).sum())
    if task.loss == "poisson":
        return float((s * (xlogy(m, m) - m - xlogy(y, y) + y)).sum())
    if task.loss == "logistic":
        return float((s * (xlogy(m, m) + xlogy(1 - m, 1 - m))).sum())
    return float((s * xlogy(m, m)).sum())


@dataclass
class Problem:
    """F(W, b) = sum_t c_t sum_i s_it loss_t(y_it, x_i W_t + b_t) + penalty(W).

    The penalty is one of quadratics.py or definitions.py. It may be that of a sum of parts: W is then a list of them.
    """

    X: np.ndarray
    tasks: list
    prior: Any

    def __post_init__(self):
        total, pools = sum(task.weight for task in self.tasks), self.prior.pooling is not None
        self.centre = total @ self.X / total.sum() if pools else np.zeros(self.X.shape[1])
        stops = np.cumsum([task.width for task in self.tasks])
        self.columns = [slice(stop - task.width, stop) for task, stop in zip(self.tasks, stops)]
        self.scale = np.repeat([task.scale for task in self.tasks], [t.width for t in self.tasks])

    def of(self, model):
        """Return W and b of a fitted model, in the units of the objective."""
        return (model.coef_ / self.scale[:, None]).T, model.intercept_ / self.scale

    def parts_of(self, model):
        """Return the components of a fitted model and b; they must add up to its coefficients."""
        W, b = self.of(model)
        if len(getattr(self.prior, "terms", [0])) == 1:
            return [W], b
        parts = [
            (model.components_[name] / self.scale[:, None]).T for name in ("shared", "specific")
        ]
        np.testing.assert_allclose(sum(parts), W, rtol=0, atol=1e-12 * np.abs(W).max(initial=1.0))
        return parts, b

    def gradients(self, W, b):
        """Return the gradient of the loss in raw."""
        raw = self.X @ W + b
        return np.hstack([loss_gradient(t, raw[:, c]) for t, c in zip(self.tasks, self.columns)])

    def value(self, W, b):
        """Return the objective."""
        parts = W if isinstance(W, list) else [W]
        raw = self.X @ sum(parts) + b
        loss = sum(t.weight @ loss_value(t, raw[:, c]) for t, c in zip(self.tasks, self.columns))
        pooling = self.prior.pooling
        pooled = 0.0 if pooling is None else pooling.value(b + self.centre @ sum(parts))
        return float(loss + self.prior.value(parts) + pooled)

    def slope_in_b(self, W, b):
        """Return the gradient of the objective in the intercepts."""
        slope, pooling = self.gradients(W, b).sum(axis=0), self.prior.pooling
        return slope if pooling is None else slope + pooling.gradient(b + self.centre @ W)

    def slopes(self, W, b):
        """Return W + X'G covariance and the slope in b, both zero at the optimum of a quadratic prior."""
        G = self.gradients(W, b)
        return W + (self.X - self.centre).T @ G @ self.prior.covariance, self.slope_in_b(W, b)

    def settle(self, W, b):
        """Return the best intercepts at fixed W, by Newton's method with differences of the slope."""
        for _ in range(20):
            slope = self.slope_in_b(W, b)
            if np.abs(slope).max() <= 1e-13 * sum(task.weight.sum() for task in self.tasks):
                break
            steps = 1e-5 * np.eye(len(b))
            sides = [(self.slope_in_b(W, b + e), self.slope_in_b(W, b - e)) for e in steps]
            hessian = np.array([above - below for above, below in sides]) / 2e-5
            if not np.isfinite(hessian).all():
                break
            b = b - np.linalg.lstsq(hessian, slope, rcond=1e-8)[0]
        return b

    def dual_gap(self, W, b, fit_intercept=True):
        """Return the duality gap of W, or of parts of it, with its best intercepts, given to rounding."""
        parts = W if isinstance(W, list) else [W]
        G, pooling, pooled = self.gradients(sum(parts), b), self.prior.pooling, 0.0
        excess = G.sum(axis=0) if pooling is None else pooling.excess(G.sum(axis=0))
        for t, c in zip(self.tasks, self.columns):  # move the last rounding out of the domain's way
            seen = t.weight > 0
            G[seen, c] -= fit_intercept * excess[c] * t.weight[seen, None] / t.weight.sum()
        C = -(self.X - self.centre).T @ G
        factor, conjugate = self.prior.certificate(C, parts)
        if pooling is not None:
            pooled = factor**2 * pooling.conjugate(G.sum(axis=0))
        losses = [loss_conjugate(t, factor * G[:, c]) for t, c in zip(self.tasks, self.columns)]
        return self.value(parts, b) + sum(losses) + conjugate + pooled

    def null_intercepts(self):
        """Return the best intercepts of a constant prediction, unless intercepts are pooled."""
        b = np.zeros(len(self.scale))
        for task, c in zip(self.tasks, self.columns):
            mean = task.weight @ task.y / task.weight.sum()
            link = {
                "squared": lambda m: m,
                "poisson": np.log,
                "softmax": np.log,
                "logistic": lambda m: np.log(m / (1 - m)),
            }[task.loss]
            b[c] = link(mean)
        return b

    def null_value(self, fit_intercept=True):
        """Return F(0, best b)."""
        W = np.zeros((self.X.shape[1], len(self.scale)))
        parts = [W] * len(getattr(self.prior, "terms", [0]))
        b = self.null_intercepts() if fit_intercept else np.zeros(len(self.scale))
        return self.value(parts, b if self.prior.pooling is None else self.settle(W, b))


def assert_optimal(problem, model, tolerance=1e-5, fit_intercept=True):
    """Assert that the gradient of the objective vanishes at a fitted model."""
    W, b = problem.of(model)
    in_W, in_b = problem.slopes(W, b)
    assert np.linalg.norm(in_W) <= tolerance * np.linalg.norm(W), np.linalg.norm(in_W)
    if fit_intercept:
        weight = max(task.weight.sum() for task in problem.tasks)
        assert np.abs(in_b).max() <= tolerance * weight, in_b
    else:
        assert not b.any()


def assert_certified(problem, model, fit_intercept=True):
    """Assert that a model is an optimum, neither empty nor left as it started, and says so."""
    parts, b = problem.parts_of(model)
    b = problem.settle(sum(parts), b) if fit_intercept else b
    null = problem.null_value(fit_intercept)
    assert np.any(sum(parts)) and problem.value(parts, b) < null
    gap = problem.dual_gap(parts, b, fit_intercept) / abs(null)
    assert -1e-12 <= gap <= 1e-8
    assert -1e-12 <= model.dual_gap_ <= 1e-8


def finite_difference(function, point, step=1e-6):
    """Return the gradient of a function of an array by central differences."""
    gradient = np.zeros_like(point)
    for index in np.ndindex(point.shape):
        moved = np.zeros_like(point)
        moved[index] = step
        gradient[index] = (function(point + moved) - function(point - moved)) / (2 * step)
    return gradient
