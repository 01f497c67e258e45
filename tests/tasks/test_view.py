"""What one-task views have beside predictions: coefficients of the inputs, names, decision values of two classes."""

import copy

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.calibration import CalibratedClassifierCV
from sklearn.decomposition import PCA
from sklearn.feature_selection import SelectFromModel, SelectKBest, VarianceThreshold
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import RocCurveDisplay, get_scorer, roc_auc_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, RobustScaler, StandardScaler

from skmtl import (
    GatedTasks,
    IndependentTasks,
    MultiTaskGLM,
    MultiTaskMLP,
    MultiTaskRidge,
    StackedTasks,
    TaskPerGroupClassifier,
    task_view,
)
from skmtl.penalties import MeanRegularized

N = 120


@pytest.fixture
def data(rng):
    """Inputs far from zero and of other scales, a number, two colours and three grades."""
    Z = rng.normal(size=(N, 4))
    z = Z @ [1.0, 1.0, 0.0, -0.5] + rng.normal(size=N)
    X = Z * [1.0, 100.0, 0.01, 3.0] + [0.0, 5000.0, 3.0, -7.0]
    grade = np.array(["I", "II", "III"])[np.digitize(z, [-0.5, 0.8])]
    return X, {"days": z, "colour": np.where(z > 0, "red", "blue"), "grade": grade}


BACK = {
    "StandardScaler": lambda: StandardScaler(),
    "without a mean": lambda: StandardScaler(with_mean=False),
    "without a scale": lambda: StandardScaler(with_std=False),
    "MinMaxScaler": lambda: MinMaxScaler((-1, 3)),
    "MaxAbsScaler": lambda: MaxAbsScaler(),
    "RobustScaler": lambda: RobustScaler(),
    "RobustScaler without a centre": lambda: RobustScaler(with_centering=False),
    "selection, then scales": lambda: make_pipeline(VarianceThreshold(0.01), StandardScaler()),
    "scales, then selection": lambda: make_pipeline(
        StandardScaler(), VarianceThreshold(), "passthrough"
    ),
}


@pytest.mark.parametrize("steps", BACK)
def test_coefficients_are_those_of_the_inputs(steps, data):
    X, y = data
    model = make_pipeline(BACK[steps](), MultiTaskGLM()).fit(X, y)
    days, colour, grade = (task_view(model, name) for name in y)
    assert days.coef_.shape == (4,) and colour.coef_.shape == (1, 4) and grade.coef_.shape == (3, 4)
    assert_allclose(X @ days.coef_ + days.intercept_, days.predict(X), rtol=1e-9, atol=1e-9)
    odds = X @ colour.coef_[0] + colour.intercept_
    assert_allclose(odds, colour.decision_function(X), rtol=1e-7, atol=1e-9)
    assert_allclose(X @ grade.coef_.T + grade.intercept_, grade.decision_function(X), atol=1e-8)


def test_searches_and_nested_pipelines_map_back(data):
    X, y = data
    model = make_pipeline(StandardScaler(), make_pipeline(MaxAbsScaler(), MultiTaskRidge()))
    search = GridSearchCV(model, {"pipeline__multitaskridge__alpha": [1.0]}, cv=2)
    view = task_view(search.fit(X, y["days"]), "y")
    assert_allclose(X @ view.coef_ + view.intercept_, view.predict(X), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("step", [PCA(2), MinMaxScaler(clip=True)])
def test_there_are_no_coefficients_behind_other_steps(step, data):
    X, y = data
    view = task_view(make_pipeline(StandardScaler(), step, MultiTaskGLM()).fit(X, y), "days")
    assert not hasattr(view, "coef_") and not hasattr(view, "intercept_")
    with pytest.raises(AttributeError, match=type(step).__name__):
        _ = view.coef_


def test_features_are_selected_by_the_view_of_a_pipeline(data):
    X, y = data
    model = make_pipeline(StandardScaler(), SelectKBest(k=3), LogisticRegression())
    assert model.fit(X, y["colour"]).n_features_in_ == 4
    view = task_view(make_pipeline(VarianceThreshold(0.01), MultiTaskGLM()).fit(X, y), "days")
    selector = SelectFromModel(FrozenEstimator(view), prefit=True, threshold=1e-12)
    assert_array_equal(selector.fit(X).get_support(), [True, True, False, True])


def test_names_can_be_set_and_deleted(data):
    """shap.KernelExplainer sets them to None on a deep copy."""
    X, y = data
    frame = pd.DataFrame(X, columns=list("abcd"))
    view = task_view(MultiTaskGLM().fit(frame, y), "colour")
    assert_array_equal(view.feature_names_in_, list("abcd"))
    other = copy.deepcopy(view)
    other.feature_names_in_ = None
    assert other.feature_names_in_ is None
    assert other.predict_proba(frame).shape == (N, 2)
    del other.feature_names_in_
    assert not hasattr(other, "feature_names_in_")
    assert_array_equal(view.feature_names_in_, list("abcd"))
    assert not hasattr(task_view(MultiTaskGLM().fit(X, y), "colour"), "feature_names_in_")


TWO = {"task_types": {"colour": "multiclass"}}
JOINT = {
    "MultiTaskGLM": lambda: MultiTaskGLM(**TWO),
    "MultiTaskMLP": lambda: MultiTaskMLP(4, n_members=2, max_iter=50, random_state=0, **TWO),
    "IndependentTasks": lambda: IndependentTasks(**TWO),
    "StackedTasks": lambda: StackedTasks(cv=3, **TWO),
    "GatedTasks": lambda: GatedTasks(cv=3, **TWO),
    "pipeline": lambda: make_pipeline(StandardScaler(), MultiTaskGLM(**TWO)),
}


@pytest.mark.parametrize("make", JOINT)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_two_classes_declared_to_be_several_have_one_decision_value(make, data):
    X, y = data
    X = X[:, [0, 3]]
    colour = y["colour"]
    view = task_view(JOINT[make]().fit(X, {"colour": colour}), "colour")
    assert view.decision_function(X).shape == (N,)
    p = view.predict_proba(X)
    assert_allclose(view.decision_function(X), np.log(p[:, 1] / p[:, 0]), rtol=1e-4, atol=1e-5)
    assert get_scorer("roc_auc")(view, X, colour) == pytest.approx(roc_auc_score(colour, p[:, 1]))
    RocCurveDisplay.from_estimator(view, X, colour)
    calibrated = CalibratedClassifierCV(FrozenEstimator(view)).fit(X, colour)
    assert calibrated.predict_proba(X).shape == (N, 2)


def test_two_classes_of_groups_have_one_decision_value(data):
    X, y = data
    several = MultiTaskGLM(MeanRegularized(signs="same"), task_types="multiclass")
    X = np.column_stack([np.arange(N) % 3, X[:, [0, 3]]])
    model = TaskPerGroupClassifier(several, group=0).fit(X, y["colour"])
    p = model.predict_proba(X)
    assert_allclose(model.decision_function(X), np.log(p[:, 1] / p[:, 0]), rtol=1e-6)
    RocCurveDisplay.from_estimator(model, X, y["colour"])
