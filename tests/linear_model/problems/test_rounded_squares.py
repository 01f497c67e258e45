"""Squared losses by Gram matrices in single precision: as exact as in double, or solved in double."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from prepared import problem_of
from sklearn.linear_model import Ridge

from skmtl import MultiTaskRidge
from skmtl.linear_model.problems import _smooth
from skmtl.linear_model.problems._direct import direct_solution

N, D, T = 1000, 150, 3
UNITS = {
    "alike": np.ones(D),
    "far apart": np.logspace(-6, 3, D),
    "below single precision": np.r_[np.full(5, 1e-45), np.ones(D - 5)],
    "tiny": np.full(D, 1e-40),
    "huge": np.full(D, 1e40),
}


def data(rng, units=1.0):
    """Return features in some units, and targets of which half are missing."""
    X = rng.normal(size=(N, D))
    y = X @ rng.normal(size=(D, T)) + rng.normal(size=(N, T))
    y[rng.random((N, T)) < 0.5] = np.nan
    return X * units, y


def separate(X, y, alpha, fit_intercept):
    """Return the coefficients of scikit-learn's Ridge, a row for each task."""
    seen = ~np.isnan(y)
    fits = [
        Ridge(alpha, fit_intercept=fit_intercept, solver="svd").fit(X[seen[:, t]], y[seen[:, t], t])
        for t in range(y.shape[1])
    ]
    return np.array([fit.coef_ for fit in fits])


def is_rounded(model, X, y):
    """Whether the problem is solved in single precision first."""
    return direct_solution(problem_of(model, X, y)).is_rounded


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("alpha, rounds", [(1.0, True), (1e-9, False)])
def test_separate(alpha, rounds, fit_intercept, rng):
    """A weak penalty asks for double precision; the solution is that of scikit-learn either way."""
    X, y = data(rng)
    model = MultiTaskRidge(alpha, 0.0, scale_targets=False, fit_intercept=fit_intercept)
    assert is_rounded(model, X, y) == rounds
    model.fit(X, y)
    assert model.dual_gap_ < 1e-18
    assert_allclose(model.coef_, separate(X, y, alpha, fit_intercept), rtol=0, atol=1e-9)


@pytest.mark.parametrize("sharing", [0.0, 0.25, 0.999, 1.0])
@pytest.mark.parametrize("units", UNITS)
def test_as_in_double(units, sharing, rng, monkeypatch):
    """Whatever the scale of the features, and the sharing: what single precision does not hold is done in double."""
    X, y = data(rng, UNITS[units])
    alpha = float(np.median(UNITS[units]) ** 2)
    model = MultiTaskRidge(alpha, sharing, signs="same").fit(X, y)
    monkeypatch.setattr(_smooth.SmoothProblem, "can_round", False)
    wanted = MultiTaskRidge(alpha, sharing, signs="same").fit(X, y)
    assert_allclose(model.predict(X), wanted.predict(X), rtol=0, atol=1e-8)
    assert model.dual_gap_ <= max(1e-15, 10.0 * wanted.dual_gap_)


@pytest.mark.parametrize("alpha", [1e-3, 1e-9])
@pytest.mark.parametrize("sharing", [0.0, 0.5])
def test_what_corrections_do_not_reach(sharing, alpha, rng, monkeypatch):
    """Where single precision was chosen wrongly, double precision takes over."""
    X, y = data(rng)
    X[:, :50] = X[:, 50:100] + 1e-5 * X[:, :50]
    wanted = MultiTaskRidge(alpha, sharing, signs="same").fit(X, y)
    monkeypatch.setattr(_smooth.SmoothProblem, "can_round", True)
    model = MultiTaskRidge(alpha, sharing, signs="same").fit(X, y)
    assert_allclose(model.predict(X), wanted.predict(X), rtol=0, atol=1e-7)
    assert model.dual_gap_ <= max(1e-15, 10.0 * wanted.dual_gap_)
