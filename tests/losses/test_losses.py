"""Losses: gradients and curvature by finite differences, conjugates by Fenchel-Young, extremes."""

import numpy as np
import pytest
from certificates import finite_difference
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.special import expit, softmax, xlogy

from skmtl.losses import LogisticLoss, Loss, MultinomialLoss, PoissonLoss, SquaredLoss

LOSSES = [SquaredLoss(), LogisticLoss(), MultinomialLoss(), PoissonLoss()]
by_loss = pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: type(loss).__name__)
seeds = st.integers(0, 2**16)


def case(loss, seed, n=5, spread=2.0):
    """Return y, raw and weight that the loss can have, some weights being 0."""
    rng = np.random.default_rng(seed)
    width = 1 if loss.width_one else 3
    raw = spread * rng.normal(size=(n, width))
    y = {
        SquaredLoss: lambda: rng.normal(size=(n, 1)),
        LogisticLoss: lambda: rng.integers(0, 2, (n, 1)).astype(float),
        MultinomialLoss: lambda: np.eye(3)[rng.integers(0, 3, n)],
        PoissonLoss: lambda: rng.integers(0, 5, (n, 1)).astype(float),
    }[type(loss)]()
    weight = rng.uniform(0.1, 3, (n, 1)) * (rng.random((n, 1)) < 0.9)
    return y, raw, weight


def by_definition(loss, y, z):
    """Return the loss of each sample, as the documentation has it."""
    if isinstance(loss, SquaredLoss):
        return 0.5 * (y - z) ** 2
    if isinstance(loss, LogisticLoss):
        return np.log(1 + np.exp(z)) - y * z
    if isinstance(loss, PoissonLoss):
        return np.exp(z) - y * z + xlogy(y, y) - y
    return (np.log(np.exp(z).sum(axis=1)) - (y * z).sum(axis=1))[:, None]


@by_loss
@given(seed=seeds)
def test_value(loss, seed):
    """The definition."""
    y, raw, weight = case(loss, seed)
    assert_allclose(loss.value(y, raw, weight), (weight * by_definition(loss, y, raw)).sum())
    assert isinstance(loss, Loss)


@by_loss
@given(seed=seeds)
def test_gradient(loss, seed):
    """Finite differences of the value."""
    y, raw, weight = case(loss, seed)
    wanted = finite_difference(lambda z: loss.value(y, z, weight), raw)
    assert_allclose(loss.gradient(y, raw, weight), wanted, atol=1e-5 * (1 + np.abs(wanted).max()))


@by_loss
@given(seed=seeds)
def test_hessian(loss, seed):
    """Finite differences of the gradient along a direction; never above the curvature bound."""
    y, raw, weight = case(loss, seed)
    D = np.random.default_rng(seed + 1).normal(size=raw.shape)
    step = 1e-5
    ahead, behind = (loss.gradient(y, raw + s * step * D, weight) for s in (1, -1))
    found = loss.hessian_product(y, raw, weight, D)
    assert_allclose(found, (ahead - behind) / (2 * step), atol=1e-6 * (1 + np.abs(found).max()))
    assert np.vdot(D, found) >= -1e-12
    if np.isfinite(loss.curvature):
        assert np.vdot(D, found) <= loss.curvature * np.sum(weight * D**2) * (1 + 1e-9)


@by_loss
def test_curvature_is_reached(loss):
    """No smaller bound would do."""
    if not np.isfinite(loss.curvature):
        pytest.skip("no bound")
    y, _, _ = case(loss, 0, n=1)
    raw = np.zeros_like(y)
    raw[:, 2:] = -60.0  # a softmax curves most between two even classes
    D = np.array([[1.0, -1.0, 0.0]])[:, : y.shape[1]]
    found = np.vdot(D, loss.hessian_product(y, raw, np.ones((1, 1)), D)) / np.vdot(D, D)
    assert found == pytest.approx(loss.curvature)


