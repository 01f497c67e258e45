"""One-task views: scikit-learn's tools for one outcome take them as they are."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import is_classifier, is_regressor
from sklearn.calibration import CalibratedClassifierCV, CalibrationDisplay
from sklearn.compose import make_column_transformer
from sklearn.ensemble import StackingClassifier, StackingRegressor, VotingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.impute import SimpleImputer
from sklearn.inspection import PartialDependenceDisplay, permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    ConfusionMatrixDisplay,
    PrecisionRecallDisplay,
    PredictionErrorDisplay,
    RocCurveDisplay,
    log_loss,
    roc_auc_score,
)
from sklearn.model_selection import GridSearchCV, KFold, TunedThresholdClassifierCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from zoo import patients

from skmtl import MultiTaskGLM, MultiTaskRidge, TaskTargets, task_view
from skmtl.penalties import MeanRegularized

pd = pytest.importorskip("pandas")


@pytest.fixture(scope="module")
def ward():
    """A fitted pipeline, its raw frame with categories and holes, and targets with missing labels."""
    X, y = patients(4, 150)
    rng = np.random.default_rng(4)
    frame = pd.DataFrame(X, columns=[f"x{j}" for j in range(5)])
    frame.loc[rng.random(150) < 0.1, "x1"] = np.nan
    frame["sex"] = pd.Series(rng.choice(["f", "m"], 150), dtype="category")
    frame["ward"] = rng.choice(["north", "south", "west"], 150)
    names = ("days", "died", "stage", "visits")
    y = TaskTargets({name: y[name] for name in names}, {"visits": "count"})
    return pipeline().fit(frame, y), frame, y


def pipeline():
    """Return the unfitted pipeline."""
    prepare = make_column_transformer(
        (OneHotEncoder(), ["sex", "ward"]),
        (make_pipeline(SimpleImputer(), StandardScaler()), [f"x{j}" for j in range(5)]),
    )
    return make_pipeline(prepare, MultiTaskGLM(MeanRegularized(3.0)))


def one(ward, name):
    """Return the view of a task, with the rows that have a label."""
    model, X, y = ward
    seen = y.observed(name)
    labels = y[name][seen]
    return task_view(model, name), X[seen], labels.astype(str) if labels.dtype == object else labels


def test_classifier(ward):
    """What a fitted classifier has."""
    view, X, died = one(ward, "died")
    model = ward[0]
    assert is_classifier(view) and not is_regressor(view)
    assert_array_equal(view.classes_, ["no", "yes"])
    assert_array_equal(view.predict(X), model.predict(X)["died"])
    assert_allclose(view.predict_proba(X), model.predict_proba(X)["died"])
    assert_allclose(view.predict_log_proba(X), np.log(view.predict_proba(X)))
    assert view.decision_function(X).shape == (len(X),)
    assert_array_equal(view.predict(X) == "yes", view.decision_function(X) > 0)
    assert view.score(X, died) == np.mean(view.predict(X) == died)
    final = model[-1].task("died")
    assert final.coef_.shape == (1, 10) and final.intercept_.shape == (1,)
    assert view.n_features_in_ == 7
    assert list(view.feature_names_in_) == list(X.columns)


def test_multiclass(ward):
    """A row of coefficients a class."""
    view, X, stage = one(ward, "stage")
    assert view.decision_function(X).shape == view.predict_proba(X).shape == (len(X), 3)
    final = ward[0][-1].task("stage")
    assert final.coef_.shape == (3, 10) and final.intercept_.shape == (3,)
    assert log_loss(stage, view.predict_proba(X)) < np.log(3)


def test_regressors(ward):
    """Numbers and counts are regressions; no probabilities."""
    for name in ("days", "visits"):
        view, X, values = one(ward, name)
        assert is_regressor(view) and not hasattr(view, "predict_proba")
        assert_allclose(view.predict(X), ward[0].predict(X)[name])
        final = ward[0][-1].task(name)
        assert final.coef_.shape == (10,) and np.ndim(final.intercept_) == 0
        assert -1 < view.score(X, values.astype(float)) <= 1
        assert not hasattr(view, "classes_")


def test_coefficients_are_the_model(ward):
    """X coef' + intercept is the decision, as in scikit-learn."""
    model, X, _ = ward
    Z = model[:-1].transform(X)
    for name in ("died", "stage", "days"):
        view = model[-1].task(name)
        raw = Z @ np.atleast_2d(view.coef_).T + view.intercept_
        assert_allclose(np.squeeze(raw), model.decision_function(X)[name], atol=1e-9)


