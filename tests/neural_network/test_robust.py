"""Data that break other networks: what leaves a fit is numbers, and nothing is said that need not be."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import KFold
from zoo import patients

from skmtl import MultiTaskMLP
from skmtl.neural_network._fit import BALANCINGS

NAMES = ("days", "died", "stage", "visits")
TYPES = {"days": "regression", "visits": "count"}


def network(**params):
    """Return a small model."""
    settings = {"n_members": 3, "max_iter": 6, "random_state": 0, "task_types": TYPES}
    return MultiTaskMLP(8, **settings | params)


def data(n=120, **settings):
    """Return X and the tasks."""
    X, y = patients(0, n=n, **settings)
    return X, {name: y[name] for name in NAMES}


def assert_numbers(model, X):
    """Assert that there is no NaN or infinity in anything that a fitted model says."""
    told = [model.predict(X), model.decision_function(X), model.predict_proba(X)]
    if model.n_members > 1:
        told += [model.oof_prediction_, model.oof_decision_, model.oof_probability_]
    for each in told:
        for values in each.values():
            if values.dtype.kind == "f":
                assert np.isfinite(values).all()
    assert np.isfinite(model.transform(X)).all()


def only(column, kept):
    """Return a column with all but some labels missing."""
    hidden = column.copy()
    hidden[~kept] = None if column.dtype == object else np.nan
    return hidden


def one_cell(X, y):
    X[3, 0], X[7, 1] = 1e30, -1e30
    return X, y


def a_rare_class(X, y):
    """One of a thousand."""
    n = 1000
    X, y = data(n)
    y["died"] = np.where(np.arange(n) == 500, "yes", "no")
    y["stage"] = np.where(np.arange(n) == 700, "III", np.where(np.arange(n) % 2, "I", "II"))
    return X, y


HARD = {
    "inputs of 1e30": lambda X, y: (1e30 * X, y),
    "inputs of 1e-30": lambda X, y: (1e-30 * X, y),
    "inputs of 1e200": lambda X, y: (1e200 * X, y),
    "inputs of 1e-310": lambda X, y: (1e-310 * X, y),
    "single inputs of 1e30": one_cell,
    "inputs in single precision": lambda X, y: ((1e30 * X).astype(np.float32), y),
    "sparse inputs of 1e30": lambda X, y: (sparse.csr_matrix(1e30 * X), y),
    "constant inputs": lambda X, y: (np.full(X.shape, 3.0), y),
    "inputs of gaps": lambda X, y: (np.full(X.shape, np.nan), y),
    "targets of 1e-30": lambda X, y: (X, y | {n: 1e-30 * y[n] for n in ("days", "visits")}),
    "targets of 1e30": lambda X, y: (X, y | {n: 1e30 * y[n] for n in ("days", "visits")}),
    "targets of 1e155": lambda X, y: (X, y | {n: 1e155 * y[n] for n in ("days", "visits")}),
    "targets of 1e-165": lambda X, y: (X, y | {n: 1e-165 * y[n] for n in ("days", "visits")}),
    "targets far from zero": lambda X, y: (X, y | {"days": y["days"] + 1e9}),
    "one huge target": lambda X, y: (X, y | {"days": np.r_[1e30, y["days"][1:]]}),
    "a rare class": a_rare_class,
    "constant targets": lambda X, y: (X, y | {"days": np.full(120, 3.0)}),
}


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
@pytest.mark.parametrize("hard", HARD.values(), ids=HARD)
def test_numbers(hard, solver):
    """Whatever goes in."""
    X, y = hard(*data())
    by_lbfgs = {"solver": solver, "max_iter": 500, "activation": "tanh", "tol": 0.01}
    model = network(**by_lbfgs if solver == "lbfgs" else {})
    assert_numbers(model.fit(X, y), X)
    assert_numbers(model.set_params(n_members=1).fit(X, y), X)


@pytest.mark.parametrize("method", BALANCINGS)
@pytest.mark.parametrize("hard", ["targets of 1e30", "constant inputs", "a rare class"])
def test_balancing(hard, method):
    """The same with the losses balanced."""
    X, y = HARD[hard](*data())
    assert_numbers(network(loss_balancing=method).fit(X, y), X)


@pytest.mark.parametrize("size", [1e-290, 1e-165, 1e30, 1e155, 1e290])
def test_scales_do_not_matter(size):
    """Standardised: inputs and targets in other units give the same, in these units."""
    X, y = data()
    plain = network().fit(X, y).predict(X)
    other = network().fit(size * X, y | {"days": size * y["days"]}).predict(size * X)
    assert_allclose(other["days"], size * plain["days"], rtol=1e-3)
    assert_allclose(other["visits"], plain["visits"], rtol=1e-3)


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
@pytest.mark.parametrize(
    "params, dtype, size, match",
    [
        ({}, np.float32, 1e45, r"within \[-1e\+30, 1e\+30\] where X is float32"),
        ({}, np.float32, 1e-45, "standard deviation of at least 1e-30 where X is float32"),
        ({}, np.float64, 1e305, r"within \[-1e\+300, 1e\+300\] where X is float64"),
        ({}, np.float64, 1e-305, "standard deviation of at least 1e-300 where X is float64"),
        ({"standardize": False}, np.float64, 1e50, r"within .* with standardize=False"),
    ],
)
def test_targets_beyond_the_arithmetic(params, dtype, size, match, solver):
    """Numbers that cannot be predicted in the precision of X, or squared: the task is named, nothing is fitted."""
    X, y = data()
    model = network(solver=solver, **params)
    for fit in (model.fit, model.partial_fit) if solver == "adam" else (model.fit,):
        with pytest.raises(ValueError, match=f"task 'days' must h.*{match}, got"):
            fit(X.astype(dtype), y | {"days": size * y["days"]})
        with pytest.raises(NotFittedError):
            model.predict(X)


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_inputs_beyond_the_arithmetic(solver):
    """As they are, inputs of 1e20 are refused: nothing is clipped in silence."""
    X, y = data()
    with pytest.raises(ValueError, match="X must be within.*with standardize=False, got"):
        network(standardize=False, solver=solver).fit(1e20 * X, y)


@pytest.mark.parametrize("standardize", [True, False])
def test_sparse_entries_given_twice(standardize):
    """Their sum counts, in medians, fences and clipping: the dense table is the same."""
    X, y = data()
    X = np.where(np.abs(X) < 0.5, 0.0, X)
    rows, columns = np.nonzero(np.repeat(X, 2, axis=1))
    starts = np.searchsorted(rows, np.arange(len(X) + 1))
    halves = np.repeat(X, 2, axis=1)[rows, columns] / 2
    twice = sparse.csr_array((halves, columns // 2, starts), shape=X.shape)
    wanted = network(standardize=standardize).fit(X, y).decision_function(X)
    found = network(standardize=standardize).fit(twice, y).decision_function(twice)
    for name, values in wanted.items():
        assert_allclose(found[name], values, atol=1e-4 * np.abs(values).max())
    assert twice.nnz == 2 * np.count_nonzero(X)


def test_new_rows_in_single_precision():
    """In which predictions of 1e100 do not exist."""
    X, y = data()
    model = network().fit(X, y | {"days": 1e100 * y["days"]})
    with pytest.raises(ValueError, match="within the range of float32, the precision of X"):
        model.predict(X.astype(np.float32))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_training_that_explodes():
    """Parts that lead to no numbers raise, and leave nothing fitted."""
    X, y = data()
    model = network().partial_fit(X, y)
    model._trainer.settings = model._trainer.settings._replace(learning_rate_init=1e30)
    with pytest.raises(ValueError, match="training must end with finite weights.*learning_rate"):
        for _ in range(5):
            model.partial_fit(X, y)
    with pytest.raises(NotFittedError):
        model.predict(X)


@pytest.mark.parametrize("method", BALANCINGS)
@pytest.mark.parametrize("batch_size", ["auto", 1])
def test_tasks_without_labels(method, batch_size):
    """One label alone; none in a member's fold, or in a batch; both classes in one fold."""
    X, y = data(60, missing=0.0)
    fold = np.arange(60) // 20
    y["days"] = only(y["days"], np.arange(60) == 5)
    y["visits"] = only(y["visits"], fold == 1)
    y["died"] = only(y["died"], fold == 2)
    model = network(cv=KFold(3), loss_balancing=method, batch_size=batch_size, max_iter=3)
    model.fit(X, y)
    assert_numbers(model, X)
    # One label is the mean and has no spread: nothing is to be learnt from it.
    assert_allclose(model.predict(X)["days"], y["days"][5], atol=0.2)
    curves = model.task_loss_curve_
    assert all(len(curve) == model.n_iter_ for kind in curves.values() for curve in kind.values())


