"""Products of X - centre, dense and sparse, near zero and far from it, are those of the explicit matrix."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from skmtl.linear_model.problems import Design

EPS = np.finfo(float).eps
N, D = 40, 6
CONSTANT = 5  # the feature that is constant but for rounding
OFFSETS = np.array([0.0, 3.0, 1e4, -1e7, 1e9, 37.7])  # of which the last four are far from zero

by_kind = pytest.mark.parametrize("make", [np.asarray, sparse.csr_array], ids=["dense", "sparse"])


@pytest.fixture
def X(rng):
    """Return features of spread one, some of them far from zero, and one that varies by roundings."""
    X = rng.normal(size=(N, D)) + OFFSETS
    X[:, CONSTANT] = np.where(np.arange(N) % 2, 37.7, np.nextafter(37.7, 40.0))
    return X


@pytest.fixture
def weight(rng):
    """Return weights, some of them zero."""
    return np.where(rng.random(N) < 0.2, 0.0, rng.exponential(size=N))


def explicit(X, weight):
    """Return X - centre, whose sums are those of X - OFFSETS, which takes no rounding; what roundings vary is zero."""
    about = X - OFFSETS
    Z = about - weight @ about / weight.sum()
    Z[:, CONSTANT] = 0.0
    return Z


@by_kind
def test_centre(make, X, weight):
    """The centre is the weighted mean, and a feature that varies by roundings is zero."""
    design = Design.centred(make(X), weight, EPS)
    assert_array_equal(design.far, [2, 3, 4, 5])
    assert_array_equal(design.constant, [CONSTANT])
    assert_allclose(design.centre, np.average(X, axis=0, weights=weight), rtol=4 * EPS, atol=1e-14)
    assert_allclose(design.values(), explicit(X, weight), rtol=0, atol=1e-13)
    assert not design.values()[:, CONSTANT].any()


@by_kind
def test_products(make, X, weight, rng):
    """With matrices, of the samples and of the features with themselves, with weights and without."""
    design = Design.centred(make(X), weight, EPS)
    Z = explicit(X, weight)
    W, G = rng.normal(size=(D, 3)), rng.normal(size=(N, 3))
    assert_allclose(design.forward(W), Z @ W, rtol=0, atol=1e-13)
    assert_allclose(design.backward(G), Z.T @ G, rtol=0, atol=1e-12)
    assert_allclose(design.kernel(), Z @ Z.T, rtol=0, atol=1e-12)
    assert_allclose(design.gram(), Z.T @ Z, rtol=0, atol=1e-12)
    assert_allclose(design.squares(), np.diag(Z.T @ Z), rtol=1e-13)
    weighted = Z.T @ (weight[:, None] * Z)
    assert_allclose(design.gram(weight), weighted, rtol=0, atol=1e-12)
    assert_allclose(design.squares(weight), np.diag(weighted), rtol=1e-13)


@by_kind
def test_some_of_it(make, X, weight, rng):
    """Some samples, some features, in any order."""
    design = Design.centred(make(X), weight, EPS)
    Z = explicit(X, weight)
    rows, columns = rng.permutation(N)[:15], np.array([4, 1, 5, 2])
    assert_allclose(design.rows(rows).values(), Z[rows], rtol=0, atol=1e-13)
    part = design.features(columns)
    assert_allclose(part.values(), Z[:, columns], rtol=0, atol=1e-13)
    assert_array_equal(part.constant, [2])
    assert_allclose(design.values(rows, columns), Z[np.ix_(rows, columns)], rtol=0, atol=1e-13)
    by_rows = Z[rows].T @ (weight[rows][:, None] * Z[rows])
    assert_allclose(design.gram(weight[rows], rows), by_rows, rtol=0, atol=1e-12)
    alike = design.alike(columns)
    assert_array_equal(np.sort(np.concatenate(alike)), np.sort(columns))
    assert len(alike) == (2 if sparse.issparse(make(X)) else 1)


@by_kind
def test_moved(make, X, weight, rng):
    """About another centre, as of samples that have a label of one task."""
    design, shift = Design.centred(make(X), weight, EPS), rng.normal(size=D)
    shift[CONSTANT] = 0.0
    Z = explicit(X, weight)
    other, W = design.moved(shift), rng.normal(size=(D, 2))
    assert_allclose(other.values(), Z - shift, rtol=0, atol=1e-13)
    assert_allclose(other.gram(weight), (Z - shift).T * weight @ (Z - shift), rtol=0, atol=1e-12)
    assert_allclose(other.kernel(), (Z - shift) @ (Z - shift).T, rtol=0, atol=1e-12)
    assert_allclose(other.forward(W), (Z - shift) @ W, rtol=0, atol=1e-13)


@by_kind
def test_one_more_feature(make, X, weight):
    """A constant beside the features, as the intercept of a dense system is."""
    design = Design.centred(make(X), weight, EPS)
    more = design.with_constant(0.5)
    assert_allclose(more.values()[:, :D], design.values(), rtol=0, atol=0)
    assert_array_equal(more.values()[:, D], np.full(N, 0.5))
    assert_allclose(more.gram()[D, D], 0.25 * N)


@by_kind
def test_plain(make, rng):
    """Without a centre it is X itself."""
    X, W = rng.normal(size=(N, D)) + OFFSETS, rng.normal(size=(D, 2))
    design = Design.plain(make(X))
    assert not design.centre.any() and not len(design.far)
    assert_allclose(design.forward(W), X @ W, rtol=1e-13)
    assert_allclose(design.kernel(), X @ X.T, rtol=1e-13)


@pytest.mark.parametrize("n, d", [(5000, 3), (3, 5000)])
@pytest.mark.parametrize("offset", [0.0, 1e8])
def test_chunk_by_chunk(n, d, offset, rng):
    """More samples, or features, than are centred at a time."""
    X = rng.normal(size=(n, d)) + offset
    design = Design.centred(X, np.ones(n), EPS)
    Z = (X.astype(np.longdouble) - X.astype(np.longdouble).mean(axis=0)).astype(float)
    if d < n:
        assert_allclose(design.gram(), Z.T @ Z, rtol=0, atol=1e-9)
    else:
        assert_allclose(design.kernel(), Z @ Z.T, rtol=0, atol=1e-9)


@by_kind
def test_varies_where_nothing_counts(make, rng):
    """A feature that is constant where the weights are is constant."""
    X = np.column_stack([rng.normal(size=N), np.where(np.arange(N) < 30, 2.5, rng.normal(size=N))])
    weight = (np.arange(N) < 30).astype(float)
    design = Design.centred(make(X), weight, EPS)
    assert_array_equal(design.constant, [1])


@by_kind
@pytest.mark.parametrize("size", [1e100, 1e155, 1e200, 8e307])
def test_huge(make, size, rng):
    """Numbers whose squares cannot be summed are refused, with the rule and the size."""
    X = rng.uniform(1, 2, size=(N, 2)) * size
    for build in (lambda A: Design.centred(A, np.ones(N), EPS), Design.plain):
        with (
            np.errstate(over="ignore", invalid="ignore"),
            pytest.raises(ValueError, match="X must hold numbers below 1e.100"),
        ):
            build(make(X))


@by_kind
def test_X_is_kept_as_it_is(make, X, weight):
    """What certificates look at is the matrix that was given: no copy, and nothing subtracted."""
    given = make(X)
    assert Design.centred(given, weight, EPS).X is given
    assert Design.plain(given).X is given
