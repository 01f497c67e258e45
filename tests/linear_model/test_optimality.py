"""Fits are the optima of the objective that the documentation states, and dual_gap_ proves it."""

import warnings

import numpy as np
import pytest
from certificates import Problem, assert_optimal, describe
from quadratics import factors, graph_laplacian, learned_signs, mean_regularized
from zoo import GRAPH, MIXED, patients

from skmtl import MultiTaskGLM, MultiTaskLogisticRegression, MultiTaskRidge
from skmtl.penalties import GraphLaplacian, MeanRegularized

TYPES = {
    "days": "regression",
    "cost": "regression",
    "lab": "regression",
    "died": "binary",
    "cured": "binary",
    "stage": "multiclass",
    "grade": "multiclass",
    "visits": "count",
}
STRENGTHS = dict(zip(MIXED, (1.0, 5.0, 2.0, 9.0, 0.5, 3.0)))
SHAPES = [(70, 5), (40, 60)]
SETTINGS = [
    {},
    {"task_weight": "balanced"},
    {"task_weight": dict.fromkeys(MIXED, 0.5) | {"died": 3.0}},
    {"class_weight": "balanced"},
    {"class_weight": {"died": {"yes": 4.0}, "stage": "balanced"}, "task_weight": "balanced"},
]


def problem_of(X, y, prior, weight=None, balance=True, **settings):
    """Return the objective; prior makes the penalty of tasks."""
    c, k = settings.get("task_weight"), settings.get("class_weight")
    scale = settings.get("scale_targets", True)
    tasks = describe(X, y, TYPES, weight=weight, c=c, class_weight=k, scale_targets=scale)
    return Problem(X, tasks, prior(tasks))


def signs_of(tasks, separate, strengths=None, balance=True):
    """Return the signs learnt from a fit with sharing 0."""
    scale = np.repeat([task.scale for task in tasks], [task.width for task in tasks])
    return learned_signs(tasks, separate.coef_.T / scale * factors(tasks, strengths, balance))


def mixed(n=70, d=5, seed=0):
    """Return the data of the mixed tasks."""
    X, y = patients(seed, n, d)
    return X, {name: y[name] for name in MIXED}


def glm(penalty, **settings):
    """Return a model of the mixed tasks."""
    return MultiTaskGLM(penalty, task_types={"visits": "count"}, **settings)


@pytest.mark.parametrize("n, d", SHAPES)
@pytest.mark.parametrize("settings", SETTINGS, ids=str)
@pytest.mark.parametrize("weighting", [None, "samples", "pairs"])
def test_glm_same_signs(n, d, settings, weighting, rng):
    """Every kind of weight at once."""
    X, y = mixed(n, d)
    shape = {"samples": n, "pairs": (n, len(y))}.get(weighting)
    weight = None if shape is None else rng.uniform(0.2, 3, shape)
    model = glm(MeanRegularized(4.0, 0.6, signs="same"), **settings).fit(X, y, weight)
    prior = lambda tasks: mean_regularized(tasks, 4.0, 0.6, balance=True)
    assert_optimal(problem_of(X, y, prior, weight, **settings), model)


@pytest.mark.parametrize("n, d", SHAPES)
@pytest.mark.parametrize("sharing", [0.0, 0.25, 0.9, 1.0])
@pytest.mark.parametrize("alpha", [0.5, STRENGTHS], ids=["common", "by task"])
def test_glm_learned_signs(n, d, sharing, alpha):
    """Signs of the leading eigenvector of the normalised separate fits, strengths by task."""
    X, y = mixed(n, d)
    model = glm(MeanRegularized(alpha, sharing)).fit(X, y)
    separate = glm(MeanRegularized(alpha, 0.0)).fit(X, y)
    strengths = alpha if isinstance(alpha, dict) else None

    def prior(tasks):
        q = signs_of(tasks, separate, strengths)
        assert len(set(q)) == 2
        return mean_regularized(tasks, alpha, sharing, q, balance=True)

    assert_optimal(problem_of(X, y, prior), model)


@pytest.mark.parametrize("settings", [{"scale_targets": False}, {"fit_intercept": False}], ids=str)
def test_glm_switches(settings):
    """Without scales, and without intercepts."""
    X, y = mixed()
    y["cost"] = y["cost"] / 1e3
    model = glm(MeanRegularized(4.0, 0.6, signs="same"), **settings).fit(X, y)
    prior = lambda tasks: mean_regularized(tasks, 4.0, 0.6, balance=True)
    problem = problem_of(X, y, prior, **settings)
    assert_optimal(problem, model, fit_intercept=settings.get("fit_intercept", True))


