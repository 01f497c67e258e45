"""cross_val_predict: each sample by a model that has not seen it, in the container of y."""

import joblib
import numpy as np
import pytest
import zoo
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn import config_context
from sklearn.base import BaseEstimator
from sklearn.model_selection import GroupKFold, KFold, PredefinedSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmtl import MultiTaskGLM, MultiTaskLogisticRegression, MultiTaskRidge, TaskTargets
from skmtl.model_selection import TaskStratifiedKFold, cross_val_predict

METHODS = ("predict", "predict_proba", "decision_function")


@pytest.fixture(scope="module")
def data():
    X, y = zoo.patients(n=60)
    return X, TaskTargets({name: y[name] for name in zoo.MIXED}, task_types={"visits": "count"})


def ask(model, method, X):
    calls = {"predict": model.predict, "predict_proba": model.predict_proba}
    return (calls | {"decision_function": model.decision_function})[method](X)


def assert_same(found, wanted):
    assert list(found) == list(wanted)
    for name in wanted:
        if wanted[name].dtype.kind == "f":
            assert_allclose(
                found[name], wanted[name], rtol=1e-8
            )  # of columns in another order in memory
        else:
            assert np.array_equal(found[name], wanted[name])


@pytest.mark.parametrize(
    "cv", [None, 3, KFold(4), [(range(30, 60), range(30)), (range(30), range(30, 60))]]
)
@pytest.mark.parametrize("method", METHODS)
def test_each_fold_is_predicted_by_the_model_of_the_others(data, method, cv):
    X, y = data
    folds = TaskStratifiedKFold(cv or 5) if cv in (None, 3) else cv
    splits = folds if isinstance(folds, list) else list(folds.split(X, y))
    found = cross_val_predict(MultiTaskGLM(), X, y, cv=cv, method=method)
    for train, test in splits:
        train, test = np.asarray(train), np.asarray(test)
        wanted = ask(MultiTaskGLM().fit(X[train], y[train]), method, X[test])
        assert_same({name: array[test] for name, array in found.items()}, wanted)


def test_a_label_does_not_move_its_own_prediction(data):
    X, y = data
    cv = KFold(5)
    before = cross_val_predict(MultiTaskGLM(), X, y, cv=cv)
    changed = y | {"days": np.where(np.arange(60) == 7, 1e3, y["days"])}
    after = cross_val_predict(MultiTaskGLM(), X, changed, cv=cv)
    assert_allclose(after["days"][:12], before["days"][:12])
    assert not np.allclose(after["days"][12:], before["days"][12:])


def test_types_are_those_of_the_whole(data):
    found = cross_val_predict(MultiTaskGLM(), *data)
    assert isinstance(found, TaskTargets) and found.task_types == data[1].task_types
    declared = cross_val_predict(
        MultiTaskGLM(task_types={"visits": "count"}), data[0], dict(data[1])
    )
    assert isinstance(declared, TaskTargets)
    assert_same(declared, found)


def test_containers_of_targets(data):
    pd, pl = pytest.importorskip("pandas"), pytest.importorskip("polars")
    X, y = data
    tasks = ["days", "died", "stage"]
    wanted = cross_val_predict(MultiTaskGLM(), X, {name: y[name] for name in tasks})
    index = [f"patient {i}" for i in range(60)]
    frame = pd.DataFrame({name: y[name] for name in tasks}, index=index)
    for found in (
        cross_val_predict(MultiTaskGLM(), pd.DataFrame(X, index=index).add_prefix("x"), frame),
        cross_val_predict(MultiTaskGLM(), X, frame),
    ):
        assert isinstance(found, pd.DataFrame) and list(found.index) == index
        assert_same({name: found[name].to_numpy() for name in found}, wanted)
    found = cross_val_predict(
        MultiTaskGLM(), pl.DataFrame(X), pl.DataFrame({t: y[t] for t in tasks})
    )
    assert isinstance(found, pl.DataFrame)
    assert_same({name: found[name].to_numpy() for name in found.columns}, wanted)
    found = cross_val_predict(MultiTaskGLM(), X.tolist(), frame.to_numpy())
    assert found.shape == (60, 3) and np.array_equal(found[:, 1], wanted["died"])


def test_one_dimension():
    X, y = zoo.patients(n=60, missing=0.0)
    labels = y["stage"].astype(str)
    predicted = cross_val_predict(MultiTaskGLM(), X, labels)
    probability = cross_val_predict(MultiTaskGLM(), X, labels, method="predict_proba")
    assert predicted.shape == (60,) and probability.shape == (60, 3)
    assert np.array_equal(np.unique(labels)[probability.argmax(axis=1)], predicted)


def test_sparse_inputs(data):
    X, y = data
    wanted = cross_val_predict(MultiTaskGLM(), X, y, method="decision_function")
    for kind in (sparse.csr_matrix, sparse.coo_array, sparse.csc_matrix):
        found = cross_val_predict(MultiTaskGLM(), kind(X), y, method="decision_function")
        for name in y:
            assert_allclose(found[name], wanted[name], atol=1e-6 * np.abs(wanted[name]).max())


