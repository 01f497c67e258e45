"""X = L Q' with Q orthonormal: both ways, with rows that depend on each other and features far from zero."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import sparse

from skmtl.linear_model.problems import Design, has_few_samples, row_space_of
from skmtl.linear_model.problems._row_space import CholeskyRowSpace, OrthonormalRowSpace

EPS = np.finfo(float).eps
N, D = 8, 20

by_kind = pytest.mark.parametrize("kind", [CholeskyRowSpace, OrthonormalRowSpace])


def centred(X):
    """Return the design about its mean."""
    return Design.centred(X, np.ones(X.shape[0]), EPS)


def assert_spans(space, Z, tolerance=1e-12):
    """Assert that L Q' is Z, that Q is orthonormal, and that coordinates and weights go back and forth."""
    rank = space.L.shape[1]
    Q = space.weights(np.eye(rank))
    assert_allclose(space.L @ Q.T, Z, rtol=0, atol=tolerance * max(np.abs(Z).max(), 1e-300))
    assert_allclose(Q.T @ Q, np.eye(rank), rtol=0, atol=tolerance)
    W = np.random.default_rng(0).normal(size=(Z.shape[1], 3))
    assert_allclose(space.coordinates(W), Q.T @ W, rtol=0, atol=tolerance * np.abs(W).max() * 10)


@by_kind
def test_of_any_rows(kind, rng):
    """Without a centre, and about one."""
    X = rng.normal(size=(N, D)) * np.logspace(-3, 3, D)
    assert_spans(kind.of(Design.plain(X)), X)
    Z = X - X.mean(axis=0)
    space = kind.of(centred(X))
    assert_allclose(space.L @ space.L.T, Z @ Z.T, atol=1e-12 * np.abs(Z @ Z.T).max())
    if kind is CholeskyRowSpace:
        assert space.has_full_rank  # but for the one dimension that a centre costs
        assert_spans(space, Z, 1e-9)


@by_kind
def test_far_from_zero(kind, rng):
    """Features of mean 1e8 lose nothing beside others."""
    offsets = np.where(np.arange(D) % 2, 1e8, 0.0)
    X = rng.normal(size=(N, D)) + offsets
    Z = X - offsets
    Z = Z - Z.mean(axis=0)
    space = kind.of(centred(X))
    assert_allclose(space.L @ space.L.T, Z @ Z.T, atol=1e-12)
    V = rng.normal(size=(space.L.shape[1], 2))
    assert_allclose(Z @ space.weights(V), space.L @ V, atol=1e-6)


def test_nearly_dependent_rows(rng, monkeypatch):
    """Pivots that have lost digits are seen, and then the basis is by QR, unless it is dear or X sparse and large."""
    X = rng.normal(size=(N, D))
    assert isinstance(row_space_of(centred(X)), CholeskyRowSpace)
    X[1] = X[0] + 1e-6 * rng.normal(size=D)
    assert not CholeskyRowSpace.of(centred(X)).has_full_rank
    space = row_space_of(centred(X))
    assert isinstance(space, OrthonormalRowSpace)
    assert_spans(space, X - X.mean(axis=0))
    assert isinstance(row_space_of(centred(sparse.csr_array(X))), OrthonormalRowSpace)
    monkeypatch.setattr("skmtl.linear_model.problems._row_space.MOST_NUMBERS", N * D - 1)
    assert isinstance(row_space_of(centred(sparse.csr_array(X))), CholeskyRowSpace)


def test_the_same_rows_twice(rng):
    """The rank is that of the rows that differ."""
    X = np.repeat(rng.normal(size=(N // 2, D)), 2, axis=0)
    space = CholeskyRowSpace.of(Design.plain(X))
    assert space.L.shape[1] == N // 2
    assert_spans(space, X)


def test_no_variation():
    """Rows that are all the same span nothing about their mean."""
    space = CholeskyRowSpace.of(centred(np.full((N, D), 7.1)))
    assert space.L.shape == (N, 0)
    assert not space.weights(np.zeros((0, 2))).any()
    assert space.coordinates(np.ones((D, 2))).shape == (0, 2)


def test_who_has_few_samples():
    """No more samples than features, and not more than whose products can be kept."""
    assert has_few_samples(Design.plain(np.zeros((20, 20))))
    assert not has_few_samples(Design.plain(np.zeros((21, 20))))


@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array])
@pytest.mark.parametrize("seed", range(20))
def test_no_direction_of_rounding(container, seed):
    """What is left of flags that a centre makes dependent is no direction, however the products were rounded."""
    X = (np.random.default_rng(seed).random((N, 30)) < 0.4).astype(float)
    space = row_space_of(centred(container(X)))
    assert space.L.shape == (N, N - 1)
    assert_spans(space, X - X.mean(axis=0))


def test_constant_rows():
    """Equal rows, about no centre, have one direction, and none of it is too small for its square."""
    space = row_space_of(Design.plain(np.full((N, D), 7.1)))
    assert space.L.shape == (N, 1)
    assert_spans(space, np.full((N, D), 7.1))
