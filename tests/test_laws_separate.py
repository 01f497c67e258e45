"""At sharing 0 no task moves another; above it they do."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from zoo import CASES, MIXED, Case, assert_same_numbers, glm, known, numbers

from skmtl import MultiTaskLogisticRegression, MultiTaskRidge
from skmtl.penalties import GraphLaplacian, MeanRegularized

NOT_SHARING = ("ridge-free", "glm-separate", "independent", "independent-joint")
ALONE = [
    Case("ridge", MultiTaskRidge(2.0, 0.0), ("days", "cost", "lab")),
    Case("ridge-pooled", MultiTaskRidge(2.0, 0.0, pool_intercept=True), ("days", "cost", "lab")),
    *(case for case in CASES if case.name in NOT_SHARING),
    Case("logistic", MultiTaskLogisticRegression(0.5, 0.0), ("died", "stage", "grade", "cured")),
    Case("glm", glm(MeanRegularized(3.0, 0.0), class_weight="balanced"), MIXED),
    Case("glm-no-edge", glm(GraphLaplacian(np.zeros((6, 6)))), MIXED),
    Case(
        "glm-strengths",
        glm(MeanRegularized(dict(zip(MIXED, range(1, 7))), 0.0), fit_intercept=False),
        MIXED,
    ),
]
by_case = pytest.mark.parametrize("case", ALONE, ids=str)


def columns_without(model, name):
    """Return the coefficients of all other tasks."""
    kept = [model.task_columns_[task] for task in model.tasks_ if task != name]
    return np.vstack([numbers(model)[columns] for columns in kept])


@by_case
def test_labels(case, rng):
    """One task's labels shuffled, and some of them lost."""
    X, y = case.data()
    wanted = case.new().fit(X, y)
    for name in case.tasks:
        other = rng.permutation(y[name])
        other[known(other).nonzero()[0][:5]] = None if other.dtype == object else np.nan
        found = case.new().fit(X, y | {name: other})
        assert_same_numbers(columns_without(found, name), columns_without(wanted, name))


@by_case
def test_weights(case, rng):
    """One task's weights."""
    X, y = case.data()
    wanted = case.new().fit(X, y)
    for t, name in enumerate(case.tasks):
        weight = np.ones((len(X), len(y)))
        weight[:, t] = rng.uniform(0.5, 2, len(X))
        found = case.new().fit(X, y, sample_weight=weight)
        assert_same_numbers(columns_without(found, name), columns_without(wanted, name))


@by_case
def test_presence(case):
    """A task alone is fitted as among others."""
    X, y = case.data()
    wanted = case.new().fit(X, y)
    if "penalty__graph" in case.model.get_params() or case.name == "glm-strengths":
        pytest.skip("a graph, or a dict of strengths, says which tasks there are")
    for name in case.tasks:
        types = {"visits": "count"} if name == "visits" else "auto"
        alone = case.new(**({"task_types": types} if "visits" in case.tasks else {}))
        found = numbers(alone.fit(X, {name: y[name]}))
        assert_same_numbers(found, numbers(wanted)[wanted.task_columns_[name]])


@by_case
def test_nothing_is_shared(case):
    """The shared part of the coefficients is zero."""
    model = case.new().fit(*case.data())
    if hasattr(model, "shared_coef_"):
        assert_allclose(model.shared_coef_, 0.0)
        assert_allclose(model.specific_coef_, model.coef_)


SHARING = [case for case in CASES if case.name not in NOT_SHARING]


@pytest.mark.parametrize("case", SHARING, ids=str)
def test_sharing_moves_the_others(case):
    """Where tasks share, the labels of one reach another: the laws above are not empty."""
    X, y = case.data()
    name = "days" if "days" in y else "died"
    found = case.new().fit(X, y | {name: np.roll(y[name], 1)})
    others = columns_without(case.new().fit(X, y), name)
    assert (
        np.abs(
            columns_without(found, name) / np.abs(others).max(axis=1, keepdims=True)
            - others / np.abs(others).max(axis=1, keepdims=True)
        ).max()
        > 1e-4
    )
