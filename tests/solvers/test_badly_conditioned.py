"""Quadratic losses whose features differ in size by thousands, with every penalty: few steps, and the same optimum."""

import numpy as np
import pytest
from family import FAMILY
from numpy.testing import assert_allclose

from skmtl.penalties import L21, Columns, Dirty
from skmtl.solvers import (
    FISTA,
    AugmentedLagrangian,
    BlockCurvature,
    Eliminated,
    GramProblem,
    Hybrid,
    KroneckerCurvature,
    RowsCurvature,
    _newton_equations,
)

NAMES = ("a", "b", "c")
KINKED = [member for member in FAMILY if member.name != "GraphLaplacian-both"]


def grams_of(rng, sizes):
    """Return the Gram matrices of three columns, and minus the gradients at zero, features having the sizes."""
    X = rng.normal(size=(3, 40, len(sizes))) * sizes
    stack = np.matmul(X.transpose(0, 2, 1), X)
    y = X[:, :, 0] / sizes[0] - X[:, :, 1] / sizes[1] + rng.normal(size=(3, 40))
    return stack, np.einsum("tnj,tn->jt", X, y), 0.5 * float(np.sum(y**2))


def problem_of(penalty, rng, sizes):
    """Return a problem in which each column has its own samples."""
    stack, B, half_square = grams_of(rng, np.asarray(sizes, dtype=float))
    curvature = BlockCurvature.of(np.arange(3), stack, ())
    bound = penalty.bind(Columns.alone(*NAMES), None)
    return GramProblem(curvature, B, half_square, bound, scale=half_square)


@pytest.mark.parametrize("start, tol", [(0.0, 1e-9), (1.0, 1e-7)])
@pytest.mark.parametrize("member", KINKED, ids=str)
def test_augmented_lagrangian(member, start, tol, rng):
    """The gap is rounding, of the start too, after some tens of Newton steps."""
    problem = problem_of(member.penalty([], 6.0, 4.0), rng, [1.0, 1.0, 3.0, 0.1, 600.0])
    n_terms = len(problem.penalty.terms)
    found = AugmentedLagrangian(max_iter=120, tol=tol).solve(
        problem, np.full((n_terms, 5, 3), start)
    )
    assert found.converged and found.n_iter <= 120
    V = found.parts.sum(axis=0)
    assert problem.gap(found.parts, problem.image(V)) <= tol * problem.scale


@pytest.mark.parametrize("member", KINKED, ids=str)
def test_conjugate_gradients(member, rng, monkeypatch):
    """Equations that are solved roughly lead to the same optimum, and not in many more steps."""
    monkeypatch.setattr(_newton_equations, "LARGEST_DENSE", 0)
    problem = problem_of(member.penalty([], 6.0, 4.0), rng, [1.0, 1.0, 3.0, 0.1, 600.0])
    start = np.zeros((len(problem.penalty.terms), 5, 3))
    found = AugmentedLagrangian(max_iter=150, tol=1e-9).solve(problem, start)
    assert found.converged
    V = found.parts.sum(axis=0)
    assert problem.gap(found.parts, problem.image(V)) <= 1e-9 * problem.scale


def test_metric():
    """With steps for each feature FISTA takes no more of them where features differ in size."""
    n_iter = []
    for sizes in ([1.0] * 5, [1.0, 1e3, 1e-2, 30.0, 600.0]):
        problem = problem_of(L21(1e-3), np.random.default_rng(0), sizes)
        found = FISTA(5000, 1e-10).solve(problem, np.zeros((1, 5, 3)))
        assert found.converged
        n_iter.append(found.n_iter)
    assert n_iter[1] <= 3 * n_iter[0]


@pytest.mark.parametrize("member", KINKED, ids=str)
def test_hybrid(member, rng):
    """It ends where FISTA alone does not, and takes no more steps than it may."""
    problem = problem_of(member.penalty([], 6.0, 4.0), rng, [1.0, 1.0, 3.0, 0.1, 600.0])
    start = np.zeros((len(problem.penalty.terms), 5, 3))
    assert Hybrid(1000, 1e-9).solve(problem, start).converged
    for max_iter in (1, 30, 130):
        assert Hybrid(max_iter, 1e-15).solve(problem, start).n_iter <= max_iter


