"""Rows that come a part at a time."""

import copy
import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from zoo import patients, rows_of

from skmtl import MultiTaskMLP, TaskTargets

NAMES = ("days", "died", "stage", "visits")
CLASSES = {"died": ["no", "yes"], "stage": ["I", "II", "III"]}


def network(**params):
    """Return a small model."""
    settings = {"n_members": 2, "random_state": 0, "learning_rate_init": 0.01}
    return MultiTaskMLP(16, **settings | {"task_types": {"visits": "count"}} | params)


def data(n=300, **settings):
    """Return X and the tasks."""
    X, y = patients(0, n=n, **settings)
    return X, {name: y[name] for name in NAMES}


def in_parts(model, X, y, n_parts=5, times=1, **settings):
    """Go through the rows in parts."""
    for _ in range(times):
        for rows in np.array_split(np.arange(X.shape[0]), n_parts):
            model.partial_fit(X[rows], rows_of(y, rows), **settings)
    return model


def test_as_good_as_a_fit():
    """Several times through all parts comes to about what a fit comes to, on new rows."""
    X, y = data(600)
    new, others = X[400:], rows_of(y, slice(400, None))
    X, y = X[:400], rows_of(y, slice(0, 400))
    wanted = network().fit(X, y).score(new, others)
    found = in_parts(network(), X, y, 4, 10, classes=CLASSES)
    assert wanted > 0.2
    assert abs(found.score(new, others) - wanted) < 0.1
    assert found.n_iter_ == 40


def test_sparse():
    """Sparse parts are dense parts, but for rounding."""
    X, y = data()
    X[np.abs(X) < 0.5] = 0.0
    dense = in_parts(network(), X, y).decision_function(X)
    found = in_parts(network(), sparse.csr_matrix(X), y).decision_function(sparse.csr_matrix(X))
    for name in NAMES:
        assert_allclose(found[name], dense[name], atol=2e-3 * np.abs(dense[name]).max())


def test_inputs_go_on():
    """Means and deviations are those of all rows that came."""
    X, y = data(missing=0.0)
    inputs = in_parts(network(), X, y)._ensemble.inputs
    assert_allclose(inputs.transform(X, float), (X - X.mean(axis=0)) / X.std(axis=0))