@pytest.mark.parametrize("declares", [True, False])
@pytest.mark.filterwarnings("ignore:task 'level':UserWarning")
def test_a_fold_without_a_class_keeps_its_column(rng, declares):
    X = rng.normal(size=(30, 2))
    names = np.array(["a", "b", "c"] if declares else [1, 2, 3])
    level = names[rng.integers(0, 2, 30)]
    level[[4, 5]] = names[2]
    tested = np.isin(np.arange(30), [4, 5, *range(15, 30)])
    p = cross_val_predict(
        MultiTaskLogisticRegression(),
        X,
        {"level": level},
        cv=PredefinedSplit(tested.astype(int)),
        method="predict_proba",
    )["level"]
    assert p.shape == (30, 3)
    assert_allclose(p.sum(axis=1), 1)
    assert (p[tested, 2] == 0).all() and (p[~tested, 2] > 0).all()


class OwnClasses(BaseEstimator):
    """A model that knows the classes of its own rows only."""

    def fit(self, X, y):
        """Remember how often each class occurs."""
        self.tasks_ = ("stage",)
        labels, times = np.unique(y["stage"], return_counts=True)
        self.classes_, self.share_ = {"stage": labels}, times / times.sum()
        return self

    def predict_proba(self, X):
        """Predict the shares."""
        return {"stage": np.tile(self.share_, (len(X), 1))}

    decision_function = predict_proba


def test_models_with_classes_of_their_own():
    y = {"stage": ["b", "b", "c", "c", "a", "a"]}
    cv = PredefinedSplit([0, 0, 1, 1, 2, 2])
    p = cross_val_predict(OwnClasses(), np.zeros((6, 1)), y, cv=cv, method="predict_proba")["stage"]
    assert_allclose(p, np.repeat([[0.5, 0, 0.5], [0.5, 0.5, 0], [0, 0.5, 0.5]], 2, axis=0))
    d = cross_val_predict(OwnClasses(), np.zeros((6, 1)), y, cv=cv, method="decision_function")
    assert_allclose(d["stage"], np.where(p > 0, p, -np.inf))


def test_groups(data):
    X, y = data
    groups = np.repeat(np.arange(12), 5)
    ours = cross_val_predict(MultiTaskGLM(), X, y, groups=groups)
    splits = list(TaskStratifiedKFold().split(X, y, groups))
    assert_same(ours, cross_val_predict(MultiTaskGLM(), X, y, cv=splits))
    theirs = cross_val_predict(MultiTaskGLM(), X, y, groups=groups, cv=GroupKFold(3))
    splits = list(GroupKFold(3).split(X, groups=groups))
    assert_same(theirs, cross_val_predict(MultiTaskGLM(), X, y, cv=splits))
    with config_context(enable_metadata_routing=True):
        assert_same(cross_val_predict(MultiTaskGLM(), X, y, groups=groups), ours)


@pytest.mark.parametrize("shape", ["samples", "matrix", "tasks"])
def test_sample_weights_are_split(data, rng, shape):
    """Samples of weight zero are as good as absent from training."""
    X, y = data
    present = rng.random(60) < 0.7
    weight = present.astype(float)
    if shape != "samples":
        weight = np.repeat(weight[:, None], len(y), axis=1)
    if shape == "tasks":
        weight = TaskTargets(dict(zip(y, weight.T)), task_types="regression")
    cv = list(KFold(3).split(X))
    found = cross_val_predict(MultiTaskGLM(), X, y, cv=cv, params={"sample_weight": weight})
    fewer = [(train[present[train]], test) for train, test in cv]
    wanted = cross_val_predict(MultiTaskGLM(), X, y, cv=fewer)
    for name in ("days", "cost", "visits"):
        assert_allclose(found[name], wanted[name], rtol=1e-4)
    with config_context(enable_metadata_routing=True):
        model = MultiTaskGLM().set_fit_request(sample_weight=True)
        routed = cross_val_predict(model, X, y, cv=cv, params={"sample_weight": weight})
    assert_same(routed, found)


def test_pipelines_and_their_weights(data):
    X, y = data
    weight = np.linspace(0.1, 2, 60)
    model = make_pipeline(StandardScaler(), MultiTaskGLM())
    params = {"multitaskglm__sample_weight": weight}
    found = cross_val_predict(model, X, y, cv=2, params=params, method="predict_proba")
    assert not np.allclose(
        found["died"], cross_val_predict(model, X, y, cv=2, method="predict_proba")["died"]
    )


def test_folds_in_parallel(data):
    with joblib.parallel_config(backend="threading"):
        found = cross_val_predict(MultiTaskGLM(), *data, n_jobs=2)
    assert_same(found, cross_val_predict(MultiTaskGLM(), *data))


def test_the_estimator_is_not_fitted(data):
    model = MultiTaskRidge()
    cross_val_predict(model, data[0], {"days": data[1]["days"]})
    assert not hasattr(model, "coef_")


def test_errors(data):
    X, y = data
    with pytest.raises(ValueError, match="method must be one of .*, got 'score'"):
        cross_val_predict(MultiTaskGLM(), X, y, method="score")
    with pytest.raises(ValueError, match="cv must test each sample once"):
        cross_val_predict(MultiTaskGLM(), X, y, cv=[(np.arange(30), np.arange(30, 59))])
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        cross_val_predict(MultiTaskGLM(), X[1:], y)
    weight = {name: np.ones(60) for name in y}
    with pytest.raises(ValueError, match="plain dict of weights is not sliced"):
        cross_val_predict(MultiTaskGLM(), X, y, params={"sample_weight": weight})
    with pytest.raises(AttributeError, match="predict_proba"):
        cross_val_predict(MultiTaskRidge(), X, {"days": y["days"]}, method="predict_proba")
