"""Newton's method by least squares keeps digits that products of X with itself lose, and ends at the optimum."""

import numpy as np
import pytest
import refits
from numpy.testing import assert_allclose
from prepared import dense_hessian, problem_of
from zoo import MIXED, NUMBERS, patients

from skmtl import MultiTaskGLM
from skmtl.linear_model.problems import _least_squares
from skmtl.linear_model.problems._least_squares import (
    by_least_squares,
    components,
    has_settled,
    least_squares,
    newton_step,
    work_of,
)
from skmtl.penalties import MeanRegularized

N_UNKNOWNS = 6


@pytest.mark.parametrize("size", [1e-8, 1e-4, 1.0, 1e4, 1e8])
def test_rows_of_very_different_length(size, rng):
    """As in long double: heavy rows count as equations, light ones settle what is left."""
    heavy, light = rng.normal(size=(4, N_UNKNOWNS)), rng.normal(size=(9, N_UNKNOWNS))
    A, right = np.vstack([light, size * heavy]), rng.normal(size=13)
    right[9:] *= size
    wanted = refits.least_squares(A, right).astype(float)
    assert_allclose(least_squares(A, right), wanted, rtol=0, atol=1e-12 * np.abs(wanted).max())


@pytest.mark.parametrize("ridge", [1.0, 1e-3, 1e-6])
def test_ill_conditioned(ridge, rng):
    """Features of scale 1e-6 to 1e8 with two that are nearly the same, above a weak penalty."""
    X = rng.normal(size=(20, N_UNKNOWNS))
    X[:, 5] = X[:, 4] + 1e-5 * rng.normal(size=20)
    X *= 10.0 ** np.array([-6, -3, 0, 4, 8, 8])
    A, right = np.vstack([X, ridge * np.eye(N_UNKNOWNS)]), np.r_[rng.normal(size=20), np.zeros(6)]
    wanted = refits.least_squares(A, right).astype(float)
    assert_allclose(X @ least_squares(A, right), X @ wanted, rtol=0, atol=1e-10)


def test_what_no_row_speaks_of_is_zero(rng):
    """Columns of zeros, and no rows that count at all."""
    A, right = rng.normal(size=(9, 4)), rng.normal(size=9)
    A[:, 2] = 0.0
    found = least_squares(A, right)
    assert found[2] == 0.0
    assert_allclose(found[[0, 1, 3]], np.linalg.lstsq(A[:, [0, 1, 3]], right, rcond=None)[0])
    assert not least_squares(np.zeros((5, 3)), np.ones(5)).any()


def mixed(sharing, names=MIXED, **settings):
    """Return the problem of tasks of all types, with missing labels."""
    X, y = patients(5, 60, 4)
    penalty = MeanRegularized(3.0, sharing, signs="same", **settings)
    model = MultiTaskGLM(penalty, task_types={"visits": "count"} if "visits" in names else "auto")
    return problem_of(model, X, {name: y[name] for name in names})


@pytest.mark.parametrize("pool_intercept", [False, True])
@pytest.mark.parametrize("sharing", [0.0, 0.5, 1.0])
def test_newton_step(sharing, pool_intercept):
    """It is the solution of the dense system, from any weights."""
    problem = mixed(sharing, ("days", "died", "visits", "cost"), pool_intercept=pool_intercept)
    W = np.outer([0.1, -0.2, 0.3, 0.1], [1.0, -1.0, 0.5, 2.0])
    v = problem.vector(W, np.array([0.3, -0.1, 0.2, 0.0]))
    raw = problem.predict(v)
    H, gradient = dense_hessian(problem, raw), problem.gradient(v, raw)
    found = newton_step(problem, components(problem), v, raw)
    wanted = np.linalg.lstsq(H, -gradient, rcond=1e-14)[0]
    assert_allclose(found, wanted, rtol=0, atol=1e-9 * np.abs(wanted).max())


