"""An ordinary estimator for each task."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression, PoissonRegressor, Ridge, RidgeClassifier
from sklearn.model_selection import FixedThresholdClassifier, GridSearchCV
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from zoo import MIXED, glm, known, patients

from skmtl import IndependentTasks, MultiTaskGLM, MultiTaskRidge, TaskTargets
from skmtl.metrics import task_scorer


def mixed(**settings):
    """Return X and targets of all types."""
    X, y = patients(**settings)
    return X, TaskTargets({name: y[name] for name in MIXED}, {"visits": "count"})


def test_each_task_is_fitted_alone():
    """To the rows with labels, by a clone of what was given."""
    X, y = mixed()
    model = IndependentTasks(LogisticRegression(C=0.3), Ridge(3.0)).fit(X, y)
    for name, estimator in (("days", Ridge(3.0)), ("died", LogisticRegression(C=0.3))):
        rows = known(y[name])
        alone = estimator.fit(X[rows], y[name][rows].astype(y.classes.get(name, y[name]).dtype))
        assert_array_equal(model.predict(X)[name], alone.predict(X))
    assert_allclose(model.predict_proba(X)["died"], alone.predict_proba(X))
    assert_allclose(model.decision_function(X)["died"], alone.decision_function(X))
    assert set(model.estimators_) == set(MIXED)


@pytest.mark.parametrize("make", [np.asarray, sparse.csr_array], ids=["dense", "sparse"])
@pytest.mark.parametrize("weighted", [False, True])
def test_default_estimators(make, weighted, rng):
    """One prior for all types, ||w||^2 / 2 beside a sum of losses: scikit-learn's optima, also of sparse X."""
    X, y = mixed(missing=0.0)
    X = np.where(np.abs(X) < 0.7, 0.0, X)
    weight = rng.uniform(0.5, 3.0, len(X)) if weighted else np.ones(len(X))
    model = IndependentTasks().fit(make(X), y, weight if weighted else None)
    exact = {"solver": "newton-cholesky", "tol": 1e-12, "max_iter": 1000}
    logistic = LogisticRegression(**exact)
    days = Ridge().fit(X, y["days"], weight)
    visits = PoissonRegressor(alpha=1 / weight.sum(), **exact).fit(X, y["visits"], weight)
    assert_allclose(model.predict(make(X))["days"], days.predict(X), rtol=1e-10)
    assert_allclose(model.predict(make(X))["visits"], visits.predict(X), rtol=1e-6)
    for name in ("died", "stage"):
        wanted = logistic.fit(X, y[name].astype(str), weight).predict_proba(X)
        assert_allclose(model.predict_proba(make(X))[name], wanted, atol=1e-6)


def test_counts_are_shrunk_no_more_than_numbers(rng):
    """Strength does not grow with the number of rows."""
    X = rng.normal(size=(400, 10))
    visits = rng.poisson(np.exp(X @ rng.normal(size=10) / 3))
    y = TaskTargets({"visits": visits[:200]}, "count")
    strong = PoissonRegressor(alpha=1.0)  # per row: 200 times the strength of Ridge()
    found = IndependentTasks().fit(X[:200], y).score(X[200:], {"visits": visits[200:]})
    shrunk = IndependentTasks(counter=strong).fit(X[:200], y)  # what a user asks for is kept
    assert shrunk.estimators_["visits"].alpha == 1.0
    assert found > 0.05 + shrunk.score(X[200:], {"visits": visits[200:]})


def test_joint_estimators_alone():
    """A joint estimator gets one task at a time, also where it declares the types of others."""
    X, y = mixed()
    joint = glm(None)
    model = IndependentTasks(joint, joint, counter=joint).fit(X, y)
    for name in y:
        alone = MultiTaskGLM().fit(X, y.select([name]))
        assert_allclose(model.decision_function(X)[name], alone.decision_function(X)[name])


def test_frames_stay_frames():
    """Categories reach the trees, and gaps do."""
    pd = pytest.importorskip("pandas")
    X, y = mixed()
    table = pd.DataFrame(X, columns=list("abcde"))
    table.iloc[::3, 0] = np.nan
    table["ward"] = pd.Categorical(np.where(X[:, 1] > 0, "north", "south"))
    trees = [HistGradientBoostingClassifier(max_iter=5), HistGradientBoostingRegressor(max_iter=5)]
    model = IndependentTasks(*trees, counter=trees[1]).fit(table, y)
    assert model.predict(table).shape == y.shape
    assert model.estimators_["days"].is_categorical_.tolist() == [False] * 5 + [True]


def test_thresholds_are_kept():
    """``predict`` is what the classifiers predict."""
    X, y = mixed()
    careful = FixedThresholdClassifier(LogisticRegression(), threshold=0.05)
    model = IndependentTasks(careful).fit(X, {"died": y["died"]})
    risk = model.predict_proba(X)["died"][:, 1]
    assert_array_equal(model.predict(X)["died"] == "yes", risk >= 0.05)


def test_classes_without_a_label():
    """They have probability zero, and a task of one class is a constant, with a warning."""
    X, y = mixed(missing=0.0)
    some = y[y["stage"] != "II"]
    model = IndependentTasks().fit(X[y["stage"] != "II"], some)
    probability = model.predict_proba(X)["stage"]
    assert probability.shape == (len(X), 3) and not probability[:, 1].any()
    assert_allclose(probability.sum(axis=1), 1.0)
    decision = model.decision_function(X)["stage"]
    assert_array_equal(model.classes_["stage"][decision.argmax(axis=1)], model.predict(X)["stage"])
    died = y["died"] == "no"
    with pytest.warns(UserWarning, match="one class only"):
        model = IndependentTasks().fit(X[died], y[died])
    assert_array_equal(model.predict_proba(X)["died"], [[1.0, 0.0]] * len(X))


