"""Penalties that are not smooth where the data are badly conditioned: few iterations to a gap that certifies them."""

import warnings

import numpy as np
import pytest
from family import FAMILY
from numpy.testing import assert_allclose

from skmtl import MultiTaskGLM
from skmtl.penalties import (
    L21,
    Dirty,
    L1Inf,
    MeanRegularized,
    NuclearNorm,
    SparseGroup,
    Temporal,
)

KINKED = [member for member in FAMILY if member.name != "GraphLaplacian-both"]


@pytest.fixture(autouse=True)
def no_warnings():
    """A fit that is right says nothing."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def one_large_column(n=120, size=600.0):
    """Return X, one column of which is large, and two regressions, one with a third of its labels missing."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, 4))
    z = X @ [1, 1, 0, 0] + rng.normal(size=n)
    Y = np.c_[z, -z + rng.normal(size=n)]
    Y[::3, 0] = np.nan
    return np.c_[X, size * rng.normal(size=n)], Y


@pytest.mark.parametrize("size", [600.0, 1e4])
@pytest.mark.parametrize("member", KINKED, ids=str)
def test_one_large_column(member, size):
    """The model is the loss itself: one iteration, and others that correct its rounding."""
    X, Y = one_large_column(size=size)
    penalty = member.penalty([], 3.0, 2.0)
    model = MultiTaskGLM(penalty, task_types="regression").fit(X, Y)
    assert model.dual_gap_ <= 1e-9 and model.n_iter_ <= 30
    rough = MultiTaskGLM(penalty, task_types="regression", tol=1e-6).fit(X, Y)
    assert rough.dual_gap_ <= 1e-6 and rough.n_iter_ <= 3


@pytest.mark.parametrize("kind", ["regression", "binary", "count"])
def test_pooled_intercepts(kind):
    """They follow the weights in the model, too: of squares it is exact, of other losses Newton's."""
    rng = np.random.default_rng(1)
    X = rng.normal(size=(40, 6))
    Y = X[:, :3] + np.arange(3) + rng.normal(size=(40, 3))
    Y = {"regression": Y, "binary": (Y > 1.0).astype(float), "count": np.round(np.exp(0.3 * Y))}[
        kind
    ]
    Y[::4, 0] = np.nan
    penalty = MeanRegularized(0.1, 0.5, signs="same", pool_intercept=True, l1=0.1)
    model = MultiTaskGLM(penalty, task_types=kind).fit(X, Y)
    assert model.dual_gap_ <= 1e-10
    assert model.n_iter_ <= (3 if kind == "regression" else 30)


@pytest.mark.parametrize(
    "penalty",
    [
        L21(1e-6),
        L1Inf(1e-6),
        NuclearNorm(1e-6),
        SparseGroup(1e-6),
        Temporal(1e-6),
        Dirty(1.5e-6, 1e-6),
    ],
    ids=str,
)
def test_separable_classes(penalty):
    """Steps of Newton's method are not extrapolated, nor kept short: some tens where weights grow without a penalty."""
    rng = np.random.default_rng(2)
    X = rng.normal(size=(20, 12))
    Y = (X[:, :2] + 0.1 * rng.normal(size=(20, 2)) > 0).astype(float)
    model = MultiTaskGLM(penalty, task_types="binary").fit(X, Y)
    assert model.dual_gap_ <= 1e-9 and model.n_iter_ <= 60


@pytest.mark.parametrize("alpha", [0.02, 0.002])
def test_weak_lasso(alpha):
    """Few rows of each task's own, and more features: one model, solved to the end."""
    rng = np.random.default_rng(3)
    X = rng.normal(size=(100, 50))
    Y = np.full((100, 5), np.nan)
    for t in range(5):
        rows = slice(20 * t, 20 * t + 20)
        Y[rows, t] = X[rows] @ (rng.normal(size=50) * (rng.random(50) < 0.3))
    Y += rng.normal(size=Y.shape)
    model = MultiTaskGLM(SparseGroup(alpha, l1_ratio=1.0), scale_targets=False).fit(X, Y)
    assert model.dual_gap_ <= 1e-12 and model.n_iter_ <= 3


@pytest.mark.parametrize("kind", ["regression", "binary"])
@pytest.mark.parametrize("penalty", [NuclearNorm(3.0), L21(3.0)], ids=str)
def test_few_rows_for_each_task(penalty, kind):
    """Products with them are no other model than Gram matrices: the weights are those of a fit with all in one."""
    rng = np.random.default_rng(4)
    X = rng.normal(size=(12 * 15, 150))
    Y = np.full((12 * 15, 12), np.nan)
    for t in range(12):
        rows = slice(15 * t, 15 * t + 15)
        Y[rows, t] = X[rows, t] + 0.1 * rng.normal(size=15)
    Y = Y if kind == "regression" else np.where(np.isnan(Y), np.nan, Y > 0)
    found = MultiTaskGLM(penalty, task_types=kind).fit(X, Y)
    assert found.dual_gap_ <= 1e-9
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("skmtl.linear_model.problems._nonsmooth.LARGE_STACK", np.inf)
        wanted = MultiTaskGLM(penalty, task_types=kind).fit(X, Y)
    assert_allclose(found.predict(X), wanted.predict(X), atol=1e-4)
