"""What is seen of a solution on the data as given."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from prepared import problem_of
from scipy import sparse
from zoo import MIXED, patients

from skmtl import MultiTaskGLM, MultiTaskRidge
from skmtl.linear_model.problems import Design
from skmtl.linear_model.problems._certificate import (
    as_given,
    evaluate,
    finite_gap,
    gradient,
    spot_check,
)
from skmtl.penalties import MeanRegularized

by_kind = pytest.mark.parametrize("make", [np.asarray, sparse.csr_array], ids=["dense", "sparse"])


@by_kind
@pytest.mark.parametrize("offset", [0.0, 1e4, 1e9])
def test_predictions_and_gradients(make, offset, rng):
    """X @ W + intercept and X'G, where the columns of G sum to zero, also of features far from zero."""
    X = rng.normal(size=(30, 8)) + np.where(np.arange(8) < 3, offset, 0.0)
    about = X - np.where(np.arange(8) < 3, offset, 0.0)
    design = Design.centred(make(X), np.ones(30), np.finfo(float).eps)
    W, G = rng.normal(size=(8, 2)), rng.normal(size=(30, 2))
    intercept = -design.centre @ W
    few = np.where(np.arange(8)[:, None] == 6, W, 0.0)
    for weights in (W, few):
        raw = as_given(design, weights, -design.centre @ weights)
        Z = about - about.mean(axis=0)
        loss = 4 * np.finfo(float).eps * np.abs(intercept).max()  # of an intercept that is stored
        assert_allclose(raw, Z @ weights, rtol=0, atol=1e-12 + loss)
    G -= G.mean(axis=0)
    assert_allclose(gradient(design, G), Z.T @ G, rtol=0, atol=1e-12)


def mixed_problem():
    """Return tasks of all types with missing labels."""
    X, y = patients(5, 60, 4)
    model = MultiTaskGLM(MeanRegularized(3.0, 0.5, signs="same"), task_types={"visits": "count"})
    return X, problem_of(model, X, {name: y[name] for name in MIXED})


def test_evaluation(rng):
    """The best intercepts for any weights, what they gain, and the gradient there."""
    X, problem = mixed_problem()
    layout = problem.layout
    W = 0.1 * rng.normal(size=(X.shape[1], layout.n_columns))
    poor = layout.null_raw + rng.normal(size=layout.n_columns)
    found = evaluate(layout, problem.intercepts, W, poor)
    again = evaluate(layout, problem.intercepts, W, found.intercept(layout, W))
    assert_allclose(again.b, found.b, atol=1e-9)
    (block,) = layout.blocks

    def loss(W, intercept):
        return block.loss.value(X @ W + intercept)

    best = loss(W, found.intercept(layout, W))
    assert best < loss(W, poor)
    assert abs(best - loss(W, again.intercept(layout, W))) <= 1e-12 * problem.scale
    G = block.loss.gradient(X @ W + found.intercept(layout, W))
    assert_allclose(G.sum(axis=0), 0.0, atol=1e-9 * problem.scale)
    assert_allclose(found.C, X.T @ G, atol=1e-9 * problem.scale)


@by_kind
@pytest.mark.parametrize("offset", [0.0, 1e7])
@pytest.mark.parametrize("n", [50, 6])
def test_spot_check(n, offset, make, rng):
    """Slopes along probes are those of the explicit gradient, and shift is what the intercepts lack."""
    X = rng.normal(size=(n, 8)) + offset
    y = rng.normal(size=(n, 3)) + 5.0
    weight = rng.exponential(size=n)
    layout = problem_of(MultiTaskRidge(scale_targets=False), make(X), y, weight).layout
    W, miss = rng.normal(size=(8, 3)), rng.normal(size=3)
    Z = X - offset - np.average(X - offset, axis=0, weights=weight)
    intercept = np.average(y, axis=0, weights=weight) - layout.at_centre(W)
    check = spot_check(layout, W, intercept + miss)
    G = weight[:, None] * (Z @ W + np.average(y, axis=0, weights=weight) + miss - y)
    tolerance = 1e-11 + 100 * np.finfo(float).eps * offset
    assert_allclose(check.image, Z @ check.probes, rtol=0, atol=tolerance)
    assert_allclose(check.slopes, (Z @ check.probes).T @ G, rtol=0, atol=1e2 * tolerance)
    assert_allclose(check.shift, -miss, rtol=0, atol=tolerance)


@by_kind
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("kept", ["most", "few", "groups"])
def test_spot_check_of_missing_labels(kept, fit_intercept, make, rng):
    """Samples may count in some tasks alone, many or few, or be those of one task each."""
    X, y, weight = rng.normal(size=(60, 8)), rng.normal(size=(60, 3)), rng.exponential(size=60)
    seen = np.arange(60)[:, None] % 3 == np.arange(3)
    if kept != "groups":
        seen = rng.random((60, 3)) < {"most": 0.6, "few": 0.1}[kept]
        seen[:3] = True
    model = MultiTaskRidge(scale_targets=False, fit_intercept=fit_intercept)
    layout = problem_of(model, make(X), np.where(seen, y, np.nan), weight).layout.apart
    W, intercept = rng.normal(size=(8, 3)), rng.normal(size=3) * fit_intercept
    check = spot_check(layout, W, intercept)
    counts = weight[:, None] * seen
    G = counts * (X @ W + intercept - y)
    shift = -G.sum(axis=0) / counts.sum(axis=0) * fit_intercept
    assert_allclose(check.shift, shift, atol=1e-12)
    assert_allclose(check.slopes, (X @ check.probes).T @ (G + counts * shift), atol=1e-10)


def test_spot_check_of_chunks(rng, monkeypatch):
    """Where X is too large for the cache it is looked at in chunks, with the same result."""
    X, y = rng.normal(size=(900, 4)), rng.normal(size=(900, 2))
    layout = problem_of(MultiTaskRidge(), X, y).layout
    W, intercept = rng.normal(size=(4, 2)), rng.normal(size=2)
    whole = spot_check(layout, W, intercept)
    monkeypatch.setattr("skmtl.linear_model.problems._row_block.LARGE", 100)
    monkeypatch.setattr("skmtl.linear_model.problems._row_block.CHUNK", 1000)
    for found, wanted in zip(spot_check(layout, W, intercept), whole, strict=True):
        assert_allclose(found, wanted, rtol=1e-12)


def test_a_gap_that_is_no_number_is_infinite():
    """And one that rounding makes negative is zero."""
    assert finite_gap(np.nan) == finite_gap(np.inf) == finite_gap(-np.inf) == np.inf
    assert finite_gap(-1e-20) == 0.0 and finite_gap(np.float64(0.25)) == 0.25