def test_a_task_that_is_a_constant():
    """A declared task with one class, or no label, is predicted so, and harms no other."""
    X, y = data()
    types = TYPES | {"died": "binary", "cost": "regression"}
    y["died"] = only(np.full(120, "no", object), np.arange(120) < 50)
    y["cost"] = np.full(120, np.nan)
    with pytest.warns(UserWarning, match="its prediction is a constant") as said:
        model = network(task_types=types).fit(X, y)
    assert sum("a constant" in str(one.message) for one in said) == 2
    assert_numbers(model, X)
    assert (model.predict(X)["died"] == "no").all()
    assert set(model.task_loss_curve_["train"]) == {"days", "stage", "visits"}
    assert np.ptp(model.predict(X)["cost"]) == 0


def test_few_rows(rng):
    """Two are enough, one is not."""
    model = network(task_types="regression")
    for n in (2, 3, 5):
        X, y = rng.normal(size=(n, 3)), {"days": rng.normal(size=n), "cost": rng.normal(size=n)}
        model.fit(X, y)
        assert np.isfinite(model.predict(X)["days"]).all()
        assert np.isfinite(model.oof_prediction_["cost"]).all()
    with pytest.raises(ValueError, match="at least 2 samples with labels"):
        model.fit(X[:1], {"days": [1.0], "cost": [1.0]})


def test_new_rows_beyond_all_seen():
    """What comes later may be of any size, or missing."""
    X, y = data()
    model = network().fit(X, y)
    for value in (1e300, -1e300, np.nan, 1e-300):
        other = X.copy()
        other[::2] = value
        assert_numbers_of(model.decision_function(other))
    assert_numbers_of(model.decision_function(np.full((3, 5), 3e38, np.float32)))


def assert_numbers_of(decision):
    for values in decision.values():
        assert np.isfinite(values).all()
