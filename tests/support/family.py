"""Every penalty of the package beside its definition, at strengths that leave something of the solution."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from certificates import Problem, Task
from definitions import (
    Clusters,
    Nuclear,
    SquaredNuclear,
    dirty,
    l1_inf,
    robust_features,
    robust_low_rank,
    rows_penalty,
    singular,
    spectral,
    temporal,
    with_norms,
)
from quadratics import factors, graph_laplacian, mean_regularized
from zoo import MIXED, patients

from skmtl.penalties import (
    L21,
    ONE_COLUMN,
    Clustered,
    Columns,
    Dirty,
    GraphLaplacian,
    L1Inf,
    LearnedCovariance,
    MeanRegularized,
    NuclearNorm,
    RobustFeatures,
    RobustLowRank,
    SparseGroup,
    Temporal,
)


@dataclass(frozen=True)
class Member:
    """A penalty and its definition, as functions of tasks and strengths a and b: b is that of a second component.

    one_of_classes says that no two tasks may have the same classes.
    """

    name: str
    penalty: Callable
    define: Callable
    one_of_classes: bool = False

    def __str__(self):
        return self.name

    def allowed(self, tasks):
        """Return the tasks that the penalty can have, of a list of them or a dict of targets."""
        if isinstance(tasks, dict):
            return {k: v for k, v in tasks.items() if not (self.one_of_classes and k == "grade")}
        return [task for task in tasks if not (self.one_of_classes and task.name == "grade")]

    def strengths(self, X, tasks, share, fit_intercept=True):
        """Return the strengths at which each component alone would be shrunk to zero, times share."""
        problem = Problem(X, tasks, self.define(tasks, 1.0, 1.0))
        W, b = np.zeros((X.shape[1], len(problem.scale))), np.zeros(len(problem.scale))
        b = problem.settle(W, problem.null_intercepts()) if fit_intercept else b
        C = (X - problem.centre).T @ problem.gradients(W, b) / problem.prior.u
        norms = [term.dual_norm(C) or 0.1 * singular(C).max() for term in problem.prior.terms]
        return share * norms[0], share * norms[-1]


def joined(tasks):
    """Return a graph that joins tasks which may be joined, some with opposite signs."""
    kinds = [task.classes if task.loss == "softmax" else () for task in tasks]
    return np.array(
        [
            [float(s != t and kinds[s] == kinds[t]) * (-1.0) ** (s + t) for t in range(len(tasks))]
            for s in range(len(tasks))
        ]
    )


def tied(tasks, a, **settings):
    """Return the quadratic part of the members that have one."""
    return mean_regularized(tasks, a, 0.5, balance=True, **settings)


TASKS = [
    Task(name, kind, np.zeros((1, width)), np.ones(1), 1.0, tuple("xyz"[:width]))
    for name, kind, width in (
        ("days", "squared", 1),
        ("died", "logistic", 1),
        ("stage", "softmax", 3),
        ("cost", "squared", 1),
        ("visits", "poisson", 1),
        ("grade", "softmax", 3),
    )
]
TYPES = {
    "days": "regression",
    "cost": "regression",
    "lab": "regression",
    "died": "binary",
    "cured": "binary",
    "stage": "multiclass",
    "grade": "multiclass",
    "visits": "count",
    "calls": "count",
}
KINDS = {
    "regression": ("days", "cost", "lab"),
    "binary": ("died", "cured"),
    "multiclass": ("stage", "grade"),
    "count": ("visits", "calls"),
    "mixed": MIXED,
}


def outcomes(kind, n, d, missing=0.3, seed=3):
    """Return X, half of it zeros, the targets of a kind, and their types."""
    X, y = patients(seed, n, d, missing)
    y["calls"] = patients(seed + 1, n, d, missing)[1]["visits"]
    X = np.where(np.random.default_rng(seed).random(X.shape) < 0.5, X, 0.0)
    return X, {name: y[name] for name in KINDS[kind]}, TYPES


def columns(tasks):
    """Return what penalties of the package know of the columns of tasks."""
    named = [(task, c) for task in tasks for c in range(task.width)]
    several = [task.width > 1 for task, _ in named]
    return Columns(
        tuple(task.name for task, _ in named),
        tuple(task.classes if s else ONE_COLUMN for s, (task, _) in zip(several, named)),
        tuple(task.classes[c] if s else None for s, (task, c) in zip(several, named)),
        factors(tasks, balance=True) ** 2,
        tuple(task.name for task in tasks),
    )


FAMILY = [
    Member("L21", lambda tasks, a, b: L21(a), lambda tasks, a, b: rows_penalty(tasks, a)),
    Member(
        "L21-ridge",
        lambda tasks, a, b: L21(a, l2_ratio=0.3),
        lambda tasks, a, b: rows_penalty(tasks, 0.7 * a, l2=0.3 * a),
    ),
    Member(
        "SparseGroup",
        lambda tasks, a, b: SparseGroup(a, l1_ratio=0.4),
        lambda tasks, a, b: rows_penalty(tasks, 0.6 * a, 0.4 * a),
    ),
    Member(
        "SparseGroup-ridge",
        lambda tasks, a, b: SparseGroup(a, l1_ratio=0.5, l2_ratio=0.2),
        lambda tasks, a, b: rows_penalty(tasks, 0.4 * a, 0.4 * a, 0.2 * a),
    ),
    Member("L1Inf", lambda tasks, a, b: L1Inf(a), lambda tasks, a, b: l1_inf(tasks, a)),
    Member(
        "NuclearNorm",
        lambda tasks, a, b: NuclearNorm(a),
        lambda tasks, a, b: spectral(tasks, Nuclear(a)),
    ),
    Member(
        "LearnedCovariance",
        lambda tasks, a, b: LearnedCovariance(a),
        lambda tasks, a, b: spectral(tasks, SquaredNuclear(a)),
    ),
    Member(
        "Clustered",
        lambda tasks, a, b: Clustered(a, n_clusters=2, eta=0.5),
        lambda tasks, a, b: spectral(tasks, Clusters(1.5 * a, 2, 0.5)),
    ),
    Member("Dirty", lambda tasks, a, b: Dirty(a, b), dirty),
    Member(
        "Dirty-l21",
        lambda tasks, a, b: Dirty(a, b, norm="l21"),
        lambda tasks, a, b: dirty(tasks, a, b, "l21"),
    ),
    Member("RobustLowRank", lambda tasks, a, b: RobustLowRank(a, b), robust_low_rank),
    Member("RobustFeatures", lambda tasks, a, b: RobustFeatures(a, b), robust_features),
    Member(
        "Temporal",
        lambda tasks, a, b: Temporal(a, fusion=0.7, l1=0.2, rows=0.5, l2=0.1),
        lambda tasks, a, b: temporal(tasks, a, 0.7, 0.2, 0.5, 0.1),
        one_of_classes=True,
    ),
    Member(
        "Temporal-smooth",
        lambda tasks, a, b: Temporal(a, fusion=0.7, l1=0.2, rows=0.5, smooth=True),
        lambda tasks, a, b: temporal(tasks, a, 0.7, 0.2, 0.5, smooth=True),
    ),
    Member(
        "MeanRegularized-l21",
        lambda tasks, a, b: MeanRegularized(0.2 * a, 0.5, signs="same", l21=a),
        lambda tasks, a, b: with_norms(tasks, tied(tasks, 0.2 * a), 0.0, a),
    ),
    Member(
        "MeanRegularized-l1",
        lambda tasks, a, b: MeanRegularized(0.2 * a, 0.5, signs="same", l1=a),
        lambda tasks, a, b: with_norms(tasks, tied(tasks, 0.2 * a), a, 0.0),
    ),
    Member(
        "MeanRegularized-pooled",
        lambda tasks, a, b: MeanRegularized(0.2 * a, 0.5, signs="same", pool_intercept=True, l21=a),
        lambda tasks, a, b: with_norms(tasks, tied(tasks, 0.2 * a, pool=True), 0.0, a),
    ),
    Member(
        "GraphLaplacian-both",
        lambda tasks, a, b: GraphLaplacian(
            joined(tasks), 0.2 * a, l2=0.1 * a, l1=0.5 * a, l21=0.5 * a
        ),
        lambda tasks, a, b: with_norms(
            tasks,
            graph_laplacian(tasks, joined(tasks), 0.2 * a, 0.1 * a, balance=True),
            0.5 * a,
            0.5 * a,
        ),
    ),
]
