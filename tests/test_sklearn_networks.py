"""scikit-learn's tools over networks: searches, pipelines, transforms, jobs and views of one task."""

import warnings

import joblib
import numpy as np
import pytest
import sklearn
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import is_classifier, is_regressor
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_transformer
from sklearn.frozen import FrozenEstimator
from sklearn.inspection import partial_dependence, permutation_importance
from sklearn.metrics import RocCurveDisplay, roc_auc_score
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    KFold,
    RandomizedSearchCV,
    cross_val_score,
    cross_validate,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from zoo import network, numbers, patients

from skmtl import MultiTaskGLM, MultiTaskMLP, TaskTargets, task_view
from skmtl.model_selection import cross_val_predict

pd = pytest.importorskip("pandas")

NAMES = ("days", "died", "stage", "visits")
GRID = {
    "multitaskmlp__hidden_layer_sizes": [(), 6, (6, 4)],
    "multitaskmlp__alpha": [0.0, 1.0],
}


@pytest.fixture(scope="module")
def ward():
    """X with gaps, and mixed targets with missing labels."""
    X, y = patients(3, 120)
    X[np.random.default_rng(3).random(X.shape) < 0.05] = np.nan
    return X, TaskTargets({name: y[name] for name in NAMES}, {"visits": "count"})


def small(**params):
    """Return a small network that the targets tell the types of their tasks."""
    return network(6, n_members=2, max_iter=12, task_types="auto").set_params(**params)


def pipe(**params):
    """Return it in a pipeline."""
    return make_pipeline(StandardScaler(), small(**params))


def test_search(ward):
    """Over sizes and strengths; two jobs find what one finds."""
    X, y = ward
    found = GridSearchCV(pipe(), GRID, cv=2, n_jobs=2, error_score="raise").fit(X, y)
    alone = GridSearchCV(pipe(), GRID, cv=2, error_score="raise").fit(X, y)
    scores = [search.cv_results_["mean_test_score"] for search in (found, alone)]
    assert_array_equal(*scores)
    assert np.unique(scores[0]).size == 6
    assert isinstance(found.predict(X), TaskTargets)
    assert set(found.predict_proba(X)) == {"died", "stage"}
    assert found.score(X, y) == found.best_estimator_.score(X, y)


def test_random_search(ward):
    """Over all else, on a frame of targets."""
    X, y = ward
    frame = pd.DataFrame({name: y[name] for name in NAMES[:3]})
    space = {
        "activation": ["relu", "tanh"],
        "loss_balancing": ["sum", "uncertainty", "dwa", "pcgrad", "mgda"],
        "task_hidden_layer_sizes": [(), 3],
        "task_weight": [None, "balanced", {"days": 2.0}],
        "learning_rate_init": [0.002, 0.01],
        "dropout": [0.0, 0.3],
    }
    search = RandomizedSearchCV(
        small(), space, n_iter=8, cv=2, random_state=0, error_score="raise"
    ).fit(X, frame)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    found = search.predict(X)
    assert type(found) is pd.DataFrame and list(found.columns) == list(frame.columns)


def test_jobs(ward):
    """Fitted in other processes, a network is the same."""
    X, y = ward
    seeds = range(3)
    fits = joblib.Parallel(n_jobs=2)(
        joblib.delayed(small(random_state=seed).fit)(X, y) for seed in seeds
    )
    for seed, found in zip(seeds, fits, strict=True):
        assert_array_equal(numbers(found), numbers(small(random_state=seed).fit(X, y)))


def test_out_of_fold_predictions(ward):
    """Those of a cross-validation are by task, and those of the fit itself are about as good."""
    X, y = ward
    model = small(n_members=4, max_iter=40)
    outer = cross_val_predict(model, X, y, cv=KFold(4), method="predict_proba")["died"][:, 1]
    inner = model.fit(X, y).oof_probability_["died"][:, 1]
    seen = y.observed("died")
    died = y["died"][seen] == "yes"
    scores = [roc_auc_score(died, p[seen]) for p in (outer, inner)]
    assert min(scores) > 0.6 and np.ptp(scores) < 0.15


@pytest.mark.parametrize("hidden", [(), (6, 4)])
@pytest.mark.parametrize("library", ["default", "pandas", "polars"])
def test_set_output(ward, hidden, library):
    """What is shared comes in the container asked for, with names."""
    if library == "polars" and sklearn.__version__ < "1.9":
        pytest.importorskip("pyarrow")
    X, y = ward
    model = small(hidden_layer_sizes=hidden).set_output(transform=library).fit(X, y)
    shared = model.transform(X)
    assert shared.shape == (len(X), 8 if hidden else 5)
    names = [f"multitaskmlp{j}" for j in range(shared.shape[1])]
    assert list(model.get_feature_names_out()) == names
    if library != "default":
        assert type(shared).__module__.startswith(library) and list(shared.columns) == names
    again = small(hidden_layer_sizes=hidden).fit_transform(X, y)
    assert_array_equal(np.asarray(shared), again)


def test_before_another_model(ward):
    """The hidden units of a network are the features of linear models."""
    X, y = ward
    made = make_pipeline(small(), MultiTaskGLM()).set_output(transform="pandas").fit(X, y)
    assert list(made[-1].feature_names_in_) == [f"multitaskmlp{j}" for j in range(12)]
    assert made.score(X, y) > 0.2
    assert "multitaskmlp3" in made[-1].coef_frame().index


