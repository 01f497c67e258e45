"""Many features, of which few are needed: solved a few at a time, to the same certificate as all at once."""

import warnings

import numpy as np
import pytest
from certificates import Problem, assert_certified, describe
from family import FAMILY, outcomes
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning

from skmtl import MultiTaskGLM
from skmtl.linear_model import regularization_path
from skmtl.linear_model.problems import _certificate, _solve_nonsmooth
from skmtl.penalties import L21, Dirty, L1Inf, SparseGroup

BY_ROWS = [member for member in FAMILY if member.name in ("L21", "L1Inf", "Dirty", "SparseGroup")]
by_penalty = pytest.mark.parametrize(
    "penalty", [L21(6.0), L21(6.0, 0.2), SparseGroup(6.0), Dirty(6.0, 4.0)], ids=str
)


def numbers_of(n=60, d=110, seed=0):
    """Return X and three regressions that need five features."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d)) + np.linspace(-0.1, 0.1, d)
    W = rng.normal(size=(5, 3))
    return X, dict(zip("abc", (X[:, :5] @ W + 0.5 * rng.normal(size=(n, 3))).T))


def test_members():
    """The parametrisation below is not empty."""
    assert len(BY_ROWS) == 4


@pytest.mark.parametrize("as_sparse", [False, True], ids=["dense", "sparse"])
@pytest.mark.parametrize("share", [0.5, 0.05])
@pytest.mark.parametrize("member", BY_ROWS, ids=str)
def test_gap_of_squares(member, share, as_sparse):
    """Weak penalties need more features than are taken in at first, and products in place of a Gram matrix."""
    X, y = numbers_of(80, 260)
    tasks = describe(X, y, dict.fromkeys(y, "regression"))
    strengths = member.strengths(X, tasks, share)
    problem = Problem(X, tasks, member.define(tasks, *strengths))
    model = MultiTaskGLM(member.penalty(tasks, *strengths))
    assert_certified(problem, model.fit(sparse.csr_array(X) if as_sparse else X, y))


@pytest.mark.parametrize("member", BY_ROWS, ids=str)
def test_gap_of_any_losses(member):
    """The same with classes, counts and missing labels."""
    X, y, types = outcomes("mixed", 40, 90, 0.3)
    types = {name: types[name] for name in y}
    tasks = describe(X, y, types)
    strengths = member.strengths(X, tasks, 0.3)
    problem = Problem(X, tasks, member.define(tasks, *strengths))
    model = MultiTaskGLM(member.penalty(tasks, *strengths), task_types=types)
    assert_certified(problem, model.fit(X, y))


@pytest.mark.parametrize("weighted", [False, True], ids=["even", "weighted"])
@pytest.mark.parametrize("fit_intercept", [True, False])
@by_penalty
def test_as_all_at_once(penalty, fit_intercept, weighted, monkeypatch, rng):
    """Weights and missing intercepts included, dense and sparse."""
    X, y = numbers_of()
    weight = rng.integers(1, 4, len(X)) if weighted else None
    model = MultiTaskGLM(penalty, fit_intercept=fit_intercept)
    found = [model.fit(given, y, weight).coef_ for given in (X, sparse.csr_array(X))]
    monkeypatch.setattr(_solve_nonsmooth, "FEW_FEATURES", 10**6)
    wanted = model.fit(X, y, weight).coef_
    assert 0 < np.count_nonzero(wanted.any(axis=0)) < X.shape[1]
    for coef in found:
        assert_allclose(coef, wanted, atol=1e-6 * np.abs(wanted).max())


@by_penalty
def test_paths_keep_what_they_know(penalty):
    """The Gram matrix that grows along a path serves every point of it."""
    X, y = numbers_of()
    path = regularization_path(X, y, penalty, alphas=4, eps=0.05)
    for k, one in enumerate(path.penalties):
        single = MultiTaskGLM(one).fit(X, y).coef_
        assert_allclose(path.coef[k], single, atol=1e-6 * max(np.abs(single).max(), 1e-3))


def test_weak_penalties_take_products():
    """More features than samples are needed, so that no Gram matrix of them is made."""
    X, y = numbers_of(30, 200)
    model = MultiTaskGLM(L21(1e-3)).fit(X, y)
    assert np.count_nonzero(model.coef_.any(axis=0)) > 0.6 * len(X)
    assert model.dual_gap_ < 1e-9


@pytest.mark.parametrize("max_iter", range(1, 16))
def test_any_number_of_steps_may_be_the_last(max_iter):
    """Also one after which an extrapolation is taken back."""
    X, y, types = outcomes("mixed", 60, 8, 0.3)
    types = {name: types[name] for name in y}
    model = MultiTaskGLM(L1Inf(1.0), task_types=types, max_iter=max_iter)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(X, y)
    assert model.dual_gap_ < 1.0


def test_rows_that_do_not_count_among_many_features():
    """Of weight zero, beside more features than samples: the same as without them."""
    rng = np.random.default_rng(5)
    X, y = rng.normal(size=(12, 80)), rng.normal(size=12)
    weight = np.where(np.arange(12) < 9, 1.0, 0.0)
    found = MultiTaskGLM(SparseGroup(0.5, l2_ratio=0.2)).fit(X, y, weight)
    wanted = MultiTaskGLM(SparseGroup(0.5, l2_ratio=0.2)).fit(X[:9], y[:9])
    assert_allclose(found.coef_, wanted.coef_, atol=1e-7)


def test_the_last_look_is_the_certificate(monkeypatch):
    """Where the first features were the right ones, all are looked at once, and not again for the gap."""
    looks, evaluate = [], _certificate.evaluate

    def counted(*args):
        looks.append(args)
        return evaluate(*args)

    monkeypatch.setattr(_certificate, "evaluate", counted)
    X, y = numbers_of(200, 150)
    model = MultiTaskGLM(L21(60.0)).fit(X, y)
    assert model.coef_.any() and model.dual_gap_ <= 1e-12
    assert len(looks) == 1


@pytest.mark.parametrize("missing", [0.5, 0.9])
@pytest.mark.parametrize("share", [0.3, 0.02])
@pytest.mark.parametrize("member", [m for m in FAMILY if m.name in ("L21", "NuclearNorm")], ids=str)
def test_one_step_with_missing_labels(member, share, missing, rng):
    """The Hessians of squared losses are found once where they cost no more than the passes they save."""
    X = rng.normal(size=(4000, 80))
    Y = 3.0 + X[:, :8] @ rng.normal(size=(8, 6)) + rng.normal(size=(4000, 6))
    Y[rng.random(Y.shape) < missing] = np.nan
    y = dict(zip("abcdef", Y.T))
    tasks = describe(X, y, dict.fromkeys(y, "regression"))
    strengths = member.strengths(X, tasks, share)
    problem = Problem(X, tasks, member.define(tasks, *strengths))
    model = MultiTaskGLM(member.penalty(tasks, *strengths)).fit(X, y)
    assert model.n_iter_ <= 2
    assert_certified(problem, model)
