"""Parameters in one vector, activations in place, masks of dropout."""

import numpy as np
import pytest
from certificates import finite_difference
from numpy.testing import assert_allclose, assert_array_equal

from skmtl.neural_network._activations import ACTIVATIONS
from skmtl.neural_network._dropout import Dropout
from skmtl.neural_network._layers import Architecture
from skmtl.neural_network._network import predict_raw
from tests.neural_network.builders import PLAIN
from tests.neural_network.test_gradients import architectures

OWNERS = (0, 1, 2, 2, 2)


@architectures
def test_layers_cover_the_vector(hidden, own):
    """Views, which have each parameter exactly once; weights decay, biases do not."""
    architecture = Architecture(4, hidden, own, OWNERS)
    flat = np.arange(2.0 * architecture.size).reshape(2, -1)
    layers = architecture.layers(flat)
    parts = [part for layer in layers for part in layer]
    assert all(np.shares_memory(part, flat) for part in parts)
    for m in range(2):
        assert_array_equal(np.sort(np.concatenate([part[m].ravel() for part in parts])), flat[m])
    assert len(layers) == len(hidden) + len(own) + 1
    widths = [4, *hidden, *own, len(OWNERS)]
    for step, (W, b) in enumerate(layers):
        tasks = (3,) if len(hidden) <= step < len(hidden) + len(own) else ()
        assert W.shape == (2, *tasks, widths[step], widths[step + 1])
        assert b.shape == (2, *tasks, 1, widths[step + 1])
    decayed = architecture.decayed()
    assert_array_equal(np.unique(decayed), [0, 1])
    assert decayed.sum() == sum(W[0].size for W, _ in layers)
    if hidden:
        first = architecture.first_with_biases(flat)
        assert np.shares_memory(first, flat)
        assert_array_equal(first[:, :-1], layers[0].W)
        assert_array_equal(first[:, -1:], layers[0].b)


@architectures
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_first_predictions_are_the_best_constants(hidden, own, activation, rng):
    """Whatever comes in."""
    architecture, null = Architecture(4, hidden, own, OWNERS), rng.normal(size=5)
    kind = ACTIVATIONS[activation]
    flat = architecture.initial(3, null, rng)
    raw = predict_raw(architecture, kind, flat, rng.normal(size=(7, 4)))
    assert_array_equal(raw, np.broadcast_to(null, (3, 7, 5)))


def test_first_weights(rng):
    """Uniform with variance 1 / n_inputs; networks differ, tasks do not."""
    architecture = Architecture(50, (60,), (40,), OWNERS)
    flat = architecture.initial(8, np.zeros(5), rng)
    (W, b), (V, c), _ = architecture.layers(flat)
    assert_allclose([W.var(), V.var()], [1 / 50, 1 / 60], rtol=0.05)
    assert np.abs(W).max() <= np.sqrt(3 / 50)
    assert not b.any() and not c.any()
    assert (W[0] != W[1]).all() and (V[0] != V[1]).all()
    assert_array_equal(V[:, 0], V[:, 1])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations(name, dtype, rng):
    """The function, in place; the derivative by differences."""
    Z = (2 * rng.normal(size=(2, 30))).astype(dtype)
    Z[0, :4] = [-40.0, 40.0, -1e4, 1e4]
    activation = ACTIVATIONS[name](Z.size + 5, np.dtype(dtype))
    A, G = Z.copy(), rng.normal(size=Z.shape).astype(dtype)
    activation.forward(A)
    tolerance = 1e-6 if dtype == np.float32 else 1e-12
    assert_allclose(A, PLAIN[name](Z.astype(np.float64)), rtol=tolerance, atol=tolerance)
    slope = finite_difference(lambda z: PLAIN[name](z).sum(), Z.astype(np.float64))
    wanted = G * slope
    activation.backward(A, G)
    assert G.dtype == dtype
    assert_allclose(G, wanted, atol=1e-5)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_dropout(rate, rng):
    """Units are dropped at the rate, and the mean stays; layers and steps have masks of their own."""
    shapes = [(4, 20, 30), (4, 20, 30), (4, 3, 20, 5)]
    dropout = Dropout(rate, shapes, np.dtype(np.float32), rng)
    values = []
    for _ in range(10):
        dropout.refill()
        first, again = dropout.draw(), dropout.draw()
        assert [mask.shape for mask in first] == shapes
        assert (first[0] != first[1]).any() and (first[0] != again[0]).any()
        assert (first[0][0] != first[0][1]).any()
        values += [mask.ravel() for mask in first]
    values = np.concatenate(values)
    assert values.dtype == np.float32
    kept = values[values > 0]
    assert_allclose(kept, 1 / (1 - rate), rtol=1e-6)
    assert_allclose(len(kept) / len(values), 1 - rate, atol=0.02)
    assert_allclose(values.mean(), 1.0, atol=0.02 / (1 - rate))


def test_no_dropout(rng):
    """Nothing is drawn."""
    for dropout in (
        Dropout(0.0, [(1, 2, 3)], np.dtype(np.float32), rng),
        Dropout(0.5, [], np.dtype(np.float32), rng),
    ):
        dropout.refill()
        assert dropout.draw() == []
