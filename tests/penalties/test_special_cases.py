"""Penalties coincide where their formulas do, bound to columns and in fits."""

import numpy as np
import pytest
from certificates import describe
from family import TASKS, columns, outcomes
from numpy.testing import assert_allclose
from zoo import assert_same_numbers, numbers

from skmtl import MultiTaskGLM
from skmtl.penalties import (
    L21,
    Clustered,
    Dirty,
    GraphLaplacian,
    L1Inf,
    LearnedCovariance,
    MeanRegularized,
    NuclearNorm,
    RobustFeatures,
    RobustLowRank,
    SparseGroup,
    Temporal,
)

LARGE = 1e6
ONE_OF_CLASSES = [task for task in TASKS if task.name != "grade"]
BOUND = {
    "SparseGroup without l1 is L21": (
        SparseGroup(2.0, l1_ratio=0.0, l2_ratio=0.2),
        L21(2.0, l2_ratio=0.2),
    ),
    "Temporal without fusion is L21": (
        Temporal(2.0, fusion=0.0, rows=0.5, l2=0.3),
        L21(1.6, l2_ratio=0.375),
    ),
    "Temporal without fusion is SparseGroup": (
        Temporal(2.0, fusion=0.0, l1=0.25, rows=0.75),
        SparseGroup(2.0, l1_ratio=0.25),
    ),
    "one cluster a column is ridge": (
        Clustered(2.0, n_clusters=10, eta=0.3),
        MeanRegularized(2.0, 0.0),
    ),
}
FITTED = {
    "Dirty, l1inf": (Dirty(4.0, LARGE), L1Inf(4.0)),
    "Dirty, l21": (Dirty(4.0, LARGE, norm="l21"), L21(4.0)),
    "Dirty, l1": (Dirty(LARGE, 3.0), SparseGroup(3.0, l1_ratio=1.0)),
    "RobustLowRank": (RobustLowRank(4.0, LARGE), NuclearNorm(4.0)),
    "RobustFeatures": (RobustFeatures(4.0, LARGE), L21(4.0)),
    "Clustered": (Clustered(2.0, n_clusters=10, eta=0.3), MeanRegularized(2.0, 0.0)),
    "SparseGroup": (SparseGroup(4.0, l1_ratio=0.0), L21(4.0)),
    "Temporal": (Temporal(2.0, fusion=0.0, rows=1.5), L21(3.0)),
    "MeanRegularized": (MeanRegularized(2.0, 0.0, l21=3.0), L21(5.0, l2_ratio=0.4)),
}


def data(**settings):
    """Return X, mixed tasks and their types."""
    X, y, types = outcomes("mixed", 60, 6, **settings)
    return X, y, {name: types[name] for name in y}


def fit(penalty, y=None, **settings):
    """Return a model of mixed tasks."""
    X, given, types = data()
    y = given if y is None else y
    return MultiTaskGLM(penalty, task_types={k: types[k] for k in y}, **settings).fit(X, y)


def values(penalty, V):
    """Return the value of a penalty at W = V / u."""
    bound = penalty.bind(columns(ONE_OF_CLASSES), None)
    if hasattr(bound, "covariance"):
        return bound.value(V / np.sqrt(columns(ONE_OF_CLASSES).curvature))
    return bound.value(V[None])


@pytest.mark.parametrize("pair", BOUND.values(), ids=BOUND.keys())
def test_bound(pair, rng):
    """The same function."""
    width = sum(task.width for task in ONE_OF_CLASSES)
    for n_features in (3, 12):
        V = rng.normal(size=(n_features, width))
        found, wanted = (values(penalty, V) for penalty in pair)
        assert found == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("pair", FITTED.values(), ids=FITTED.keys())
def test_fitted(pair):
    """The same coefficients; a component that would cost too much is zero."""
    found, wanted = (fit(penalty) for penalty in pair)
    assert 0 < np.count_nonzero(np.linalg.norm(wanted.coef_, axis=0))
    assert_same_numbers(numbers(found), numbers(wanted))
    sizes = [np.abs(part).max() for part in getattr(found, "components_", {}).values()]
    assert not sizes or min(sizes) == 0 < max(sizes)


def test_l1_leaves_tasks_alone():
    """With single entries alone, tasks do not touch each other."""
    y = data()[1]
    joint = fit(SparseGroup(3.0, l1_ratio=1.0))
    for name, column in y.items():
        alone = fit(SparseGroup(3.0, l1_ratio=1.0), {name: column})
        assert_same_numbers(numbers(joint)[joint.task_columns_[name]], numbers(alone))


@pytest.mark.parametrize("names", [("days", "died", "cost"), ("days", "visits", "cost", "died")])
def test_smooth_time_is_a_chain(names):
    """Temporal(smooth=True) with little on rows comes near GraphLaplacian on the chain, in proportion to that."""
    y = {name: data()[1][name] for name in names}
    chain = np.eye(len(names), k=1) + np.eye(len(names), k=-1)
    wanted = fit(GraphLaplacian(chain, 6.0, l2=1.0), y)
    with_rows = fit(GraphLaplacian(chain, 6.0, l2=1.0, l21=3.0), y)
    found = fit(Temporal(2.0, fusion=3.0, rows=1.5, l2=0.5, smooth=True), y)
    assert_same_numbers(numbers(found), numbers(with_rows))
    near = fit(Temporal(2.0, fusion=3.0, rows=1e-6, l2=0.5, smooth=True), y)
    assert_allclose(near.coef_, wanted.coef_, rtol=1e-4, atol=1e-5 * np.abs(wanted.coef_).max())


