"""Coordinates of the tasks' weights: a star, or any factor, do what its dense matrix does."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skmtl.linear_model.problems._coupling import DenseCoupling, StarCoupling, coupling_of
from skmtl.penalties import Columns, GraphLaplacian, MeanRegularized

T, D = 4, 3
ROOT, COMMON = np.array([0.5, 2.0, 1e-3, 1.0]), np.array([1.0, -0.3, 2.0, 0.0])

COUPLINGS = {
    "star": StarCoupling(COMMON, ROOT),
    "separate": StarCoupling(None, ROOT),
    "one vector": StarCoupling(COMMON, np.zeros(T)),
    "some alone": StarCoupling(np.array([1.0, -1.0, 2.0, 0.0]), np.array([0.0, 0.5, 0.0, 1.0])),
    "dense": DenseCoupling(np.random.default_rng(0).normal(size=(T, T))),
    "low rank": DenseCoupling(np.random.default_rng(1).normal(size=(T, 2))),
}


@pytest.fixture(params=COUPLINGS.values(), ids=COUPLINGS)
def coupling(request):
    """Return a coupling."""
    return request.param


def test_products(coupling, rng):
    """W = U F', its transpose, and the diagonal of F F'."""
    F, U, C = (
        coupling.matrix(),
        rng.normal(size=(D, coupling.rank)),
        rng.normal(size=(D, T)),
    )
    assert F.shape == (T, coupling.rank)
    assert_allclose(coupling.spread(U), U @ F.T, atol=1e-14)
    assert_allclose(coupling.gather(C), C @ F, atol=1e-14)
    assert_allclose(coupling.variance, np.diag(F @ F.T), rtol=1e-14)


def test_solve(coupling, rng):
    """The shortest U of weights that have one."""
    F = coupling.matrix()
    W = rng.normal(size=(D, coupling.rank)) @ F.T
    U = coupling.solve(W)
    assert_allclose(coupling.spread(U), W, atol=1e-12)
    assert_allclose(U, W @ np.linalg.pinv(F).T, atol=1e-10)


@pytest.mark.parametrize(
    "penalty",
    [
        MeanRegularized(3.0, 0.0, signs="same"),
        MeanRegularized(3.0, 0.3, signs="same"),
        MeanRegularized(3.0, 1.0, signs="same"),
        GraphLaplacian(np.ones((T, T)) - np.eye(T), 3.0),
    ],
    ids=str,
)
def test_of_a_penalty(penalty, rng):
    """F F' is the prior covariance, and 1/2 ||U||^2 the penalty."""
    bound = penalty.bind(Columns.alone("a", "b", "c", "d"), None)
    made = coupling_of(bound)
    assert_allclose(made.matrix() @ made.matrix().T, bound.covariance, atol=1e-14)
    W = rng.normal(size=(D, T)) @ bound.covariance
    assert_allclose(0.5 * np.sum(made.solve(W) ** 2), bound.value(W), rtol=1e-10)