def test_rules(ward):
    """Unknown tasks, unfitted models, and fit."""
    model, X, y = ward
    for ask in (lambda: task_view(model, "lived"), lambda: model[-1].task("lived")):
        with pytest.raises(ValueError, match="lived.*days"):
            ask()
    with pytest.raises(NotFittedError):
        task_view(pipeline(), "died")
    with pytest.raises(NotFittedError):
        MultiTaskGLM().task("died")
    with pytest.raises(Exception, match="FrozenEstimator"):
        task_view(model, "died").fit(X, y["died"])
    with pytest.raises(TypeError):
        task_view(LogisticRegression(solver="newton-cholesky").fit([[0], [1]], [0, 1]), "died")


@pytest.mark.parametrize("container", ["frame", "matrix", "vector"])
def test_of_any_container(container):
    """Models fitted on frames, 2-D and 1-D arrays have views as well."""
    X, y = patients(4, missing=0.0)
    days, died = y["days"], (y["died"] == "yes").astype(int)
    targets, name = {
        "frame": (pd.DataFrame({"days": days, "died": died}), "died"),
        "matrix": (np.column_stack([days, died]), "y1"),
        "vector": (died, "y"),
    }[container]
    view = task_view(MultiTaskGLM().fit(X, targets), name)
    assert is_classifier(view) and view.predict_proba(X).shape == (len(X), 2)
    assert set(view.predict(X)) <= {0, 1} and roc_auc_score(died, view.predict_proba(X)[:, 1]) > 0.6
    numbers = np.column_stack([days, y["cost"]])
    assert_allclose(
        task_view(MultiTaskRidge().fit(X, numbers), "y1").predict(X).mean(), y["cost"].mean()
    )


def test_search(ward):
    """A fitted search has views of its best model."""
    _, X, y = ward
    grid = {"multitaskglm__penalty__alpha": [1.0, 30.0]}
    cv = KFold(3, shuffle=True, random_state=0)
    search = GridSearchCV(pipeline(), grid, cv=cv, error_score="raise").fit(X, y)
    view = task_view(search, "died")
    assert_array_equal(view.predict(X), search.predict(X)["died"])
    assert not hasattr(view, "coef_")  # of inputs that are categories there are none
    grid = {"penalty__alpha": [1.0]}
    inside = make_pipeline(GridSearchCV(MultiTaskGLM(MeanRegularized()), grid, cv=cv))
    assert task_view(inside.fit(X[["x0", "x2"]], y), "days").predict(X[["x0", "x2"]]).shape == (
        150,
    )


@pytest.fixture
def plots():
    """matplotlib, with all figures closed in the end."""
    plt = pytest.importorskip("matplotlib.pyplot")
    yield plt
    plt.close("all")


@pytest.mark.parametrize("display", [RocCurveDisplay, PrecisionRecallDisplay, CalibrationDisplay])
def test_curves(ward, plots, display):
    """Of a binary task, from the view and from its probabilities: the same curve."""
    view, X, died = one(ward, "died")
    label = {"pos_label": "yes"}
    found = display.from_estimator(view, X, died, **label)
    wanted = display.from_predictions(died, view.predict_proba(X)[:, 1], **label)
    lines = [shown.ax_.get_lines()[0].get_ydata() for shown in (found, wanted)]
    assert_allclose(*lines)


