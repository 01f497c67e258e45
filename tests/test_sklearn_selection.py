"""scikit-learn's selectors of features, and other tools that make arrays of y, over joint models."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import BaggingRegressor, RandomForestRegressor
from sklearn.feature_selection import RFE, RFECV, SelectFromModel, SelectKBest
from sklearn.inspection import permutation_importance
from sklearn.linear_model import Ridge
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import (
    GridSearchCV,
    KFold,
    StratifiedGroupKFold,
    StratifiedKFold,
    cross_val_score,
    learning_curve,
    train_test_split,
)
from sklearn.preprocessing import LabelBinarizer, TargetEncoder

from skmtl import MultiTaskGLM, MultiTaskLogisticRegression, MultiTaskRidge, TaskTargets
from skmtl.metrics import task_scorer
from skmtl.penalties import L21

GETTER = "feature_importances_"
SELECTORS = {
    "SelectFromModel": lambda model: SelectFromModel(model, importance_getter=GETTER),
    "RFE": lambda model: RFE(model, n_features_to_select=5, importance_getter=GETTER),
    "RFECV": lambda model: RFECV(
        model, cv=3, scoring=task_scorer(), importance_getter=GETTER, min_features_to_select=3
    ),
}


@pytest.mark.parametrize("model", [MultiTaskGLM(), MultiTaskRidge(), MultiTaskGLM(L21())], ids=str)
@pytest.mark.parametrize("selector", SELECTORS)
def test_features_do_not_depend_on_units_of_targets(selector, model, rng):
    """Grams or milligrams: norms of coef_ would choose what the task with the largest numbers needs."""
    X = rng.normal(size=(200, 10))
    dose = X[:, :3].sum(axis=1) + rng.normal(size=200)
    other = X[:, 3:6].sum(axis=1) + rng.normal(size=200)
    chosen = [
        SELECTORS[selector](model).fit(X, np.column_stack([dose, unit * other])).get_support()
        for unit in (1.0, 1e3, 1e-3)
    ]
    assert_array_equal(chosen[0], chosen[1])
    assert_array_equal(chosen[0], chosen[2])
    assert chosen[0][:3].any() and chosen[0][3:6].any()


def test_importances_are_norms_over_columns(rng):
    X = rng.normal(size=(120, 4))
    days = 30.0 * X[:, 0] + rng.normal(size=120)
    stage = np.array(["I", "II", "III"])[np.digitize(X[:, 1], [-0.5, 0.5])]
    model = MultiTaskGLM().fit(X, {"days": days, "stage": stage})
    wanted = np.sqrt((model.coef_[0] / days.std()) ** 2 + (model.coef_[1:] ** 2).sum(axis=0))
    assert_allclose(model.feature_importances_, wanted)
    assert not hasattr(MultiTaskGLM(), "feature_importances_")
    one = MultiTaskLogisticRegression().fit(X, stage == "II")
    assert_allclose(one.feature_importances_, np.abs(one.coef_[0]))


MAKE_ARRAYS = {
    "RFE": lambda model: RFE(model, n_features_to_select=2),
    "RFECV": lambda model: RFECV(model, cv=3),
    "BaggingRegressor": lambda model: BaggingRegressor(model, n_estimators=2, random_state=0),
}


@pytest.mark.parametrize("tool", MAKE_ARRAYS)
@pytest.mark.filterwarnings("ignore:task 'y")
def test_tools_that_make_arrays_of_targets_lose_types_with_a_warning(tool, rng):
    X = rng.normal(size=(90, 3))
    visits = rng.poisson(np.exp(1.0 + 0.5 * X[:, 0]))
    columns = {"visits": visits, "stage": np.arange(90) % 3, "days": X[:, 1]}
    y = TaskTargets(columns, {"visits": "count", "stage": "multiclass"})
    said = (
        r"declared types \{'visits': 'count', 'stage': 'multiclass'\}.* task_types=\{'y0': 'count'"
    )
    with pytest.warns(UserWarning, match=said):
        MAKE_ARRAYS[tool](MultiTaskGLM()).fit(X, y)
    types = dict(zip(("y0", "y1", "y2"), y.task_types.values()))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="an array of TaskTargets")
        fitted = MAKE_ARRAYS[tool](MultiTaskGLM(task_types=types)).fit(X, y)
    members = fitted.estimators_ if tool == "BaggingRegressor" else [fitted.estimator_]
    assert all(member.task_types_ == types for member in members)


def test_selection_from_a_model_keeps_types_and_says_nothing(rng):
    X = rng.normal(size=(90, 3))
    y = TaskTargets({"visits": rng.poisson(2.0, size=90), "days": X[:, 1]}, {"visits": "count"})
    X, _, y, _ = train_test_split(X, y, random_state=0)
    assert SelectFromModel(MultiTaskGLM()).fit(X, y).estimator_.task_types_ == y.task_types
    np.asarray(TaskTargets({"days": X[:, 1], "ill": X[:, 0] > 0}))
    one = TaskTargets({"stage": np.arange(60) % 3}, "multiclass")
    list(KFold(3).split(X[:60], np.asarray(one)))


OF_ONE_OUTCOME = {
    "roc_auc": lambda X, y: cross_val_score(MultiTaskGLM(), X, y, scoring="roc_auc", **RAISE),
    "accuracy": lambda X, y: cross_val_score(MultiTaskGLM(), X, y, scoring="accuracy", **RAISE),
    "r2": lambda X, y: cross_val_score(MultiTaskGLM(), X, y, scoring="r2", **RAISE),
    "search": lambda X, y: GridSearchCV(MultiTaskGLM(), {}, scoring="f1", **RAISE).fit(X, y),
    "learning_curve": lambda X, y: learning_curve(MultiTaskGLM(), X, y, scoring="f1", **RAISE),
    "permutation_importance": lambda X, y: permutation_importance(
        MultiTaskGLM().fit(X, y), X, y, scoring="roc_auc"
    ),
    "metric": lambda X, y: roc_auc_score(y, X[:, 0]),
    "TargetEncoder": lambda X, y: TargetEncoder().fit(X.round(), y),
    "StratifiedGroupKFold": lambda X, y: list(
        StratifiedGroupKFold(3).split(X, y, np.arange(len(X)))
    ),
    "CalibratedClassifierCV": lambda X, y: CalibratedClassifierCV(MultiTaskGLM()).fit(X, y),
    "LabelBinarizer": lambda X, y: LabelBinarizer().fit(y),
    "numpy.unique": lambda X, y: np.unique(y),
    "numpy.mean": lambda X, y: np.mean(y),
    "floats": lambda X, y: np.asarray(y, dtype=float),
}
OF_NO_GAPS = {
    "SelectKBest": lambda X, y: SelectKBest(k=2).fit(X, y),
    "StratifiedKFold": lambda X, y: list(StratifiedKFold(3).split(X, y)),
    "train_test_split": lambda X, y: train_test_split(X, y, stratify=y),
    "RandomForestRegressor": lambda X, y: RandomForestRegressor(2).fit(X, y),
}
RAISE = {"cv": 3, "error_score": "raise"}
OF_CLASSIFIERS = (
    "should either be a classifier"  # which some releases of scikit-learn look at first
)
SAID = "y holds tasks, not one outcome: task_scorer.*TaskStratifiedKFold.*task_view"


def tasks(rng, missing):
    """Return inputs, and a task of numbers, some of them missing, beside one of labels."""
    X = rng.normal(size=(90, 3))
    days = np.where(rng.random(90) < missing, np.nan, X[:, 1])
    return X, TaskTargets({"days": days, "ill": np.where(X[:, 0] > 0, "yes", "no")})


@pytest.mark.filterwarnings("ignore:an array of TaskTargets has missing labels")
@pytest.mark.parametrize("missing", [0.0, 0.2])
@pytest.mark.parametrize("tool", OF_ONE_OUTCOME)
def test_tools_of_one_outcome_say_what_y_holds(tool, missing, rng):
    with pytest.raises((TypeError, ValueError), match=f"{SAID}|{OF_CLASSIFIERS}"):
        OF_ONE_OUTCOME[tool](*tasks(rng, missing))


@pytest.mark.parametrize("tool", OF_NO_GAPS)
def test_tools_that_take_no_missing_labels_say_what_y_holds(tool, rng):
    with pytest.raises(ValueError, match="NaN"), pytest.warns(UserWarning, match=SAID):
        OF_NO_GAPS[tool](*tasks(rng, 0.2))


def test_labels_beside_numbers_are_plain_ones_where_they_come_back(rng):
    """An array of targets is y0 and y1 to a model, as any other is."""
    X, y = tasks(rng, 0.0)
    matrix = np.asarray(y)
    assert sorted(matrix[:, 1]) == sorted(y["ill"])
    model = MultiTaskGLM().fit(X, matrix)
    assert {type(label) for label in TaskTargets({"ill": matrix[:, 1]})["ill"]} == {str}
    assert_array_equal(model.classes_["y1"], ["no", "yes"])
    assert_array_equal(model.predict(X)[:, 1], MultiTaskGLM().fit(X, y).predict(X)["ill"])
    assert_array_equal(RFE(MultiTaskGLM()).fit(X, y).get_support(), [True, False, False])


def test_numbers_without_gaps_are_an_array_of_numbers(rng):
    """Tools for several numbers take them, and those for one say what they got."""
    X = rng.normal(size=(60, 3))
    y = TaskTargets({"days": X[:, 0] + X[:, 1], "cost": X[:, 1]})
    assert np.asarray(y).dtype == np.float64
    assert Ridge().fit(X, y).coef_.shape == (2, 3)
    with pytest.raises(ValueError, match="continuous-multioutput"):
        list(StratifiedKFold(3).split(X, y))