@by_loss
@given(seed=seeds)
def test_fenchel_young(loss, seed):
    """f(z) + f*(u) >= <u, z>, with equality where u is the gradient at z."""
    y, raw, weight = case(loss, seed)
    other = case(loss, seed + 1)[1]
    U = loss.gradient(y, raw, weight)
    conjugate = loss.conjugate(y, U, weight)
    equal = loss.value(y, raw, weight) + conjugate - np.vdot(U, raw)
    size = 1 + abs(conjugate) + abs(np.vdot(U, raw))
    assert abs(equal) <= 1e-9 * size
    assert loss.value(y, other, weight) + conjugate >= np.vdot(U, other) - 1e-9 * size


@by_loss
@given(seed=seeds)
def test_outside_the_domain(loss, seed):
    """The conjugate is infinite where no slope is."""
    y, raw, weight = case(loss, seed)
    U = loss.gradient(y, raw, weight)
    none = weight[:, 0] == 0
    if none.any():
        outside = U.copy()
        outside[none] = 1.0
        assert loss.conjugate(y, outside, weight) == np.inf
    if isinstance(loss, SquaredLoss):
        return
    outside = U - 10.0 * (1.0 + y) * (1 + weight)
    assert loss.conjugate(y, outside, weight) == np.inf


@by_loss
@pytest.mark.parametrize("size", [1e3, -1e3])
def test_extremes(loss, size):
    """Raw predictions of +-1000: nothing but what the definition says."""
    y, raw, weight = case(loss, 0)
    raw = np.full_like(raw, size)
    if isinstance(loss, MultinomialLoss):
        raw[:, 1:] = [0.0, -size]
    weight = np.ones_like(weight)
    value, G = loss.value(y, raw, weight), loss.gradient(y, raw, weight)
    if isinstance(loss, PoissonLoss) and size > 0:
        assert value == np.inf
        return
    assert np.isfinite(value) and np.isfinite(G).all()
    wanted = {
        SquaredLoss: lambda: 0.5 * ((y - raw) ** 2).sum(),
        LogisticLoss: lambda: (np.maximum(raw, 0) - y * raw).sum(),
        PoissonLoss: lambda: (xlogy(y, y) - y - y * raw).sum(),
        MultinomialLoss: lambda: (raw.max(axis=1) - (y * raw).sum(axis=1)).sum(),
    }[type(loss)]()
    assert value == pytest.approx(wanted)
    assert np.isfinite(loss.hessian_product(y, raw, weight, np.ones_like(raw))).all()
    assert np.isfinite(loss.response(raw)).all()


@by_loss
def test_weights_broadcast(loss):
    """A single weight is that weight for each sample."""
    y, raw, _ = case(loss, 0)
    one, each = np.full((1, 1), 0.7), np.full((len(y), 1), 0.7)
    assert loss.value(y, raw, one) == pytest.approx(loss.value(y, raw, each))
    U = loss.gradient(y, raw, one)
    assert_allclose(U, loss.gradient(y, raw, each))
    assert loss.conjugate(y, U, one) == pytest.approx(loss.conjugate(y, U, each))


@by_loss
def test_responses(loss):
    """Means that raw stands for, and back."""
    _, raw, _ = case(loss, 0)
    wanted = {
        SquaredLoss: lambda z: z,
        LogisticLoss: expit,
        PoissonLoss: np.exp,
        MultinomialLoss: lambda z: softmax(z, axis=1),
    }[type(loss)](raw)
    assert_allclose(loss.response(raw), wanted)
    assert_allclose(loss.response(loss.link(wanted)), wanted)


@by_loss
def test_width_one_losses_take_tasks_side_by_side(loss):
    """Elementwise: several tasks are their sum."""
    if not loss.width_one:
        pytest.skip("a softmax is not elementwise")
    parts = [case(loss, seed) for seed in (1, 2, 3)]
    y, raw, weight = (np.hstack(arrays) for arrays in zip(*parts))
    assert loss.value(y, raw, weight) == pytest.approx(sum(loss.value(*part) for part in parts))
    assert_allclose(
        loss.gradient(y, raw, weight), np.hstack([loss.gradient(*part) for part in parts])
    )


