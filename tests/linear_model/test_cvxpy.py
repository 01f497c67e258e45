"""A general solver finds no lower objective."""

import numpy as np
import pytest
from certificates import Problem, describe
from quadratics import factors, graph_laplacian, learned_signs, mean_regularized
from references import optimum_by_cvxpy
from zoo import GRAPH, MIXED, patients

from skmtl import MultiTaskGLM
from skmtl.penalties import GraphLaplacian, MeanRegularized

pytest.importorskip("cvxpy")
TYPES = dict(
    zip(MIXED, ("regression", "binary", "multiclass", "count", "regression", "multiclass"))
)
STRENGTHS = dict(zip(MIXED, (1.0, 5.0, 2.0, 9.0, 0.5, 3.0)))


def mixed():
    """Return the data of the mixed tasks, few enough for a general solver."""
    X, y = patients(3, 40, 4)
    return X, {name: y[name] for name in MIXED}


def fitted(penalty, X, y, **settings):
    """Return a fitted model of the mixed tasks."""
    return MultiTaskGLM(penalty, task_types={"visits": "count"}, **settings).fit(X, y)


def assert_least(problem, model, fit_intercept=True):
    """Assert that cvxpy finds the objective of the model, to 1e-6."""
    value, least = problem.value(*problem.of(model)), optimum_by_cvxpy(problem, fit_intercept)
    assert value == pytest.approx(least, rel=1e-6)


def signs(tasks, model):
    """Return the signs learnt from a fit with sharing 0."""
    scale = np.repeat([task.scale for task in tasks], [task.width for task in tasks])
    return learned_signs(tasks, model.coef_.T / scale * factors(tasks, None, True))


@pytest.mark.parametrize("sharing", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("pool", [False, True], ids=["free", "pooled"])
def test_same_signs(sharing, pool):
    """MeanRegularized, signs given."""
    if pool and sharing == 1.0:
        pytest.skip("one intercept is another problem")
    X, y = mixed()
    penalty = MeanRegularized(3.0, sharing, signs="same", pool_intercept=pool)
    tasks = describe(X, y, TYPES)
    prior = mean_regularized(tasks, 3.0, sharing, balance=True, pool=pool)
    assert_least(Problem(X, tasks, prior), fitted(penalty, X, y))


@pytest.mark.parametrize("pool", [False, True], ids=["free", "pooled"])
def test_learned_signs(pool):
    """MeanRegularized, signs found."""
    X, y = mixed()
    model = fitted(MeanRegularized(3.0, 0.6, pool_intercept=pool), X, y)
    tasks = describe(X, y, TYPES)
    q = signs(tasks, fitted(MeanRegularized(3.0, 0.0), X, y))
    prior = mean_regularized(tasks, 3.0, 0.6, q, balance=True, pool=pool)
    assert_least(Problem(X, tasks, prior), model)


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_strengths_and_weights(fit_intercept, rng):
    """Strengths by task, weights by pair, class and task."""
    X, y = mixed()
    weight = rng.uniform(0.5, 2, (len(X), len(y)))
    penalty = MeanRegularized(STRENGTHS, 0.4, signs="same")
    settings = {
        "task_weight": "balanced",
        "class_weight": "balanced",
        "fit_intercept": fit_intercept,
    }
    model = fitted(penalty, X, y).set_params(**settings).fit(X, y, weight)
    tasks = describe(X, y, TYPES, weight=weight, c="balanced", class_weight="balanced")
    prior = mean_regularized(tasks, STRENGTHS, 0.4, balance=True)
    assert_least(Problem(X, tasks, prior), model, fit_intercept)


@pytest.mark.parametrize("as_frame", [False, True], ids=["array", "frame"])
@pytest.mark.parametrize("alpha", [2.0, STRENGTHS], ids=["common", "by task"])
def test_graph(as_frame, alpha, rng):
    """GraphLaplacian, with an edge below zero; a frame may have its tasks in any order."""
    X, y = mixed()
    graph = GRAPH
    if as_frame:
        pd = pytest.importorskip("pandas")
        frame = pd.DataFrame(GRAPH, index=MIXED, columns=MIXED)
        graph = frame.loc[list(rng.permutation(MIXED)), list(rng.permutation(MIXED))]
    tasks = describe(X, y, TYPES)
    prior = graph_laplacian(tasks, GRAPH, alpha, 0.5, balance=True)
    model = fitted(GraphLaplacian(graph, alpha, l2=0.5), X, y)
    assert_least(Problem(X, tasks, prior), model)


def test_classes_of_one_set():
    """Two tasks of the same three classes share class by class, a third of others does not."""
    X, y = mixed()
    y = {name: y[name] for name in ("stage", "grade")}
    third = np.array([None if v is None else v + "*" for v in np.roll(y["stage"], 3)], dtype=object)
    y["other"] = third
    model = fitted(MeanRegularized(2.0, 0.8, signs="same"), X, y | {"visits": mixed()[1]["visits"]})
    y["visits"] = mixed()[1]["visits"]
    types = dict.fromkeys(y, "multiclass") | {"visits": "count"}
    tasks = describe(X, y, types)
    prior = mean_regularized(tasks, 2.0, 0.8, balance=True)
    assert np.count_nonzero(prior.covariance) == 10 + 6
    assert_least(Problem(X, tasks, prior), model)