def test_column_transformer(ward):
    """Categories and numbers with gaps; from an encoder that gives CSR as from one that does not."""
    X, y = ward
    frame = pd.DataFrame(X, columns=[f"x{j}" for j in range(5)])
    frame["ward"] = np.array(["a", "b", "c"] * 40)
    fits = []
    for is_sparse in (True, False):
        encoder = OneHotEncoder(sparse_output=is_sparse)
        rest = {"remainder": "passthrough", "sparse_threshold": float(is_sparse)}
        prepare = make_column_transformer((encoder, ["ward"]), **rest)
        fits.append(make_pipeline(prepare, small()).fit(frame, y))
    found, wanted = (model.decision_function(frame)["days"] for model in fits)
    assert_allclose(found, wanted, rtol=1e-6, atol=1e-6 * np.abs(wanted).max())


@pytest.mark.parametrize("with_groups", [False, True])
def test_metadata_routing(ward, with_groups, rng):
    """Weights and groups reach the fit of every fold, sliced."""
    X, y = ward
    asked = {"sample_weight": rng.uniform(0.5, 2.0, (len(X), 4))}
    model, cv = small(), KFold(2)
    with sklearn.config_context(enable_metadata_routing=True):
        model.set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
        if with_groups:
            asked["groups"] = np.arange(len(X)) // 3
            model.set_params(cv=GroupKFold(2))
            cv = GroupKFold(2)
        found = cross_validate(model, X, y, cv=cv, params=asked, error_score="raise")
    for fold, (train, test) in enumerate(cv.split(X, groups=asked.get("groups"))):
        own = {name: value[train] for name, value in asked.items()}
        alone = small().set_params(cv=model.cv).fit(X[train], y[train], **own)
        wanted = alone.score(X[test], y[test], asked["sample_weight"][test])
        assert found["test_score"][fold] == pytest.approx(wanted)


def test_folds_without_a_class(ward):
    """Folds that miss a class, or have one only, or no label of a task, do not end a search."""
    X, y = ward
    rare = np.full(len(X), "no", dtype=object)
    rare[[1, 40]] = "yes"
    late = np.where(np.arange(len(X)) < 60, np.nan, X[:, 0])
    y = y | {"rare": rare, "late": late}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = GridSearchCV(small(), {"alpha": [0.1, 1.0]}, cv=KFold(2), error_score="raise")
        found.fit(X, y)
    assert found.predict_proba(X)["rare"].shape == (len(X), 2)
    assert np.isfinite(found.predict(X)["late"]).all()


def test_permutation_importance(ward):
    """Of all tasks together: what is the same in all rows has none."""
    X, y = ward
    wide = np.column_stack([X, np.zeros(len(X))])
    found = permutation_importance(small().fit(wide, y), wide, y, n_repeats=2, random_state=0)
    assert found.importances_mean[-1] == 0.0 and found.importances_mean.max() > 0.0


@pytest.fixture(scope="module")
def fitted(ward):
    """A pipeline with a network, fitted."""
    return pipe(max_iter=40).fit(*ward)


def test_view_of_a_classifier(ward, fitted):
    """Probabilities, scores and curves of a binary task; no coefficients."""
    X, y = ward
    seen = y.observed("died")
    died, view = y["died"][seen].astype(str), task_view(fitted, "died")
    assert is_classifier(view) and not hasattr(view, "coef_")
    assert_array_equal(view.predict_proba(X), fitted.predict_proba(X)["died"])
    assert_array_equal(view.predict(X) == "yes", view.decision_function(X) > 0)
    scores = cross_val_score(FrozenEstimator(view), X[seen], died, scoring="roc_auc", cv=2)
    assert (scores > 0.5).all()
    calibrated = CalibratedClassifierCV(FrozenEstimator(view)).fit(X[seen], died)
    assert_allclose(calibrated.predict_proba(X).sum(axis=1), 1.0)
    plt = pytest.importorskip("matplotlib.pyplot")
    assert RocCurveDisplay.from_estimator(view, X[seen], died, pos_label="yes").roc_auc > 0.6
    plt.close("all")


@pytest.mark.parametrize("name", ["days", "visits"])
def test_view_of_a_regressor(ward, fitted, name):
    """Means of numbers and counts."""
    X, y = ward
    view = task_view(fitted, name)
    assert is_regressor(view) and not hasattr(view, "coef_")
    assert_array_equal(view.predict(X), fitted.predict(X)[name])
    whole = np.nan_to_num(X)
    average = partial_dependence(view, whole, [1], grid_resolution=4)["average"]
    assert average.shape == (1, 4) and np.ptp(average) > 0.0
    assert_array_equal(fitted[-1].task(name).predict(X), fitted[-1].predict(X)[name])


def test_view_of_a_search(ward):
    """The best network of a search, task by task."""
    X, y = ward
    search = GridSearchCV(MultiTaskMLP(4, max_iter=8, random_state=0), {"n_members": [1, 2]}, cv=2)
    view = task_view(search.fit(X, y), "stage")
    assert_array_equal(view.predict(X), search.predict(X)["stage"])
    assert_array_equal(view.classes_, ["I", "II", "III"])
