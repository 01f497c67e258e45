"""What is shared, warm starts, curves, and what is said to the user."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.pipeline import make_pipeline
from zoo import known, patients

from skmtl import MultiTaskMLP, MultiTaskRidge
from skmtl.neural_network._inputs import Inputs
from skmtl.neural_network._training import Trainer

NAMES = ("days", "died", "stage", "visits")


def network(hidden=6, **params):
    """Return a small model of the tasks below."""
    settings = {"n_members": 3, "max_iter": 5, "random_state": 0, "learning_rate_init": 0.01}
    return MultiTaskMLP(hidden, **settings | {"task_types": {"visits": "count"}} | params)


def data(**settings):
    """Return X and the tasks."""
    X, y = patients(0, **{"n": 80} | settings)
    return X, {name: y[name] for name in NAMES}


@pytest.mark.parametrize("hidden, width", [((7, 4), 12), ((), 5), (9, 27)], ids=str)
@pytest.mark.parametrize("own", [(), (3,)], ids=str)
@pytest.mark.parametrize("make", [np.asarray, sparse.csr_matrix], ids=["dense", "sparse"])
def test_transform(hidden, width, own, make):
    """Units of the last shared layer of each member, or the inputs; with names."""
    X, y = data()
    model = network(hidden, task_hidden_layer_sizes=own).fit(make(X), y)
    found = model.transform(make(X))
    assert found.shape == (80, width) and isinstance(found, np.ndarray)
    names = [f"multitaskmlp{k}" for k in range(width)]
    assert_array_equal(model.get_feature_names_out(), names)
    if hidden:
        assert (found >= 0).all() and found.any()
    else:
        wanted = Inputs(True, False).fit(X[labelled(y)], None).transform(X, np.float64)
        assert_allclose(found, wanted, atol=1e-9)
    assert model.transform(make(X.astype(np.float32))).dtype == np.float32


def labelled(y):
    """Return the rows with labels."""
    return np.any([known(column) for column in y.values()], axis=0)


def test_predictions_are_linear_in_what_is_shared():
    """A regression task without layers of its own."""
    X, y = data()
    model = network(n_members=1, max_iter=30).fit(X, y)
    design = np.column_stack([model.transform(X), np.ones(80)])
    decision = model.decision_function(X)
    for values in decision.values():
        values = values.reshape(80, -1)
        fitted = design @ np.linalg.lstsq(design, values, rcond=None)[0]
        assert_allclose(fitted, values, atol=1e-6 * np.abs(values).max())


def test_feeds_another_model():
    """In a pipeline, and as a frame."""
    X, y = data()
    pandas = pytest.importorskip("pandas")
    model = network().set_output(transform="pandas").fit(X, y)
    frame = model.transform(X)
    assert isinstance(frame, pandas.DataFrame) and list(frame)[:1] == ["multitaskmlp0"]
    both = make_pipeline(network(task_types="auto"), MultiTaskRidge()).fit(X, {"days": y["days"]})
    assert set(both.predict(X)) == {"days"}


def test_warm_start():
    """The weights of the last fit are where the next one begins, but for another architecture."""
    X, y = data()
    model = network(warm_start=True, max_iter=20).fit(X, y)
    first = model.decision_function(X)
    model.set_params(learning_rate_init=1e-7, alpha=0.0, max_iter=1).fit(X, y)
    for name in NAMES:
        assert_allclose(model.decision_function(X)[name], first[name], atol=1e-3)
    cold = network(learning_rate_init=1e-7, max_iter=1).fit(X, y).decision_function(X)
    assert np.ptp(cold["died"]) < 1e-3 < np.ptp(first["died"])
    for params in ({"hidden_layer_sizes": (3, 3)}, {"n_members": 2}):
        other = model.set_params(**params).fit(X, y)
        assert np.ptp(other.decision_function(X)["died"]) < 1e-3


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
@pytest.mark.parametrize("n_members", [1, 2])
def test_verbose(solver, n_members, capsys):
    """A line an epoch, with the losses; nothing by default."""
    X, y = data()
    params = {"solver": solver, "n_members": n_members, "alpha": 10.0, "tol": 0.01, "max_iter": 100}
    model = network(n_iter_no_change=4, activation="tanh", **params)
    model.fit(X, y)
    assert capsys.readouterr().out == ""
    model.set_params(verbose=True).fit(X, y)
    lines = capsys.readouterr().out.splitlines()
    assert all(line.startswith("[MultiTaskMLP] epoch ") for line in lines)
    assert "loss" in lines[0]
    if solver == "adam" or n_members == 1:
        assert [int(line.split()[2].rstrip(":")) for line in lines] == [
            *range(1, model.n_iter_ + 1)
        ]


def test_curves():
    """A number a task and epoch; the losses of the null model come down."""
    X, y = data(n=300)
    model = network(max_iter=30, n_members=2).fit(X, y)
    assert set(model.task_loss_curve_) == {"train", "validation"}
    for curves in model.task_loss_curve_.values():
        assert set(curves) == set(NAMES)
        for name, curve in curves.items():
            assert curve.shape == (model.n_iter_,) and np.isfinite(curve).all()
            assert curve.min() < curve[0], name
    # In units of the targets' deviation the best constant has half a square; the epochs end below.
    assert model.task_loss_curve_["validation"]["days"].min() < 0.5


@pytest.mark.parametrize("schedule", ["constant", "cosine"])
def test_schedule(schedule, monkeypatch):
    """The rates that epochs are gone through with."""
    X, y = data()
    rates, epoch = [], Trainer.epoch
    monkeypatch.setattr(
        Trainer, "epoch", lambda self, *given: (rates.append(given[-1]), epoch(self, *given))
    )
    network(schedule=schedule, max_iter=8, n_iter_no_change=99).fit(X, y)
    wanted = 0.01 * np.ones(8)
    if schedule == "cosine":
        wanted *= (1 + np.cos(np.pi * np.arange(8) / 8)) / 2
    assert_allclose(rates, wanted)


WRONG = [
    ("hidden_layer_sizes", [0, (4, -1), 2.5, "64", None]),
    ("task_hidden_layer_sizes", [0, (0,), "a"]),
    ("n_members", [0, 1.5, None]),
    ("activation", ["gelu", None]),
    ("dropout", [-0.1, 1.0, "a"]),
    ("solver", ["sgd", None]),
    ("alpha", [-1.0, np.inf, None]),
    ("batch_size", [0, 2.5, "all", None]),
    ("learning_rate_init", [0.0, -1.0, None]),
    ("schedule", ["step", None]),
    ("max_iter", [0, 2.5, None]),
    ("n_iter_no_change", [0, 1.5]),
    ("tol", [-1e-4, None]),
    ("validation_fraction", [0.0, 1.0, -0.5, None]),
    ("loss_balancing", ["gradnorm", None]),
    ("task_types", ["ordinal", {"days": "ordinal"}, {"other": "binary"}, 3]),
    ("task_weight", ["even", {"days": -1.0}, {"other": 1.0}, 2.0]),
    ("class_weight", ["even", {"days": "balanced"}, {"died": {"maybe": 1.0}}, 2.0]),
    ("standardize", ["yes", None, 2]),
    ("add_indicator", ["yes", None]),
    ("warm_start", ["yes", None]),
    ("verbose", [-1, "yes", None]),
]


@pytest.mark.parametrize(
    "name, value", [(name, value) for name, values in WRONG for value in values], ids=str
)
def test_errors_name_the_parameter(name, value):
    """And nothing of a former fit is left."""
    X, y = data()
    model = network(max_iter=1).fit(X, y)
    with pytest.raises(ValueError, match=name):
        model.set_params(**{name: value}).fit(X, y)
    assert not [a for a in vars(model) if a.endswith("_") and a not in ("n_features_in_",)]


def test_every_rule_is_tried():
    """But for seeds and splitters, which scikit-learn checks."""
    unchecked = {"cv", "random_state"}
    assert {name for name, _ in WRONG} == set(MultiTaskMLP().get_params()) - unchecked


def test_errors_of_the_data():
    """Groups of another length, or all one, and inputs that are infinite."""
    X, y = data()
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        network().fit(X, y, groups=np.arange(7))
    with pytest.raises(ValueError, match="infinity"):
        network().fit(np.where(X > 2, np.inf, X), y)
    with pytest.raises(ValueError, match="at least 2 groups"):
        network().fit(X, y, groups=np.zeros(80))