@pytest.mark.parametrize("sharing", [0.0, 0.5, 1.0])
def test_optimum(sharing):
    """Of all losses at once, from the best constants, in a few steps; intercepts of classes keep their sum of zero."""
    problem = mixed(sharing)
    v, n_iter = by_least_squares(problem, problem.start(), 50)
    assert n_iter <= 12
    assert np.linalg.norm(problem.gradient(v, problem.predict(v))) <= 1e-12 * problem.scale
    b = problem.intercepts.at(problem.split(v)[1])
    for columns, _ in problem.layout.null_hessian.groups:
        assert len(columns) > 2
        assert_allclose(b[columns].sum(), problem.layout.null_raw[columns].sum(), atol=1e-9)


def test_squares_take_one_step():
    """The second one moves nothing."""
    problem = mixed(0.5, NUMBERS)
    v, n_iter = by_least_squares(problem, problem.start(), 50)
    assert n_iter == 2
    assert_allclose(by_least_squares(problem, problem.start(), 1)[0], v, atol=1e-12)


@pytest.mark.parametrize("max_iter", [1, 2, 3])
def test_max_iter(max_iter):
    """No more steps than are allowed, each of them down."""
    problem = mixed(0.5)
    v, n_iter = by_least_squares(problem, problem.start(), max_iter)
    assert n_iter == max_iter
    before = problem.value(problem.start(), problem.predict(problem.start()))
    assert problem.value(v, problem.predict(v)) < before


def test_steps_that_would_go_too_far():
    """Counts whose mean Newton's first step makes e^20 too large: the line search cuts it short."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 2))
    X[0, 0] = 40.0
    y = {"visits": rng.poisson(np.exp(0.1 * X[:, 0])).astype(float)}
    model = MultiTaskGLM(MeanRegularized(1e-4, 0.0), task_types="count")
    problem = problem_of(model, X, y)
    v, n_iter = by_least_squares(problem, problem.start(), 50)
    assert np.linalg.norm(problem.gradient(v, problem.predict(v))) <= 1e-9 * problem.scale
    assert n_iter < 50


@pytest.mark.parametrize(
    "sharing, wanted", [(0.0, [[0], [1], [2, 3, 4]]), (0.5, [[0, 1], [2, 3, 4]])]
)
def test_components(sharing, wanted):
    """Columns hang together by what is shared and as classes of a task, each with vectors and intercepts of its own."""
    problem = mixed(sharing, ("days", "cost", "stage"))
    parts = components(problem)
    assert sorted(part.columns.tolist() for part in parts) == wanted
    for k in (1, 2):
        indices = np.sort(np.concatenate([part[k] for part in parts]))
        n = problem.coupling.rank if k == 1 else problem.layout.n_columns
        assert indices.tolist() == list(range(n))
    pooled = components(mixed(0.0, ("days", "cost"), pool_intercept=True))
    assert len(pooled) <= 2


def test_work(monkeypatch):
    """It grows with the components, and is infinite where there are too many unknowns, or numbers in a system."""
    apart, joint = work_of(mixed(0.0, NUMBERS)), work_of(mixed(0.5, NUMBERS))
    assert 0 < apart < joint < np.inf
    monkeypatch.setattr(_least_squares, "LARGEST", 10)
    assert work_of(mixed(0.5, NUMBERS)) == np.inf
    monkeypatch.undo()
    monkeypatch.setattr(_least_squares, "LARGEST_SYSTEM", 1000)
    assert work_of(mixed(0.5, NUMBERS)) == np.inf


def test_has_settled():
    """Steps that move nothing, or that shrink no more where they move little."""
    assert not has_settled([np.inf])
    assert not has_settled([np.inf, 1.0]) and not has_settled([np.inf, 1.0, 0.9])
    assert has_settled([np.inf, 1e-12])
    assert has_settled([np.inf, 1e-6, 0.9e-6]) and not has_settled([np.inf, 1e-6, 1e-8])
