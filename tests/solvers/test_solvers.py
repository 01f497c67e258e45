"""Solvers on problems made by hand, with known optima."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skmtl.solvers import LBFGS, ConjugateGradient


class Quadratic:
    """||A v - c||^2 / 2 + ridge ||v||^2 / 2."""

    least, rounded, close_at = np.inf, None, (1e-3,)

    def __init__(self, rng, d=12, ridge=0.1, exact=False):
        self.A, self.c = rng.normal(size=(20, d)), rng.normal(size=20)
        self.ridge = ridge
        self.scale = self.value(np.zeros(d))
        self.exact = exact

    def goal(self, tol):
        """Return half the squared norm of a gradient that is small enough."""
        return self.least

    def loss_gradient(self, raw):
        """Return the gradient of the loss in raw."""
        return raw[0] - self.c

    def value(self, v):
        """Return the objective."""
        return 0.5 * np.sum((self.A @ v - self.c) ** 2) + 0.5 * self.ridge * v @ v

    def predict(self, v):
        """Return raw."""
        return [self.A @ v]

    def gradient(self, v, raw):
        """Return the gradient."""
        return self.A.T @ self.loss_gradient(raw) + self.ridge * v

    def begin(self, v):
        """Return raw, and the gradient."""
        return self.predict(v), self.gradient(v, self.predict(v))

    def advance(self, v, raw, D):
        """Return the change of raw along D, and the gradient at v + D."""
        change = [self.A @ D]
        return change, self.gradient(v + D, [raw[0] + change[0]])

    def curvature(self, raw):
        """Return the second derivative of the loss of each sample."""
        return np.ones(len(self.c))

    def hessian(self, raw):
        """Return the Hessian."""
        return self.A.T * self.curvature(raw) @ self.A + self.ridge * np.eye(self.A.shape[1])

    def hessian_product(self, raw, D):
        """Return the change of raw along D, and the Hessian times D."""
        return [self.A @ D], self.hessian(raw) @ D

    def loss_slope(self, raw, change):
        """Return the slope of the loss along a change of raw."""
        return float(self.loss_gradient(raw) @ change[0])

    def penalty_product(self, v):
        """Return P v."""
        return self.ridge * v

    def preconditioner(self, v=None, raw=None, closely=False):
        """Return the inverse Hessian, or none."""
        raw = [np.zeros(len(self.c))] if raw is None else raw
        inverse = np.linalg.inv(self.hessian(raw))
        return (lambda v: inverse @ v) if self.exact else (lambda v: v.copy())

    def optimum(self):
        """Return the solution of the normal equations."""
        return np.linalg.solve(
            self.A.T @ self.A + self.ridge * np.eye(self.A.shape[1]), self.A.T @ self.c
        )


class Logistic(Quadratic):
    """Logistic loss of c in {0, 1}, with the same penalty."""

    def __init__(self, rng, **settings):
        super().__init__(rng, **settings)
        self.c = (self.c > 0).astype(float)
        self.scale = self.value(np.zeros(self.A.shape[1]))

    def loss_gradient(self, raw):
        """Return the gradient of the loss in raw."""
        return 1 / (1 + np.exp(-raw[0])) - self.c

    def curvature(self, raw):
        """Return the second derivative of the loss of each sample."""
        p = 1 / (1 + np.exp(-raw[0]))
        return p * (1 - p)

    def value(self, v):
        """Return the objective."""
        z = self.A @ v
        return np.sum(np.logaddexp(0, z) - self.c * z) + 0.5 * self.ridge * v @ v

    def optimum(self):
        """Return what Newton's method finds."""
        v = np.zeros(self.A.shape[1])
        for _ in range(50):
            raw = self.predict(v)
            v = v - np.linalg.solve(self.hessian(raw), self.gradient(v, raw))
        return v


class Rounded(Logistic):
    """A problem whose products are in single precision, and perhaps wrong by more."""

    def __init__(self, exact, error=0.0):
        self.__dict__.update(exact.__dict__)
        self.A = (exact.A * (1.0 + error)).astype(np.float32)
        self.c = exact.c.astype(np.float32)
        self.rounded = None


class Counted(Logistic):
    """A problem that has a rounded one, and counts its own gradients."""

    def __init__(self, rng, error=0.0):
        super().__init__(rng)
        self.rounded, self.n_gradients = Rounded(self, error), 0

    def gradient(self, v, raw):
        """Return the gradient."""
        self.n_gradients += 1
        return super().gradient(v, raw)


SOLVERS = [ConjugateGradient(tol=1e-22), LBFGS(tol=1e-22), LBFGS(tol=1e-22, memory=3)]
by_solver = pytest.mark.parametrize("solver", SOLVERS, ids=str)


@by_solver
@pytest.mark.parametrize("exact", [False, True], ids=["bare", "exact"])
def test_quadratic(solver, exact, rng):
    """The normal equations, from zero and from elsewhere."""
    problem = Quadratic(rng, exact=exact)
    for start in (np.zeros(12), rng.normal(size=12)):
        before = start.copy()
        found = solver.solve(problem, start)
        assert found.converged and found.suboptimality <= 1e-22
        assert_allclose(found.v, problem.optimum(), atol=1e-9)
        assert_allclose(start, before)


