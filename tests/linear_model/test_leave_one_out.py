"""Leaving out rows without refitting is refitting: against dense normal equations, row by row."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from refits import brute_force, problem
from scipy import sparse

from skmtl.linear_model._leave_one_out import (
    FullLabels,
    PartialLabels,
    Prior,
    RidgeInputs,
    leave_one_out,
)
from skmtl.linear_model.problems import Setup, prepare
from skmtl.penalties import MeanRegularized
from skmtl.tasks import FitData, as_regression, read_targets

SHARINGS = [0.0, 0.5, 1.0]
SIGNS = np.array([1.0, -1.0, 1.0])


def prepared_of(X, y, weight, fit_intercept, pool_intercept=False):
    """What an estimator would make of the data."""
    targets, layout, _ = read_targets(np.where(weight > 0, y, np.nan))
    typed = as_regression(targets).targets
    given = None if (weight == 1).all() else weight
    came = FitData(X, typed, given, layout, frozenset())
    setup = Setup(MeanRegularized(pool_intercept=pool_intercept), as_regression)
    return prepare(came, setup, None, fit_intercept)


def spread(prepared, residuals, shape):
    """Residuals by task as a matrix."""
    found = np.full(shape, np.nan)
    for t, (fit, own) in enumerate(zip(prepared.fits, residuals, strict=True)):
        found[slice(None) if fit.rows is None else fit.rows, t] = own
    return found


KINDS = ["full", "rows", "factors", "pairs", "missing", "missing pairs", "groups", "missing rows"]


@pytest.mark.parametrize("sharing", SHARINGS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n, d", [(31, 4), (18, 25)])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_equal_to_refitting(rng, sharing, kind, n, d, fit_intercept):
    """Any labels, any weights, fewer samples than features too, dense and sparse."""
    X, y, weight = problem(rng, n, d, kind)
    alpha = 3.0
    wanted = brute_force(X, y, weight, alpha, sharing, SIGNS, "free" if fit_intercept else "none")
    prior = Prior(np.full(3, (1 - sharing) / alpha), np.sqrt(sharing / alpha) * SIGNS)
    for given in (X, sparse.csr_matrix(X)):
        prepared = prepared_of(given, y, weight, fit_intercept)
        labels = leave_one_out(RidgeInputs.of(prepared.layout), prepared)
        assert isinstance(labels, FullLabels if kind in KINDS[:3] else PartialLabels)
        found = spread(prepared, labels.residuals(prior), y.shape)
        assert_allclose(found, wanted, rtol=0, atol=1e-10)


@pytest.mark.parametrize("sharing", SHARINGS)
@pytest.mark.parametrize("kind", ["full", "missing pairs", "groups"])
@pytest.mark.parametrize("n, d", [(12, 16), (14, 14), (20, 4)])
@pytest.mark.parametrize("intercept", ["free", "none", "pooled"])
def test_weak_prior(rng, sharing, kind, n, d, intercept):
    """Where labels are interpolated but for a prior that is all but none, the errors keep their digits.

    With a common vector alone a row's labels tell of it what is 1e-16 / alpha of what tells them apart.
    """
    if intercept == "pooled" and sharing == 0:
        pytest.skip("nothing is pooled")
    X, y, weight = problem(rng, n, d, kind)
    X = X - weight.sum(axis=1) @ X / weight.sum()
    for alpha in (1e-4, 1e-8, 1e-12) if sharing < 1 else (1e-4, 1e-7):
        wanted = brute_force(X, y, weight, alpha, sharing, SIGNS, intercept, is_weak=True)
        pooled = intercept == "pooled"
        prepared = prepared_of(X, y, weight, intercept != "none", pool_intercept=pooled)
        inputs = RidgeInputs.of(prepared.layout)
        inputs = inputs.with_pooled_intercept(sharing) if pooled else inputs
        prior = Prior(np.full(3, (1 - sharing) / alpha), np.sqrt(sharing / alpha) * SIGNS)
        found = spread(prepared, leave_one_out(inputs, prepared).residuals(prior), y.shape)
        assert_allclose(found, wanted, rtol=1e-5, atol=1e-5 * np.nanmax(np.abs(wanted)))


@pytest.mark.parametrize("sharing", [0.3, 1.0])
@pytest.mark.parametrize("kind", ["full", "missing pairs", "groups"])
@pytest.mark.parametrize("n, d", [(31, 4), (18, 25)])
def test_pooled_intercepts(rng, sharing, kind, n, d):
    """Intercepts that are drawn together, about the weighted mean of all samples."""
    X, y, weight = problem(rng, n, d, kind)
    about = X - weight.sum(axis=1) @ X / weight.sum()
    wanted = brute_force(about, y, weight, 3.0, sharing, SIGNS, "pooled")
    prepared = prepared_of(X, y, weight, True, pool_intercept=True)
    inputs = RidgeInputs.of(prepared.layout).with_pooled_intercept(sharing)
    prior = Prior(np.full(3, (1 - sharing) / 3.0), np.sqrt(sharing / 3.0) * SIGNS)
    found = leave_one_out(inputs, prepared).residuals(prior)
    assert_allclose(spread(prepared, found, y.shape), wanted, rtol=0, atol=1e-10)


@pytest.mark.parametrize("kind", ["full", "factors"])
def test_both_ways_agree(rng, kind):
    """Full labels need no way of their own but for speed; strengths may differ by task."""
    X, y, weight = problem(rng, 40, 6, kind)
    prepared = prepared_of(X, y, weight, True)
    inputs = RidgeInputs.of(prepared.layout)
    prior = Prior(np.array([0.2, 0.5, 0.0]), np.array([0.3, -0.1, 1.0]))
    ways = [way.of(inputs, prepared.fits) for way in (FullLabels, PartialLabels)]
    assert_allclose(*[np.array(way.residuals(prior)) for way in ways], rtol=0, atol=1e-11)
    assert_allclose(*[way.separate(2.0) @ way.separate(2.0).T for way in ways], atol=1e-11)


def test_blocks_do_not_matter(rng, monkeypatch):
    """Rows that are left out block by block are left out one by one."""
    X, y, weight = problem(rng, 50, 4, "missing pairs")
    prepared = prepared_of(X, y, weight, True)
    inputs, prior = RidgeInputs.of(prepared.layout), Prior(np.full(3, 0.2), 0.4 * SIGNS)
    one = PartialLabels.of(inputs, prepared.fits)
    monkeypatch.setattr("skmtl.linear_model._leave_one_out.LARGEST_KEPT", 0)
    monkeypatch.setattr("skmtl.linear_model._leave_one_out.LARGEST_BLOCK", 40)
    many = PartialLabels.of(inputs, prepared.fits)
    assert len(one.blocks) == 1 < 5 < len(many.blocks)
    assert one.kept and not many.kept
    for found, wanted in zip(many.residuals(prior), one.residuals(prior), strict=True):
        assert_allclose(found, wanted, atol=1e-13)


def test_the_only_label_of_a_task(rng):
    """It has no model without its row; that row's other labels and all others are as if it were not there."""
    X, y, weight = problem(rng, 20, 3, "full")
    weight[1:, 2] = 0.0
    without = weight.copy()
    without[0, 2] = 0.0
    wanted = brute_force(X, y, without, 2.0, 0.5, SIGNS, "free")
    prepared = prepared_of(X, y, weight, True)
    prior = Prior(np.full(3, 0.25), 0.5 * SIGNS)
    found = leave_one_out(RidgeInputs.of(prepared.layout), prepared).residuals(prior)
    assert np.isnan(found[2]).all() and len(found[2]) == 1
    assert_allclose(spread(prepared, found, y.shape)[:, :2], wanted[:, :2], atol=1e-10)
