"""JointLoss is the sum of the losses of the tasks, at the cost of their labels."""

import tracemalloc

import numpy as np
import pytest
from certificates import describe, finite_difference, loss_gradient, loss_value
from numpy.testing import assert_allclose, assert_array_equal
from zoo import MIXED, patients

from skmtl import TaskTargets
from skmtl.heads import JointLoss, fit_weights, fits_of, make_heads
from skmtl.tasks import labels_of

TYPES = dict(
    zip(MIXED, ("regression", "binary", "multiclass", "count", "regression", "multiclass"))
)


def joint(y, n, weight=None, task_weight=None):
    """Return heads, their fits in the order of the loss's columns, and the loss."""
    targets = TaskTargets(y, TYPES if set(y) == set(TYPES) else "auto")
    labels = {name: labels_of(targets, name, weight) for name in targets}
    heads = make_heads(targets, labels, frozenset(), True)
    by_task = fit_weights(heads, labels, {}, task_weight)
    fits = fits_of(heads, labels, by_task)
    return heads, fits, JointLoss.of(fits, n)


CASES = {
    "missing": {"missing": 0.3},
    "full": {"missing": 0.0},
}


@pytest.fixture(params=CASES.values(), ids=CASES.keys())
def mixed(request, rng):
    """Return the loss of the mixed tasks, and the tasks as the objective sees them."""
    X, y = patients(1, **request.param)
    y = {name: y[name] for name in MIXED}
    weight = rng.uniform(0.5, 2, (len(X), len(y)))
    heads, fits, loss = joint(y, len(X), weight, task_weight="balanced")
    tasks = {t.name: t for t in describe(X, y, TYPES, weight=weight, c="balanced")}
    raw = rng.normal(size=(len(X), loss.n_columns))
    return [tasks[fit.head.name] for fit in fits], loss, raw


def parts(tasks, raw):
    """Return each task with its columns of raw."""
    stops = np.cumsum([task.width for task in tasks])
    return [(t, raw[:, stop - t.width : stop]) for t, stop in zip(tasks, stops)]


def test_value(mixed):
    """The sum of single losses."""
    tasks, loss, raw = mixed
    wanted = sum(task.weight @ loss_value(task, own) for task, own in parts(tasks, raw))
    assert loss.value(raw) == pytest.approx(wanted)


def test_gradient(mixed):
    """Side by side; zero where there is no label."""
    tasks, loss, raw = mixed
    wanted = np.hstack([loss_gradient(task, own) for task, own in parts(tasks, raw)])
    assert_allclose(loss.gradient(raw), wanted, atol=1e-12)
    for task, own in parts(tasks, loss.gradient(raw)):
        assert not own[task.weight == 0].any()


def test_hessian(mixed, rng):
    """Finite differences of the gradient."""
    _, loss, raw = mixed
    D = rng.normal(size=raw.shape)
    wanted = (loss.gradient(raw + 1e-6 * D) - loss.gradient(raw - 1e-6 * D)) / 2e-6
    assert_allclose(loss.hessian_product(raw, D), wanted, atol=1e-6)


def test_conjugate(mixed):
    """Fenchel-Young, with equality at the gradient."""
    _, loss, raw = mixed
    U = loss.gradient(raw)
    assert loss.value(raw) + loss.conjugate(U) == pytest.approx(np.vdot(U, raw))


def test_null(mixed):
    """The best constants: the gradient sums to zero in each column."""
    _, loss, raw = mixed
    null = np.broadcast_to(loss.null_raw(), raw.shape)
    assert_allclose(loss.gradient(null).sum(axis=0), 0.0, atol=1e-9)
    slope = finite_difference(lambda b: loss.value(np.broadcast_to(b, raw.shape)), loss.null_raw())
    assert_allclose(slope, 0.0, atol=1e-4)


def test_decoding():
    """Each head gives its own columns a meaning: predictions, probabilities, decisions."""
    X, y = patients(1)
    y = {name: y[name] for name in MIXED}
    heads, _, loss = joint(y, len(X))
    raw = np.random.default_rng(0).normal(size=(7, loss.n_columns))
    stop = 0
    for head in heads:
        assert (head.columns.start, head.columns.stop - head.columns.start) == (stop, head.width)
        stop = head.columns.stop
        own, found = raw[:, head.columns], head.decode(raw)
        if head.name in ("days", "cost"):
            assert_array_equal(found, own[:, 0])
        elif head.name == "visits":
            assert_allclose(found, np.exp(own[:, 0]))
        elif head.name == "died":
            assert_array_equal(found, np.where(own[:, 0] > 0, "yes", "no"))
            assert_allclose(head.probability(raw)[:, 1], 1 / (1 + np.exp(-own[:, 0])))
        else:
            assert_array_equal(found, np.array(["I", "II", "III"])[own.argmax(axis=1)])
            assert_allclose(head.probability(raw).sum(axis=1), 1.0)
        assert head.decision(raw).shape == ((7,) if head.width == 1 else (7, 3))
    assert stop == raw.shape[1]


def test_cost_follows_the_labels(rng):
    """Many tasks with few labels each: no array of samples x tasks beside raw and its gradient."""
    n, T = 4000, 200
    y = {}
    for t in range(T):
        column = np.full(n, np.nan)
        rows = slice(t * n // T, (t + 1) * n // T)
        column[rows] = rng.normal(size=n // T)
        y[f"g{t}"] = column
    _, _, loss = joint(y, n)
    raw = rng.normal(size=(n, T))
    held = sum(np.size(part) for term in loss.terms for part in (term.y, term.weight, term.index))
    assert held <= 3 * n + 10
    tracemalloc.start()
    loss.value(raw)
    peak_of_value = tracemalloc.get_traced_memory()[1]
    tracemalloc.reset_peak()
    loss.gradient(raw)
    peak_of_gradient = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak_of_value < 0.1 * raw.nbytes
    assert peak_of_gradient < 1.2 * raw.nbytes
