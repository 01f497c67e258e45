"""Proofs that a fit is the optimum, written from the formulas of the documentation, not from the code."""

from dataclasses import dataclass

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


@dataclass
class Prior:
    """Quadratic penalty 1/2 trace(W covariance^-1 W') and, if asked for, that on intercepts.

    direction holds q_t u_t; odds is alpha sharing / (1 - sharing), 0 for free intercepts; tied says
    which columns, so which intercepts, belong together.
    """

    covariance: np.ndarray
    tied: np.ndarray
    direction: np.ndarray | None = None
    odds: float = 0.0


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
    odds = common * sharing / (1 - sharing) if pool else 0.0
    return Prior(K / (common * np.outer(u, u)), ties(tasks), q * u if pool else None, odds)


def graph_laplacian(tasks, graph, alpha=1.0, l2=1.0, *, balance=False):
    """alpha/2 sum_{s<t} |a_st| ||V_s - sign(a_st) V_t||^2 + l2/2 sum_t ||V_t||^2, column by column."""
    common, strengths = (1.0, alpha) if isinstance(alpha, dict) else (alpha, None)
    u, tied = factors(tasks, strengths, balance), ties(tasks)
    owner = np.repeat(np.arange(len(tasks)), [task.width for task in tasks])
    precision = l2 * np.eye(len(u))
    for s in range(len(u)):
        for t in range(s):
            a = graph[owner[s], owner[t]]
            if tied[s, t] and owner[s] != owner[t] and a:
                e = np.zeros(len(u))
                e[s], e[t] = 1.0, -np.sign(a)
                precision += common * abs(a) * np.outer(e, e)
    return Prior(np.linalg.inv(precision) / np.outer(u, u), tied)


def learned_signs(tasks, V):
    """Signs of the leading eigenvector of the normalised separate fits V, a column a column."""
    kinds = [task.classes if task.loss == "softmax" else "one" for task in tasks]
    owner = np.repeat(np.arange(len(tasks)), [task.width for task in tasks])
    sign = np.ones(len(tasks))
    for kind in set(kinds):
        group = [t for t in range(len(tasks)) if kinds[t] == kind]
        flat = np.array([V[:, owner == t].ravel() for t in group])
        flat /= np.linalg.norm(flat, axis=1, keepdims=True)
        sign[group] = np.where(np.linalg.svd(flat)[0][:, 0] < 0, -1.0, 1.0)
    return sign[owner]


def loss_value(task, raw):
    """Return the loss of each sample, unweighted."""
    y, z = task.y, raw
    if task.loss == "squared":
        return 0.5 * (y - z)[:, 0] ** 2
    if task.loss == "poisson":
        return (np.exp(z) - y * z)[:, 0]
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
        return float((s * (xlogy(m, m) - m)).sum())
    if task.loss == "logistic":
        return float((s * (xlogy(m, m) + xlogy(1 - m, 1 - m))).sum())
    return float((s * xlogy(m, m)).sum())


@dataclass
class Problem:
    """F(W, b) = sum_t c_t sum_i s_it loss_t(y_it, x_i W_t + b_t) + penalty(W)."""

    X: np.ndarray
    tasks: list
    prior: Prior

    def __post_init__(self):
        total = sum(task.weight for task in self.tasks)
        self.centre = total @ self.X / total.sum() if self.prior.odds else np.zeros(self.X.shape[1])
        stops = np.cumsum([task.width for task in self.tasks])
        self.columns = [slice(stop - task.width, stop) for task, stop in zip(self.tasks, stops)]
        self.scale = np.repeat([task.scale for task in self.tasks], [t.width for t in self.tasks])

    def of(self, model):
        """Return W and b of a fitted model, in the units of the objective."""
        return (model.coef_ / self.scale[:, None]).T, model.intercept_ / self.scale

    def gradients(self, W, b):
        """Return the gradient of the loss in raw."""
        raw = self.X @ W + b
        return np.hstack([loss_gradient(t, raw[:, c]) for t, c in zip(self.tasks, self.columns)])

    def spread(self, W, b):
        """Return z_t - mean z of the pooled intercepts."""
        z = self.prior.direction * (b + self.centre @ W)
        return z - self.prior.tied @ z / self.prior.tied.sum(axis=0)

    def value(self, W, b):
        """Return the objective."""
        raw = self.X @ W + b
        loss = sum(t.weight @ loss_value(t, raw[:, c]) for t, c in zip(self.tasks, self.columns))
        inside = np.linalg.pinv(self.prior.covariance, rcond=1e-12, hermitian=True)
        pooled = 0.5 * self.prior.odds * np.sum(self.spread(W, b) ** 2) if self.prior.odds else 0.0
        return float(loss + 0.5 * np.sum((W @ inside) * W) + pooled)

    def slopes(self, W, b):
        """Return W + X'G covariance and the slope in b, both zero at the optimum."""
        G = self.gradients(W, b)
        in_b = G.sum(axis=0)
        if self.prior.odds:
            in_b = in_b + self.prior.odds * self.prior.direction * self.spread(W, b)
        return W + (self.X - self.centre).T @ G @ self.prior.covariance, in_b

    def dual_gap(self, W, b):
        """Return the duality gap of W with its best free intercepts, given to rounding."""
        G = self.gradients(W, b)
        for t, c in zip(self.tasks, self.columns):  # move the last rounding out of the domain's way
            seen = t.weight > 0
            G[seen, c] -= G[:, c].sum(axis=0) * t.weight[seen, None] / t.weight.sum()
        Z = self.X.T @ G
        conjugate = sum(loss_conjugate(t, G[:, c]) for t, c in zip(self.tasks, self.columns))
        return self.value(W, b) + conjugate + 0.5 * np.sum((Z @ self.prior.covariance) * Z)

    def null_value(self):
        """Return F(0, best b)."""
        b = []
        for task in self.tasks:
            mean = task.weight @ task.y / task.weight.sum()
            link = {
                "squared": lambda m: m,
                "poisson": np.log,
                "softmax": np.log,
                "logistic": lambda m: np.log(m / (1 - m)),
            }[task.loss]
            b.append(link(mean))
        return self.value(np.zeros((self.X.shape[1], len(self.scale))), np.concatenate(b))


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


def finite_difference(function, point, step=1e-6):
    """Return the gradient of a function of an array by central differences."""
    gradient = np.zeros_like(point)
    for index in np.ndindex(point.shape):
        moved = np.zeros_like(point)
        moved[index] = step
        gradient[index] = (function(point + moved) - function(point - moved)) / (2 * step)
    return gradient
