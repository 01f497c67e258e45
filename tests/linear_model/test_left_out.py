"""MultiTaskRidgeCV leaves rows out as refits do, however weak the strength is and whatever the features' sizes are."""

import numpy as np
import pytest
import refits
from numpy.testing import assert_allclose

from skmtl import MultiTaskRidgeCV


def score_by_refits(X, y, alpha):
    """Return R2 of rows left out one by one, each time with an intercept, by QR in long double."""
    seen = np.flatnonzero(~np.isnan(y))
    X, y, d = X[seen], y[seen], X.shape[1]
    errors = np.empty(len(y))
    for i in range(len(y)):
        kept = np.arange(len(y)) != i
        mean = X[kept].mean(axis=0)
        A = np.vstack([X[kept] - mean, np.sqrt(alpha) * np.eye(d)])
        w = refits.least_squares(A, np.r_[y[kept] - y[kept].mean(), np.zeros(d)]).astype(float)
        errors[i] = y[i] - y[kept].mean() - (X[i] - mean) @ w
    return 1.0 - np.mean(errors**2) / y.var()


def table(rng, n, d, sizes=1.0):
    """Return X and two targets of which the first lacks a quarter of its labels."""
    X = rng.normal(size=(n, d))
    y = X @ rng.normal(size=d) / 5 + rng.normal(size=n)
    gaps = y.copy()
    gaps[::4] = np.nan
    return X * sizes, np.column_stack([gaps, y])


def assert_scores(X, Y, alpha, rtol):
    """Assert that the scores of both tasks are those of refitting."""
    model = MultiTaskRidgeCV([alpha], [0.0], scale_targets=False).fit(X, Y)
    for t, y in enumerate(Y.T):
        found = model.cv_results_[f"mean_test_y{t}"][0]
        assert_allclose(found, score_by_refits(X, y, alpha), rtol=rtol)


@pytest.mark.parametrize("n, d", [(24, 36), (24, 24), (30, 5)])
@pytest.mark.parametrize("alpha", [1.0, 1e-4, 1e-8, 1e-10, 1e-12])
def test_weak_strengths(alpha, n, d, rng):
    """Fewer samples than features, as many, and more."""
    assert_scores(*table(rng, n, d), alpha, 1e-6)


@pytest.mark.parametrize("alpha", [1.0, 1e-6])
@pytest.mark.parametrize(
    "sizes", [1e3, 1e-3, np.logspace(-3, 4, 8), np.logspace(-6, 8, 8)], ids=str
)
def test_features_of_any_size(sizes, alpha, rng):
    """In one other unit, or each feature in one of its own, from 1e-6 to 1e8."""
    assert_scores(*table(rng, 24, 8, sizes), alpha, 1e-6)


def test_two_rows_of_a_task(rng):
    """Each is predicted by the other, and no score is infinite."""
    X, Y = table(rng, 24, 5)
    Y[3:, 0] = np.nan
    model = MultiTaskRidgeCV([1e-8], [0.0], scale_targets=False).fit(X, Y)
    found = model.cv_results_["mean_test_y0"][0]
    assert_allclose(found, score_by_refits(X, Y[:, 0], 1e-8), rtol=1e-6)
