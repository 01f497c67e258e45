"""Newton's method in the lengths of rows: the conditions of optimality, in few steps, correlated features or not."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skmtl.penalties import L21, Columns, SparseGroup
from skmtl.solvers import GramProblem, Hybrid, KroneckerCurvature, RowNewton

TASKS = ("a", "b", "c")
FEW_STEPS = 25


def correlated(rng, n, d, rest=0.2):
    """Return features that share two factors, and targets that need few of them."""
    X = rng.normal(size=(n, 2)) @ rng.normal(size=(2, d)) + rest * rng.normal(size=(n, d))
    return X, X[:, :4] @ rng.normal(size=(4, 3)) + rng.normal(size=(n, 3))


def problem_of(X, Y, penalty, kappa=(1.0, 1.0, 1.0)):
    """Return the problem of squared losses, with a curvature for each column."""
    half_square = 0.5 * float(np.sum(Y**2))
    curvature = KroneckerCurvature.of(X.T @ X, np.array(kappa))
    bound = penalty.bind(Columns.alone(*TASKS), None)
    return GramProblem(curvature, X.T @ Y, half_square, bound, half_square)


def solved(problem, max_iter=FEW_STEPS, tol=1e-13, solver=RowNewton):
    """Return where the solver stops, from zero."""
    return solver(max_iter, tol).solve(problem, np.zeros((1, *problem.B.shape)))


@pytest.mark.parametrize("l2_ratio", [0.0, 0.3])
@pytest.mark.parametrize("share", [0.9, 0.3, 0.05, 0.003])
@pytest.mark.parametrize("n, d", [(60, 1), (60, 30), (200, 80), (40, 70)])
def test_optimality(n, d, share, l2_ratio, rng):
    """Residuals of rows that are not zero have the strength as norm, and their direction; others are shorter."""
    X, Y = correlated(rng, n, max(d, 4))
    X = X[:, :d]
    alpha = share * np.linalg.norm(X.T @ Y, axis=1).max()
    found = solved(problem_of(X, Y, L21(alpha, l2_ratio)), 1000)
    (V,) = found.parts
    strength = alpha * (1.0 - l2_ratio)
    R = X.T @ (Y - X @ V) - alpha * l2_ratio * V
    sizes, lengths = np.linalg.norm(R, axis=1), np.linalg.norm(V, axis=1)
    assert found.converged and lengths.any()
    assert np.all(sizes <= strength * (1.0 + 1e-6))
    assert_allclose(R * lengths[:, None], strength * V, atol=1e-6 * strength * lengths.max())


@pytest.mark.parametrize("share", [0.3, 0.03])
def test_few_steps(share, rng):
    """First-order steps are many where features are correlated, Newton's are not."""
    X, Y = correlated(rng, 300, 60, rest=0.05)
    problem = problem_of(X, Y, L21(share * np.linalg.norm(X.T @ Y, axis=1).max()))
    assert solved(problem).converged
    assert not solved(problem, solver=Hybrid).converged


def test_starts_from_a_solution(rng):
    """It stays where it starts if that is optimal, and is soon there from a solution for another strength."""
    X, Y = correlated(rng, 200, 40)
    alpha = 0.05 * np.linalg.norm(X.T @ Y, axis=1).max()
    problem = problem_of(X, Y, L21(alpha))
    first = solved(problem)
    again = RowNewton(1, 1e-12).solve(problem, first.parts)
    assert again.converged and again.n_iter == 1
    nearby = RowNewton(6, 1e-13).solve(problem_of(X, Y, L21(0.9 * alpha)), first.parts)
    assert nearby.converged


def test_nothing_is_worth_its_strength(rng):
    """All rows are zero at alpha_max, from wherever it starts."""
    X, Y = correlated(rng, 50, 10)
    problem = problem_of(X, Y, L21(np.linalg.norm(X.T @ Y, axis=1).max()))
    for start in (0.0, 1.0):
        found = RowNewton(1000, 1e-12).solve(problem, np.full((1, 10, 3), start))
        assert found.converged
        assert_allclose(found.parts, 0.0, atol=1e-9)


@pytest.mark.parametrize("share", [0.2, 0.001])
def test_duplicates(share, rng):
    """Features that are there twice, or always zero, leave the same optimum."""
    X, Y = correlated(rng, 60, 12)
    twice = np.hstack([X, X, np.zeros((60, 2))])
    penalty = L21(share * np.linalg.norm(X.T @ Y, axis=1).max())
    once, both = (solved(problem_of(Z, Y, penalty), 5000, 1e-12) for Z in (X, twice))
    assert both.converged
    (V,) = both.parts
    assert_allclose(X @ (V[:12] + V[12:24]), X @ once.parts[0], atol=1e-4)
    assert not V[24:].any()


@pytest.mark.parametrize(
    "penalty, kappa",
    [(L21(20.0), (1.0, 1.0, 2.0)), (SparseGroup(20.0), (1.0, 1.0, 1.0))],
    ids=["curvatures", "penalty"],
)
def test_others(penalty, kappa, rng):
    """Columns that differ in curvature, and other penalties, are solved as Hybrid does."""
    problem = problem_of(*correlated(rng, 60, 20), penalty, kappa)
    assert problem.in_rows() is None
    found, other = solved(problem, 2000, 1e-10), solved(problem, 2000, 1e-10, Hybrid)
    assert found.converged and found.n_iter == other.n_iter
    assert_allclose(found.parts, other.parts)


def test_at_most_so_many_steps(rng):
    """The number of steps is at most max_iter, those of Hybrid after it included."""
    problem = problem_of(*correlated(rng, 30, 60, rest=1e-7), L21(1e-3))
    for max_iter in (1, 3, 30):
        assert solved(problem, max_iter, 1e-15).n_iter <= max_iter
