"""A general solver finds no lower objective, for every penalty."""

import numpy as np
import pytest
from certificates import Problem, describe
from definitions import with_norms
from family import FAMILY, joined, outcomes
from quadratics import factors, graph_laplacian, learned_signs, mean_regularized
from references import optimum_by_cvxpy

from skmtl import MultiTaskGLM
from skmtl.penalties import GraphLaplacian, MeanRegularized

pytest.importorskip("cvxpy")
STRENGTHS = dict(zip(("days", "died", "stage", "visits", "cost", "grade"), (1.0, 5, 2, 9, 0.5, 3)))
by_member = pytest.mark.parametrize("member", FAMILY, ids=str)


def data(member=None, n=40, d=5):
    """Return X, mixed tasks with missing labels, and their types."""
    X, y, types = outcomes("mixed", n, d)
    y = y if member is None else member.allowed(y)
    return X, y, {name: types[name] for name in y}


def assert_least(problem, model, fit_intercept=True):
    """Assert that cvxpy finds the objective of the model, to 1e-6."""
    value = problem.value(*problem.parts_of(model))
    null = problem.null_value(fit_intercept)
    assert value < 0.99 * null
    assert value == pytest.approx(optimum_by_cvxpy(problem, fit_intercept), rel=1e-6)


@pytest.mark.parametrize("share", [0.1, 0.5])
@by_member
def test_weights(member, share, rng):
    """Weights by pair, class and task; missing labels; strong and weak."""
    X, y, types = data(member)
    weight = rng.uniform(0.5, 2, (len(X), len(y)))
    weights = {"class_weight": "balanced", "task_weight": "balanced"}
    tasks = describe(X, y, types, weight=weight, c="balanced", class_weight="balanced")
    strengths = member.strengths(X, tasks, share)
    model = MultiTaskGLM(member.penalty(tasks, *strengths), task_types=types, **weights)
    problem = Problem(X, tasks, member.define(tasks, *strengths))
    assert_least(problem, model.fit(X, y, weight))


@by_member
def test_fewer_samples_without_intercepts(member):
    """Fewer samples than features, no intercepts, targets in the users' units."""
    X, y, types = data(member, 20, 25)
    y["cost"] = y["cost"] / 1e4
    tasks = describe(X, y, types, scale_targets=False)
    strengths = member.strengths(X, tasks, 0.4, False)
    settings = {"fit_intercept": False, "scale_targets": False}
    model = MultiTaskGLM(member.penalty(tasks, *strengths), task_types=types, **settings)
    problem = Problem(X, tasks, member.define(tasks, *strengths))
    if problem.prior.pooling is None:
        assert_least(problem, model.fit(X, y), False)


@pytest.mark.parametrize("strengths", [None, STRENGTHS], ids=["common", "by task"])
@pytest.mark.parametrize("l1, l21", [(3.0, 0.0), (0.0, 4.0), (2.0, 2.0)])
@pytest.mark.parametrize("pool", [False, True], ids=["free", "pooled"])
def test_mean_regularized(strengths, l1, l21, pool):
    """Learned signs, strengths by task and pooled intercepts, with norms of V in the same u."""
    X, y, types = data()
    alpha = 2.0 if strengths is None else strengths
    penalty = MeanRegularized(alpha, 0.6, pool_intercept=pool, l1=l1, l21=l21)
    model = MultiTaskGLM(penalty, task_types=types).fit(X, y)
    separate = MultiTaskGLM(MeanRegularized(alpha, 0.0), task_types=types).fit(X, y)
    tasks = describe(X, y, types)
    scale = np.repeat([task.scale for task in tasks], [task.width for task in tasks])
    u = factors(tasks, strengths, balance=True)
    q = learned_signs(tasks, separate.coef_.T / scale * u)
    prior = mean_regularized(tasks, alpha, 0.6, q, balance=True, pool=pool)
    assert_least(Problem(X, tasks, with_norms(tasks, prior, l1, l21, strengths)), model)


@pytest.mark.parametrize("l1, l21", [(3.0, 0.0), (0.0, 4.0), (2.0, 2.0)])
def test_graph_laplacian_by_task(l1, l21):
    """Strengths by task."""
    X, y, types = data()
    tasks = describe(X, y, types)
    graph = joined(tasks)
    penalty = GraphLaplacian(graph, STRENGTHS, l2=0.5, l1=l1, l21=l21)
    model = MultiTaskGLM(penalty, task_types=types).fit(X, y)
    prior = graph_laplacian(tasks, graph, STRENGTHS, 0.5, balance=True)
    assert_least(Problem(X, tasks, with_norms(tasks, prior, l1, l21, STRENGTHS)), model)
