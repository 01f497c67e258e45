"""Laws of networks that hold to the last bit, some of them once the folds are given."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from zoo import CASES, NUMBERS, assert_same_numbers, by_column, network, numbers, rows_of

from skmtl import TaskTargets

NETWORKS = [case for case in CASES if not case.is_linear and not case.is_composed]
BY_BATCH = [case for case in NETWORKS if case.model.solver == "adam"]
EVEN, ODD = np.arange(0, 70, 2), np.arange(1, 70, 2)
HALVES = [(ODD, EVEN), (EVEN, ODD)]
by_network = pytest.mark.parametrize("case", NETWORKS, ids=str)
by_batch = pytest.mark.parametrize("case", BY_BATCH, ids=str)


def given_folds(case):
    """Return a model that holds out given rows, whatever the targets."""
    return case.new() if case.model.solver == "lbfgs" else case.new(cv=HALVES)


@pytest.mark.parametrize("folds", ["given", "own"])
@by_batch
def test_something_is_learnt(case, folds):
    """No member ends as it began: the laws are not empty."""
    X, y = case.data()
    model = (case.new() if folds == "own" else given_folds(case)).fit(X, y)
    assert model.n_iter_by_member_.min() > 5 and model.score(X, y) > 0.1


@by_network
def test_negated_target(case):
    """Its predictions are negated, and nothing else changes: weights of the last layer start at zero."""
    X, y = case.data()
    wanted = given_folds(case).fit(X, y).decision_function(X)
    found = given_folds(case).fit(X, y | {"days": -y["days"]}).decision_function(X)
    found["days"] = -found["days"]
    assert_array_equal(by_column(found), by_column(wanted))


@by_network
def test_turned_binary_classes(case):
    """Log-odds change their sign, and nothing else changes."""
    X, y = case.data()
    told = {"yes": "alive? no", "no": "alive? yes", None: None}
    turned = np.array([told[value] for value in y["died"]], dtype=object)
    wanted = given_folds(case).fit(X, y).decision_function(X)
    found = given_folds(case).fit(X, y | {"died": turned}).decision_function(X)
    found["died"] = -found["died"]
    assert_same_numbers(by_column(found), by_column(wanted))


@by_network
def test_renamed_classes(case):
    """Classes that come in another order: their columns do."""
    X, y = case.data()
    told = {"I": "c", "II": "a", "III": "b", None: None}
    renamed = np.array([told[value] for value in y["stage"]], dtype=object)
    wanted = given_folds(case).fit(X, y).decision_function(X)
    found = given_folds(case).fit(X, y | {"stage": renamed}).decision_function(X)
    found["stage"] = found["stage"][:, [2, 0, 1]]
    assert_same_numbers(by_column(found), by_column(wanted))


@by_network
def test_renamed_tasks(case, rng):
    """Tasks whose names come in another order, and so their columns in the last layer.

    Only the units of their own that are dropped are others, since these are drawn task by task.
    """
    X, y = case.data()
    changed = {"dropout": 0.0} if case.name == "mlp-one" else {}
    new = {name: f"{k} {name}" for k, name in zip(rng.permutation(len(y)), y, strict=True)}
    renamed = TaskTargets({new[k]: v for k, v in y.items()}, {new["visits"]: "count"})
    wanted = given_folds(case).set_params(**changed).fit(X, y)
    found = given_folds(case).set_params(task_types="auto", **changed).fit(X, renamed)
    assert_same_numbers(numbers(found), numbers(wanted))


@by_network
@pytest.mark.parametrize("name", ["days", "stage"])
def test_order_of_tasks(case, name):
    """The tasks before and after do not matter: to the last bit, as tasks have an order of their own."""
    X, y = case.data()
    last = {k: v for k, v in y.items() if k != name} | {name: y[name]}
    found = case.new().fit(X, last).decision_function(X)
    wanted = case.new().fit(X, y).decision_function(X)
    assert_array_equal(by_column({k: found[k] for k in y}), by_column(wanted))


@by_batch
def test_absence_is_exact(case, rng):
    """A label that is missing, or weighs nothing, or whose row is not there: the same, to the last bit."""
    X, y = case.data()
    drop = rng.random(len(X)) < 0.2
    weightless = case.new().fit(X, y, sample_weight=(~drop).astype(float))
    dropped = case.new().fit(X[~drop], rows_of(y, ~drop))
    assert_array_equal(numbers(weightless), numbers(dropped))
    weight = (rng.random((len(X), len(y))) < 0.8).astype(float)
    missing = {name: column.copy() for name, column in y.items()}
    for t, column in enumerate(missing.values()):
        column[weight[:, t] == 0] = None if column.dtype == object else np.nan
    assert_array_equal(numbers(case.new().fit(X, y, weight)), numbers(case.new().fit(X, missing)))


@by_network
def test_values_that_are_missing(case, rng):
    """A gap in X is a median; the value in a row without labels does not matter, nor does it move the median."""
    X, y = case.data()
    gaps = rng.random(X.shape) < 0.1
    X = np.where(gaps, np.nan, X)
    filled = np.where(gaps, lower_medians(X), X)
    found = case.new().fit(X, y)
    # the limits of a column, far out, are those of its known values in both
    assert_same_numbers(numbers(found), numbers(case.new().fit(filled, y)), 1e-4)
    assert_same_numbers(
        by_column(found.decision_function(X)), by_column(found.decision_function(filled))
    )


def lower_medians(X):
    """Return the median of each column, one of its values."""
    return np.nanquantile(X, 0.5, axis=0, method="inverted_cdf")


@by_network
def test_out_of_fold_of_absent_rows(case, rng):
    """A row without labels is predicted by all members, one with labels by those that held it out."""
    X, y = case.data(missing=0.0)
    model = given_folds(case)
    if model.n_members == 1:
        assert not hasattr(model.fit(X, y), "oof_decision_")
        return
    empty = rng.random(len(X)) < 0.2
    for column in y.values():
        column[empty] = None if column.dtype == object else np.nan
    model.fit(X, y)
    decision = model.decision_function(X)
    for name, found in model.oof_decision_.items():
        size = np.abs(found).max()
        assert_allclose(found[empty], decision[name][empty], rtol=0, atol=1e-12 * size)
        assert np.abs(found[~empty] - decision[name][~empty]).max() > 1e-3 * size


@by_network
def test_weights_of_all_labels(case, rng):
    """Twice the weight of every label is the same to minibatches, and half the decay to the whole."""
    X, y = case.data()
    weight = rng.uniform(0.5, 2.0, (len(X), len(y)))
    by_half = {} if case in BY_BATCH else {"alpha": case.model.alpha / 2.0}
    found = case.new().fit(X, y, 2.0 * weight)
    wanted = case.new(**by_half).fit(X, y, weight)
    assert_same_numbers(numbers(found), numbers(wanted))


def test_a_network_alone_goes_on(rng):
    """From its own optimum "lbfgs" has nothing left to do, and minibatches go on."""
    X, y = CASES[0].data()
    settings = {"activation": "tanh", "n_members": 1, "task_types": "auto"}
    whole = network(
        4, solver="lbfgs", alpha=3.0, tol=1e-7, max_iter=999, warm_start=True, **settings
    )
    first = whole.fit(X, y).n_iter_
    assert whole.fit(X, y).n_iter_ <= max(2, first // 10)
    parts = network(8, max_iter=10, dropout=0.0, warm_start=True, **settings).fit(X, y)
    once = parts.score(X, y)
    assert parts.fit(X, y).score(X, y) > once


def test_sharing_is_in_the_hidden_layers():
    """Without one no task moves another, with one they do: at the optimum."""
    X, y = CASES[0].data(missing=0.0)
    other = y | {"cost": np.roll(y["cost"], 1)}
    settings = {"solver": "lbfgs", "n_members": 1, "activation": "tanh", "task_types": "auto"}
    for hidden, is_shared in ((), False), (3, True):
        model = network(hidden, alpha=3.0, tol=1e-9, max_iter=5000, **settings)
        found = model.fit(X, other).decision_function(X)
        wanted = model.fit(X, y).decision_function(X)
        for name in NUMBERS:
            moved = np.abs(found[name] - wanted[name]).max() > 1e-6 * np.ptp(wanted[name])
            assert moved == (is_shared or name == "cost"), name


@by_batch
def test_seed(case):
    """The same seed, the same network; another, another."""
    X, y = case.data()
    first = numbers(case.new().fit(X, y))
    assert_array_equal(numbers(case.new().fit(X, y)), first)
    assert np.abs(numbers(case.new(random_state=1).fit(X, y)) - first).max() > 1e-3
    same = np.random.RandomState(0), np.random.RandomState(0)
    a, b = (numbers(case.new(random_state=state).fit(X, y)) for state in same)
    assert_array_equal(a, b)
