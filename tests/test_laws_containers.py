"""The same targets are the same in any container, and predictions come back in it."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from zoo import CASES, assert_same_numbers, numbers

from skmtl import TaskTargets

pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")
by_case = pytest.mark.parametrize("case", CASES, ids=str)


def as_matrix(y):
    """Return the targets as a 2-D object array."""
    return np.column_stack([column.astype(object) for column in y.values()])


def renumbered(case):
    """Return a model of the case whose parameters name the tasks y0, y1, ... of an array."""
    model = case.new()
    if "visits" in case.tasks:
        model.set_params(task_types={"y3": "count"})
    return model


def as_polars(y):
    """Return the targets as a polars frame, nulls for what is missing."""
    columns = {k: pl.Series(k, v.tolist(), strict=False) for k, v in y.items()}
    return pl.DataFrame(
        {k: v.fill_nan(None) if v.dtype.is_float() else v for k, v in columns.items()}
    )


@by_case
def test_same_numbers(case):
    """Dict, TaskTargets, pandas (three kinds of column), polars, 2-D."""
    X, y = case.data()
    wanted = numbers(case.new().fit(X, y))
    frame = pd.DataFrame(y)
    for other in (TaskTargets(y), frame, frame.convert_dtypes(), as_polars(y)):
        assert_same_numbers(numbers(case.new().fit(X, other)), wanted)
    categories = frame.astype({k: "category" for k, v in y.items() if v.dtype == object})
    assert_same_numbers(numbers(case.new().fit(X, categories)), wanted)
    assert_same_numbers(numbers(renumbered(case).fit(X, as_matrix(y))), wanted)
    masked = {
        k: np.ma.masked_array(np.where(pd.isna(v), v[~pd.isna(v)][0], v), pd.isna(v))
        for k, v in y.items()
    }
    assert_same_numbers(numbers(case.new().fit(X, masked)), wanted)


@by_case
def test_same_container(case):
    """Predictions come in the container that fit got."""
    X, y = case.data()
    wanted = case.new().fit(X, y).predict(X)
    assert isinstance(wanted, TaskTargets)
    assert isinstance(case.new().fit(X, TaskTargets(y)).predict(X), TaskTargets)
    for frame in (pd.DataFrame(y), as_polars(y)):
        found = case.new().fit(X, frame).predict(X)
        assert type(found) is type(frame) and list(found.columns) == list(y)
        for name in y:
            equal(found[name].to_numpy(), wanted[name])
    found = renumbered(case).fit(X, as_matrix(y)).predict(X)
    assert found.shape == (len(X), len(y))
    for t, name in enumerate(y):
        equal(found[:, t], wanted[name])


def equal(found, wanted):
    """Assert that predictions are the same, whatever their dtype."""
    if wanted.dtype.kind in "UO":
        assert_array_equal(found.astype(object), wanted.astype(object))
    else:
        np.testing.assert_allclose(
            found.astype(float), wanted, rtol=1e-6, atol=1e-6 * np.abs(wanted).max()
        )


@by_case
def test_plain_dicts_of_arrays(case):
    """decision_function and predict_proba give plain dicts of float arrays, a row a sample."""
    X, y = case.data()
    model = case.new().fit(X, y)
    decision = model.decision_function(X)
    assert type(decision) is dict and list(decision) == list(y)
    for name, found in decision.items():
        width = model.task_columns_[name].stop - model.task_columns_[name].start
        assert found.shape == ((len(X),) if width == 1 else (len(X), width))
    if not hasattr(model, "predict_proba"):
        return
    probability = model.predict_proba(X)
    assert type(probability) is dict and set(probability) == set(model.classes_)
    for name, found in probability.items():
        assert found.shape == (len(X), len(model.classes_[name]))
        np.testing.assert_allclose(found.sum(axis=1), 1.0)
        assert_array_equal(model.classes_[name][found.argmax(axis=1)], model.predict(X)[name])


@by_case
def test_one_dimension(case):
    """1-D in, 1-D out, arrays of probabilities; a Series lends its name."""
    X, y = case.data()
    if case.name.startswith("glm-graph"):
        pytest.skip("the graph has six tasks")
    name = case.tasks[-1]
    settings = {"task_types": "auto"} if "task_types" in case.model.get_params() else {}
    for column, called in ((y[name], "y"), (pd.Series(y[name], name=name), name)):
        model = case.new(**settings).fit(X, column)
        assert model.tasks_ == (called,)
        assert isinstance(model.predict(X), np.ndarray) and model.predict(X).shape == (len(X),)
        assert isinstance(model.decision_function(X), np.ndarray)
        if hasattr(model, "predict_proba"):
            width = len(model.classes_[called]) if model.classes_ else 0
            assert model.predict_proba(X).shape == (len(X), width)
