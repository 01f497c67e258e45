"""Loss balancing: each method against its paper, on vectors that are gradients."""

from itertools import chain, combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from skmtl.neural_network._fit import BALANCINGS
from skmtl.neural_network.balancing import (
    Balancing,
    DynamicWeightAverage,
    MultipleGradientDescent,
    ProjectedGradients,
    Sum,
    Uncertainty,
)

seeds = st.integers(0, 2**16)
methods = pytest.mark.parametrize("method", BALANCINGS.values(), ids=BALANCINGS)


def gradients(seed, n_networks=3, n_tasks=4, size=6):
    """Return the tasks' gradients of each network, of which many conflict."""
    return np.random.default_rng(seed).normal(size=(n_networks, n_tasks, size))


def gram(vectors):
    """Return what a method may ask for."""
    return lambda: vectors @ vectors.swapaxes(1, 2)


@given(seed=seeds)
def test_pcgrad(seed):
    """Algorithm 1 on the vectors themselves, in the same order of tasks."""
    vectors = gradients(seed)
    order = np.random.default_rng(seed).permutation(4)
    method = ProjectedGradients(3, 4, np.random.default_rng(seed))
    weights = method.shared_weights(gram(vectors))
    for own, found in zip(vectors, weights):
        projected = own.copy()
        for t in range(4):
            for s in order:
                along = projected[t] @ own[s]
                if s != t and along < 0:
                    projected[t] -= along / (own[s] @ own[s]) * own[s]
        assert_allclose(found @ own, projected.sum(axis=0), atol=1e-9)


def test_pcgrad_leaves_what_agrees():
    """No conflict: the plain sum."""
    vectors = np.abs(gradients(0))
    method = ProjectedGradients(3, 4, np.random.default_rng(0))
    assert_array_equal(method.shared_weights(gram(vectors)), np.ones((3, 4)))


def shortest(vectors):
    """Return the shortest vector of a convex hull: the best over all faces, each by a linear system."""
    n, best = len(vectors), None
    for face in chain.from_iterable(combinations(range(n), k + 1) for k in range(n)):
        own, k = vectors[list(face)], len(face)
        system = np.block([[own @ own.T, np.ones((k, 1))], [np.ones((1, k)), np.zeros((1, 1))]])
        weights = np.linalg.lstsq(system, np.r_[np.zeros(k), 1.0], rcond=None)[0][:k]
        if (weights >= -1e-12).all():
            point = weights @ own
            if best is None or point @ point < best @ best:
                best = point
    return best


@given(seed=seeds)
def test_mgda(seed):
    """The shortest vector of the convex hull, which no task goes against, to what 50 steps reach."""
    vectors = gradients(seed, n_tasks=3, size=5) + 0.5
    weights = MultipleGradientDescent(3, 3, np.random.default_rng(0)).shared_weights(gram(vectors))
    assert_allclose(weights.sum(axis=1), 3.0)
    assert (weights >= 0).all()
    for own, found in zip(vectors, weights / 3):
        size = (own**2).sum(axis=1).max()
        assert (found @ own) @ (found @ own) <= shortest(own) @ shortest(own) + 0.03 * size
        assert (own @ (found @ own)).min() >= (found @ own) @ (found @ own) - 0.06 * size


def test_mgda_of_two():
    """Of two tasks the answer is a formula."""
    for seed in range(20):
        a, b = own = gradients(seed, 1, 2)[0]
        share = np.clip((b - a) @ b / ((a - b) @ (a - b)), 0.0, 1.0)
        method = MultipleGradientDescent(1, 2, np.random.default_rng(0))
        found = method.shared_weights(gram(own[None]))[0] / 2
        assert_allclose(found, [share, 1 - share], atol=1e-6)


def test_dynamic_weight_average(rng):
    """Equation 7, from the third epoch on."""
    losses = rng.uniform(0.2, 2.0, (5, 2, 3))
    method = DynamicWeightAverage(2, 3, rng)
    for epoch in range(5):
        if epoch < 2:
            wanted = np.ones((2, 3))
        else:
            r = losses[epoch - 1] / losses[epoch - 2]
            wanted = 3 * np.exp(r / 2) / np.exp(r / 2).sum(axis=1, keepdims=True)
        assert_allclose(method.weights, wanted)
        method.see_epoch(losses[epoch])


def test_dynamic_weight_average_without_labels(rng):
    """A task without a loss, or with one of zero, gets a weight that is a number."""
    method = DynamicWeightAverage(1, 3, rng)
    for losses in ([0.0, np.nan, 1.0], [1.0, 2.0, 0.0], [np.nan, 1.0, 1.0], [1e-300, 1e300, 1.0]):
        method.see_epoch(np.array([losses]))
        assert np.isfinite(method.weights).all()
        assert_allclose(method.weights.sum(), 3.0)


def test_uncertainty(rng):
    """With losses that stay, sum e^-s L + s / 2 is least at s = log(2 L)."""
    losses = np.array([[0.1, 0.5, 3.0], [2.0, 0.02, 1.0]])
    method = Uncertainty(2, 3, rng)
    for _ in range(1500):
        method.see_batch(losses)
    assert_allclose(method.log_variance, np.log(2 * losses), atol=0.05)
    assert_allclose(method.weights, np.exp(-method.log_variance))
    before = method.weights
    method.see_batch(np.array([[np.nan, 0.5, np.nan]] * 2))
    assert_array_equal(method.weights[:, [0, 2]], before[:, [0, 2]])


@pytest.mark.parametrize("loss", [0.0, 1e-300, 1e30])
def test_uncertainty_has_bounds(loss, rng):
    """Losses of any size: weights stay numbers above zero."""
    method = Uncertainty(1, 2, rng)
    for _ in range(2000):
        method.see_batch(np.array([[loss, 1.0]]))
    assert np.isfinite(method.weights).all() and (method.weights > 0).all()


@methods
def test_no_gradient(method, rng):
    """Gradients of zero for a task, or for all: weights are numbers."""
    vectors = gradients(0)
    vectors[0, 1] = 0.0
    vectors[1] = 0.0
    assert np.isfinite(method(3, 4, rng).shared_weights(gram(vectors))).all()


@methods
def test_networks_that_go_on(method, rng):
    """Those kept have the weights they had, and get on as if alone."""
    losses, vectors = rng.uniform(0.2, 2.0, (6, 3, 4)), gradients(0)
    kept = np.array([True, False, True])
    some, all_of_them = (method(3, 4, np.random.default_rng(1)) for _ in range(2))
    for step, each in enumerate(losses):
        if step == 3:
            some.keep(kept)
        all_of_them.see_batch(each)
        all_of_them.see_epoch(each)
        own = each if step < 3 else each[kept]
        some.see_batch(own)
        some.see_epoch(own)
    if some.weights is not None:
        assert_allclose(some.weights, all_of_them.weights[kept])
    found = some.shared_weights(gram(vectors[kept]))
    assert_allclose(found, all_of_them.shared_weights(gram(vectors))[kept])


def test_sum(rng):
    """Nothing is weighed."""
    assert Sum(2, 3, rng).weights is None and not Sum.weighs_shared and not Sum.needs_losses
    assert all(issubclass(method, Balancing) for method in BALANCINGS.values())
