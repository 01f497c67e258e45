"""PackedLoss is the sum of the losses of the tasks, row by row, for several networks at a time."""

from dataclasses import replace

import numpy as np
import pytest
from certificates import describe, finite_difference, loss_gradient, loss_value
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import expit, softmax
from zoo import MIXED, patients

from skmtl import TaskTargets
from skmtl.heads import PackedLoss, fit_weights, fits_of, make_heads, open_heads
from skmtl.tasks import labels_of

TYPES = dict(
    zip(MIXED, ("regression", "binary", "multiclass", "count", "regression", "multiclass"))
)


def packed(y, weight, shifted=True):
    """Return heads, their fits in the order of the loss's columns, and the loss."""
    targets = TaskTargets(y, TYPES)
    labels = {name: labels_of(targets, name, weight) for name in targets}
    heads = make_heads(targets, labels, frozenset(), True)
    fits = fits_of(heads, labels, fit_weights(heads, labels, {}, None))
    shifts = [fit.head.loss.shift(fit.y, fit.weight) if shifted else 0.0 for fit in fits]
    return heads, fits, PackedLoss.of(fits, len(weight), shifts)


@pytest.fixture(params=[True, False], ids=["shifted", "as they are"])
def mixed(request, rng):
    """Return the tasks as the documentation has them, the loss, the fits, and raw of three networks."""
    X, y = patients(1)
    y = {name: y[name] for name in MIXED}
    weight = rng.uniform(0.5, 2, (len(X), len(y)))
    _, fits, loss = packed(y, weight, request.param)
    tasks = {t.name: t for t in describe(X, y, TYPES, weight=weight)}
    tasks = [tasks[fit.head.name] for fit in fits]
    if request.param:
        for t, task in enumerate(tasks):
            mean = np.average(task.y, axis=0, weights=task.weight)
            y = {"squared": task.y - mean, "poisson": task.y / mean}.get(task.loss, task.y)
            tasks[t] = replace(task, y=y)
    return tasks, loss, fits, rng.normal(size=(3, len(X), loss.n_columns))


def own(loss, t):
    """Columns of a task."""
    return np.flatnonzero(loss.task_of_column == t)


def test_by_task(mixed):
    """The weighted sums of single losses, of each network or of one."""
    tasks, loss, _, raw = mixed
    found = loss.by_task(raw)
    assert found.shape == (3, len(tasks)) == (3, loss.n_tasks)
    for m in range(3):
        wanted = [t.weight @ loss_value(t, raw[m][:, own(loss, k)]) for k, t in enumerate(tasks)]
        assert_allclose(found[m], wanted)
        assert_allclose(loss.by_task(raw[m]), wanted)


def test_overwrite(mixed):
    """The gradient, in place; zero where there is no label; of some rows, those of these rows."""
    tasks, loss, _, raw = mixed
    G = raw.copy()
    assert loss.overwrite(G) is None
    rows = np.arange(0, raw.shape[1], 3)
    some = raw[:, rows]
    loss.over(loss.y[rows], loss.weight[rows]).overwrite(some)
    assert_array_equal(some, G[:, rows])
    for m in range(3):
        for k, task in enumerate(tasks):
            at = own(loss, k)
            assert_allclose(G[m][:, at], loss_gradient(task, raw[m][:, at]), atol=1e-12)
            assert not G[m][task.weight == 0][:, at].any()


def test_null(mixed):
    """The best constants; of shifted numbers they are zero."""
    _, loss, fits, raw = mixed
    null = loss.null_raw()
    slope = finite_difference(lambda b: loss.by_task(np.tile(b, (len(raw[0]), 1))).sum(), null)
    assert_allclose(slope, 0.0, atol=1e-4)
    numbers = [k for k, fit in enumerate(fits) if loss.shift[own(loss, k)[0]]]
    assert_allclose(null[np.isin(loss.task_of_column, numbers)], 0.0, atol=1e-12)


def test_average(mixed):
    """Back in the units of the heads: the mean of means and of probabilities."""
    _, loss, fits, raw = mixed
    found = loss.average(raw)
    assert found.shape == raw.shape[1:]
    assert_allclose(loss.average(raw[:1]), loss.scale * (raw[0] + loss.shift))
    for k, fit in enumerate(fits):
        at = own(loss, k)
        each = fit.head.scale * (raw[:, :, at] + loss.shift[at])
        mean = {
            "regression": lambda z: z,
            "count": np.exp,
            "binary": expit,
            "multiclass": lambda z: softmax(z, axis=-1),
        }[TYPES[fit.head.name]]
        assert_allclose(mean(found[:, at]), mean(each).mean(axis=0), rtol=1e-9)


def test_units(mixed):
    """A regression whose raw is that of its target has no loss; a count's mean is its target."""
    _, loss, fits, raw = mixed
    columns = patients(1)[1]
    for k, fit in enumerate(fits):
        kind, at = TYPES[fit.head.name], own(loss, k)
        rows = slice(None) if fit.rows is None else fit.rows
        values = columns[fit.head.name][rows]
        if kind == "regression":
            inner = loss.y[rows][:, at]
            assert_allclose(
                loss.scale[at] * (inner + loss.shift[at]), values[:, None].astype(float)
            )
        if kind == "count":
            assert_allclose(np.exp(loss.shift[at]) * loss.y[rows][:, at], values[:, None])


def test_neighbours_of_one_loss_are_one_block():
    """Elementwise losses side by side are computed at once, a softmax alone."""
    X, y = patients(1)
    _, fits, loss = packed({name: y[name] for name in MIXED}, np.ones((len(X), 6)))
    kinds = [type(block.loss) for block in loss.blocks]
    single = [kind for kind in kinds if kind.width_one]
    assert len(single) == len(set(single)) == len({type(fit.head.loss) for fit in fits}) - 1
    assert len(kinds) - len(single) == 2
    covered = np.concatenate([np.arange(loss.n_columns)[b.columns] for b in loss.blocks])
    assert_array_equal(covered, np.arange(loss.n_columns))


def test_open_heads():
    """All columns are to be learnt, whatever was seen; nothing else changes."""
    y = {
        "days": [1.0, 2.0, 4.0, np.nan],
        "died": np.array(["no", "no", "no", "no"], object),
        "stage": np.array(["I", "II", "I", None], object),
    }
    targets = TaskTargets({"stage": np.array(["I", "II", "III", "I"], object)})
    targets = TaskTargets(y | {"stage": targets["stage"]}, {"died": "binary"})[[0, 1, 3]]
    labels = {name: labels_of(targets, name, None) for name in targets}
    with pytest.warns(UserWarning, match="'died' has one class only"):
        heads = make_heads(targets, labels, frozenset(), True)
    assert [len(head.active) for head in heads] == [1, 0, 2]
    opened = open_heads(heads)
    assert [len(head.active) for head in opened] == [1, 1, 3]
    for head, former in zip(opened, heads):
        assert_array_equal(head.active, np.arange(head.width))
        assert_array_equal(head.rest, np.zeros(head.width))
        assert type(head) is type(former)
        assert (head.name, head.columns, head.scale) == (former.name, former.columns, former.scale)
    assert_array_equal(opened[2].classes, ["I", "II", "III"])
    assert_array_equal(opened[2].encode(np.array(["III", "I"], object)), [[0, 0, 1], [1, 0, 0]])