def test_order_of_tasks_with_a_constant():
    """A task with too few labels keeps its place, in dicts and among the columns of an array."""
    X, y = patients(missing=0.0)
    lost = TaskTargets({"lost": np.full(len(X), np.nan), "days": y["days"]}, "regression")
    constant = np.column_stack([y["days"], np.full(len(X), np.nan), y["cost"]])
    with pytest.warns(UserWarning, match="has no label"):
        by_name = IndependentTasks().fit(X, TaskTargets({"days": y["days"], **lost}, "regression"))
    with pytest.warns(UserWarning, match="has no label"):
        by_place = IndependentTasks(task_types="regression").fit(X, constant)
    array = by_place.predict(X)
    assert list(by_name.predict(X)) == ["days", "lost"] == list(by_name.decision_function(X))
    assert_array_equal(array[:, 1], 0.0)
    assert_allclose(array[:, 0], Ridge().fit(X, y["days"]).predict(X))


def test_without_probabilities():
    """There is no predict_proba where a classifier has none."""
    X, y = mixed()
    model = IndependentTasks(RidgeClassifier()).fit(X, {"died": y["died"], "days": y["days"]})
    assert not hasattr(model, "predict_proba")
    assert set(model.decision_function(X)) == {"died", "days"}


def test_negative_counts():
    """A mean count is never below zero."""
    X, y = mixed()
    model = IndependentTasks(counter=Ridge(0.1)).fit(X, y.select(["visits"]))
    assert model.estimators_["visits"].predict(X).min() < 0.0 == model.predict(X)["visits"].min()


def test_weights(rng):
    """By task, and into the last step of a pipeline; refused where an estimator takes none."""
    X, y = mixed(missing=0.0)
    weight = rng.uniform(0.5, 2.0, (len(X), 2))
    pair = y.select(["days", "cost"])
    model = IndependentTasks(regressor=make_pipeline(StandardScaler(), Ridge())).fit(
        X, pair, weight
    )
    alone = make_pipeline(StandardScaler(), Ridge()).fit(
        X, y["cost"], ridge__sample_weight=weight[:, 1]
    )
    assert_allclose(model.predict(X)["cost"], alone.predict(X))
    with pytest.raises(ValueError, match="sample_weight.*'days'.*KNeighborsRegressor"):
        IndependentTasks(regressor=KNeighborsRegressor()).fit(X, pair, weight)


def test_grid_search():
    """Parameters of the estimators are found by name."""
    X, y = mixed(n=120)
    grid = {"regressor__alpha": [0.1, 1000.0], "classifier__C": [0.1]}
    search = GridSearchCV(
        IndependentTasks(LogisticRegression(), Ridge()), grid, scoring=task_scorer("r2"), cv=3
    ).fit(X, TaskTargets({"days": y["days"], "cost": y["cost"]}))
    assert search.best_params_["regressor__alpha"] == 0.1


@pytest.mark.parametrize(
    "params", [{"classifier": Ridge()}, {"regressor": LogisticRegression()}, {"counter": Ridge}]
)
def test_errors(params):
    """A classifier is no regressor, and a class no estimator."""
    X, y = mixed()
    with pytest.raises(ValueError, match=f"{next(iter(params))} of IndependentTasks must be None"):
        IndependentTasks(**params).fit(X, y)


def test_parallel():
    """Tasks at the same time give the same."""
    X, y = mixed()
    one, two = IndependentTasks().fit(X, y), IndependentTasks(n_jobs=2).fit(X, y)
    for name, found in two.decision_function(X).items():
        assert_array_equal(found, one.decision_function(X)[name])


def test_ridge_takes_all_as_regression():
    """A joint model that takes a task otherwise is told by the types that were declared."""
    X, y = mixed()
    model = IndependentTasks(regressor=MultiTaskRidge(2.0)).fit(X, y.select(["days"]))
    assert_allclose(model.predict(X)["days"], MultiTaskRidge(2.0).fit(X, y["days"]).predict(X))


@pytest.mark.parametrize("classifier", [LogisticRegression(), LinearSVC(), None], ids=str)
def test_two_numbers_with_fractions_are_classes(classifier, rng):
    """As in all other estimators; scikit-learn's classifiers take them for real numbers, and get their positions."""
    X = rng.normal(size=(80, 3))
    dose = np.where(X[:, 0] > 0, 1.5, 0.5)
    model = IndependentTasks(classifier).fit(X, {"dose": dose})
    assert model.task_types_ == MultiTaskGLM().fit(X, {"dose": dose}).task_types_
    assert np.mean(model.predict(X)["dose"] == dose) > 0.9
    assert_array_equal(model.classes_["dose"], [0.5, 1.5])
    assert_array_equal(model.decision_function(X)["dose"] > 0, model.predict(X)["dose"] == 1.5)
    part = TaskTargets({"dose": np.array([0.5, 2.5, 3.5])[rng.integers(0, 3, 80)]}, "multiclass")
    seen = np.flatnonzero(part["dose"] > 1)
    model = IndependentTasks(classifier).fit(X[seen], part[seen])
    assert set(model.predict(X)["dose"]) <= {2.5, 3.5}
    if hasattr(model, "predict_proba"):
        assert model.predict_proba(X)["dose"].shape == (80, 3)
        assert not model.predict_proba(X)["dose"][:, 0].any()
