"""sharing = 1 is one model for all tasks; strengths to zero and infinity; the shared part."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from references import logistic, poisson, ridge, rows_of
from zoo import CASES, assert_same_numbers, known, numbers, patients

from skmtl import MultiTaskGLM, MultiTaskLogisticRegression, MultiTaskRidge
from skmtl.penalties import MeanRegularized

SHAPES = pytest.mark.parametrize("n, d", [(70, 5), (40, 60)])


def stacked(X, y, weight):
    """Return the rows of all tasks, one after the other: X, y, weight, number of the task."""
    parts = [
        (X[known(v)], v[known(v)], weight[known(v), t], np.full(known(v).sum(), t))
        for t, v in enumerate(y.values())
    ]
    return tuple(np.concatenate(part) for part in zip(*parts))


@SHAPES
def test_one_ridge(n, d, rng):
    """sharing = 1: one vector; intercepts free, or one."""
    X, y = patients(5, n, d)
    y = {name: y[name] for name in ("days", "lab")}
    weight = rng.uniform(0.5, 2, (n, 2))
    Xs, ys, ws, task = stacked(X, y, weight)
    settings = {"signs": "same", "scale_targets": False}
    pooled = MultiTaskRidge(3.0, 1.0, pool_intercept=True, **settings).fit(X, y, weight)
    wanted = rows_of(ridge(3.0).fit(Xs, ys, sample_weight=ws))
    assert_same_numbers(numbers(pooled), np.repeat(wanted, 2, axis=0))
    free = MultiTaskRidge(3.0, 1.0, **settings).fit(X, y, weight)
    Xc, yc = Xs.copy(), ys.copy()
    for t in (0, 1):
        own = task == t
        Xc[own] -= np.average(Xs[own], axis=0, weights=ws[own])
        yc[own] -= np.average(ys[own], weights=ws[own])
    coef = ridge(3.0, fit_intercept=False).fit(Xc, yc, sample_weight=ws).coef_
    assert_allclose(free.coef_, [coef, coef], rtol=1e-6, atol=1e-7 * np.abs(coef).max())
    assert not np.isclose(*free.intercept_)


@SHAPES
@pytest.mark.parametrize(
    "names", [("died", "died too"), ("stage", "grade")], ids=["binary", "multi"]
)
def test_one_logistic(n, d, names, rng):
    """sharing = 1 with pooled intercepts: LogisticRegression of all rows, class by class."""
    X, y = patients(5, n, d)
    y["died too"] = np.array(
        [{"well": "no", "ill": "yes", None: None}[v] for v in y["cured"]], object
    )
    y = {name: y[name] for name in names}
    weight = rng.uniform(0.5, 2, (n, 2))
    Xs, ys, ws, _ = stacked(X, y, weight)
    model = MultiTaskLogisticRegression(0.5, 1.0, signs="same", pool_intercept=True)
    wanted = rows_of(logistic(0.5).fit(Xs, ys.astype(str), sample_weight=ws))
    assert_same_numbers(numbers(model.fit(X, y, weight)), np.tile(wanted, (2, 1)))


def test_one_poisson(rng):
    """sharing = 1 of two counts: PoissonRegressor of all rows."""
    X, y = patients(5)
    y = {"visits": y["visits"], "others": rng.poisson(2.0, len(X)).astype(float)}
    weight = rng.uniform(0.5, 2, (len(X), 2))
    Xs, ys, ws, _ = stacked(X, y, weight)
    penalty = MeanRegularized(4.0, 1.0, signs="same", pool_intercept=True)
    model = MultiTaskGLM(penalty, task_types="count").fit(X, y, weight)
    wanted = rows_of(poisson(4.0 / ws.sum()).fit(Xs, ys, sample_weight=ws))
    assert_same_numbers(numbers(model), np.repeat(wanted, 2, axis=0))


def test_groups_as_tasks(rng):
    """Groups whose rows are their own: with sharing = 1 the model of all rows."""
    X, y = patients(5, missing=0.0)
    group = rng.integers(0, 4, len(X))
    tasks = {f"g{k}": np.where(group == k, y["days"], np.nan) for k in range(4)}
    model = MultiTaskRidge(3.0, 1.0, signs="same", pool_intercept=True, scale_targets=False)
    wanted = rows_of(ridge(3.0).fit(X, y["days"]))
    assert_same_numbers(numbers(model.fit(X, tasks)), np.repeat(wanted, 4, axis=0))


def test_opposite_tasks_are_one():
    """A target and its negative, signs learnt: sharing = 1 is the model of both."""
    X, y = patients(5, missing=0.0)
    model = MultiTaskRidge(3.0, 1.0).fit(X, {"up": y["days"], "down": -y["days"]})
    half = MultiTaskRidge(1.5, 0.0).fit(X, {"up": y["days"]})
    assert_same_numbers(numbers(model)[:1], numbers(half))
    assert_same_numbers(numbers(model)[1:], -numbers(half))


@pytest.mark.parametrize("signs", ["same", "learned"])
@pytest.mark.parametrize("sharing", [0.2, 0.7, 1.0])
def test_common_vector(signs, sharing):
    """w0 = sharing / (1 - sharing + sharing T) V q, and row t of shared_coef_ is its share."""
    X, y = patients(5)
    y = {name: y[name] for name in ("days", "cost", "lab", "died")}
    alpha = {"days": 1.0, "cost": 4.0, "lab": 0.25, "died": 2.0}
    model = MultiTaskGLM(MeanRegularized(alpha, sharing, signs=signs)).fit(X, y)
    assert_allclose(model.shared_coef_ + model.specific_coef_, model.coef_, rtol=1e-12)
    scale = np.array([np.nanstd(y[name]) for name in ("days", "cost", "lab")] + [1.0])
    u = np.sqrt([1.0, 4.0, 0.25, 2.0 / 4])
    V = model.coef_.T / scale * u
    shared = model.shared_coef_.T / scale * u
    q = np.sign(shared[0] / shared[0, 0])
    assert_allclose(q, 1.0) if signs == "same" else None
    w0 = sharing / (1 - sharing + sharing * 4) * V @ q
    assert_allclose(shared, np.outer(w0, q), atol=1e-7 * np.abs(w0).max())
    if sharing == 1.0:
        assert_allclose(model.specific_coef_, 0.0, atol=1e-7 * np.abs(model.coef_).max())


def test_multiclass_alone_shares_nothing():
    """Within a softmax columns are not tied: any sharing is the separate fit."""
    X, y = patients(5)
    other = {"days": y["days"], "stage": y["stage"]}
    wanted = MultiTaskGLM(MeanRegularized(2.0, 0.0)).fit(X, other)
    for sharing in (0.4, 1.0):
        found = MultiTaskGLM(MeanRegularized(2.0, sharing)).fit(X, other)
        assert_same_numbers(numbers(found), numbers(wanted))
        assert_allclose(found.shared_coef_[found.task_columns_["stage"]], 0.0)


@pytest.mark.parametrize("case", [case for case in CASES if case.is_linear], ids=str)
def test_multinomial_intercepts(case):
    """Intercepts of several classes sum to zero, as do their coefficients."""
    X, y = case.data()
    model = case.new().fit(X, y)
    for columns in model.task_columns_.values():
        if columns.stop - columns.start > 1:
            assert_allclose(model.intercept_[columns].sum(), 0.0, atol=1e-9)
            assert_allclose(model.coef_[columns].sum(axis=0), 0.0, atol=1e-6)


def test_strong_penalty():
    """alpha to infinity: the best constants."""
    X, y = patients(5)
    model = MultiTaskGLM(MeanRegularized(1e12), task_types={"visits": "count"}).fit(X, y)
    for name in ("days", "cost", "lab", "visits"):
        assert_allclose(model.predict(X)[name], np.nanmean(y[name]), rtol=1e-6)
    for name, classes in model.classes_.items():
        shares = [np.mean(y[name][known(y[name])] == k) for k in classes]
        assert_allclose(model.predict_proba(X)[name], np.tile(shares, (len(X), 1)), atol=1e-6)


def test_weak_penalty():
    """alpha to zero: least squares."""
    X, y = patients(5)
    y = {name: y[name] for name in ("days", "cost", "lab")}
    model = MultiTaskRidge(1e-9, 0.9).fit(X, y)
    design = np.column_stack([X, np.ones(len(X))])
    wanted = [np.linalg.lstsq(design[known(v)], v[known(v)], rcond=None)[0] for v in y.values()]
    assert_same_numbers(numbers(model), np.array(wanted), 1e-5)
