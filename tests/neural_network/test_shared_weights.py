"""Weights of tasks in shared layers, and the Gram matrix that methods find them by."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from tests.neural_network.builders import small

owned = pytest.mark.parametrize("own", [(), (3,), (3, 2)], ids=str)


def gradient_of(case, tasks, weigh=None):
    """Return the gradient of some tasks alone."""
    work, batch = case.work()
    batch.overwrite(work.raw)
    others = ~np.isin(case.architecture.task_of_column, tasks)
    work.raw[:, :, others] = 0.0
    work.backward(weigh)
    return work.gradient


def shared_size(case):
    """Return the number of parameters in shared layers, which come first."""
    shapes = list(case.architecture.shapes())[: len(case.architecture.hidden)]
    return sum(rows * units + units for rows, units in shapes)


@owned
@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_weighted_sum(own, activation, rng):
    """Shared layers get the weighted sum of the tasks' gradients, all others what they had."""
    case = small(task_hidden=own, activation=activation)
    n_tasks, split = len(case.tasks), shared_size(case)
    weights = rng.uniform(-1, 2, (len(case.flat), n_tasks))
    each = np.array([gradient_of(case, [t]) for t in range(n_tasks)])
    found = gradient_of(case, range(n_tasks), lambda gram: weights)
    wanted = np.einsum("tmk,mt->mk", each, weights)
    assert_allclose(found[:, :split], wanted[:, :split], atol=1e-12)
    assert_allclose(found[:, split:], each.sum(axis=0)[:, split:], atol=1e-12)
    plain = gradient_of(case, range(n_tasks))
    even = gradient_of(case, range(n_tasks), lambda gram: np.ones_like(weights))
    assert_allclose(even, plain, atol=1e-13)


def slopes_in_shared(case, m, flat):
    """Return each task's gradient in the last shared values of network m, by differences."""
    A, slopes = case.shared(m, flat), []
    for index in np.ndindex(A.shape):
        step = np.zeros_like(A)
        step[index] = 1e-5
        ahead, behind = (case.losses(m, case.above(m, flat, A + s * step)) for s in (1, -1))
        slopes.append((ahead - behind) / 2e-5)
    return np.array(slopes).T


@owned
@pytest.mark.parametrize("hidden", [(4,), (5, 4)], ids=str)
def test_gram(hidden, own):
    """Inner products of the tasks' gradients in the last shared values, which are differences."""
    case = small(hidden=hidden, task_hidden=own, n_rows=6)
    seen = []

    def weigh(gram):
        seen.append(np.array(gram()))
        return np.ones((len(case.flat), len(case.tasks)))

    gradient_of(case, range(len(case.tasks)), weigh)
    for m, flat in enumerate(case.flat):
        each = slopes_in_shared(case, m, flat)
        wanted = each @ each.T
        assert_allclose(seen[0][m], wanted, atol=1e-6 * wanted.max())


@pytest.mark.parametrize("own", [(), (3,)], ids=str)
def test_nothing_to_weigh(own):
    """Without shared layers nobody asks for weights."""
    case = small(hidden=(), task_hidden=own)

    def weigh(gram):
        raise AssertionError("no layer is shared")

    tasks = range(len(case.tasks))
    assert_array_equal(gradient_of(case, tasks, weigh), gradient_of(case, tasks))
