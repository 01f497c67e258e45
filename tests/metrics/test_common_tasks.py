"""Cohorts that recorded some of the outcomes of a model, and metrics that fit some of its tasks."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.metrics import roc_auc_score
from zoo import patients

from skmtl import MultiTaskGLM, MultiTaskRidge, TaskTargets
from skmtl.inspection import TaskCalibrationDisplay
from skmtl.metrics import task_scorer, task_scores

pd = pytest.importorskip("pandas")
NAMES = ("days", "died", "stage", "visits")
TYPES = {"task_types": {"visits": "count"}}
EVENT = {"died": "yes"}


@pytest.fixture(scope="module")
def data():
    """Inputs, and outcomes that were all recorded."""
    X, y = patients(2, 90, missing=0.1)
    return X, TaskTargets({name: y[name] for name in NAMES}, events=EVENT, **TYPES)


@pytest.fixture(scope="module")
def model(data):
    return MultiTaskGLM(**TYPES).fit(*data)


def died(y):
    """Return what a cohort holds that recorded death alone, in any container."""
    one = {"died": y["died"]}
    return {
        "dict": one,
        "TaskTargets": y.select(["died"]),
        "frame": pd.DataFrame(one),
        "series": pd.Series(y["died"], name="died"),
    }


@pytest.mark.parametrize("container", ["dict", "TaskTargets", "frame", "series"])
def test_an_outcome_that_was_recorded_is_scored(container, data, model):
    X, y = data
    cohort = died(y)[container]
    lacking = r"tasks \['days', 'stage', 'visits'\] of the model are not in y: they are not scored"
    with pytest.warns(UserWarning, match=lacking):
        table = task_scores(cohort, model, X, ["roc_auc", "d2"])
    known = y.observed("died")
    right = roc_auc_score(y["died"][known] == "yes", model.predict_proba(X)["died"][known, 1])
    assert list(table.index) == ["died"]
    assert_allclose(table.loc["died", "roc_auc"], right)
    for score in (model.score, lambda X, y: task_scorer()(model, X, y)):
        with pytest.warns(UserWarning, match=lacking):
            assert_allclose(score(X, cohort), table.loc["died", "d2"])
    with pytest.warns(UserWarning, match=lacking):
        found = task_scorer(average=None)(model, X, cohort)
    assert np.isnan([found[name] for name in ("days", "stage", "visits")]).all()
    assert_allclose([found["died"], found["mean"]], table.loc["died", "d2"])
    assert_allclose(task_scorer({"died": "roc_auc"})(model, X, cohort), right)  # nothing to say


def test_outcomes_that_the_model_does_not_know(data, model):
    X, y = data
    cohort = dict(y) | {"age": X[:, 0]}
    others = r"tasks \['age'\] of y are not of the model: they are not scored"
    wanted = task_scores(y, model, X, "d2")["d2"]
    with pytest.warns(UserWarning, match=others):
        found = task_scores(TaskTargets(cohort, events=EVENT, **TYPES), model, X, "d2")
    assert_allclose(found["d2"], wanted)
    with pytest.warns(UserWarning, match=others):
        assert_allclose(model.score(X, cohort), wanted.mean())
    with pytest.warns(UserWarning, match=r"\['days', 'stage', 'visits'\].*, and tasks \['age'\]"):
        task_scores(died(y)["frame"].assign(age=X[:, 0]), model, X, "accuracy")


@pytest.mark.parametrize(
    "y",
    [{"age": np.zeros(90)}, np.zeros(90), np.zeros((90, 2)), pd.Series(np.zeros(90), name="age")],
)
def test_no_outcome_in_common(y, data, model):
    """An array has no names, and is read by position where it has as many columns."""
    X = data[0]
    for score in (
        model.score,
        lambda X, y: task_scorer()(model, X, y),
        lambda X, y: task_scores(y, model, X),
    ):
        with pytest.raises(ValueError, match=r"y must have the tasks of the model, \['days'"):
            score(X, y)
    with pytest.raises(ValueError, match=r"y must have a task to score, of \['stage'\], got"):
        task_scorer({"stage": "accuracy"})(model, X, {"died": data[1]["died"]})


def test_other_names_of_one_task_are_read_by_position(data):
    X, y = data
    model = MultiTaskRidge().fit(X, y["days"])
    wanted = task_scores(y["days"], model, X, "d2").iloc[0, -1]
    assert task_scores(pd.Series(y["days"], name="stay"), model, X, "d2").iloc[0, -1] == wanted
    frame = pd.DataFrame(y.select(["days"])).rename(columns={"days": "stay"})
    assert task_scores(frame, model, X, "d2").iloc[0, -1] == wanted


def test_predictions_of_outcomes_that_were_not_recorded(data, model):
    X, y = data
    cohort, predicted = y.select(["days", "died"]), model.predict(X)
    wanted = task_scores(cohort, predicted.select(["days", "died"]))
    for whole in (predicted, dict(predicted), pd.DataFrame(predicted)):
        with pytest.warns(UserWarning, match=r"\['stage', 'visits'\] of y_pred are not in y_true"):
            found = task_scores(cohort, whole)
        pd.testing.assert_frame_equal(found, wanted)


def test_calibration_of_what_was_recorded(data, model):
    pytest.importorskip("matplotlib")
    X, y = data
    with pytest.warns(UserWarning, match="are not in y: they are not scored"):
        display = TaskCalibrationDisplay.from_estimator(model, X, died(y)["dict"])
    assert list(display.calibrations) == ["died"]


def test_metrics_that_fit_some_tasks_are_nan_for_the_others(data, model):
    X, y = data
    fit = {
        "days": {"r2", "calibration_slope"},
        "died": {"f1", "roc_auc", "calibration_slope"},
        "stage": {"roc_auc"},
        "visits": {"r2"},
    }
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = task_scores(y, model, X, ["f1", "r2", "roc_auc", "calibration_slope"])
    assert list(table.columns[2:]) == ["f1", "r2", "roc_auc", "calibration_slope"]
    for name, metrics in fit.items():
        assert set(table.loc[name, table.columns[2:]].dropna().index) == metrics
    assert_allclose(table["r2"], task_scores(y, model, X, "r2")["r2"])


def test_metrics_that_fit_no_task_are_errors(data, model):
    X, y = data
    numbers = y.select(["days"])
    for metrics in ("roc_auc", ["r2", "roc_auc"]):
        with pytest.raises(ValueError, match="'roc_auc' does not fit task 'days'"):
            task_scores(numbers, dict(model.predict(X).select(["days"])), metrics=metrics)
    with pytest.raises(ValueError, match="'f1' does not fit task 'stage'.* two classes, not 3"):
        task_scores(y.select(["stage"]), dict(model.predict(X).select(["stage"])), metrics="f1")
    with pytest.raises(ValueError, match="'rmse', asked for task 'days', is no metric"):
        task_scores(y, model, X, ["r2", "rmse"])
    with pytest.raises(ValueError, match="'r2' does not fit task 'died'"):
        task_scores(y, model, X, {"died": "r2"})
    with pytest.raises(ValueError, match="'r2' does not fit task 'died'"):
        task_scorer("r2")(model, X, y)
