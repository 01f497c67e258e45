"""Inverses of I + gram (x) F' H F are those of the dense matrix, whichever way they take."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skmtl.heads import TotalHessian
from skmtl.linear_model.problems import _gram_inverse
from skmtl.linear_model.problems._coupling import DenseCoupling, StarCoupling
from skmtl.linear_model.problems._gram_inverse import (
    EXACTLY,
    AlikeStarInverse,
    CholeskyInverse,
    DiagonalInverse,
    DiagonalStarInverse,
    Factor,
    RotatedInverse,
    gram_inverse,
)
from skmtl.linear_model.problems._sample_gram import SampleGram

D, N_ROWS = 5, 30.0
COMMON, ROOT = np.array([1.0, -0.5, 0.3, 2.0, 0.0]), np.array([0.5, 1.0, 2.0, 0.7, 1.5])
CURVATURE = np.array([30.0, 12.0, 45.0, 7.0, 20.0])
FEW = np.array([30.0, 30.0, 12.0, 12.0, 7.0])


@pytest.fixture
def gram(rng):
    """Return the Gram matrix of features of which two are the same, and others of different scale."""
    X = rng.normal(size=(30, D)) * [1.0, 10.0, 0.1, 1.0, 1.0]
    X[:, 4] = X[:, 3]
    return X.T @ X


def whole(gram, coupling, H):
    """Return I + gram (x) F' H F, of the ravelled U."""
    F = coupling.matrix()
    return np.eye(len(gram) * F.shape[1]) + np.kron(gram, F.T @ H @ F)


def assert_inverts(inverse, gram, coupling, H, rng):
    """Assert that a map is the inverse, that it is self-adjoint, and that it does not change what it is given."""
    matrix = whole(gram, coupling, H)
    U = rng.normal(size=(len(gram), coupling.rank))
    kept = U.copy()
    found = inverse(U)
    assert_allclose(found.ravel(), np.linalg.solve(matrix, U.ravel()), rtol=0, atol=1e-9)
    assert_allclose(U, kept, rtol=0, atol=0)
    V = rng.normal(size=U.shape)
    assert_allclose(np.vdot(V, found), np.vdot(inverse(V), U), rtol=1e-9)


def solved(gram, coupling, diagonal, groups=(), is_known=False):
    """Return the inverse that is chosen, with eigenvectors known already or not."""
    sample_gram = SampleGram(gram, N_ROWS)
    if is_known:
        sample_gram.eigen  # noqa: B018 - they are kept
    return gram_inverse(sample_gram, coupling, TotalHessian(diagonal, list(groups)), EXACTLY)


@pytest.mark.parametrize("is_known", [False, True])
@pytest.mark.parametrize(
    "coupling, curvature, kind",
    [
        (StarCoupling(COMMON, ROOT), CURVATURE, RotatedInverse),
        (StarCoupling(COMMON, ROOT), 3.0 / ROOT**2, AlikeStarInverse),
        (StarCoupling(COMMON, np.zeros(5)), CURVATURE, AlikeStarInverse),
        (StarCoupling(COMMON, np.r_[0.0, ROOT[1:]]), CURVATURE, RotatedInverse),
        (StarCoupling(None, ROOT), CURVATURE, RotatedInverse),
        (StarCoupling(None, np.ones(5)), FEW, CholeskyInverse),
        (StarCoupling(None, np.zeros(5)), FEW, CholeskyInverse),
        (DenseCoupling(np.random.default_rng(0).normal(size=(5, 5))), CURVATURE, RotatedInverse),
        (DenseCoupling(np.random.default_rng(1).normal(size=(5, 2))), CURVATURE, RotatedInverse),
    ],
)
def test_exact(coupling, curvature, kind, is_known, gram, rng):
    """Stars with and without a common vector, columns that are alike or not, and any other factor."""
    inverse = solved(gram, coupling, curvature, is_known=is_known)
    assert is_known or isinstance(inverse, kind)
    assert_inverts(inverse, gram, coupling, np.diag(curvature) / N_ROWS, rng)