def test_confusion_matrix(ward, plots):
    """Of a multiclass task, with all its classes."""
    view, X, stage = one(ward, "stage")
    found = ConfusionMatrixDisplay.from_estimator(view, X, stage)
    assert found.confusion_matrix.sum() == len(stage)
    assert_array_equal(found.display_labels, ["I", "II", "III"])


def test_prediction_error(ward, plots):
    """Of a regression task."""
    view, X, days = one(ward, "days")
    assert PredictionErrorDisplay.from_estimator(view, X, days).y_true.shape == days.shape


@pytest.mark.parametrize("name", ["died", "stage", "days", "visits"])
def test_partial_dependence(ward, plots, name):
    """Of numbers and of categories, for every type of task."""
    view, X, _ = one(ward, name)
    target = {"target": "II"} if name == "stage" else {}
    found = PartialDependenceDisplay.from_estimator(
        view, X, ["x0", "sex"], categorical_features=["sex"], grid_resolution=5, **target
    )
    assert np.isfinite(found.pd_results[0].average).all()


@pytest.mark.parametrize(
    "name, scoring",
    [("died", "roc_auc"), ("stage", "neg_log_loss"), ("days", "r2"), ("died", None)],
)
def test_permutation_importance(ward, name, scoring):
    """Of raw columns."""
    view, X, values = one(ward, name)
    found = permutation_importance(view, X, values, scoring=scoring, n_repeats=3, random_state=0)
    assert found.importances_mean.shape == (7,) and np.ptp(found.importances_mean) > 0


@pytest.mark.parametrize("name", ["died", "stage"])
@pytest.mark.parametrize("method", ["sigmoid", "isotonic"])
def test_calibrated(ward, name, method):
    """Frozen, then calibrated on other rows."""
    view, X, labels = one(ward, name)
    found = CalibratedClassifierCV(FrozenEstimator(view), method=method).fit(X, labels)
    p = found.predict_proba(X)
    assert_allclose(p.sum(axis=1), 1.0)
    assert_array_equal(found.classes_, view.classes_)


def test_tuned_threshold(ward):
    """Frozen, then given another threshold."""
    view, X, died = one(ward, "died")
    tuned = TunedThresholdClassifierCV(
        FrozenEstimator(view), scoring="balanced_accuracy", cv="prefit", refit=False
    ).fit(X, died)
    wanted = np.where(view.predict_proba(X)[:, 1] >= tuned.best_threshold_, "yes", "no")
    assert np.mean(tuned.predict(X) == wanted) > 0.95


@pytest.mark.parametrize("name", ["died", "stage"])
def test_stacked(ward, name):
    """Frozen, then stacked with, or voting among, others."""
    view, X, labels = one(ward, name)
    other = make_pipeline(
        make_column_transformer((SimpleImputer(), ["x0", "x2"])),
        LogisticRegression(solver="newton-cholesky"),
    )
    members = [("joint", FrozenEstimator(view)), ("small", other)]
    stacked = StackingClassifier(members, LogisticRegression(solver="newton-cholesky"), cv=3).fit(
        X, labels
    )
    assert_array_equal(stacked.classes_, view.classes_)
    assert stacked.score(X, labels) >= 0.4
    assert VotingClassifier(members, voting="soft").fit(X, labels).score(X, labels) >= 0.4


def test_stacked_regressors(ward):
    """The same for numbers."""
    view, X, days = one(ward, "days")
    stacked = StackingRegressor([("joint", FrozenEstimator(view))], cv=3).fit(X, days)
    assert stacked.score(X, days) > 0


def test_cross_validated_frozen(ward):
    """scikit-learn's scorers take the frozen view."""
    view, X, died = one(ward, "died")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scores = cross_val_score(FrozenEstimator(view), X, died, scoring="roc_auc", cv=3)
    assert (scores > 0.4).all()
