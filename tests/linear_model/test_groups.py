"""Groups as tasks: each sample has a label of one task alone."""

import tracemalloc

import numpy as np
import pytest
from numpy.testing import assert_allclose
from zoo import assert_same_numbers, numbers

from skmtl import MultiTaskGLM, MultiTaskLogisticRegression, MultiTaskRidge
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
