"""Adam: the textbook's steps, whatever is kept scaled inside; schedules of the rate."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skmtl.neural_network._adam import SCHEDULES, Adam
from skmtl.neural_network._layers import Architecture
from skmtl.neural_network._training import Settings

ARCHITECTURE = Architecture(3, (4,), (2,), (0, 0, 1))


class Textbook:
    """Algorithm 2 of Loshchilov and Hutter, with decay of weights alone."""

    def __init__(self, flat, alpha, decayed):
        self.theta, self.alpha, self.decayed = flat.copy(), alpha, decayed
        self.m, self.v, self.t = np.zeros_like(flat), np.zeros_like(flat), 0

    def step(self, g, rate):
        self.t += 1
        self.m = 0.9 * self.m + 0.1 * g
        self.v = 0.999 * self.v + 0.001 * g**2
        m, v = self.m / (1 - 0.9**self.t), self.v / (1 - 0.999**self.t)
        decayed = rate * self.alpha * self.decayed * self.theta
        self.theta = self.theta - rate * m / (np.sqrt(v) + 1e-8) - decayed


@pytest.mark.parametrize("alpha", [0.0, 0.5])
@pytest.mark.parametrize("dtype, tolerance", [(np.float64, 1e-11), (np.float32, 1e-4)])
def test_textbook(alpha, dtype, tolerance, rng):
    """Six hundred steps with gradients of very different sizes, through every rescaling."""
    flat = rng.normal(size=(2, ARCHITECTURE.size)).astype(dtype)
    sizes = 10.0 ** rng.uniform(-6, 3, flat.shape)
    wanted = Textbook(flat.astype(np.float64), alpha, ARCHITECTURE.decayed())
    adam = Adam.of(flat, alpha)
    weights = [W for W, _ in ARCHITECTURE.layers(flat)]
    for t in range(600):
        g = (sizes * rng.normal(size=flat.shape)).astype(dtype)
        rate = 0.01 / (1 + t)
        wanted.step(g.astype(np.float64), rate)
        adam.step(flat, g, rate, weights)
        assert_allclose(flat, wanted.theta, rtol=0, atol=tolerance)


def test_biases_do_not_decay(rng):
    """Without a gradient weights go to zero, and biases stay."""
    flat = np.ones((2, ARCHITECTURE.size))
    layers = ARCHITECTURE.layers(flat)
    adam = Adam.of(flat, 0.5)
    for _ in range(10):
        adam.step(flat, np.zeros_like(flat), 0.1, [W for W, _ in layers])
    for W, b in layers:
        assert_allclose(W, 0.95**10)
        assert_allclose(b, 1.0)


def test_networks_that_go_on(rng):
    """Those kept move as they would with the others."""
    flat = rng.normal(size=(3, ARCHITECTURE.size))
    kept = np.array([True, False, True])
    every, some, few = Adam.of(flat, 0.1), Adam.of(flat, 0.1), flat.copy()
    weights = lambda flat: [W for W, _ in ARCHITECTURE.layers(flat)]
    for t in range(200):
        if t == 80:
            few, some = few[kept], some.keep(kept)
        g = rng.normal(size=flat.shape)
        own = g.copy() if t < 80 else g[kept]
        every.step(flat, g, 0.01, weights(flat))
        some.step(few, own, 0.01, weights(few))
    assert_allclose(few, flat[kept], atol=1e-12)


def test_schedules():
    """Constant, or half a cosine from the first rate towards zero at max_iter."""
    assert set(SCHEDULES) == {"constant", "cosine"}
    rates = {}
    for name in SCHEDULES:
        settings = Settings("auto", 0.02, name, 0.0, 0.0, 40, 5, 1e-4)
        rates[name] = np.array([settings.rate(epoch) for epoch in range(41)])
    assert_allclose(rates["constant"], 0.02)
    wanted = 0.01 * (1 + np.cos(np.pi * np.arange(41) / 40))
    assert_allclose(rates["cosine"], wanted, atol=1e-15)


@pytest.mark.parametrize(
    "n, wanted", [(10, 10), (100, 16), (639, 16), (640, 32), (3000, 128), (10**6, 256)]
)
def test_batches(n, wanted):
    """About a twentieth of the rows, a power of two from 16 to 256, never more rows than there are."""
    auto = Settings("auto", 0.002, "constant", 0.0, 0.0, 10, 5, 1e-4)
    assert auto.rows_of_batch(n) == wanted
    assert auto._replace(batch_size=50).rows_of_batch(n) == min(50, n)
