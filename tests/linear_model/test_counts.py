"""Counts of any mean are solved to the optimum, with every penalty, with exposures as weights and missing labels."""

import warnings

import numpy as np
import pytest
from certificates import Problem, assert_certified, describe
from family import FAMILY
from numpy.testing import assert_allclose
from references import optimum_by_cvxpy
from sklearn.linear_model import PoissonRegressor

from skmtl import MultiTaskGLM, MultiTaskGLMCV
from skmtl.penalties import L21, MeanRegularized

TYPES = {"visits": "count", "calls": "count"}
MEANS = [0.01, 1.0, 5.0, 100.0, 1e4]
SLOPES = np.array([0.5, -0.4, 0.0, 0.0])

by_mean = pytest.mark.parametrize("mean", MEANS)


@pytest.fixture(autouse=True)
def no_warnings():
    """Each of these fits converges."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def counts(mean, gaps=False, n=90):
    """Return X, and events by unit of exposure of two tasks, with exposures of a half to four as weights."""
    rng = np.random.default_rng(4)
    X = rng.normal(size=(n, len(SLOPES)))
    exposure = rng.choice([0.5, 1.0, 4.0], (n, 2))
    means = np.exp(X @ np.column_stack([SLOPES, 0.5 * SLOPES])) * mean
    y = rng.poisson(exposure * means) / exposure
    y[0] = np.maximum(y[0], 1.0)  # of a mean of .01 there might be none
    if gaps:
        y[1::4, 0] = np.nan
    return X, dict(zip(TYPES, y.T)), exposure


@by_mean
@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("member", FAMILY, ids=str)
def test_every_penalty(member, gaps, mean):
    """By a certificate from the definitions, and not at zero."""
    X, y, weight = counts(mean, gaps)
    tasks = describe(X, y, TYPES, weight=weight)
    strengths = member.strengths(X, tasks, 0.3)
    problem = Problem(X, tasks, member.define(tasks, *strengths))
    model = MultiTaskGLM(member.penalty(tasks, *strengths), task_types="count")
    assert_certified(problem, model.fit(X, y, weight))


@pytest.mark.parametrize("mean", [0.01, 5.0, 100.0])
def test_by_cvxpy(mean):
    """The objective is no higher than that of a general solver."""
    X, y, weight = counts(mean, gaps=True)
    tasks = describe(X, y, TYPES, weight=weight)
    (member,) = [member for member in FAMILY if member.name == "L21"]
    strengths = member.strengths(X, tasks, 0.2)
    problem = Problem(X, tasks, member.define(tasks, *strengths))
    model = MultiTaskGLM(member.penalty(tasks, *strengths), task_types="count").fit(X, y, weight)
    parts, b = problem.parts_of(model)
    assert_allclose(problem.value(parts, b), optimum_by_cvxpy(problem), rtol=1e-6)


@by_mean
def test_what_was_planted(mean):
    """A weak penalty of any kind leaves about the slopes that PoissonRegressor has without one."""
    X, y, weight = counts(mean, n=2000)
    reference = PoissonRegressor(alpha=0.0, tol=1e-10, max_iter=1000)
    wanted = reference.fit(X, y["visits"], sample_weight=weight[:, 0]).coef_
    total = (weight[:, 0] * y["visits"]).sum()
    for penalty in (L21(1e-5 * total), MeanRegularized(1e-5 * total, l1=1e-5 * total)):
        model = MultiTaskGLM(penalty, task_types="count").fit(
            X, {"visits": y["visits"]}, weight[:, 0]
        )
        assert_allclose(model.coef_[0], wanted, atol=1e-3)


@pytest.mark.parametrize("mean", [1.0, 100.0])
def test_choosing_a_strength(mean):
    """The whole path has slopes, and none of its ends is best."""
    X, y, weight = counts(mean)
    model = MultiTaskGLMCV(L21(), alphas=6, cv=3, random_state=0, task_types="count")
    model.fit(X, y, weight)
    assert model.alpha_ < model.alphas_.max()
    assert_allclose(model.coef_[0], SLOPES, atol=0.2)


@pytest.mark.parametrize("label", [np.nan, 2.0])
def test_rows_that_do_not_count_spoil_no_score(label):
    """A test row without a label, or of weight zero, may be predicted beyond doubles."""
    X = np.r_[np.linspace(-1.0, 1.0, 12), 3000.0, 3000.0][:, None]
    y = np.r_[np.random.default_rng(0).poisson(2.0, 12).astype(float), label, label]
    weight = np.r_[np.ones(12), 0.0, 0.0] if label == 2.0 else None
    folds = [(np.arange(0, 14, 2), np.arange(1, 14, 2)), (np.arange(1, 14, 2), np.arange(0, 14, 2))]
    few = [(train[train < 12], test[test < 12]) for train, test in folds]
    given = {"alphas": (1e-3, 1e-6), "task_types": "count"}
    found = MultiTaskGLMCV(cv=folds, **given).fit(X, y, sample_weight=weight)
    wanted = MultiTaskGLMCV(cv=few, **given).fit(X[:12], y[:12])
    for name in ("split0_test_score", "split1_test_score"):
        assert_allclose(found.cv_results_[name], wanted.cv_results_[name], rtol=1e-6)


@pytest.mark.parametrize("sharing", [0.25, 1.0])
@pytest.mark.parametrize("level", [1e3, 1e6])
def test_pooled_with_a_number_far_from_zero(level, sharing, rng):
    """The mean of their intercepts would be a logarithm beyond doubles; what is best is not."""
    X = rng.normal(size=(40, 2))
    y = {"stay": level + rng.normal(size=40), "visits": rng.poisson(3.0, 40).astype(float)}
    types = {"stay": "regression", "visits": "count"}
    penalty = MeanRegularized(1.0, sharing, pool_intercept=True)
    model = MultiTaskGLM(penalty, task_types=types).fit(X, y)
    assert model.dual_gap_ < 1e-9
    assert np.isfinite(model.predict(X)["visits"]).all()
