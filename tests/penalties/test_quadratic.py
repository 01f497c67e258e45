"""Penalties: prox and conjugate of the quadratics they bind to, and their special cases."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose

from skmtl.penalties import ONE_COLUMN, Columns, GraphLaplacian, MeanRegularized

NAMES = ("a", "b", "c", "d")
GRAPH = np.array([[0, 2, 0, -1], [2, 0, 0.5, 0], [0, 0.5, 0, 0], [-1, 0, 0, 0]])
finite = st.floats(-100, 100, allow_subnormal=False)
matrices = arrays(float, (3, 4), elements=finite)


def columns(names=NAMES, curvature=None):
    """Return one-column tasks."""
    T = len(names)
    k = np.ones(T) if curvature is None else np.asarray(curvature, float)
    return Columns(tuple(names), (ONE_COLUMN,) * T, (None,) * T, k, tuple(names))


STRENGTHS = dict(zip(NAMES, (0.5, 1.0, 2.0, 9.0)))
BOUND = {
    "separate": MeanRegularized(2.0, 0.0).bind(columns(), None),
    "mean": MeanRegularized(2.0, 0.6, signs="same").bind(columns(), None),
    "signs": MeanRegularized(2.0, 0.6).bind(columns(), np.array([[1.0, -2, 1, -1]] * 3)),
    "strengths": MeanRegularized(STRENGTHS, 0.6, signs="same").bind(columns(), None),
    "curvature": MeanRegularized(2.0, 0.6, signs="same").bind(
        columns(curvature=[1, 1, 0.25, 0.25]), None
    ),
    "graph": GraphLaplacian(GRAPH, 3.0, l2=0.7).bind(columns(), None),
    "one": MeanRegularized(2.0, 1.0, signs="same").bind(columns(), None),
}
by_bound = pytest.mark.parametrize("penalty", BOUND.values(), ids=BOUND.keys())
by_finite = pytest.mark.parametrize(
    "penalty", [v for k, v in BOUND.items() if k != "one"], ids=[k for k in BOUND if k != "one"]
)


@by_bound
@given(V=matrices, U=matrices, step=st.floats(0.01, 10))
def test_prox_minimises(penalty, V, U, step):
    """Every other point is worse, by at least what strong convexity promises."""
    P = penalty.prox(V, step)

    def objective(W):
        return penalty.value(W) + np.sum((W - V) ** 2) / (2 * step)

    slack = 1e-8 * (1 + np.sum(U**2) + np.sum(V**2)) / step
    assert objective(U) >= objective(P) + np.sum((U - P) ** 2) / (2 * step) - slack


@by_bound
@given(V=matrices, step=st.floats(0.01, 10))
def test_prox_and_conjugate_agree(penalty, V, step):
    """(V - P) / step is a subgradient at P: Fenchel-Young holds with equality."""
    P = penalty.prox(V, step)
    U = (V - P) / step
    left, right = penalty.value(P) + penalty.conjugate(U), np.vdot(U, P)
    assert left == pytest.approx(right, abs=1e-7 * (1 + abs(right) + np.sum(V**2) / step))


@by_bound
@given(W=matrices, U=matrices)
def test_fenchel_young(penalty, W, U):
    """The inequality."""
    bound = np.vdot(U, W)
    assert penalty.value(W) + penalty.conjugate(U) >= bound - 1e-8 * (1 + abs(bound))


@by_finite
@given(W=matrices)
def test_factor(penalty, W):
    """W = U F' has the penalty ||U||^2 / 2."""
    F = penalty.factor()
    assert_allclose(F @ F.T, penalty.covariance, atol=1e-12)
    U = np.linalg.solve(F, W.T)
    assert penalty.value(W) == pytest.approx(0.5 * np.sum(U**2), rel=1e-6, abs=1e-12)


def test_infinite_outside_one_vector():
    """With sharing = 1 tasks have one vector, and anything else costs infinitely much."""
    penalty = BOUND["one"]
    w = np.array([[1.0], [2.0], [3.0]])
    assert penalty.value(np.repeat(w, 4, axis=1)) == pytest.approx(2.0 / 2 * np.sum(w**2))
    assert penalty.value(np.hstack([w, w, w, 0 * w])) == np.inf
    assert penalty.factor().shape == (4, 1)


@given(W=matrices)
def test_separate_is_ridge(W):
    """sharing = 0: alpha / 2 ||W||^2, with strengths alpha_t."""
    assert BOUND["separate"].value(W) == pytest.approx(np.sum(W**2), rel=1e-9, abs=1e-12)
    by_task = MeanRegularized(STRENGTHS, 0.0).bind(columns(), None)
    wanted = 0.5 * np.sum(W**2 * list(STRENGTHS.values()))
    assert by_task.value(W) == pytest.approx(wanted, rel=1e-9, abs=1e-12)


@given(W=matrices)
def test_graph_by_definition(W):
    """alpha / 2 sum |a_st| ||W_s - sign(a_st) W_t||^2 + l2 / 2 sum ||W_t||^2."""
    wanted = 0.5 * 0.7 * np.sum(W**2)
    for s in range(4):
        for t in range(s):
            a = GRAPH[s, t]
            wanted += 0.5 * 3.0 * abs(a) * np.sum((W[:, s] - np.sign(a) * W[:, t]) ** 2)
    assert BOUND["graph"].value(W) == pytest.approx(wanted, rel=1e-9, abs=1e-12)


