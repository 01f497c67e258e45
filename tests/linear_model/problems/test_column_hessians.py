"""The Hessian of each column, about the mean of its own labels, is that of the explicit sum."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from skmtl.linear_model.problems import Design, _column_hessians
from skmtl.linear_model.problems._column_hessians import (
    AMONG,
    CHUNK,
    about,
    by_pattern,
    by_patterns,
    columns_together,
    hessians_of,
)
from skmtl.linear_model.problems._row_block import RowBlock

EPS = np.finfo(float).eps
N, D = 160, 5

PATTERNS = {
    "full": lambda rng: np.ones((N, 3)),
    "missing": lambda rng: (rng.random((N, 3)) < 0.5).astype(float),
    "missing, of different weight": lambda rng: (rng.random((N, 3)) < 0.5) * [1.0, 7.0, 1e-3],
    "seven tasks": lambda rng: (rng.random((N, 7)) < 0.4).astype(float),
    "curved": lambda rng: rng.random((N, 3)) * (rng.random((N, 3)) < 0.5),
    "few labels": lambda rng: (np.arange(N)[:, None] < [4, N, 90]).astype(float),
    "none": lambda rng: (np.arange(N)[:, None] < [0, N]).astype(float),
}


def explicit(X, offsets, h, has_intercepts):
    """Return the total, the mean about that of X, and the Hessian of a column; X - offsets takes no rounding."""
    Z = X - offsets
    Z = Z - Z.mean(axis=0)
    mean = h @ Z / (h.sum() or 1.0) if has_intercepts else np.zeros(Z.shape[1])
    return h.sum(), mean, (Z - mean).T @ (h[:, None] * (Z - mean))


@pytest.fixture(params=[True, False], ids=["by patterns", "alone"])
def small_products_pay(request, monkeypatch):
    """Whether patterns of few samples are worth a product, which is a matter of time alone."""
    if request.param:
        monkeypatch.setattr(_column_hessians, "A_CALL", 0)


@pytest.mark.parametrize("make", [np.asarray, sparse.csr_array], ids=["dense", "sparse"])
@pytest.mark.parametrize("has_intercepts", [True, False])
@pytest.mark.parametrize("offset", [0.0, 1e8])
@pytest.mark.parametrize("pattern", PATTERNS)
def test_explicit(pattern, offset, has_intercepts, make, small_products_pay, rng):
    """Any labels, near zero and far from it."""
    offsets = np.array([0.0, offset, 0.0, -offset, 3.0])
    X = rng.normal(size=(N, D)) + offsets
    curvatures = PATTERNS[pattern](rng)
    block = RowBlock(Design.centred(make(X), np.ones(N), EPS), None, slice(None))
    found = hessians_of(block, curvatures, has_intercepts)
    assert len(found) == curvatures.shape[1]
    for hessian, h in zip(found, curvatures.T, strict=True):
        total, mean, H = explicit(X, offsets, h, has_intercepts)
        assert_allclose(hessian.total, total, rtol=1e-14)
        assert_allclose(hessian.mean, mean, atol=1e-13)
        made = hessian.gram if hessian.half is None else hessian.half.T @ hessian.half
        assert_allclose(made, H, rtol=0, atol=1e-12 * max(total, 1.0))


@pytest.mark.parametrize("precision, bound", [(np.float64, 1e-12), (np.float32, 1e-4)])
@pytest.mark.parametrize("n_columns", [3, 12])
def test_patterns(n_columns, precision, bound, rng, monkeypatch):
    """Samples that the same columns count are multiplied once, for as many columns as there are samples for."""
    assert columns_together(N, D, n_columns) == 0
    monkeypatch.setattr(_column_hessians, "A_CALL", 0)
    X = rng.normal(size=(N, D))
    counts = rng.random((N, n_columns)) < 0.5
    assert columns_together(N, D, n_columns) == min(n_columns, 6)
    sums, grams = by_patterns(Design.plain(X), 2.0 * counts, precision)
    for own, total, gram in zip(counts.T, sums.T, grams, strict=True):
        assert gram.dtype == precision
        assert_allclose(total, 2.0 * X[own].sum(axis=0), rtol=bound, atol=bound)
        assert_allclose(gram, 2.0 * X[own].T @ X[own], rtol=bound, atol=bound)


def test_pieces(rng):
    """Samples are sorted by who counts them, in pieces; those that nobody counts are left out."""
    counts = rng.random((3 * CHUNK, 1)) < 0.7
    pieces = by_pattern(counts)
    assert [len(rows) for rows in pieces[:-1]] == [CHUNK] * (len(pieces) - 1)
    assert_array_equal(np.concatenate(pieces), np.flatnonzero(counts))
    assert by_pattern(counts & False) == []


def test_digits_of_a_mean(rng):
    """What a mean would take the digits of is not kept."""
    X = rng.normal(size=(N, D))
    X[:80, 0] += 1e3
    counts = rng.random((N, 1)) < 0.5
    first = np.arange(N) < 80  # whose mean of the first feature is all of its square
    for own, is_kept in ((counts[:, 0], True), (first, False)):
        total, gram = X[own].sum(axis=0), X[own].T @ X[own]
        assert (about(total / own.sum(), total, gram) is not None) == is_kept


@pytest.mark.parametrize("precision, bound", [(np.float64, 1e-12), (np.float32, 1e-5)])
def test_precision(precision, bound, rng):
    """Of few samples, all are taken, roughly only as far as numbers are."""
    X, curvatures = rng.normal(size=(N, D)), PATTERNS["curved"](rng)
    block = RowBlock(Design.centred(X, np.ones(N), EPS), None, slice(None))
    pairs = zip(hessians_of(block, curvatures, True, precision), curvatures.T, strict=True)
    for hessian, h in pairs:
        _, _, H = explicit(X, 0.0, h, True)
        assert hessian.gram.dtype == precision and hessian.precise.gram.dtype == np.float64
        assert_allclose(hessian.gram, H, rtol=0, atol=bound * np.trace(H))


def test_sample(rng):
    """Of many samples some stand for all, but for all where few of them make up most of the curvature."""
    n = 5 * AMONG * D
    X, h = rng.normal(size=(n, D)), rng.uniform(0.1, 0.25, size=(n, 1))
    block = RowBlock(Design.plain(X), None, slice(None))
    (exact,), (rough,) = hessians_of(block, h, False), hessians_of(block, h, False, among=AMONG)
    spread = np.linalg.eigvals(np.linalg.solve(exact.gram, rough.gram)).real
    assert spread.min() > 0.6 and spread.max() < 1.5
    assert_allclose(rough.total, exact.total, rtol=0.05)
    assert not np.array_equal(rough.gram, exact.gram)
    h[7] = 1e3
    (exact,), (rough,) = hessians_of(block, h, False), hessians_of(block, h, False, among=AMONG)
    assert_allclose(rough.gram, exact.gram, rtol=1e-12, atol=1e-9)
