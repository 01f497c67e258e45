"""Inverses with the curvature of each column along its weights, against the inverse of the whole matrix."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skmtl.heads import TotalHessian
from skmtl.linear_model import MultiTaskLogisticRegression
from skmtl.linear_model.problems._coupling import StarCoupling
from skmtl.linear_model.problems._gram_inverse import EXACTLY, gram_inverse
from skmtl.linear_model.problems._passes import Passes
from skmtl.linear_model.problems._sample_gram import SampleGram
from skmtl.linear_model.problems._smooth import SmoothProblem
from skmtl.linear_model.problems._stein_inverse import LEAST, SteinInverse, excess_curvature

SIZE, T, N_ROWS = 6, 4, 40.0
COMMON, ROOT = np.array([0.8, 0.0, -0.5, 1.1]), np.array([0.6, 1.0, 0.4, 0.9])
CURVATURE = N_ROWS * np.array([0.1, 0.2, 0.7, 1.5])
COUPLINGS = {
    "apart, eigenvectors": (StarCoupling(None, ROOT), CURVATURE),
    "apart, Cholesky": (StarCoupling(None, np.ones(T)), np.full(T, 3.0)),
    "star": (StarCoupling(COMMON, ROOT), CURVATURE),
    "star, alike": (StarCoupling(COMMON, ROOT), 3.0 / ROOT**2),
    "star, nothing of one's own": (StarCoupling(COMMON + 0.1, np.zeros(T)), CURVATURE),
}


@pytest.fixture
def gram(rng):
    """A Gram matrix of samples."""
    X = rng.normal(size=(int(N_ROWS), SIZE))
    return X.T @ X


@pytest.mark.parametrize("name", COUPLINGS)
def test_inverse(name, gram, rng):
    """It is that of the Hessian in U, whose blocks have a matrix of rank one more each."""
    coupling, curvature = COUPLINGS[name]
    W = rng.normal(size=(SIZE, T))
    along, mean = gram @ W, curvature / N_ROWS
    seen = mean * np.einsum("jt,jt->t", along, W) * np.array([0.4, 2.0, 1.0, 0.7])
    excess = excess_curvature(along, W, mean, seen)
    F, hessian = coupling.matrix(), np.eye(SIZE * coupling.rank)
    for t in range(T):
        block = mean[t] * gram + excess[t] * np.outer(along[:, t], along[:, t])
        assert_allclose(W[:, t] @ block @ W[:, t], seen[t])
        hessian += np.kron(block, np.outer(F[t], F[t]))
    inner = gram_inverse(SampleGram(gram, N_ROWS), coupling, TotalHessian(curvature, []), EXACTLY)
    U = rng.normal(size=(SIZE, coupling.rank))
    found = SteinInverse.of(inner, coupling, along, excess)(U)
    assert_allclose(found.ravel(), np.linalg.solve(hessian, U.ravel()), rtol=0, atol=1e-10)


def test_excess_without_reason():
    """Weights of zero have none, and what would leave hardly any curvature is not believed."""
    along = np.array([[0.0, 2.0]])
    found = excess_curvature(along, np.array([[0.0, 1.0]]), np.ones(2), np.zeros(2))
    assert_allclose(found, [0.0, (LEAST - 1.0) / 2.0])


@pytest.mark.parametrize("sharing", [0.0, 0.5])
def test_saves_iterations(sharing, rng, monkeypatch):
    """With steep normal inputs, the Gram matrix alone needs many more iterations to the same solution."""
    X = rng.normal(size=(1500, 60))
    Z = X @ rng.normal(size=(60, 8)) / 3.0
    y = {f"t{t}": column > 0.0 for t, column in enumerate((Z + rng.logistic(size=Z.shape)).T)}
    monkeypatch.setattr(SmoothProblem, "close_at", ())
    model = MultiTaskLogisticRegression(sharing=sharing, signs="same").fit(X, y)
    monkeypatch.setattr(SmoothProblem, "has_curvature_along", False)
    plain = MultiTaskLogisticRegression(sharing=sharing, signs="same").fit(X, y)
    assert model.n_iter_ <= 0.7 * plain.n_iter_
    assert_allclose(model.coef_, plain.coef_, rtol=0, atol=1e-7)


def test_few_curved_samples_say_nothing(rng, monkeypatch):
    """Where classes are far apart, the curvature is that of a few samples, and the Gram matrix alone preconditions."""
    seen, taken_up = [], []
    look, take_up = Passes.rough_curvature, SteinInverse.of

    def looked(*args):
        seen.append(look(*args)[1])
        return look(*args)

    def taken(*args):
        taken_up.append(len(seen) - 1)
        return take_up(*args)

    monkeypatch.setattr(Passes, "rough_curvature", looked)
    monkeypatch.setattr(SteinInverse, "of", taken)
    X = rng.normal(size=(40, 8))
    y = {"a": X[:, 0] > 0.2, "b": X[:, 1] > 0.1}
    MultiTaskLogisticRegression(C=1e6, sharing=0.5, signs="same").fit(X, y)
    count = np.array(seen).max(axis=1)
    assert count[0] > 30 and count[-1] < 10
    assert taken_up == np.flatnonzero(count >= 16).tolist()