@pytest.mark.parametrize("member", KINKED, ids=str)
def test_hybrid_of_many_entries(member, rng):
    """It ends where first-order steps alone do not, by equations too many to be factorised."""
    problem = problem_of(member.penalty([], 6.0, 4.0), rng, np.geomspace(0.1, 300.0, 240))
    start = np.zeros((len(problem.penalty.terms), 240, 3))
    assert start.size > _newton_equations.LARGEST_DENSE
    found = Hybrid(800, 1e-8).solve(problem, start)
    assert found.converged and found.n_iter <= 800
    V = found.parts.sum(axis=0)
    assert problem.gap(found.parts, problem.image(V)) <= 1e-8 * problem.scale


def test_hybrid_where_conjugate_gradients_do_not_end():
    """Fewer samples than features, which are correlated, and two parts: equations that are factorised end it."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(4, 40, 70)) @ rng.normal(size=(70, 70)) * 0.3
    X += 3.0 * rng.normal(size=(4, 40, 1))
    X -= X.mean(axis=1, keepdims=True)
    y = rng.normal(size=(4, 40))
    y -= y.mean(axis=1, keepdims=True)
    curvature = BlockCurvature.of(np.arange(4), np.matmul(X.transpose(0, 2, 1), X), ())
    bound = Dirty(0.05, 0.015).bind(Columns.alone(*"abcd"), None)
    half_square = 0.5 * float(np.sum(y**2))
    B = np.einsum("tnj,tn->jt", X, y)
    problem = GramProblem(curvature, B, half_square, bound, scale=half_square)
    found = Hybrid(1500, 1e-10).solve(problem, np.zeros((2, 70, 4)))
    assert found.converged and found.n_iter < 1500


def curvatures(rng):
    """Return a curvature of every kind, for five features and three columns."""
    X = rng.normal(size=(3, 4, 5))
    stack = np.matmul(X.transpose(0, 2, 1), X)
    square = np.cov(rng.normal(size=(2 * 5, 40)))
    own = BlockCurvature.of(np.arange(3), stack, ())
    return {
        "common": KroneckerCurvature.of(stack[0], np.array([1.0, 2.0, 0.5])),
        "kappa": KroneckerCurvature.of(stack[0], stack[1][:3, :3]),
        "number": KroneckerCurvature.of(2.5, np.array([1.0, 2.0, 0.5])),
        "own": own,
        "groups": BlockCurvature.of(np.array([1]), stack[:1], ((np.array([0, 2]), square),)),
        "rows": RowsCurvature.of(X, rng.random((3, 4)), follow=True),
        "free rows": RowsCurvature.of(X, rng.random((3, 4)), follow=False),
        "eliminated": Eliminated(own, 0.1 * rng.normal(size=(5, 3, 2))),
    }


@pytest.mark.parametrize("kind", curvatures(np.random.default_rng(0)))
def test_curvatures(kind, rng):
    """Products, matrices, diagonals, parts and multiples are of one map, and top bounds it."""
    curvature, V = curvatures(rng)[kind], rng.normal(size=(5, 3))
    M = curvature.matrix(V.shape)
    assert_allclose(M, M.T, atol=1e-12)
    assert_allclose((M @ V.ravel()).reshape(V.shape), curvature.product(V), atol=1e-12)
    assert_allclose(curvature.diagonal(V.shape).ravel(), M.diagonal(), atol=1e-12)
    assert np.linalg.eigvalsh(M).max() <= 1.1 * curvature.top
    assert_allclose(curvature.times(3.0).product(V), 3.0 * curvature.product(V), atol=1e-12)
    metric = np.array([[1.0], [0.5], [2.0], [1.0], [3.0]])
    solved = curvature.shifted_inverse(metric)(V, 2.0, 0.7)
    if kind != "eliminated":
        assert_allclose(2.0 * curvature.product(solved) + 0.7 * metric * solved, V, atol=1e-10)
    rows = np.array([0, 3])
    inside = np.zeros_like(V)
    inside[rows] = V[rows]
    part = curvature.features(rows).product(V[rows])
    assert_allclose(part, curvature.product(inside)[rows], atol=1e-12)


def test_features_lie_in_order(rng):
    """Some of the features have their numbers in memory as products by BLAS need them, which are many times as fast."""
    made, some = curvatures(rng), np.array([0, 2, 3])
    assert made["own"].features(some).stack.flags.c_contiguous
    assert made["rows"].features(some).X.flags.c_contiguous