@given(W=matrices, sharing=st.floats(0.05, 0.95))
def test_mean_regularised_by_definition(W, sharing):
    """alpha/2 trace(V K^-1 V') is alpha/2 min over w0 of ||w0||^2/sharing + sum ||w_t - w0||^2/(1 - sharing)."""
    penalty = MeanRegularized(2.0, sharing, signs="same").bind(columns(), None)
    w0 = sharing / (1 - sharing + sharing * 4) * W.sum(axis=1, keepdims=True)
    wanted = np.sum(w0**2) / sharing + np.sum((W - w0) ** 2) / (1 - sharing)
    assert penalty.value(W) == pytest.approx(wanted, rel=1e-7, abs=1e-10)
    assert_allclose(penalty.share(W), np.repeat(w0, 4, axis=1), atol=1e-9)


@given(W=matrices, sharing=st.floats(0.05, 0.95), alpha=st.floats(0.1, 10))
def test_complete_graph_is_mean_regularised(W, sharing, alpha):
    """The inverse of K is that of a complete graph: edges sharing / ((1 - sharing) (1 + (T - 1) sharing))."""
    T = len(NAMES)
    top = 1 - sharing + sharing * T
    edge = alpha * sharing / ((1 - sharing) * top)
    graph = GraphLaplacian(np.ones((T, T)), edge, l2=alpha / top)
    mean = MeanRegularized(alpha, sharing, signs="same")
    found, wanted = (penalty.bind(columns(), None).value(W) for penalty in (graph, mean))
    assert found == pytest.approx(wanted, rel=1e-7, abs=1e-10)


def test_each_task_keeps_its_prior_variance():
    """1 / alpha, however much is shared and however many tasks there are."""
    for T in (2, 5, 40):
        for sharing in (0.0, 0.3, 1.0):
            bound = MeanRegularized(2.0, sharing, signs="same").bind(columns(range(T)), None)
            assert_allclose(np.diag(bound.covariance), 0.5)


def test_what_is_tied():
    """One-column tasks; tasks of the same classes, class by class; nothing else."""
    tasks = ("a", "b", "s", "s", "s", "g", "g", "g", "o", "o")
    family = ("x", "y", "z")
    families = (ONE_COLUMN,) * 2 + (family,) * 6 + (("x", "y"),) * 2
    labels = (None, None, "x", "y", "z", "x", "y", "z", "x", "y")
    told = Columns(tasks, families, labels, np.ones(10), ("a", "b", "s", "g", "o"))
    bound = MeanRegularized(1.0, 0.5, signs="same").bind(told, None)
    wanted = np.eye(10)
    for s, t in ((0, 1), (2, 5), (3, 6), (4, 7)):
        wanted[s, t] = wanted[t, s] = 0.5
    assert_allclose(bound.covariance, wanted)


WRONG = [
    (MeanRegularized(-1.0), "alpha"),
    (MeanRegularized(np.inf), "alpha"),
    (MeanRegularized("1"), "alpha"),
    (MeanRegularized(sharing=-0.1), "sharing.*0.1"),
    (MeanRegularized(sharing=1.1), "sharing.*1.1"),
    (MeanRegularized(signs="opposite"), "signs.*opposite"),
    (MeanRegularized(pool_intercept="yes"), "pool_intercept"),
    (MeanRegularized({"a": 1.0, "b": -2.0}), "alpha"),
    (GraphLaplacian(GRAPH, 0.0), "alpha"),
    (GraphLaplacian(GRAPH, l2=0.0), "l2"),
]


@pytest.mark.parametrize("penalty, message", WRONG, ids=str)
def test_rules(penalty, message):
    """The message names the parameter and the value."""
    with pytest.raises(ValueError, match=message):
        penalty.check_params()


def test_wrong_names_and_graphs():
    """Strengths and graphs that do not fit the tasks."""
    for alpha in ({"a": 1.0}, dict.fromkeys("abcde", 1.0)):
        with pytest.raises(ValueError, match="alpha.*'a'"):
            MeanRegularized(alpha, signs="same").bind(columns(), None)
    asymmetric = GRAPH + np.diag([1.0, 0, 0], 1)
    for graph, message in (
        (np.ones((3, 3)), r"graph.*\(4, 4\).*\(3, 3\)"),
        (np.ones(4), "graph"),
        (asymmetric, "symmetric"),
        (np.where(GRAPH == 2, np.nan, GRAPH), "graph"),
    ):
        with pytest.raises(ValueError, match=message):
            GraphLaplacian(graph).bind(columns(), None)


def test_graph_frames():
    """A frame speaks of tasks by name, in any order; polars too; the diagonal is ignored."""
    pd, pl = pytest.importorskip("pandas"), pytest.importorskip("polars")
    wanted = BOUND["graph"].covariance
    frame = pd.DataFrame(GRAPH + np.diag([5.0] * 4), NAMES, NAMES)
    for other in (
        frame.loc[list("dbca"), list("bcad")],
        pl.DataFrame({name: GRAPH[:, t] for t, name in enumerate(NAMES)}),
        pd.DataFrame(GRAPH, columns=list(NAMES)),
    ):
        assert_allclose(GraphLaplacian(other, 3.0, l2=0.7).bind(columns(), None).covariance, wanted)
    with pytest.raises(ValueError, match="'d'"):
        GraphLaplacian(frame.loc[list("abc"), list("abc")]).bind(columns(), None)


def test_graph_between_families():
    """An edge between a number and classes is an error that names both."""
    told = Columns(
        ("a", "s", "s"),
        (ONE_COLUMN, ("x", "y"), ("x", "y")),
        (None, "x", "y"),
        np.ones(3),
        ("a", "s"),
    )
    with pytest.raises(ValueError, match="'a'.*'s'|'s'.*'a'"):
        GraphLaplacian([[0, 1], [1, 0]]).bind(told, None)
