"""scikit-learn's own tools on mixed tasks with missing labels, unchanged."""

import warnings

import numpy as np
import pytest
import sklearn
from numpy.testing import assert_allclose
from sklearn.compose import make_column_transformer
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.inspection import permutation_importance
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    KFold,
    RandomizedSearchCV,
    ShuffleSplit,
    cross_val_predict,
    cross_val_score,
    cross_validate,
    learning_curve,
    train_test_split,
    validation_curve,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from zoo import known, patients

from skmtl import MultiTaskGLM, TaskTargets
from skmtl.penalties import GraphLaplacian, MeanRegularized

pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")

NAMES = ("days", "died", "stage", "cost")
GRID = {
    "multitaskglm__penalty": [
        MeanRegularized(),
        GraphLaplacian([[0, 1, 0, 1], [1, 0, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0]]),
    ],
    "multitaskglm__penalty__alpha": [1.0, 30.0],
}
# scikit-learn's type_of_target looks at a frame where a search has no cv of its own
KINDS = ("TaskTargets", "pandas", "polars")


def mixed(kind, n=90):
    """Return X and mixed targets with missing labels in a container."""
    X, y = patients(2, n)
    y = {name: y[name] for name in NAMES}
    if kind == "TaskTargets":
        return X, TaskTargets(y)
    if kind == "pandas":
        return X, pd.DataFrame(y)
    columns = {k: pl.Series(k, v.tolist(), strict=False) for k, v in y.items()}
    return X, pl.DataFrame(
        {k: v.fill_nan(None) if v.dtype.is_float() else v for k, v in columns.items()}
    )


def pipe():
    """Return a pipeline."""
    return make_pipeline(StandardScaler(), MultiTaskGLM(MeanRegularized()))


by_kind = pytest.mark.parametrize("kind", KINDS)


@by_kind
def test_train_test_split(kind):
    """Both halves are containers of the kind, and the rows belong together."""
    X, y = mixed(kind)
    X = np.column_stack([np.arange(len(X)), X])
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.4, random_state=0)
    assert type(y_train) is type(y_test) is type(y)
    rows = X_train[:, 0].astype(int)
    found, wanted = TaskTargets(y_train), TaskTargets(y)[rows]
    assert found == wanted
    assert pipe().fit(X_train, y_train).score(X_test, y_test) > -1


SEARCHES = {
    "grid": lambda **how: GridSearchCV(pipe(), GRID, **how),
    "grid, 2 jobs": lambda **how: GridSearchCV(pipe(), GRID, n_jobs=2, **how),
    "random": lambda **how: RandomizedSearchCV(pipe(), GRID, n_iter=3, random_state=0, **how),
    "halving": lambda **how: HalvingGridSearchCV(
        pipe(), GRID, min_resources=40, factor=2, random_state=0, **how
    ),
}


@by_kind
@pytest.mark.parametrize("search", SEARCHES.values(), ids=SEARCHES.keys())
def test_searches(kind, search):
    """Default cv and default scoring; predictions in the container."""
    X, y = mixed(kind)
    with warnings.catch_warnings():
        if kind == "pandas" and search is SEARCHES["grid, 2 jobs"]:
            warnings.simplefilter("ignore")  # of workers
        found = search(cv=3).fit(X, y)
    assert np.isfinite(found.best_score_)
    assert not np.isnan(found.cv_results_["mean_test_score"]).any()
    assert type(found.predict(X)) is type(y)
    assert set(found.predict_proba(X)) == {"died", "stage"}
    assert found.score(X, y) == pytest.approx(found.best_estimator_.score(X, y))


@by_kind
def test_default_cv(kind):
    """No cv at all: five folds, without a look at the targets."""
    X, y = mixed(kind)
    scores = cross_val_score(pipe(), X, y, error_score="raise")
    assert scores.shape == (5,) and np.isfinite(scores).all()
    same = cross_val_score(pipe(), X, y, cv=KFold(5), error_score="raise")
    assert_allclose(scores, same)


@by_kind
def test_cross_validate(kind):
    """The folds' models and scores are those of a loop by hand."""
    X, y = mixed(kind)
    cv = KFold(3, shuffle=True, random_state=1)
    found = cross_validate(
        pipe(), X, y, cv=cv, return_estimator=True, return_train_score=True, error_score="raise"
    )
    whole = TaskTargets(y)
    for fold, (train, test) in enumerate(cv.split(X)):
        model = pipe().fit(X[train], whole[train])
        assert model.score(X[test], whole[test]) == pytest.approx(found["test_score"][fold])
        assert found["train_score"][fold] > found["test_score"][fold] - 1
        assert set(found["estimator"][fold].predict_proba(X)) == {"died", "stage"}


