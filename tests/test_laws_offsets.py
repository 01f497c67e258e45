"""Where zero is does not matter: predictions are those of centred features, as far as X holds what varies."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold
from zoo import CASES, NUMBERS, by_column

from skmtl import (
    MultiTaskGLM,
    MultiTaskLogisticRegression,
    MultiTaskRidge,
    MultiTaskRidgeCV,
    TaskPerGroupRegressor,
)
from skmtl.penalties import L21

by_case = pytest.mark.parametrize(
    "case",
    [case for case in CASES if case.is_linear and case.has_intercept],
    ids=str,
)
OFFSETS = [1.1e5, 1e9]
EPS = np.finfo(float).eps


def allowed(case, offset, rounding=EPS):
    """What X @ coef_ + intercept_ loses at an offset, in standard deviations; or what the end of iterations does.

    A gap of 1e-16, relative, is a step of 1e-8. Numbers alone are solved directly, or to a gap that no step shrinks.
    """
    return max(1e-9 if case.tasks == NUMBERS else 1e-7, 100 * rounding * offset)


def assert_same_raw(found, wanted, tolerance):
    """Assert that raw predictions agree, within a share of their spread; of several classes contrasts alone."""
    found, wanted = contrasts(found), contrasts(wanted)
    spread = wanted.std(axis=1, keepdims=True)
    assert_allclose(found / spread, wanted / spread, rtol=0, atol=tolerance)


def model_of(case):
    """Return a new model; folds do not hang on where zero is."""
    return case.new(cv=KFold(2)) if "cv" in case.model.get_params() else case.new()


def contrasts(decision):
    """Return raw predictions, a row a column, those of several classes about their mean."""
    raw = {name: found.astype(float) for name, found in decision.items()}
    wide = {
        name: found - found.mean(axis=1, keepdims=True)
        for name, found in raw.items()
        if found.ndim > 1
    }
    return by_column(raw | wide)


def shift(X, offsets):
    """Return X far from zero, and the same about zero, as far as the former holds it."""
    far = X + offsets
    return far, far - offsets


@pytest.mark.parametrize("make", [np.asarray, sparse.csr_array], ids=["dense", "sparse"])
@by_case
def test_offset(case, make):
    """One offset for all features, or one for each; dense and sparse."""
    X, y = case.data(n=60, d=4)
    for offset in [*OFFSETS, np.array([0.0, 30.0, 1e4, -1e7])]:
        far, near = shift(X, offset)
        found, wanted = model_of(case).fit(make(far), y), model_of(case).fit(near, y)
        tolerance = allowed(case, np.max(np.abs(offset)))
        assert_same_raw(found.decision_function(far), wanted.decision_function(near), tolerance)


@by_case
def test_offset_few_rows(case):
    """Fewer samples than features."""
    X, y = case.data(n=30, d=40)
    far, near = shift(X, 10.0 ** np.linspace(0, 8, 40))
    found, wanted = model_of(case).fit(far, y), model_of(case).fit(near, y)
    assert_same_raw(
        found.decision_function(far), wanted.decision_function(near), allowed(case, 1e8)
    )


@by_case
def test_offset_single_precision(case):
    """As far as single precision holds X at all."""
    X, y = case.data()
    far, near = shift(X.astype(np.float32), np.float32(2e3))
    found, wanted = model_of(case).fit(far, y), model_of(case).fit(near, y)
    tolerance = allowed(case, 2e3, np.finfo(np.float32).eps)
    assert_same_raw(found.decision_function(far), wanted.decision_function(near), tolerance)


@pytest.mark.parametrize("value", [37.7, 2015.1, -1e9, 1e-9])
@by_case
def test_constant_to_rounding(case, value):
    """A feature that varies by roundings alone is as if it were not there."""
    X, y = case.data()
    column = np.where(np.arange(len(X)) % 3, value, np.nextafter(value, 2 * value))
    with_it = np.column_stack([X[:, :2], column, X[:, 2:]])
    found, wanted = model_of(case).fit(with_it, y), model_of(case).fit(X, y)
    assert_array_equal(found.coef_[:, 2], 0.0)
    tolerance = allowed(case, 0.0)
    assert_same_raw(found.decision_function(with_it), wanted.decision_function(X), tolerance)


@pytest.mark.parametrize("seed", range(5))
def test_constant_with_weights(seed, rng):
    """Weights of any kind leave a constant feature constant."""
    X = np.column_stack([rng.normal(size=(60, 3)) + 5, np.full(60, 37.7)])
    y, weight = rng.normal(size=60), np.random.default_rng(seed).exponential(size=60)
    found = MultiTaskRidge(sharing=0).fit(X, y, weight).predict(X)
    assert_allclose(found, Ridge().fit(X, y, weight).predict(X), atol=1e-9)


@pytest.mark.parametrize("n", [20_000, 200_000])
@pytest.mark.parametrize("make", [np.asarray, sparse.csr_array], ids=["dense", "sparse"])
def test_one_sample_stands_out(make, n, rng):
    """A feature that only one sample in many has, or has not, is no constant."""
    X = np.column_stack([rng.normal(size=(n, 2)) + 3, np.ones(n), np.zeros(n)])
    X[n // 2 + 1, 2], X[n // 3, 3] = 0.0, 1e6
    y = X[:, 0] - X[:, 1] + 5 * X[:, 2] + rng.normal(size=n)
    found = MultiTaskRidge(sharing=0).fit(make(X), y)
    wanted = Ridge(solver="svd").fit(X, y)
    assert_allclose(found.predict(make(X)), wanted.predict(X), atol=1e-8)


def test_feature_varies_without_labels_alone(rng):
    """A feature that is constant where labels are is constant for the fit."""
    X = rng.normal(size=(80, 4))
    X[:, 3] = np.where(np.arange(80) < 50, 1.0, rng.normal(size=80))
    y = np.where(np.arange(80) < 50, X[:, 0], np.nan)
    found = MultiTaskRidge(1e-9, sharing=0).fit(X, {"a": y, "b": -y})
    assert_array_equal(found.coef_[:, 3], 0.0)


def test_timestamps(rng):
    """Seconds since 1970 within an hour, beside a yes/no outcome, with weights and gaps."""
    X, seconds = rng.normal(size=(200, 3)), rng.uniform(-1800, 1800, 200)
    z = X @ [1.0, -2.0, 0.5] + 1e-3 * seconds
    y = {"died": (z > rng.normal(size=200)).astype(float), "ill": (z > 0).astype(float)}
    y["ill"][::3] = np.nan
    weight = rng.exponential(size=200)
    model = MultiTaskLogisticRegression()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = model.fit(np.c_[X, 1.7e9 + seconds], y, weight).decision_function(
            np.c_[X, 1.7e9 + seconds]
        )
        wanted = model.fit(np.c_[X, seconds], y, weight).decision_function(np.c_[X, seconds])
    assert_same_raw(found, wanted, 1e-7)


REGRESSIONS = {
    "ridge": MultiTaskRidge(),
    "ridge, one vector": MultiTaskRidge(sharing=1.0, signs="same"),
    "glm": MultiTaskGLM(task_types="regression"),
    "l21": MultiTaskGLM(L21(0.5), task_types="regression"),
    "leaving rows out": MultiTaskRidgeCV(),
    "folds": MultiTaskRidgeCV(cv=KFold(3)),
}


@pytest.fixture
def everyday(rng):
    """Return ordinary features, two regressions that depend on them and on time, and time between -1 and 1."""
    X, time = rng.normal(size=(120, 3)), rng.uniform(-1.0, 1.0, 120)
    z = X @ [1.0, -2.0, 0.5] + 2.0 * time
    return X, time, {"days": z + rng.normal(size=120), "cost": rng.normal(size=120) - z}


@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize(
    "start, unit",
    [(2010.0, 10.0), (1.7e9, 1800.0), (1.7e9, 3e7), (1e5, 1.0), (1.1e5, 1.0), (1e9, 1.0)],
    ids=["years", "seconds of an hour", "seconds of a year", "1e5", "1.1e5", "1e9"],
)
@pytest.mark.parametrize("model", REGRESSIONS.values(), ids=REGRESSIONS)
def test_time(model, start, unit, gaps, everyday):
    """As of time about zero, to 1e-9 sd or a hundred roundings of where it starts."""
    if model is REGRESSIONS["l21"] and unit > 10.0:
        pytest.skip("proximal gradients warn where features differ in size by as much")
    X, time, y = everyday
    y["days"][::3] = np.nan if gaps else y["days"][::3]
    far, near = shift(unit * time, start)
    found = model.fit(np.c_[X, far], y).predict(np.c_[X, far])
    wanted = model.fit(np.c_[X, near], y).predict(np.c_[X, near])
    tolerance = max(1e-9, 100 * EPS * start / unit)
    assert_same_raw(found, wanted, tolerance)


@pytest.mark.parametrize("start, unit", [(2010.0, 10.0), (1.7e9, 1800.0)], ids=["years", "seconds"])
def test_time_by_group(start, unit, everyday):
    """Groups of rows as tasks, each with a centre of its own."""
    X, time, y = everyday
    far, near = shift(unit * time, start)
    group, model = np.arange(120) % 3, TaskPerGroupRegressor(group=0)
    found, wanted = (
        model.fit(np.c_[group, t, X], y["days"]).predict(np.c_[group, t, X]) for t in (far, near)
    )
    assert_allclose(found, wanted, rtol=0, atol=1e-9 * wanted.std() + 100 * EPS * start / unit)


@pytest.mark.parametrize("estimator", [MultiTaskRidge(), MultiTaskLogisticRegression()], ids=str)
def test_three_tenths(estimator, everyday):
    """A column of .3 and .1 + .2, beside features that are not about zero: as without it."""
    X, _, y = everyday
    y = {name: (column > 0).astype(float) for name, column in y.items()}
    column = np.where(np.arange(120) % 2, 0.1 + 0.2, 0.3)
    found = estimator.fit(np.c_[X + 2.0, column], y)
    found = found.decision_function(np.c_[X + 2.0, column])
    wanted = estimator.fit(X + 2.0, y).decision_function(X + 2.0)
    assert_same_raw(found, wanted, 1e-7)