@by_loss
@pytest.mark.parametrize("dtype, tolerance", [(np.float64, 1e-12), (np.float32, 2e-5)])
def test_overwrite(loss, dtype, tolerance):
    """The gradient in place and in the precision of raw, of one network or of several."""
    y, raw, weight = case(loss, 3, n=40)
    networks = np.stack([raw, -raw, 0.5 * raw]).astype(dtype)
    own = [part.astype(dtype) for part in (y, weight)]
    G = networks.copy()
    assert loss.overwrite(own[0], G, own[1]) is None
    assert G.dtype == dtype
    for found, z in zip(G, networks.astype(float)):
        wanted = loss.gradient(y, z, weight)
        assert_allclose(found, wanted, rtol=tolerance, atol=tolerance)
        alone = z.astype(dtype)
        loss.overwrite(own[0], alone, own[1])
        assert_allclose(alone, found, rtol=tolerance, atol=tolerance)


@by_loss
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [1e3, -1e3])
def test_overwrite_does_not_overflow(loss, dtype, size):
    """Networks that went astray get gradients that are numbers, of the right sign."""
    y, raw, _ = case(loss, 0)
    raw = np.full(raw.shape, size, dtype)
    if isinstance(loss, MultinomialLoss):
        raw[:, 1:] = [0.0, -size]
    weight = np.ones((len(y), 1), dtype)
    wanted = np.sign(loss.gradient(y, raw.astype(float), weight))
    loss.overwrite(y.astype(dtype), raw, weight)
    assert np.isfinite(raw).all()
    assert (raw * wanted >= 0).all()


@by_loss
@given(seed=seeds)
def test_average(loss, seed):
    """Its response is the mean of the responses; of one network it is that network's."""
    raw = np.random.default_rng(seed).normal(size=(4, 5, 1 if loss.width_one else 3))
    mean = np.mean([loss.response(z) for z in raw], axis=0)
    assert_allclose(loss.response(loss.average(raw)), mean, rtol=1e-10)
    assert_allclose(loss.response(loss.average(raw[:1])), loss.response(raw[0]), rtol=1e-10)


@by_loss
@pytest.mark.parametrize("size", [300.0, -300.0])
def test_average_of_extremes(loss, size):
    """No overflow, and no logarithm of zero."""
    width = 1 if loss.width_one else 3
    raw = np.full((3, 2, width), size)
    raw[..., 1:] = 0.0
    assert_allclose(loss.response(loss.average(raw)), loss.response(raw[0]), rtol=1e-9)
    raw[0] = 0.0
    assert np.isfinite(loss.average(raw)).all()


@by_loss
@given(seed=seeds)
def test_shift(loss, seed):
    """raw - shift has the gradient for shifted targets that raw has for the targets, times one number."""
    y, raw, weight = case(loss, seed)
    weight = weight + 0.1
    shift = loss.shift(y, weight)
    one = np.ones((1, 1))
    assert loss.shift(y, one) == pytest.approx(loss.shift(y, np.ones((len(y), 1))))
    shifted = loss.shifted(y, shift)
    found = loss.gradient(shifted, raw - shift, weight)
    wanted = loss.gradient(y, raw, weight)
    factor = np.exp(-shift) if isinstance(loss, PoissonLoss) else 1.0
    assert_allclose(found, factor * wanted, atol=1e-9 * (1 + np.abs(wanted).max()))
    mean = (weight * y).sum(axis=0) / weight.sum()
    if isinstance(loss, SquaredLoss | PoissonLoss) and mean.all():
        assert shift == pytest.approx(loss.link(mean)[0])
        assert (weight * shifted).sum() / weight.sum() == pytest.approx(
            1.0 if isinstance(loss, PoissonLoss) else 0.0, abs=1e-12
        )
    else:
        assert shift == 0.0


def test_counts_of_zero_have_no_shift():
    """Their logarithm is none."""
    assert PoissonLoss().shift(np.zeros((3, 1)), np.ones((3, 1))) == 0.0
