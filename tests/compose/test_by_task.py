"""Another estimator for an outcome: a dict by task in IndependentTasks."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, PoissonRegressor, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from zoo import MIXED, known, patients

from skmtl import IndependentTasks, MultiTaskGLM, StackedTasks, TaskTargets
from skmtl.metrics import task_scorer


def mixed(**settings):
    """Return X and targets of all types."""
    X, y = patients(**settings)
    return X, TaskTargets({name: y[name] for name in MIXED}, {"visits": "count"})


def by_task():
    """Return estimators of some of the tasks."""
    return {"died": LogisticRegression(class_weight="balanced"), "days": Ridge(3.0)}


def test_each_task_has_its_estimator():
    """What is named is fitted to its task; the others have the estimator of their type."""
    X, y = mixed()
    y = y.select([name for name in y if name != "grade"])
    forest = RandomForestClassifier(5, random_state=0)
    settings = {
        "regressor": KNeighborsRegressor(3),
        "counter": {"stage": forest, "visits": Ridge()},
    }
    model = IndependentTasks(by_task(), **settings).fit(X, y)
    for name, estimator in (
        *by_task().items(),
        ("cost", KNeighborsRegressor(3)),
        ("stage", forest),
    ):
        rows = known(y[name])
        target = y[name][rows].astype(y.classes.get(name, y[name]).dtype)
        assert_array_equal(model.predict(X)[name], clone(estimator).fit(X[rows], target).predict(X))
    assert isinstance(model.estimators_["visits"], Ridge)


def test_joint_estimators_and_pipelines():
    """A joint estimator and a pipeline serve one task as well as an ordinary estimator does."""
    X, y = mixed()
    y = y.select(["days", "died", "cost"])
    pipe = make_pipeline(StandardScaler(), Ridge())
    model = IndependentTasks({"died": MultiTaskGLM(), "days": pipe}).fit(X, y, np.ones(len(X)))
    alone = MultiTaskGLM().fit(X, y.select(["died"]))
    assert_allclose(model.predict_proba(X)["died"], alone.predict_proba(X)["died"])
    assert model.set_params(classifier__days__ridge__alpha=7.0).classifier["days"][-1].alpha == 7.0


def test_parameters():
    """Names of nested parameters, in both directions, and copies that share nothing."""
    model = IndependentTasks(by_task(), Ridge())
    params = model.get_params()
    assert params["classifier__died__C"] == 1.0 and params["classifier__days__alpha"] == 3.0
    assert isinstance(params["classifier__days"], Ridge) and params["regressor__alpha"] == 1.0
    assert "classifier__died" not in model.get_params(deep=False)
    copy = clone(model).set_params(
        classifier__died__C=0.2, regressor__alpha=5.0, classifier__days=PoissonRegressor()
    )
    assert copy.classifier["died"].C == 0.2 and copy.regressor.alpha == 5.0
    assert model.classifier["died"].C == 1.0 and isinstance(model.classifier["days"], Ridge)
    assert (
        copy.set_params(classifier=by_task(), classifier__days__alpha=9.0).classifier["days"].alpha
        == 9
    )
    assert copy.set_params(classifier__days=Ridge(), classifier__days__alpha=4.0) is copy
    assert copy.classifier["days"].alpha == 4.0
    assert repr(clone(model)) == repr(model) and "'died': LogisticRegression(" in repr(model)
    assert "days" in model._repr_html_()


def test_names_that_hold_each_other():
    """Of tasks a and a__C the longer name is meant."""
    model = IndependentTasks({"a": LogisticRegression(), "a__C": LogisticRegression(), 1: Ridge()})
    model.set_params(classifier__a__C__C=0.3, classifier__a__tol=0.1, classifier__1__alpha=2.0)
    assert model.classifier["a__C"].C == 0.3 and model.classifier["a"].C == 1.0
    assert model.classifier["a"].tol == 0.1 and model.classifier[1].alpha == 2.0


@pytest.mark.parametrize("key", ["classifier__nobody__C", "classifier__dead", "classifier__diedC"])
def test_unknown_parameters(key):
    """A parameter of no task is named, and so are the tasks."""
    with pytest.raises(ValueError, match=rf"Invalid parameter {key}.*'died', 'days'"):
        IndependentTasks(by_task()).set_params(**{key: 1.0})
    with pytest.raises(ValueError, match="Invalid parameter 'nobody'"):
        IndependentTasks(by_task()).set_params(nobody__C=1.0)


def test_grid_search():
    """Over parameters of one task."""
    X, y = patients(n=120)
    y = TaskTargets({name: y[name] for name in ("died", "days", "cost")})
    grid = {"classifier__days__alpha": [0.1, 1e4], "classifier__died__C": [0.1, 1.0]}
    search = GridSearchCV(IndependentTasks(by_task()), grid, scoring=task_scorer(), cv=3).fit(X, y)
    assert search.best_params_["classifier__days__alpha"] == 0.1
    assert search.best_estimator_.estimators_["days"].alpha == 0.1


@pytest.mark.parametrize(
    "params, message",
    [
        (
            {"classifier": {"dead": Ridge()}},
            r"classifier must name tasks of y, .*'died'.*got 'dead'",
        ),
        ({"regressor": {"days": Ridge()}}, r"regressor must be one estimator.*'cost' is in none"),
        ({"classifier": {"died": LogisticRegression()}}, r"classifier must be one.*'stage'"),
        (
            {"classifier": by_task(), "regressor": {"days": Ridge()}},
            "regressor must not name task 'days', which classifier names",
        ),
        (
            {"regressor": {"died": Ridge()}},
            "'died' of type 'binary' a classifier or a joint.*got Ridge",
        ),
        ({"counter": {"days": LogisticRegression()}}, "'days' of type 'regression' a regressor or"),
        (
            {"classifier": {"died": "logistic"}},
            r"classifier of IndependentTasks must be None.*dict",
        ),
        ({"classifier": {"died": None}}, r"classifier of IndependentTasks must be None.*dict"),
        ({"classifier": {"died": Ridge}}, r"classifier of IndependentTasks must be None.*dict"),
    ],
    ids=str,
)
def test_errors(params, message):
    """Names and kinds are checked before any work."""
    X, y = mixed()
    with pytest.raises(ValueError, match=message):
        IndependentTasks(**params).fit(X, y)


def test_links_of_a_chain():
    """Each link takes of the dict what its task needs."""
    X, y = patients(n=80)
    y = TaskTargets({name: y[name] for name in ("died", "days")})
    chain = StackedTasks(IndependentTasks(by_task()), order=["days", "died"], cv=3).fit(X, y)
    assert isinstance(chain.estimator_.estimators_["days"], Ridge)
    assert isinstance(chain.final_[0].estimators_["died"], LogisticRegression)
    with pytest.raises(ValueError, match="classifier must name tasks of y.*'dead'"):
        StackedTasks(IndependentTasks({"dead": Ridge()}), order=["days", "died"]).fit(X, y)
