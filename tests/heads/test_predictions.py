"""Predictions by task: computed when they are asked for, and once, wherever they are from."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from zoo import patients

from skmtl import MultiTaskGLM, TaskTargets
from skmtl.heads import METHODS, Predictions


@pytest.fixture
def model():
    """Return inputs, and a model of numbers and classes."""
    X, y = patients(0)
    y = TaskTargets({"died": y["died"], "days": y["days"], "stage": y["stage"]})
    return X, MultiTaskGLM().fit(X, y)


def test_nothing_is_computed_before_it_is_asked_for_and_nothing_twice():
    calls = []

    def compute(method):
        calls.append(method)
        return {"t": np.zeros(3)}

    methods = {method: lambda method=method: compute(method) for method in METHODS}
    predictions = Predictions(TaskTargets({"t": [1.0, 2.5, 3.0]})._info, methods)
    assert calls == []
    assert predictions.decisions() is predictions.decisions()
    assert predictions.offers("t", "predict") and predictions.means().keys() == {"t"}
    assert calls == ["decision_function", "predict", "predict_proba"]


def test_of_a_model_and_of_its_raw_predictions(model):
    X, fitted = model
    of_model = Predictions.of_model(fitted, X, fitted._info)
    raw = X @ fitted.coef_.T + fitted.intercept_
    of_raw = Predictions.of_raw(fitted._info, fitted._heads, raw)
    for method in METHODS:
        assert of_model.of(method).keys() == of_raw.of(method).keys()
        for name, values in of_model.of(method).items():
            assert_array_equal(values, of_raw.of(method)[name])
    means = of_raw.means()
    assert means["died"].shape == (len(X), 2) and means["days"].shape == (len(X),)


def test_types_and_classes_are_those_of_the_tasks(model):
    X, fitted = model
    predictions = Predictions.of_model(fitted, X, fitted._info)
    assert predictions.task_types == fitted.task_types_
    assert predictions.classes("stage").tolist() == fitted.classes_["stage"].tolist()
    assert not len(predictions.classes("days"))


def test_a_method_that_there_is_not_gives_nothing(model):
    X, fitted = model
    numbers = MultiTaskGLM().fit(X, {"days": X[:, 0] + X[:, 1]})
    predictions = Predictions.of_model(numbers, X, numbers._info)
    assert predictions.probabilities() == {}
    assert not predictions.offers("days", "predict_proba")
    assert predictions.means().keys() == {"days"}
