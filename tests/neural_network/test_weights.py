"""Sample weights of any size: only their ratios matter, and that to alpha."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from zoo import patients

from skmtl import MultiTaskMLP

NAMES = ("days", "died", "stage", "visits")
TYPES = {"visits": "count"}
SIZES = [1e-320, 1e-200, 1e15, 1e200, 1e307]
ADAM = {"n_members": 3, "max_iter": 8, "learning_rate_init": 0.01}
OPTIMUM = {"n_members": 1, "solver": "lbfgs", "tol": 1e-9, "max_iter": 2000}


def data(n=120, **settings):
    """Return X, the tasks, and weights."""
    X, y = patients(0, n=n, **settings)
    return X, {name: y[name] for name in NAMES}, np.random.default_rng(1).uniform(0.5, 2.0, n)


def network(hidden=8, **params):
    """Return a small network."""
    return MultiTaskMLP(hidden, task_types=TYPES, **{"random_state": 0} | params)


def assert_same(found, wanted, atol=1e-3):
    """Assert that all decision values are the same, in units of each column; and that they are numbers."""
    for name, values in wanted.items():
        assert np.isfinite(found[name]).all()
        assert_allclose(found[name], values, rtol=0, atol=atol * np.abs(values).max())


@pytest.mark.parametrize("size", SIZES)
def test_minibatches(size):
    """Weights in other units give the same networks, and the same predictions out of fold."""
    X, y, weight = data()
    wanted, found = (network(**ADAM).fit(X, y, unit * weight) for unit in (1.0, size))
    assert found.n_iter_by_member_.min() > 0
    atol = 0.02 if size < 1e-300 else 1e-3  # whose weights have few digits
    assert_same(found.decision_function(X), wanted.decision_function(X), atol)
    assert_same(found.oof_decision_, wanted.oof_decision_, atol)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("later", [False, True])
def test_parts(size, later):
    """partial_fit too, also where only the later rows have weights in other units, or none."""
    X, y, weight = data()
    wanted, found = network(**ADAM), network(**ADAM)
    for epoch in range(3):
        wanted.partial_fit(X, y, sample_weight=weight)
        found.partial_fit(X, y, sample_weight=weight if later and not epoch else size * weight)
    assert_same(found.decision_function(X), wanted.decision_function(X), 0.02)
    found.partial_fit(X, y)
    assert np.isfinite(found.decision_function(X)["days"]).all()


@pytest.mark.parametrize("size", [1e-200, 1e-20, 1e20, 1e200])
@pytest.mark.parametrize("alpha", [0.5, 5.0])
def test_alpha_is_relative_to_weights(size, alpha):
    """With "lbfgs" alpha stands beside the sum of weighted losses: both in other units are the same objective."""
    X, y, weight = data()
    wanted = network((), alpha=alpha, **OPTIMUM).fit(X, y, weight)
    found = network((), alpha=size * alpha, **OPTIMUM).fit(X, y, size * weight)
    assert_same(found.decision_function(X), wanted.decision_function(X), 1e-5)


@pytest.mark.parametrize("members", [1, 3])
def test_weights_that_are_nothing_beside_alpha(members):
    """What alpha leaves are the best constants."""
    X, y, weight = data(missing=0.0)
    for size in (1e-320, 1e-200, 1e-40):
        model = network(4, n_members=members, solver="lbfgs").fit(X, y, size * weight)
        raw = model.decision_function(X)["days"]
        assert_allclose(
            raw, np.average(y["days"], weights=weight), rtol=1e-2 if members > 1 else 1e-3
        )


@pytest.mark.parametrize("heavy", [1e40, 1e200])
def test_light_rows_beside_heavy_ones(heavy):
    """They do not count: what is fitted are the heavy rows, as if alone."""
    X, y, _ = data(missing=0.0)
    few = np.arange(len(X)) % 2 == 0
    alone = network((), **OPTIMUM).fit(X[few], {name: column[few] for name, column in y.items()})
    found = network((), alpha=heavy, **OPTIMUM).fit(X, y, np.where(few, heavy, 1.0))
    assert_same(found.decision_function(X), alone.decision_function(X), 1e-5)
    for params in (ADAM, {"n_members": 3, "solver": "lbfgs", "max_iter": 500}):
        model = network(**params).fit(X, y, np.where(few, heavy, 1.0))
        assert_allclose(model.predict_proba(X)["died"].sum(axis=1), 1.0, rtol=1e-5)
        assert np.isfinite(model.oof_probability_["died"]).all()


def test_weights_by_task_and_class():
    """Those of tasks and of classes multiply the samples' own: all are in units of the largest product."""
    X, y, weight = data(missing=0.0)
    wanted = network(task_weight=dict.fromkeys(NAMES, 3.0), **ADAM).fit(X, y, weight)
    found = network(task_weight=dict.fromkeys(NAMES, 1e250), **ADAM).fit(X, y, 1e250 * weight)
    assert_same(found.decision_function(X), wanted.decision_function(X))
    heavy = {name: dict.fromkeys(set(y[name]) - {None}, 1e200) for name in ("died", "stage")}
    found = network(class_weight=heavy, **ADAM).fit(
        X, y, np.tile([1e200, 1.0, 1.0, 1e200], (len(X), 1))
    )
    assert_same(found.decision_function(X), network(**ADAM).fit(X, y).decision_function(X))


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_a_task_that_weighs_nothing(solver):
    """It is named: single precision, in which the others learn, has no number for its losses."""
    X, y, _ = data()
    weight = np.tile([1.0, 1e-35, 1.0, 1.0], (len(X), 1))
    match = "largest weight of task 'died'.*sample_weight.*must be at least 1e-30 of that of all tasks.*got 1e-35"
    with pytest.raises(ValueError, match=match):
        network(solver=solver).fit(X, y, weight)
    with pytest.raises(ValueError, match=match):
        network().partial_fit(X, y, sample_weight=weight)


def test_a_single_row_that_weighs_all():
    """There is nothing to hold out beside it."""
    X, y, _ = data(missing=0.0)
    weight = np.where(np.arange(len(X)) == 3, 1e50, 1.0)
    with pytest.raises(ValueError, match="at least 2 samples with labels whose weight counts"):
        network().fit(X, y, weight)