def test_folds_without_a_class():
    """Folds that miss a class of a TaskTargets, or have one only, do not end a search."""
    X, y = mixed("TaskTargets")
    rare = np.full(len(X), "no", dtype=object)
    rare[[1, 40]] = "yes"
    stage = np.where(np.arange(len(X)) < 30, "0", y["stage"])
    y = y | {"rare": rare, "stage": np.where(y.observed("stage"), stage, None)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        grid = {"multitaskglm__penalty__alpha": [1.0, 30.0]}
        found = GridSearchCV(pipe(), grid, cv=KFold(3), error_score="raise").fit(X, y)
    assert found.predict_proba(X)["rare"].shape == (len(X), 2)
    assert found.predict_proba(X)["stage"].shape == (len(X), 4)


@pytest.mark.parametrize("kind", ["TaskTargets", "pandas"])
def test_cross_val_predict(kind):
    """Out-of-fold predictions, each by the model that has not seen the row."""
    X, y = mixed(kind)
    found = cross_val_predict(pipe(), X, y, cv=KFold(3))
    whole = TaskTargets(y)
    for train, test in KFold(3).split(X):
        wanted = pipe().fit(X[train], whole[train]).predict(X[test])
        for t, name in enumerate(NAMES):
            part = found[test][name] if kind == "TaskTargets" else np.asarray(found)[test][:, t]
            assert list(part) == pytest.approx(list(wanted[name])) or list(part) == list(
                wanted[name]
            )


@by_kind
def test_curves(kind):
    """Learning and validation curves."""
    X, y = mixed(kind)
    sizes, train, test = learning_curve(
        pipe(),
        X,
        y,
        train_sizes=[0.5, 1.0],
        cv=ShuffleSplit(2, test_size=0.4, random_state=0),
        error_score="raise",
    )
    assert train.shape == test.shape == (2, 2) and np.isfinite(test).all()
    train, test = validation_curve(
        pipe(),
        X,
        y,
        param_name="multitaskglm__penalty__sharing",
        param_range=[0.0, 0.5, 1.0],
        cv=3,
        error_score="raise",
    )
    assert test.shape == (3, 3) and np.isfinite(test).all()


@by_kind
def test_permutation_importance(kind):
    """Of all tasks together: a feature of pure noise has none."""
    X, y = mixed(kind)
    noisy = np.column_stack([X, np.zeros(len(X))])
    found = permutation_importance(pipe().fit(noisy, y), noisy, y, n_repeats=3, random_state=0)
    assert found.importances_mean[-1] == pytest.approx(0, abs=1e-9)
    assert found.importances_mean[:-1].max() > 0


@by_kind
@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_column_transformer(kind, library):
    """Raw frames: categories and numbers, through set_output, to named coefficients."""
    if library == "polars" and sklearn.__version__ < "1.9":
        pytest.importorskip("pyarrow")
    X, y = mixed(kind)
    frame = {f"x{j}": X[:, j] for j in range(5)} | {"ward": np.array(["a", "b", "c"] * 30)}
    frame = (pd if library == "pandas" else pl).DataFrame(frame)
    prepare = make_column_transformer(
        (OneHotEncoder(sparse_output=False), ["ward"]),
        (StandardScaler(), [f"x{j}" for j in range(5)]),
    )
    plain = make_pipeline(prepare, MultiTaskGLM()).fit(frame, y)
    named = make_pipeline(prepare, MultiTaskGLM()).set_output(transform=library).fit(frame, y)
    assert_allclose(named[-1].coef_, plain[-1].coef_, atol=1e-6 * np.abs(plain[-1].coef_).max())
    assert "onehotencoder__ward_a" in named[-1].feature_names_in_
    assert "onehotencoder__ward_a" in named[-1].coef_frame().index
    assert type(named.predict(frame)) is type(y)


def test_sparse_in_a_pipeline():
    """A one-hot encoder gives CSR."""
    X, y = mixed("TaskTargets")
    wards = np.array([["a", "b", "c"] * 30, ["x", "y"] * 45]).T
    sparse = make_pipeline(OneHotEncoder(), MultiTaskGLM()).fit(wards, y)
    dense = make_pipeline(OneHotEncoder(sparse_output=False), MultiTaskGLM()).fit(wards, y)
    assert_allclose(sparse[-1].coef_, dense[-1].coef_, atol=1e-6 * np.abs(dense[-1].coef_).max())


@pytest.fixture
def routing():
    """Metadata routing on, for one test."""
    with sklearn.config_context(enable_metadata_routing=True):
        yield


@by_kind
@pytest.mark.parametrize("shape", ["rows", "pairs", "TaskTargets"])
def test_metadata_routing(kind, shape, routing, rng):
    """sample_weight reaches fit and score of every fold, sliced."""
    X, y = mixed(kind)
    weight = rng.uniform(0.5, 2, (len(X), 4))
    asked = {
        "rows": weight[:, 0],
        "pairs": weight,
        "TaskTargets": TaskTargets(dict(zip(NAMES, weight.T)), "regression"),
    }[shape]
    array = weight[:, 0] if shape == "rows" else weight
    model = MultiTaskGLM().set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
    cv, params = KFold(3), {"sample_weight": asked}
    found = cross_validate(model, X, y, cv=cv, params=params, error_score="raise")
    whole = TaskTargets(y)
    for fold, (train, test) in enumerate(cv.split(X)):
        alone = MultiTaskGLM().fit(X[train], whole[train], array[train])
        wanted = alone.score(X[test], whole[test], array[test])
        assert found["test_score"][fold] == pytest.approx(wanted)
    search = GridSearchCV(model, {"penalty": [MeanRegularized(3.0), None]}, cv=3)
    assert np.isfinite(search.fit(X, y, sample_weight=asked).best_score_)
    scaler = StandardScaler().set_fit_request(sample_weight=False)
    piped = make_pipeline(scaler, model).fit(X, y, sample_weight=asked)
    Z = StandardScaler().fit_transform(X)
    assert_allclose(piped[-1].coef_, MultiTaskGLM().fit(Z, y, array).coef_, rtol=1e-6)


def test_score_is_the_mean_of_d2():
    """D2 by task from scikit-learn's metrics, on the labelled rows."""
    from sklearn.metrics import d2_log_loss_score, r2_score

    X, y = mixed("TaskTargets")
    model = MultiTaskGLM().fit(X, y)
    wanted = []
    for name in NAMES:
        seen = known(y[name])
        if name in model.classes_:
            p = model.predict_proba(X)[name][seen]
            wanted.append(d2_log_loss_score(y[name][seen].astype(str), p))
        else:
            wanted.append(r2_score(y[name][seen], model.predict(X)[name][seen]))
    assert model.score(X, y) == pytest.approx(np.mean(wanted))