@pytest.mark.parametrize("signs", ["same", "learned"])
@pytest.mark.parametrize("n, d", SHAPES)
@pytest.mark.parametrize(
    "names",
    [("days", "died", "visits", "cost"), ("stage", "grade"), MIXED],
    ids=["one column", "classes", "mixed"],
)
def test_pooled_intercepts(names, n, d, signs):
    """alpha sharing / (2 (1 - sharing)) sum_t (z_t - mean z)^2 in the coordinates of V."""
    X, y = mixed(n, d)
    y = {name: y[name] for name in names}
    types = {"visits": "count"} if "visits" in y else "auto"
    penalty = MeanRegularized(2.0, 0.7, signs=signs, pool_intercept=True)
    model = MultiTaskGLM(penalty, task_types=types).fit(X, y)
    separate = MultiTaskGLM(MeanRegularized(2.0, 0.0), task_types=types).fit(X, y)
    tasks = describe(X, y, TYPES)
    q = signs_of(tasks, separate) if signs == "learned" else None
    problem = Problem(X, tasks, mean_regularized(tasks, 2.0, 0.7, q, balance=True, pool=True))
    assert_optimal(problem, model)


@pytest.mark.parametrize("n, d", SHAPES)
@pytest.mark.parametrize("alpha", [2.0, STRENGTHS], ids=["common", "by task"])
def test_graph(n, d, alpha):
    """A graph with a negative edge, and one between tasks of the same classes."""
    X, y = mixed(n, d)
    model = glm(GraphLaplacian(GRAPH, alpha, l2=0.5)).fit(X, y)
    prior = lambda tasks: graph_laplacian(tasks, GRAPH, alpha, 0.5, balance=True)
    assert_optimal(problem_of(X, y, prior), model)


@pytest.mark.parametrize("n, d", SHAPES)
def test_ridge_and_logistic(n, d):
    """The named models do not balance losses: k_t is 1."""
    X, y = patients(0, n, d)
    numbers = {name: y[name] for name in ("days", "cost", "lab")}
    classes = {name: y[name] for name in ("died", "stage", "cured", "grade")}
    cases = [
        (MultiTaskRidge(2.0, 0.5, signs="same"), numbers, 2.0),
        (MultiTaskLogisticRegression(0.5, 0.5, signs="same"), classes, 2.0),
        (
            MultiTaskRidge({"days": 1, "cost": 9, "lab": 3}, 0.5, signs="same"),
            numbers,
            {"days": 1, "cost": 9, "lab": 3},
        ),
        (
            MultiTaskLogisticRegression(dict(zip(classes, (1, 2, 4, 8))), 0.5, signs="same"),
            classes,
            dict(zip(classes, (1, 1 / 2, 1 / 4, 1 / 8))),
        ),
    ]
    for model, targets, alpha in cases:
        tasks = describe(X, targets, TYPES)
        problem = Problem(X, tasks, mean_regularized(tasks, alpha, 0.5))
        assert_optimal(problem, model.fit(X, targets))


@pytest.mark.parametrize("n, d", SHAPES)
@pytest.mark.parametrize("max_iter", [1, 3])
@pytest.mark.parametrize("names", [("days", "cost", "lab"), MIXED], ids=["squared", "mixed"])
def test_dual_gap(names, n, d, max_iter):
    """dual_gap_ = gap / F(0, best b), also where a fit stops early, and bounds what is missing."""
    X, y = patients(0, n, d)
    y = {name: y[name] for name in names}
    types = {"visits": "count"} if "visits" in y else "auto"
    model = MultiTaskGLM(MeanRegularized(0.5, 0.5, signs="same"), task_types=types)
    best = model.fit(X, y)
    tasks = describe(X, y, TYPES)
    problem = Problem(X, tasks, mean_regularized(tasks, 0.5, 0.5, balance=True))
    least, null = problem.value(*problem.of(best)), abs(problem.null_value())
    assert 0 <= best.dual_gap_ < 1e-12
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        early = model.set_params(max_iter=max_iter).fit(X, y)
    W, b = problem.of(early)
    gap = problem.dual_gap(W, b)
    assert gap / null == pytest.approx(early.dual_gap_, rel=1e-5, abs=1e-12)
    assert problem.value(W, b) - least <= early.dual_gap_ * null * (1 + 1e-6) + 1e-10
