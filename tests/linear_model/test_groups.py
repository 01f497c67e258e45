"""Groups as tasks: each sample has a label of one task alone."""

import tracemalloc
import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn.linear_model import LogisticRegression, Ridge
from zoo import assert_same_numbers, numbers

from skmtl import (
    MultiTaskGLM,
    MultiTaskLogisticRegression,
    MultiTaskRidge,
    TaskPerGroupClassifier,
    TaskPerGroupRegressor,
)
from skmtl.losses import LogisticLoss, SquaredLoss
from skmtl.penalties import GraphLaplacian, MeanRegularized


def groups(rng, n, d, n_groups, task_type="regression"):
    """Samples of groups with related weights; the targets by group, NaN outside."""
    X = rng.normal(size=(n, d)) + 2.0
    group = np.arange(n) % n_groups
    W = rng.normal(size=(d, 1)) + 0.5 * rng.normal(size=(d, n_groups))
    raw = np.einsum("ij,ij->i", X - 2.0, W[:, group].T)
    target = raw + rng.normal(size=n) if task_type == "regression" else (raw > 0).astype(float)
    return (
        X,
        group,
        target,
        {f"g{t}": np.where(group == t, target, np.nan) for t in range(n_groups)},
    )


@pytest.mark.parametrize("sharing", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("n_groups, d", [(2, 5), (20, 5), (20, 30)])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_direct(rng, sharing, n_groups, d, fit_intercept):
    """However many the groups and the features, one step leads to the optimum of a ridge regression."""
    X, _, _, y = groups(rng, 120, d, n_groups)
    model = MultiTaskRidge(2.0, sharing, signs="same", fit_intercept=fit_intercept).fit(X, y)
    assert model.dual_gap_ < 1e-13
    assert model.n_iter_ <= (1 if d > 5 or n_groups == 20 else 50)


@pytest.mark.parametrize("sharing", [0.3, 0.9])
@pytest.mark.parametrize("kind", ["regression", "binary"])
def test_equal_to_the_same_tasks_without_a_layout_of_groups(rng, sharing, kind):
    """A complete graph of tasks is the same penalty, solved without what groups have of their own."""
    X, _, _, y = groups(rng, 90, 4, 6, kind)
    T, alpha = len(y), 3.0
    edge = alpha * sharing / ((1 - sharing) * (1 - sharing + sharing * T))
    graph = GraphLaplacian(np.ones((T, T)), edge, l2=alpha / (1 - sharing + sharing * T))
    types = {"task_types": kind, "scale_targets": False}
    wanted = MultiTaskGLM(graph, **types).fit(X, y)
    found = MultiTaskGLM(MeanRegularized(alpha, sharing, signs="same"), **types).fit(X, y)
    assert_same_numbers(numbers(found), numbers(wanted))


def test_one_common_vector_is_the_pooled_model(rng):
    """sharing = 1 with pooled intercepts is one model for all samples."""
    X, _, target, y = groups(rng, 90, 4, 6)
    pooled = {"signs": "same", "pool_intercept": True, "scale_targets": False}
    model = MultiTaskRidge(2.0, 1.0, **pooled).fit(X, y)
    # one weight vector, whose prior variance is that of each task
    one = MultiTaskRidge(2.0, 0.0, scale_targets=False).fit(X, target)
    assert_allclose(model.coef_, np.tile(one.coef_, (6, 1)), atol=1e-7)
    assert_allclose(model.intercept_, one.intercept_[0], atol=1e-7)


@pytest.mark.parametrize("estimator", [MultiTaskRidge, MultiTaskLogisticRegression])
def test_memory_follows_the_labels(rng, estimator):
    """Twenty times as many groups of the same samples take far less memory than samples x groups."""
    peaks = {}
    for n_groups in (10, 200):
        kind = "regression" if estimator is MultiTaskRidge else "binary"
        X, _, _, y = groups(rng, 20_000, 4, n_groups, kind)
        model = estimator(sharing=0.5, signs="same", tol=1e-10)
        tracemalloc.start()
        model.fit(X, y)
        peaks[n_groups] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    grown = peaks[200] - peaks[10]
    assert grown < 0.25 * 8 * 20_000 * 200, peaks


def tables(rng, n_groups):
    """Return inputs and the groups of the rows, ten of each, with a number and a class."""
    group = np.repeat(np.arange(n_groups), 10)
    X = rng.normal(size=(len(group), 4))
    number = X.sum(axis=1) + rng.normal(size=len(group))
    return np.column_stack([group, X]), number, number > 0


PER_GROUP = pytest.mark.parametrize(
    "model",
    [
        TaskPerGroupRegressor(group=0),
        TaskPerGroupRegressor(MultiTaskRidge(), group=0),
        TaskPerGroupClassifier(group=0),
        TaskPerGroupClassifier(MultiTaskLogisticRegression(tol=1e-10), group=0),
    ],
    ids=["ridge, pooled", "ridge", "logistic, pooled", "logistic"],
)


def fit(model, table):
    X, number, is_positive = table
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*its prediction is a constant")
        return model.fit(X, is_positive if isinstance(model, TaskPerGroupClassifier) else number)


@PER_GROUP
def test_memory_of_each_group(rng, model):
    """It is the same, however many there are: no matrix has a row and a column for each."""
    peaks = {}
    for n_groups in (300, 2400):
        table = tables(rng, n_groups)
        fit(model, tables(rng, 30))
        tracemalloc.start()
        fit(model, table)
        peaks[n_groups] = tracemalloc.get_traced_memory()[1] / n_groups
        tracemalloc.stop()
    assert peaks[2400] < 1.25 * peaks[300] < 25_000, peaks


@PER_GROUP
def test_passes_are_not_by_group(rng, model, monkeypatch):
    """A loss is asked for no more often where there are more groups, but for a few more iterations."""
    calls = {}
    for n_groups in (100, 800):
        table, counts = tables(rng, n_groups), []
        for loss in (SquaredLoss, LogisticLoss):
            for name in ("gradient", "values", "hessian_product", "hessian_from", "curvatures"):
                method = getattr(loss, name)
                counted = lambda *args, method=method, counts=counts: (
                    counts.append(1) or method(*args)
                )
                monkeypatch.setattr(loss, name, counted)
        fit(model, table)
        calls[n_groups] = len(counts)
        monkeypatch.undo()
    assert 0 < calls[800] < 2 * calls[100] + 20, calls


@pytest.mark.parametrize("make", [np.asarray, sparse.csr_array], ids=["dense", "sparse"])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_alone_they_are_fits_of_each(rng, fit_intercept, make):
    """At sharing 0, whatever the sizes of groups and the weights of rows."""
    group = rng.permutation(np.repeat(np.arange(40), rng.integers(8, 30, size=40)))
    X = rng.normal(size=(len(group), 3)) + group[:, None] % 5 + 1.0
    number, weight = rng.normal(size=len(group)) + 2.0, rng.exponential(size=len(group))
    positive, params = rng.random(len(group)) < 0.5, {"fit_intercept": fit_intercept}
    table = make(np.column_stack([group, X]))
    ridges = MultiTaskRidge(2.0, 0.0, scale_targets=False, **params)
    found = TaskPerGroupRegressor(ridges, group=0).fit(table, number, weight).predict(table)
    logits = MultiTaskLogisticRegression(0.7, 0.0, **params)
    classes = TaskPerGroupClassifier(logits, group=0).fit(table, positive, weight)
    odds = classes.decision_function(table)
    for k in range(40):
        own = group == k
        ridge = Ridge(2.0, **params).fit(X[own], number[own], weight[own])
        assert_allclose(found[own], ridge.predict(X[own]), rtol=1e-9, atol=1e-9)
        alone = LogisticRegression(C=0.7, tol=1e-10, max_iter=10_000, **params)
        alone.fit(X[own], positive[own], weight[own])
        assert_allclose(odds[own], alone.decision_function(X[own]), rtol=1e-4, atol=1e-5)
