"""Gradients of all networks are finite differences of losses written plainly."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmtl.neural_network._activations import ACTIVATIONS
from skmtl.neural_network._network import predict_raw, predict_shared
from skmtl.neural_network._training import losses_of
from tests.neural_network.builders import TYPES, small

ARCHITECTURES = [
    ((), ()),
    ((), (3,)),
    ((), (3, 2)),
    ((5,), ()),
    ((5,), (3,)),
    ((5,), (3, 2)),
    ((5, 4), ()),
    ((5, 4), (3,)),
    ((5, 4), (3, 2)),
]
architectures = pytest.mark.parametrize("hidden, own", ARCHITECTURES, ids=str)
sparse_too = pytest.mark.parametrize("is_sparse", [False, True], ids=["dense", "sparse"])


def assert_gradient(case, n_coordinates=20):
    """Assert that raw is the plain one, and that gradients are differences of the plain loss."""
    work, batch = case.work()
    for m, flat in enumerate(case.flat):
        assert_allclose(work.raw[m], case.above(m, flat, case.shared(m, flat)), atol=1e-12)
    batch.overwrite(work.raw)
    work.backward()
    rng = np.random.default_rng(1)
    for m, flat in enumerate(case.flat):
        chosen = rng.permutation(flat.size)[:n_coordinates]
        wanted = []
        for k in chosen:
            step = np.zeros(flat.size)
            step[k] = 1e-5
            wanted.append((case.value(m, flat + step) - case.value(m, flat - step)) / 2e-5)
        assert_allclose(work.gradient[m, chosen], wanted, rtol=1e-6, atol=1e-8)


@architectures
@pytest.mark.parametrize("activation", list(ACTIVATIONS))
def test_all_heads(hidden, own, activation):
    """Every activation in every architecture, with dropout, missing labels, weights and rows held out."""
    assert_gradient(small(hidden=hidden, task_hidden=own, activation=activation))


@architectures
def test_sparse_inputs(hidden, own):
    """The first layer multiplies what is never made dense."""
    assert_gradient(small(hidden=hidden, task_hidden=own, is_sparse=True))


@pytest.mark.parametrize("own", [(), (3,)], ids=str)
@pytest.mark.parametrize("kind", sorted(set(TYPES.values())))
def test_each_head(kind, own):
    """One task alone, all its parameters."""
    names = [name for name in TYPES if TYPES[name] == kind][:1]
    assert_gradient(small(names, task_hidden=own), n_coordinates=100)


@pytest.mark.parametrize("own", [(), (3,)], ids=str)
def test_one_network(own):
    """Without held-out rows, without dropout."""
    assert_gradient(small(task_hidden=own, n_networks=1, held=False, dropout=False))


def test_held_out_rows_do_not_matter(rng):
    """What a network holds out may be anything."""
    case = small(held=True)
    work, batch = case.work()
    batch.overwrite(work.raw)
    work.backward()
    out = case.learns[:, 0] == 0
    inputs = case.samples.places.inputs
    case.samples.table[out, inputs] += rng.normal(size=(out.sum(), case.X.shape[1]))
    again, changed = case.work()
    changed.overwrite(again.raw)
    again.backward()
    assert_array_equal(work.gradient[0], again.gradient[0])
    assert np.abs(work.gradient[1] - again.gradient[1]).max() > 1e-3


def test_networks_do_not_touch_each_other():
    """A network alone has the gradient it has among others."""
    case = small()
    work, batch = case.work()
    batch.overwrite(work.raw)
    work.backward()
    for m in range(3):
        masks = [mask[m : m + 1] for mask in case.masks]
        rows = case.rows[case.learns[case.rows, m] > 0]
        masks = [mask[:, case.learns[case.rows, m] > 0] for mask in masks]
        few = replace(case, flat=case.flat[m : m + 1], masks=masks, rows=rows)
        alone, own = replace(few, networks=np.array([m])).work()
        own.overwrite(alone.raw)
        alone.backward()
        assert_allclose(alone.gradient[0], work.gradient[m], atol=1e-13)


@architectures
@sparse_too
def test_predictions(hidden, own, is_sparse):
    """Without a workspace: raw, and what is shared."""
    case = small(hidden=hidden, task_hidden=own, is_sparse=is_sparse, dropout=False)
    activation = ACTIVATIONS[case.activation]
    X = case.samples.sparse_inputs[case.rows] if is_sparse else case.X[case.rows]
    raw = predict_raw(case.architecture, activation, case.flat, X)
    shared = predict_shared(case.architecture, activation, case.flat, X)
    for m, flat in enumerate(case.flat):
        A = case.shared(m, flat)
        assert_allclose(raw[m], case.above(m, flat, A), atol=1e-12)
        if hidden:
            assert_allclose(shared[m], A, atol=1e-12)


def test_losses_of_a_batch():
    """Of each network and task the mean per label that it learns from; NaN where there is none."""
    case = small(n_rows=6)
    work, batch = case.work()
    found = losses_of(batch, work.raw)
    for m, raw in enumerate(work.raw):
        learns = case.learns[case.rows, m]
        weights = np.array([learns @ task.weight[case.rows] for task in case.tasks])
        there = weights > 0
        wanted = len(case.rows) * case.losses(m, raw)[there] / weights[there]
        assert_allclose(found[m][there], wanted)
        assert np.isnan(found[m][~there]).all()


def test_single_precision_is_close():
    """Within a few roundings."""
    case = small(activation="relu")
    work, batch = case.work()
    batch.overwrite(work.raw)
    work.backward()
    samples = replace(case.samples, table=case.samples.table.astype(np.float32))
    single = replace(case, flat=case.flat.astype(np.float32), samples=samples)
    single.masks = [mask.astype(np.float32) for mask in case.masks]
    close, own = single.work()
    own.overwrite(close.raw)
    close.backward()
    assert close.gradient.dtype == np.float32
    assert_allclose(close.gradient, work.gradient, atol=3e-6 * np.abs(work.gradient).max())
