"""task_scores: a table by task, from a model or from predictions."""

import sys

import numpy as np
import pytest
import zoo
from numpy.testing import assert_allclose
from sklearn.metrics import make_scorer, mean_pinball_loss
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmtl import MultiTaskGLM, MultiTaskRidge, TaskTargets
from skmtl.metrics import task_scorer, task_scores

pd = pytest.importorskip("pandas")
TYPES = {"visits": "count"}
EVENTS = {"died": "yes"}


@pytest.fixture(scope="module")
def data():
    X, y = zoo.patients(n=90)
    return X, TaskTargets({name: y[name] for name in zoo.MIXED}, task_types=TYPES, events=EVENTS)


@pytest.fixture(scope="module")
def model(data):
    return make_pipeline(StandardScaler(), MultiTaskGLM()).fit(*data)


def assert_same(found, wanted):
    pd.testing.assert_frame_equal(found, wanted, rtol=1e-10)


def test_a_row_a_task(data, model):
    X, y = data
    table = task_scores(y, model, X)
    assert list(table.index) == list(zoo.MIXED) and table.index.name == "task"
    assert list(table.columns[:4]) == ["type", "n_labels", "d2", "roc_auc"]
    assert dict(table["type"]) == y.task_types
    assert dict(table["n_labels"]) == {name: y.observed(name).sum() for name in y}
    assert table["d2"].notna().all()
    is_class = table["type"].isin(["binary", "multiclass"])
    assert (table["accuracy"].notna() == is_class).all()
    assert (table["neg_mean_absolute_error"].notna() == ~is_class).all()


def test_each_number_is_that_of_the_scorer(data, model, rng):
    X, y = data
    weights = rng.integers(0, 3, y.shape).astype(float)
    for w in (None, weights):
        table = task_scores(y, model, X, sample_weight=w)
        for metric in [m for m in table.columns[2:] if "calibration" not in m]:
            for task in table.index[table[metric].notna()]:
                wanted = task_scorer({task: metric})(model, X, y, w)
                assert_allclose(table.loc[task, metric], wanted)
    assert dict(table["n_labels"]) == {
        name: (y.observed(name) & (column > 0)).sum() for name, column in zip(y, weights.T)
    }


def test_predictions_instead_of_a_model(data, model):
    X, y = data
    wanted = task_scores(y, model, X)
    predicted, probability = model.predict(X), model.predict_proba(X)
    both = dict(predicted) | probability
    assert_same(task_scores(y, both)[wanted.columns], wanted)
    assert_same(task_scores(dict(y), predicted), task_scores(y, predicted))
    second = {"died": probability["died"][:, 1]}
    assert_same(task_scores(y, second), wanted.loc[["died"]].dropna(axis=1))
    only_classes = task_scores(y, {"died": predicted["died"]})
    assert list(only_classes.columns) == ["type", "n_labels", "accuracy"]


@pytest.mark.filterwarnings("ignore:an array of TaskTargets has neither")
def test_containers_of_predictions(data, model):
    pl = pytest.importorskip("polars")
    X, y = data
    predicted = model.predict(X)
    wanted = task_scores(y, predicted)
    frame = pd.DataFrame(dict(predicted))
    for given in (dict(predicted), frame, pl.DataFrame(dict(predicted)), np.asarray(predicted)):
        assert_same(task_scores(y, given), wanted)


def test_one_task_without_a_name(data):
    X, y = data
    mask = y.observed("stage")
    labels = y["stage"][mask].astype(str)
    fitted = MultiTaskGLM().fit(X[mask], labels)
    wanted = task_scores(labels, fitted, X[mask])
    assert_same(task_scores(labels, fitted.predict_proba(X[mask])), wanted)
    found = task_scores(labels, fitted.predict(X[mask]))
    assert_same(found, wanted[["type", "n_labels", "accuracy"]])


def test_metrics_asked_for(data, model):
    X, y = data
    pinball = make_scorer(mean_pinball_loss, greater_is_better=False)
    table = task_scores(y, model, X, {"days": ["r2", pinball], "died": "f1"})
    assert list(table.index) == ["days", "died"]
    assert list(table.columns) == ["type", "n_labels", "r2", repr(pinball), "f1"]
    assert np.isnan(table.loc["died", "r2"]) and np.isnan(table.loc["days", "f1"])
    known = y.observed("days")
    wanted = mean_pinball_loss(y["days"][known], model.predict(X)["days"][known])
    assert_allclose(table.loc["days", repr(pinball)], -wanted)
    with pytest.raises(ValueError, match="'roc_auc' does not fit task 'days'.*'regression'"):
        task_scores(y, model, X, {"days": ["roc_auc", "r2"]})


def test_unlabelled_samples_need_no_prediction(data, model):
    X, y = data
    predicted = dict(model.predict(X))
    wanted = task_scores(y, predicted)
    for name in predicted:
        missing = np.nan if predicted[name].dtype.kind == "f" else None
        predicted[name] = np.where(y.observed(name), predicted[name], missing)
    assert_same(task_scores(y, predicted), wanted)
    rows = np.flatnonzero(y.observed("days"))[:3]
    predicted["days"][rows] = np.nan
    with pytest.raises(ValueError, match="task 'days' must have a prediction .* but 3 of"):
        task_scores(y, predicted)


