"""Losses of networks on rows of their own."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmtl.neural_network import _inputs
from skmtl.neural_network._activations import ACTIVATIONS
from skmtl.neural_network._evaluation import LossEvaluation
from tests.neural_network.builders import small

ARCHITECTURES = [((), ()), ((), (3,)), ((5, 4), ()), ((5,), (3, 2))]


def evaluation(case, rows):
    return LossEvaluation(case.architecture, ACTIVATIONS[case.activation], case.samples, rows)


def means(case, m, rows):
    """Written plainly: of each task, the loss per label, whoever learns from the rows."""
    own = replace(case, rows=rows, masks=[], learns=np.ones_like(case.learns))
    flat = case.flat[m]
    weights = np.array([task.weight[rows].sum() for task in case.tasks])
    totals = len(rows) * own.losses(m, own.above(m, flat, own.shared(m, flat)))
    return np.divide(totals, weights, out=np.full(len(weights), np.nan), where=weights > 0)


@pytest.mark.parametrize("hidden, own", ARCHITECTURES, ids=str)
@pytest.mark.parametrize("is_sparse", [False, True], ids=["dense", "sparse"])
@pytest.mark.parametrize("part", [4, 4096])
def test_of_each_network_on_its_rows(hidden, own, is_sparse, part, monkeypatch, rng):
    """As many or as few as it has, in one part or several, before and after others have stopped."""
    monkeypatch.setattr(_inputs, "CHUNK", part)
    monkeypatch.setattr(_inputs, "FEWEST", part)
    case = small(hidden=hidden, task_hidden=own, is_sparse=is_sparse, dropout=False)
    rows = [rng.permutation(len(case.X))[:n] for n in (1, 9, len(case.X))]
    wanted = np.array([means(case, m, some) for m, some in enumerate(rows)])
    each = evaluation(case, rows)
    for _ in range(2):
        assert_allclose(each.losses(case.flat), wanted, rtol=1e-10)
    case.flat *= 0.9  # as in a step of training
    wanted = np.array([means(case, m, some) for m, some in enumerate(rows)])
    assert_allclose(each.losses(case.flat), wanted, rtol=1e-10)
    going = np.array([True, True, False])
    each.keep(going)
    assert_allclose(each.losses(case.flat[going]), wanted[going], rtol=1e-10)


@pytest.mark.parametrize("hidden, own", ARCHITECTURES, ids=str)
def test_before_the_first_step(hidden, own, rng):
    """The last weights of one network, or of all, are zero."""
    case = small(hidden=hidden, task_hidden=own, dropout=False)
    rows = [rng.permutation(len(case.X))[:n] for n in (1, 9, len(case.X))]
    each, last = evaluation(case, rows), case.architecture.layers(case.flat)[-1]
    for networks in (slice(1), slice(None)):
        last.W[networks] = 0.0
        wanted = np.array([means(case, m, some) for m, some in enumerate(rows)])
        assert_allclose(each.losses(case.flat), wanted, rtol=1e-10)


def test_no_labels(rng):
    """A task without labels on the rows has no loss there."""
    case = small(dropout=False)
    t = int(np.argmin([(task.weight > 0).sum() for task in case.tasks]))
    rows = np.flatnonzero(case.tasks[t].weight == 0)
    found = evaluation(case, [rows] * 3).losses(case.flat)
    assert_array_equal(np.isnan(found[:, t]), True)
    assert_array_equal(np.isnan(found), np.isnan([means(case, m, rows) for m in range(3)]))