def test_exact_preconditioner(rng):
    """With it conjugate gradients take one step, and so does LBFGS."""
    problem = Quadratic(rng, exact=True)
    for solver in SOLVERS:
        assert solver.set_params(tol=1e-16).solve(problem, np.zeros(12)).n_iter == 1
        solver.set_params(tol=1e-22)


def test_conjugate_gradients_end(rng):
    """In as many steps as there are dimensions, but for rounding."""
    found = ConjugateGradient(tol=1e-16).solve(Quadratic(rng), np.zeros(12))
    assert found.n_iter <= 13


@pytest.mark.parametrize("exact", [False, True], ids=["bare", "exact"])
def test_logistic(exact, rng):
    """LBFGS where the loss is not quadratic."""
    problem = Logistic(rng, exact=exact)
    for start in (np.zeros(12), 30 * rng.normal(size=12)):
        found = LBFGS(tol=1e-20).solve(problem, start)
        assert found.converged
        assert_allclose(found.v, problem.optimum(), atol=1e-7)


@by_solver
def test_started_at_the_optimum(solver, rng):
    """There is nothing to do."""
    problem = Quadratic(rng)
    found = solver.set_params(tol=1e-16).solve(problem, problem.optimum())
    solver.set_params(tol=1e-22)
    assert found.n_iter == 0 and found.converged


@by_solver
def test_stopped_early(solver, rng):
    """The solution says so, with an estimate, and is better than the start."""
    problem = Quadratic(rng, ridge=1e-4)
    found = type(solver)(max_iter=2).solve(problem, np.zeros(12))
    assert not found.converged and found.n_iter == 2 and found.suboptimality > 1e-16
    assert problem.value(found.v) < problem.value(np.zeros(12))


@by_solver
def test_goal(solver, rng):
    """A preconditioner that sees too little of the gradient ends nothing: the gradient itself must be small."""
    problem = Quadratic(rng, d=40, ridge=1e-3)
    problem.preconditioner = lambda v=None, raw=None, closely=False: lambda C: 1e-9 * C
    squares = []
    for problem.least in (np.inf, 1e-10):
        found = type(solver)().solve(problem, np.zeros(40))
        assert found.converged
        squares.append(0.5 * np.sum(problem.begin(found.v)[1] ** 2))
    assert squares[0] > 1e-8 and squares[1] <= 2e-10


@by_solver
def test_goal_beyond_rounding(solver, rng):
    """Where rounding lets the gradient shrink no more, the solver ends, long before max_iter."""
    problem = Quadratic(rng, exact=True)
    problem.least = 1e-60
    found = type(solver)(max_iter=10**6).solve(problem, np.zeros(12))
    assert found.converged and found.n_iter < 30


@by_solver
def test_not_a_number(solver, rng):
    """A problem that is not a number ends at once, and nothing is said to have converged."""
    problem = Quadratic(rng)
    problem.c = np.full(20, np.nan)
    found = type(solver)(max_iter=10**6).solve(problem, np.zeros(12))
    assert found.n_iter <= 1 and not found.converged


def test_indefinite_preconditioner(rng):
    """Rounding can make one indefinite, which is no sign of an optimum."""
    problem = Logistic(rng)
    tilt = np.eye(12)
    tilt[7, 7] = -10.0
    made = [np.copy] * 4 + [lambda C: tilt @ C] + [np.copy] * 20
    problem.preconditioner = lambda v=None, raw=None, closely=False: made.pop(0)
    found = LBFGS(tol=1e-20).solve(problem, np.zeros(12))
    assert_allclose(found.v, problem.optimum(), atol=1e-7)


@pytest.mark.parametrize("solver", [ConjugateGradient, LBFGS])
@pytest.mark.parametrize(
    "wrong", [{"max_iter": 0}, {"max_iter": 1.5}, {"tol": 0.0}, {"tol": "a"}], ids=str
)
def test_rules(solver, wrong):
    """Parameters are checked by name."""
    with pytest.raises(ValueError, match=next(iter(wrong))):
        solver(**wrong).check_params()


def test_a_start_beyond_numbers(rng):
    """Where the gradient at the start is not finite, the method starts at zero."""
    problem = Quadratic(rng)
    wanted = LBFGS().solve(problem, np.zeros(12))
    with np.errstate(over="ignore", invalid="ignore"):
        found = LBFGS().solve(problem, np.full(12, 1e308))
    assert_allclose(found.v, wanted.v)


def test_one_exact_gradient(rng):
    """After it, products of lower precision make the last step."""
    problem = Counted(rng)
    found = LBFGS().solve(problem, np.zeros(12))
    assert found.converged and found.suboptimality <= 1e-16
    assert problem.n_gradients == 1
    assert_allclose(found.v, problem.optimum(), atol=1e-8)


@pytest.mark.parametrize("error", [1e-3, 0.3])
def test_wrong_in_lower_precision(error, rng):
    """Where the exact gradient is far from zero, exact steps follow."""
    problem = Counted(rng, error)
    found = LBFGS(tol=1e-20).solve(problem, np.zeros(12))
    assert found.converged and problem.n_gradients > 2
    assert_allclose(found.v, problem.optimum(), atol=1e-8)


def test_last_step_is_counted(rng):
    """No more products than max_iter are made."""
    full = LBFGS().solve(Counted(rng), np.zeros(12)).n_iter
    for max_iter in range(1, full + 2):
        found = LBFGS(max_iter=max_iter).solve(Counted(np.random.default_rng(0)), np.zeros(12))
        assert found.n_iter <= max_iter