def test_what_is_undefined_is_nan_with_a_warning(data, model):
    X, y = data
    rows = y["died"] == "no"
    with pytest.warns(UserWarning, match="roc_auc of 'died' .labels of 1 of 2 classes"):
        table = task_scores(y[rows], model, X[rows])
    assert np.isnan(table.loc["died", "roc_auc"]) and table.loc["died", "accuracy"] > 0


def test_a_task_without_labels(data, model):
    X, y = data
    part = y | {"days": np.full(len(X), np.nan)}
    with pytest.warns(UserWarning, match="d2 of 'days' .no label"):
        table = task_scores(part, model, X)
    assert table.loc["days", "n_labels"] == 0
    assert table.loc["days"].drop(["type", "n_labels"]).isna().all()
    predicted = dict(model.predict(X))
    nothing = {name: [None] * len(X) for name in y}
    assert list(task_scores(nothing, predicted)["n_labels"]) == [0] * len(y)


def test_without_probabilities():
    X, y = zoo.patients()
    table = task_scores({"days": y["days"]}, MultiTaskRidge().fit(X, {"days": y["days"]}), X)
    assert list(table.columns[2:]) == [
        "d2",
        "neg_mean_absolute_error",
        "neg_root_mean_squared_error",
    ]


@pytest.mark.parametrize(
    "change, message",
    [
        ({"dose": [0.0] * 90}, "y_pred must have tasks of y_true.*'dose'"),
        ({"days": ["a"] * 90}, "y_pred of task 'days' must be a column of numbers"),
        ({"days": np.zeros((90, 2))}, "y_pred of task 'days' must be a column of numbers"),
        ({"days": [0.0] * 89}, "y_pred of task 'days' must have 90 samples, got 89"),
        ({"died": ["perhaps"] * 90}, "y_pred of task 'died' must hold classes, of .'no', 'yes'."),
        ({"died": [1.5] * 90}, "y_pred of task 'died' must hold probabilities in .0, 1., got"),
        ({"stage": np.zeros((90, 2))}, "y_pred of task 'stage' must .*n_samples, 3., got"),
        ({"stage": [0.5] * 90}, "y_pred of task 'stage' must hold classes"),
        ({}, "y_pred must have tasks of y_true"),
    ],
)
def test_errors_of_predictions_name_the_task(data, change, message):
    with pytest.raises(ValueError, match=message):
        task_scores(data[1], change)


def test_errors_of_arguments(data, model):
    X, y = data
    with pytest.raises(ValueError, match="X must be given with a model, Pipeline"):
        task_scores(y, model)
    with pytest.raises(ValueError, match="X must be given with a model only"):
        task_scores(y, model.predict(X), X)
    with pytest.raises(ValueError, match="metrics must name tasks that are predicted.*'dose'"):
        task_scores(y, model, X, {"dose": "r2"})
    with pytest.raises(ValueError, match="needs probabilities"):
        task_scores(y, {"died": model.predict(X)["died"]}, metrics="d2")


def test_without_pandas(data, model, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=r"task_scores needs pandas: pip install 'skmtl\[plot\]'"):
        task_scores(data[1], model, data[0])


def test_real_zeros_and_ones_are_risks_of_whole_classes():
    """A tree's probabilities may all be 0 or 1; classes come as integers, or as TaskTargets."""
    y = TaskTargets({"ill": [0, 1, 1, 0]}, "binary")
    risk = np.array([0.0, 1.0, 1.0, 0.0])
    table = task_scores(y, {"ill": risk}, metrics=["neg_log_loss", "accuracy"])
    assert table.loc["ill", "neg_log_loss"] == pytest.approx(0.0, abs=1e-6)
    assert table.loc["ill", "accuracy"] == 1.0
    for classes in ({"ill": risk.astype(int)}, TaskTargets({"ill": risk}, "binary")):
        assert task_scores(y, classes, metrics="accuracy").loc["ill", "accuracy"] == 1.0
        with pytest.raises(ValueError, match="probabilities, but what is predicted are classes"):
            task_scores(y, classes, metrics="neg_log_loss")


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.filterwarnings("ignore:The y_prob values do not sum to one")
def test_probabilities_that_do_not_sum_to_one_are_named(n_classes):
    y = TaskTargets({"stage": np.arange(9) % n_classes}, "multiclass")
    with pytest.warns(
        UserWarning,
        match=r"'stage' must hold probabilities that sum to one in each row, got a sum of",
    ):
        task_scores(y, {"stage": np.full((9, n_classes), 0.2)}, metrics="neg_log_loss")
    thirds = np.full((9, n_classes), 1.0 / n_classes, dtype=np.float32)
    task_scores(y, {"stage": thirds}, metrics="neg_log_loss")