@pytest.mark.parametrize("is_known", [False, True])
def test_softmax(is_known, gram, rng):
    """Columns that are coupled in the loss, as classes are."""
    coupling = StarCoupling(COMMON, ROOT)
    square = np.array([[6.0, -2.0, -4.0], [-2.0, 5.0, -3.0], [-4.0, -3.0, 7.0]])
    diagonal, columns = np.r_[CURVATURE[:2], np.zeros(3)], np.arange(2, 5)
    H = np.diag(diagonal)
    H[2:, 2:] = square
    inverse = solved(gram, coupling, diagonal, [(columns, square)], is_known)
    assert_inverts(inverse, gram, coupling, H / N_ROWS, rng)


@pytest.mark.parametrize(
    "coupling", [StarCoupling(None, ROOT), StarCoupling(COMMON, ROOT)], ids=["apart", "star"]
)
def test_many_strengths_and_features(coupling, gram, rng, monkeypatch):
    """More strengths than Cholesky factors are cheap, and more features than eigenvectors are: still exact."""
    monkeypatch.setattr(_gram_inverse, "LARGEST_EIGENPROBLEM", 2)
    inverse = solved(gram, coupling, CURVATURE)
    assert_inverts(inverse, gram, coupling, np.diag(CURVATURE) / N_ROWS, rng)


def test_diagonal(rng):
    """The diagonal of a Gram matrix that is not known otherwise, with a feature that is zero."""
    diagonal = np.array([3.0, 0.0, 1e6, 1e-8, 2.0])
    star, apart = StarCoupling(COMMON, ROOT), StarCoupling(None, ROOT)
    H = np.diag(CURVATURE)
    found = DiagonalStarInverse.of(star, diagonal, CURVATURE)
    assert_inverts(found, np.diag(diagonal), star, H, rng)
    found = DiagonalInverse(diagonal, CURVATURE * ROOT**2)
    assert_inverts(found, np.diag(diagonal), apart, H, rng)


@pytest.mark.parametrize("size", [1e8, 1e16, 1e24])
def test_weights_keep_their_digits(size):
    """Where data count for all, also those that several vectors make together.

    The curvature along (1, -common / root), which makes no weights, is one, however large the Gram matrix is.
    """
    star, gram = StarCoupling(np.ones(2), np.ones(2)), np.array([[size]])
    silent, in_common, apart = np.array([[[1.0, -1, -1]], [[2, 1, 1]], [[0, 1, -1]]])
    for inverse in (
        AlikeStarInverse.of(star, gram, np.ones(2)),
        DiagonalStarInverse.of(star, np.array([size]), np.ones(2)),
    ):
        found = star.spread(inverse(in_common))
        assert_allclose(found, star.spread(in_common) / (3.0 * size + 1.0), rtol=1e-12)
        assert_allclose(star.spread(inverse(apart)), apart[:, 1:] / (size + 1.0), rtol=1e-12)
        assert_allclose(inverse(silent), silent, rtol=1e-7)


def test_factor(gram, rng):
    """A Cholesky factor where there is one, eigenvectors where rounding leaves none, and no inputs at all."""
    B = rng.normal(size=(D, 2))
    for kappa in (0.0, 1e-3, 1.0, 1e4):
        found, matrix = Factor.of(gram, kappa), kappa * gram + np.eye(D)
        assert_allclose(found.solve(B), np.linalg.solve(matrix, B), rtol=1e-8, atol=1e-10)
        assert_allclose(found.inverse(), np.linalg.inv(matrix), rtol=1e-8, atol=1e-10)
    assert Factor.of(np.zeros((0, 0)), 1.0).solve(np.zeros((0, 2))).shape == (0, 2)


def test_factor_of_an_indefinite_matrix(rng):
    """Rounding makes a Gram matrix of size 1e20 indefinite: directions that it does not see count as such."""
    v = np.array([1.0, 1.0, 1.0]) / np.sqrt(3.0)
    gram = 1e20 * np.outer(v, v)
    gram[0, 0] *= 1.0 - 1e-12
    found = Factor.of(gram, 1.0)
    assert found.cholesky is None
    w = np.array([1.0, -1.0, 0.0]) / np.sqrt(2.0)
    assert np.linalg.norm(found.solve(v[:, None])) < 1e-6
    assert np.all(np.linalg.eigvalsh(found.inverse()) >= -1e-15)
    assert np.linalg.norm(found.solve(np.array([[0.0], [1.0], [-1.0]]))) > 0.9 * np.sqrt(2.0)
    assert 0.0 < w @ found.solve(w[:, None])[:, 0] <= 1.0