def test_inputs_of_weights_and_of_none():
    """Rows without weights weigh one beside those of a fraction, whose sum is no whole number."""
    X, y = data(missing=0.0)
    half = len(X) // 2
    weight = np.r_[np.full(half, 0.01), np.ones(len(X) - half)]
    parts = np.split(np.arange(len(X)), [half // 2, half])
    model = network()
    for rows, given in zip(parts, (weight[: half // 2], weight[half // 2 : half], None)):
        model.partial_fit(X[rows], {t: v[rows] for t, v in y.items()}, sample_weight=given)
    mean = np.average(X, axis=0, weights=weight)
    spread = np.sqrt(np.average((X - mean) ** 2, axis=0, weights=weight))
    assert_allclose(model._ensemble.inputs.transform(X, float), (X - mean) / spread, atol=1e-9)


@pytest.mark.parametrize("how", ["dict", "targets"])
def test_classes_that_come_later(how):
    """The first call names them all, or its TaskTargets know them."""
    X, y = data(60, missing=0.0)
    order = np.argsort(y["stage"], kind="stable")
    X, y = X[order], rows_of(y, order)
    given = {"classes": CLASSES}
    if how == "targets":
        y, given = TaskTargets(y, {"visits": "count"}), {}
    model = network()
    for rows in np.array_split(np.arange(60), 3):
        part = y[rows] if how == "targets" else rows_of(y, rows)
        model.partial_fit(X[rows], part, **given)
        assert_array_equal(model.classes_["stage"], CLASSES["stage"])
        assert_allclose(model.predict_proba(X)["stage"].sum(axis=1), 1.0, rtol=1e-5)
    assert set(model.predict(X)["stage"]) <= set(CLASSES["stage"])


def test_first_rows_of_one_class():
    """With its classes named, a task may begin with one of them."""
    X, y = data(60, missing=0.0)
    first = np.flatnonzero(y["died"] == "no")
    model = network().partial_fit(X[first], rows_of(y, first), classes=CLASSES)
    model.partial_fit(X, y)
    assert_array_equal(model.classes_["died"], ["no", "yes"])


def test_one_task():
    """Classes of the only task need no name."""
    X, y = data(60, missing=0.0)
    model = network(task_types="auto").partial_fit(X[:30], y["died"][:30], classes=["no", "yes"])
    assert model.predict_proba(X).shape == (60, 2)
    assert model.partial_fit(X[30:], y["died"][30:]).predict(X).shape == (60,)


def test_what_was_fitted_goes_on():
    """fit, then partial_fit: from the weights of fit; what was said of its rows is dropped."""
    X, y = data()
    model = network(max_iter=20).fit(X, y)
    before = model.decision_function(X)
    assert model.oof_decision_
    model.set_params(learning_rate_init=1e-6).partial_fit(X, y)
    for name in NAMES:
        assert_allclose(model.decision_function(X)[name], before[name], rtol=1e-3, atol=1e-3)
    assert not [n for n in dir(model) if n.startswith(("oof", "task_loss")) and hasattr(model, n)]


def test_fit_begins_anew():
    """fit after partial_fit is fit."""
    X, y = data(60)
    model = in_parts(network(max_iter=3), X, y, 2)
    wanted = network(max_iter=3).fit(X, y).decision_function(X)
    found = model.fit(X, y).decision_function(X)
    for name in NAMES:
        assert_array_equal(found[name], wanted[name])


def test_labels_that_are_missing():
    """A part in which a task, or all, have no label."""
    X, y = data(60)
    model = network().partial_fit(X, y)
    none = y | {"days": np.full(60, np.nan), "stage": np.full(60, None)}
    before = model.decision_function(X)
    assert np.isfinite(model.partial_fit(X, none).decision_function(X)["days"]).all()
    assert (model.decision_function(X)["died"] != before["died"]).any()


@pytest.mark.parametrize("method", ["uncertainty", "dwa", "pcgrad", "mgda"])
def test_balancing(method):
    """Methods that weigh losses go on from part to part."""
    X, y = data()
    model = in_parts(network(loss_balancing=method), X, y)
    assert all(np.isfinite(z).all() for z in model.decision_function(X).values())


def test_errors():
    """New classes, other tasks and other inputs are refused by name, and leave the model as it was."""
    X, y = data(60, missing=0.0)
    model = network().partial_fit(X, y, classes=CLASSES)
    before = model.decision_function(X)
    new = y["stage"].copy()
    new[3] = "IV"
    with pytest.raises(ValueError, match="'stage' must be among.*'I', 'II', 'III'"):
        model.partial_fit(X, y | {"stage": new})
    with pytest.raises(ValueError, match="'days' must be numbers"):
        model.partial_fit(X, y | {"days": new})
    with pytest.raises(ValueError, match="must have the tasks of the model"):
        model.partial_fit(X, {name: y[name] for name in ("days", "died")})
    with pytest.raises(ValueError, match="must have the tasks of the model"):
        model.partial_fit(X, y | {"cost": y["days"]})
    with pytest.raises(ValueError, match="5 features"):
        model.partial_fit(X[:, :3], y)
    with pytest.raises(ValueError, match="negative"):
        model.partial_fit(X, y | {"visits": -1.0 - y["visits"]})
    for name in NAMES:
        assert_array_equal(model.decision_function(X)[name], before[name])


def test_errors_of_the_first_call():
    """Classes of no task, and labels that are not among them."""
    X, y = data(60, missing=0.0)
    with pytest.raises(ValueError, match="classes names tasks that y does not have.*'other'"):
        network().partial_fit(X, y, classes={"other": [0, 1]})
    with pytest.raises(ValueError, match="'stage' has labels that are not among its classes"):
        network().partial_fit(X, y, classes={"stage": ["I", "II"]})


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_copies_go_on(copied):
    """A model that is put away in between."""
    X, y = data(60)
    model = network().partial_fit(X, y)
    other = copied(model)
    wanted = model.partial_fit(X, y).decision_function(X)
    found = other.partial_fit(X, y).decision_function(X)
    for name in NAMES:
        assert_array_equal(found[name], wanted[name])


def test_random_state():
    """The same parts and seed, the same model."""
    X, y = data()
    first, again = (in_parts(network(), X, y).decision_function(X) for _ in range(2))
    for name in NAMES:
        assert_array_equal(first[name], again[name])


def test_classes_are_those_of_the_first_call(rng):
    """Other ones are refused, as in scikit-learn; the same, in any order, are not."""
    X = rng.normal(size=(20, 2))
    ill, days = (X[:, 0] > 0).astype(int), X[:, 1]
    model = MultiTaskMLP(2, n_members=1, random_state=0)
    model.partial_fit(X, {"ill": ill, "days": days}, classes={"ill": [0, 1]})
    n_iter = model.n_iter_
    for other in ({"ill": [1, 2]}, {"ill": [0, 1, 2]}, {"ill": ["0", "1"]}):
        with pytest.raises(
            ValueError, match="classes of task 'ill' must be those of the first call"
        ):
            model.partial_fit(X, {"ill": ill, "days": days}, classes=other)
    with pytest.raises(ValueError, match="classes names 'days', which is no task with classes"):
        model.partial_fit(X, {"ill": ill, "days": days}, classes={"days": [0, 1]})
    assert model.n_iter_ == n_iter
    model.partial_fit(X, {"ill": ill, "days": days}, classes={"ill": [1, 0]})
    one = MultiTaskMLP(2, n_members=1, random_state=0).partial_fit(X, ill, classes=[0, 1])
    with pytest.raises(ValueError, match="got \\[1, 2\\]"):
        one.partial_fit(X, ill, classes=[1, 2])
