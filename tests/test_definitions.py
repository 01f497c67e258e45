"""The tests' own definitions hold without the package: cvxpy finds their values, conjugates and optima."""

import pytest
from certificates import Problem, describe
from definitions import Norm, SquaredNuclear
from family import FAMILY, TASKS, outcomes
from quadratics import owners
from references import TERMS, solve_by_cvxpy

cp = pytest.importorskip("cvxpy")
by_member = pytest.mark.parametrize("member", FAMILY, ids=str)


def solve(goal, constraints):
    """Return the optimum that cvxpy finds."""
    return cp.Problem(goal, constraints).solve(solver=cp.CLARABEL)


@by_member
def test_dual_norms_and_conjugates(member, rng):
    """The dual norm is the largest <U, V> at norm 1, the conjugate the largest <U, V> - value."""
    tasks = member.allowed(TASKS)
    for term in member.define(tasks, 2.0, 1.5).terms:
        for _ in range(2):
            U = rng.normal(size=(4, len(owners(tasks)))) * rng.uniform(0, 3, (4, 1))
            V = cp.Variable(U.shape)
            expression, constraints = TERMS[type(term)](term, V)
            inner = cp.sum(cp.multiply(U, V))
            if isinstance(term, Norm):
                found = solve(cp.Maximize(inner), [*constraints, expression <= 1])
                assert term.dual_norm(U) == pytest.approx(found, rel=1e-6)
            else:
                found = solve(cp.Maximize(inner - expression), constraints)
                assert term.conjugate(U) == pytest.approx(found, rel=1e-5)
            found = solve(cp.Minimize(expression), [*constraints, V == U])
            assert term.value(U) == pytest.approx(found, rel=1e-5)


def test_learned_covariance_is_a_minimum(rng):
    """strength / 2 (sum of singular values)^2 is the least strength / 2 trace(V C^-1 V') at trace 1."""
    V, C = rng.normal(size=(9, 4)), cp.Variable((4, 4), PSD=True)
    found = solve(cp.Minimize(cp.matrix_frac(V.T, C)), [cp.trace(C) == 1])
    assert SquaredNuclear(2.0).value(V) == pytest.approx(found, rel=1e-6)


@by_member
def test_gap(member, rng):
    """The gap is small at the optimum, and elsewhere no less than what is missing."""
    X, y, types = outcomes("mixed", 30, 4)
    y = member.allowed(y)
    tasks = describe(X, y, types, weight=rng.uniform(0.5, 2, (len(X), len(y))))
    problem = Problem(X, tasks, member.define(tasks, *member.strengths(X, tasks, 0.4)))
    found, parts, b = solve_by_cvxpy(problem)
    b = problem.settle(sum(parts), b)
    least, null = problem.value(parts, b), problem.null_value()
    assert least < 0.99 * null
    assert -1e-12 <= problem.dual_gap(parts, b) / null < 2e-5
    assert least == pytest.approx(found, rel=1e-7)
    for size in 10.0 ** rng.uniform(-4, 0, 10):
        moved = [part + size * rng.normal(size=part.shape) for part in parts]
        c = problem.settle(sum(moved), b)
        missing = problem.value(moved, c) - least
        assert problem.dual_gap(moved, c) >= missing > 0
