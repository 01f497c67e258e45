"""Where norms coincide with scikit-learn's, so do the models, to 1e-6."""

import numpy as np
import pytest
import sklearn
from sklearn.linear_model import (
    Lasso,
    LogisticRegression,
    MultiTaskElasticNet,
    MultiTaskLasso,
    Ridge,
)
from zoo import assert_same_numbers, known, numbers, patients

from skmtl import MultiTaskGLM
from skmtl.penalties import L21, Dirty, L1Inf, NuclearNorm, RobustLowRank, SparseGroup

NUMBERS = ("days", "cost", "lab")
EXACT = {"tol": 1e-14, "max_iter": 1_000_000}
SHAPES = pytest.mark.parametrize("n, d", [(70, 5), (40, 60)])


def matrix(n, d, seed=5):
    """Return X and a matrix of targets of like size, with a few features that matter."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d)) + np.linspace(-1, 1, d)
    W = rng.normal(size=(d, 4)) * (np.arange(d) < 4)[:, None]
    return X, X @ W + rng.normal(size=(n, 4)) + np.arange(4)


def stacked(theirs):
    """Return coefficients and intercepts, a row a task."""
    intercept = np.broadcast_to(theirs.intercept_, len(np.atleast_2d(theirs.coef_)))
    return np.column_stack([np.atleast_2d(theirs.coef_), intercept])


def ours(penalty, X, y, **settings):
    """Return coefficients and intercepts, targets in the users' units."""
    return numbers(MultiTaskGLM(penalty, scale_targets=False, **settings).fit(X, y))


@SHAPES
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("a", [0.05, 0.5])
def test_multi_task_lasso(n, d, fit_intercept, a):
    """L21(n a) = MultiTaskLasso(a)."""
    X, Y = matrix(n, d)
    theirs = MultiTaskLasso(a, fit_intercept=fit_intercept, **EXACT).fit(X, Y)
    assert np.any(theirs.coef_)
    found = ours(L21(n * a), X, Y, fit_intercept=fit_intercept)
    assert_same_numbers(found, stacked(theirs))
    np.testing.assert_array_equal(found[:, :-1] == 0, theirs.coef_ == 0)


@SHAPES
@pytest.mark.parametrize("r", [0.3, 0.9])
def test_multi_task_elastic_net(n, d, r):
    """L21(n a, l2_ratio=1 - r) = MultiTaskElasticNet(a, l1_ratio=r)."""
    X, Y = matrix(n, d)
    theirs = MultiTaskElasticNet(0.2, l1_ratio=r, **EXACT).fit(X, Y)
    assert_same_numbers(ours(L21(n * 0.2, l2_ratio=1 - r), X, Y), stacked(theirs))


@SHAPES
@pytest.mark.parametrize(
    "penalty",
    [L21, SparseGroup, L1Inf, lambda alpha: Dirty(alpha, 2 * alpha)],
    ids=["L21", "SparseGroup", "L1Inf", "Dirty"],
)
def test_lasso(penalty, n, d):
    """With one task they are the Lasso."""
    X, Y = matrix(n, d)
    theirs = Lasso(0.2, **EXACT).fit(X, Y[:, 0])
    assert 0 < np.count_nonzero(theirs.coef_) <= d
    assert_same_numbers(ours(penalty(n * 0.2), X, Y[:, 0]), stacked(theirs))


@SHAPES
def test_lasso_by_task(n, d):
    """SparseGroup(l1_ratio=1): one Lasso a task on the samples that have its label, weights included."""
    X, y = patients(5, n, d)
    y = {name: y[name] / np.nanstd(y[name]) for name in NUMBERS}
    weight = np.random.default_rng(0).uniform(0.5, 2, (n, 3))
    found = MultiTaskGLM(SparseGroup(3.0, l1_ratio=1.0), scale_targets=False).fit(X, y, weight)
    for t, column in enumerate(y.values()):
        seen = known(column)
        theirs = Lasso(3.0 / weight[seen, t].sum(), **EXACT)
        theirs.fit(X[seen], column[seen], sample_weight=weight[seen, t])
        assert_same_numbers(numbers(found)[[t]], stacked(theirs))


@SHAPES
@pytest.mark.parametrize(
    "penalty",
    [NuclearNorm, lambda alpha: RobustLowRank(alpha, 2 * alpha)],
    ids=["NuclearNorm", "RobustLowRank"],
)
def test_one_task_low_rank(penalty, n, d):
    """With one task the nuclear norm is ||w||, so the fit is the ridge regression with alpha / ||w||."""
    X, Y = matrix(n, d)
    found = ours(penalty(10.0), X, Y[:, 0])
    size = np.linalg.norm(found[:, :-1])
    theirs = Ridge(10.0 / size, solver="cholesky").fit(X, Y[:, 0])
    assert size > 0
    assert_same_numbers(found, stacked(theirs))


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("penalty", [L21, SparseGroup, L1Inf], ids=lambda p: p.__name__)
def test_sparse_logistic(penalty, weighted):
    """V = W / 2 for a binary task: alpha |V| = alpha / 2 |W|, so C = 2 / alpha."""
    X, y = patients(5, 70, 8, missing=0.0)
    died = y["died"].astype(str)
    weight = np.random.default_rng(0).uniform(0.5, 2, 70) if weighted else None
    sparse = {"penalty": "l1"} if sklearn.__version__ < "1.8" else {"l1_ratio": 1.0}
    theirs = LogisticRegression(C=2 / 8.0, solver="saga", tol=1e-12, max_iter=1_000_000, **sparse)
    theirs.fit(X, died, sample_weight=weight)
    assert 0 < np.count_nonzero(theirs.coef_) < 8
    found = MultiTaskGLM(penalty(8.0)).fit(X, died, weight)
    assert_same_numbers(numbers(found), stacked(theirs))