def test_order_of_time():
    """The chain is in the order of y: another order is another model, the reverse is the same."""
    y = {name: data()[1][name] for name in ("days", "visits", "died", "cost")}
    for smooth in (False, True):
        penalty = Temporal(2.0, fusion=1.0, rows=0.5, smooth=smooth)
        model = fit(penalty, y)
        reverse = fit(penalty, dict(reversed(y.items())))
        other = fit(penalty, {name: y[name] for name in ("visits", "days", "cost", "died")})
        assert_same_numbers(numbers(reverse)[::-1], numbers(model))
        back = [("visits", "days", "cost", "died").index(name) for name in y]
        assert np.abs(numbers(other)[back] - numbers(model)).max() > 1e-3


def test_fusion_makes_neighbours_equal():
    """Strong fusion: one weight for all times, in V."""
    y = {name: data()[1][name] for name in ("days", "visits", "died")}
    model = fit(Temporal(1.0, fusion=LARGE, rows=2.0), y, scale_targets=False)
    V = model.coef_ * np.array([1.0, 1.0, 0.5])[:, None]
    assert V.any()
    assert_allclose(V, np.repeat(V[:1], 3, axis=0), atol=1e-9)


def test_two_tasks_of_classes_over_time():
    """Without smooth=True they are an error that says so."""
    with pytest.raises(ValueError, match="smooth=True"):
        fit(Temporal())


def test_no_norm_is_as_before():
    """MeanRegularized and GraphLaplacian with norms of strength 0 are the quadratics."""
    for plain, zero in (
        (MeanRegularized(2.0, 0.5), MeanRegularized(2.0, 0.5, l1=0.0, l21=0.0)),
        (GraphLaplacian(np.zeros((6, 6))), GraphLaplacian(np.zeros((6, 6)), l1=0.0, l21=0.0)),
    ):
        np.testing.assert_array_equal(fit(plain).coef_, fit(zero).coef_)


@pytest.mark.parametrize("norm", ["l1", "l21"])
def test_one_vector_has_no_norms(norm):
    """sharing = 1 has a penalty that is infinite almost everywhere."""
    with pytest.raises(ValueError, match="sharing"):
        fit(MeanRegularized(1.0, 1.0, **{norm: 1.0}))


@pytest.mark.parametrize("n, d", [(60, 6), (20, 30), (60, 15)])
def test_covariance_attains_the_least(n, d, rng):
    """task_covariance_ has trace 1, and alpha / 2 trace(V C^-1 V') is the penalty: the least over covariances."""
    X, y, types = outcomes("mixed", n, d)
    model = MultiTaskGLM(LearnedCovariance(2.0), task_types={k: types[k] for k in y}).fit(X, y)
    tasks = describe(X, y, types)
    scale = np.repeat([task.scale for task in tasks], [task.width for task in tasks])
    V = (model.coef_ / scale[:, None]).T * np.sqrt(columns(tasks).curvature)
    C = model.task_covariance_
    assert C.shape == (len(scale), len(scale))
    assert np.trace(C) == pytest.approx(1.0)
    assert_allclose(C, C.T, atol=1e-12)
    nuclear = np.linalg.svd(V, compute_uv=False).sum()
    inverse = np.linalg.pinv(C, rcond=1e-9, hermitian=True)
    assert_allclose(V @ inverse @ C, V, atol=1e-6 * np.abs(V).max())
    assert np.sum((V @ inverse) * V) == pytest.approx(nuclear**2, rel=1e-6)
    for _ in range(5):
        root = rng.normal(size=C.shape)
        other = C + 0.05 * root @ root.T / np.trace(root @ root.T)
        assert np.sum((V @ np.linalg.inv(other / np.trace(other))) * V) >= nuclear**2


def test_clusters_are_found():
    """Two orthogonal weight vectors, signs apart, are two clusters; numbers are in the order of the tasks."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 10))
    w = np.linalg.qr(rng.normal(size=(10, 2)))[0] * 2.0
    kind = [0, 1, 0, 1, 1, 0]
    y = {
        f"y{t}": X @ w[:, k] * (-1.0) ** t + 0.1 * rng.normal(size=200) for t, k in enumerate(kind)
    }
    found = MultiTaskGLM(Clustered(2.0, n_clusters=2)).fit(X, y).task_clusters_
    assert list(found) == list(y)
    first, second = found["y0"], found["y1"]
    assert first != second
    assert list(found.values()) == [(first, second)[k] for k in kind]
    mixed = fit(Clustered(2.0, n_clusters=3))
    assert list(mixed.task_clusters_) == list(mixed.tasks_)
    assert list(dict.fromkeys(mixed.task_clusters_.values())) == [0, 1, 2]
