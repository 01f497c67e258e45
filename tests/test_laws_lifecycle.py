"""Estimators are cloned, pickled, refitted, and fail cleanly."""

import pickle

import joblib
import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils import get_tags
from zoo import CASES, assert_same_numbers, numbers

from skmtl import TaskTargets, task_view

by_case = pytest.mark.parametrize("case", CASES, ids=str)
by_warm_case = pytest.mark.parametrize(
    "case", [case for case in CASES if "warm_start" not in case.excepted], ids=str
)
METHODS = ["predict", "predict_proba", "decision_function", "score", "transform"]
NAMERS = ["coef_frame", "get_feature_names_out"]


def assert_unfitted(model, X, y):
    """Assert that nothing can be asked of a model."""
    for method in METHODS:
        if hasattr(type(model), method) and (method != "predict_proba" or hasattr(model, method)):
            with pytest.raises(NotFittedError):
                getattr(model, method)(*((X, y) if method == "score" else (X,)))
    namers = [getattr(model, name) for name in NAMERS if hasattr(type(model), name)]
    for ask in (lambda: model.task("days"), lambda: task_view(model, "days"), *namers):
        with pytest.raises(NotFittedError):
            ask()
    left = [name for name in vars(model) if name.endswith("_") and not name.startswith("_")]
    assert not set(left) - {"n_features_in_", "feature_names_in_"}


@by_case
def test_unfitted(case):
    """Before any fit."""
    assert_unfitted(case.new(), *case.data())


@by_case
@pytest.mark.parametrize("fault", ["X", "y", "weight", "params", "length"])
def test_failed_fit(case, fault):
    """After a fit that failed, first or later, the model is as unfitted as new."""
    X, y = case.data()
    wrong = np.nan if not get_tags(case.model).input_tags.allow_nan else np.inf
    bad = {
        "X": (np.where(X == X[0, 0], wrong, X), y),
        "y": (X, y | {case.tasks[0]: np.full(len(X), None)}),
        "weight": (X, y, np.zeros(len(X))),
        "length": (X[:-1], y),
        "params": (X, y),
    }[fault]
    name, breaks, keeps = case.wrong
    for model in (case.new(), case.new().fit(X, y)):
        model.set_params(**{name: breaks if fault == "params" else keeps})
        with pytest.raises(ValueError):
            model.fit(*bad)
        assert_unfitted(model, X, y)
        model.set_params(**{name: keeps}).fit(X, y)
        assert model.predict(X).shape == (len(X), len(y))


@by_case
@pytest.mark.parametrize("send", [pickle, joblib], ids=["pickle", "joblib"])
def test_sent(case, send, tmp_path):
    """A fitted model, and its predictions, survive pickle and joblib."""
    X, y = case.data()
    model = case.new().fit(X, TaskTargets(y))
    path = tmp_path / "model"
    with path.open("wb") as file:
        send.dump(model, file)
    with path.open("rb") as file:
        again = send.load(file)
    assert again.predict(X) == model.predict(X)
    assert again.get_params(deep=False).keys() == model.get_params(deep=False).keys()
    assert again.predict(X).task_types == model.predict(X).task_types


@by_case
def test_clone(case):
    """A clone has the parameters, nested ones as well, and nothing that was learnt."""
    X, y = case.data()
    model = case.new().fit(X, y)
    copy = clone(model)
    assert_unfitted(copy, X, y)
    for name, value in model.get_params().items():
        if not hasattr(value, "get_params") and not isinstance(value, np.ndarray):
            assert copy.get_params()[name] == value
    assert_same_numbers(numbers(copy.fit(X, y)), numbers(model))


@by_case
def test_fit_does_not_touch_parameters(case):
    """Constructor parameters are what they were, nested objects included."""
    X, y = case.data()
    model = case.new()
    before = pickle.dumps(model.get_params())
    model.fit(X, y)
    assert pickle.dumps(model.get_params()) == before


@by_case
def test_refit_forgets(case):
    """A second fit is a first one."""
    X, y = case.data()
    other = case.data(seed=1, n=50, d=3)
    again = case.new().fit(*other).fit(X, y)
    assert_array_equal(numbers(again), numbers(case.new().fit(X, y)))


@by_warm_case
def test_warm_start(case):
    """A fit that starts from another, of other data or strength, reaches the same optimum."""
    X, y = case.data()
    warm = case.new(warm_start=True).fit(X[::2], {k: v[::2] for k, v in y.items()})
    assert_same_numbers(numbers(warm.fit(X, y)), numbers(case.new().fit(X, y)))
    name = {"ridge": "alpha", "logistic": "C"}.get(case.name.split("-")[0], "penalty__alpha")
    if name in case.model.get_params():
        warm.set_params(**{name: 7.0}).fit(X, y)
        assert_same_numbers(numbers(warm), numbers(case.new(**{name: 7.0}).fit(X, y)))


@by_warm_case
def test_warm_start_saves(case):
    """From its own optimum a fit has nothing left to do."""
    X, y = case.data()
    warm = case.new(warm_start=True).fit(X, y)
    first = warm.n_iter_
    assert warm.fit(X, y).n_iter_ <= max(2, first // 2)


@pytest.mark.parametrize(
    "case", [c for c in CASES if "warm_start" in c.model.get_params()], ids=str
)
def test_warm_start_of_another_shape(case):
    """Coefficients of another problem are no start, and no error."""
    X, y = case.data()
    warm = case.new(warm_start=True).fit(X[:, :3], y)
    assert_same_numbers(numbers(warm.fit(X, y)), numbers(case.new().fit(X, y)))
