"""The line search ends where the slope is at most half of what it was, whatever the loss does on the way."""

import numpy as np
import pytest

from skmtl.solvers import line_search


class Line:
    """A convex function of one number, f(raw) + ridge / 2 v^2 with raw = v."""

    def __init__(self, slope, ridge=0.0):
        self.slope, self.ridge, self.n_slopes = slope, ridge, 0

    def loss_slope(self, raw, change):
        """Return the slope of the loss along a change of raw."""
        self.n_slopes += 1
        return float(self.slope(raw[0]) @ change[0])

    def penalty_product(self, v):
        """Return P v."""
        return self.ridge * v

    def total(self, v):
        """Return the slope of the whole at v."""
        return float(self.slope(np.array([v]))[0] + self.ridge * v)


def poisson(z):
    """Return the slope of e^z - 1e3 z."""
    return np.exp(z) - 1e3


def flat_then_steep(z):
    """Return the slope of a loss that is all but linear, up to a wall."""
    return -1e-6 + np.maximum(z - 1e4, 0.0)


def beyond(z):
    """Return a slope that is no number where predictions are too large."""
    return np.where(z > 3.0, np.nan, z - 2.9)


@pytest.mark.parametrize("start, direction", [(0.0, 1.0), (0.0, 1e-8), (0.0, 1e8), (5.0, 1.0)])
@pytest.mark.parametrize(
    "slope, ridge",
    [
        (lambda z: z - 6.0, 0.0),
        (poisson, 0.0),
        (poisson, 10.0),
        (flat_then_steep, 0.0),
        (lambda z: -1.0 / (1.0 + np.exp(z)), 1e-3),
        (lambda z: np.tanh(1e3 * (z - 5.5)), 0.0),
    ],
    ids=["square", "count", "count, penalty", "wall", "logistic", "step"],
)
def test_slope_halves(slope, ridge, start, direction):
    """From far or near, with steps that are far too short, or far too long and overflow."""
    problem, v, D = Line(slope, ridge), np.array([start]), np.array([direction])
    with np.errstate(over="ignore"):
        first = problem.total(start) * direction
        step = line_search(problem, v, D, first, [v.copy()], [D.copy()])
        last = problem.total(start + step * direction) * direction
    assert step > 0.0
    assert abs(last) <= 0.5 * abs(first)
    assert problem.n_slopes <= 60


def test_a_good_step_is_taken():
    """Newton's step is tried first, and costs one slope."""
    problem = Line(lambda z: z - 3.0)
    v, D = np.zeros(1), np.array([3.0])
    assert line_search(problem, v, D, -9.0, [v], [D]) == 1.0
    assert problem.n_slopes == 1


def test_not_a_number():
    """Where the slope is no number the step is too long."""
    problem, v = Line(beyond), np.zeros(1)
    step = line_search(problem, v, np.array([100.0]), -290.0, [v], [np.array([100.0])])
    assert 0.0 < 100.0 * step <= 3.0
    assert abs(100.0 * step - 2.9) <= 0.5 * 2.9


def test_nowhere_to_go():
    """A loss that is no number anywhere takes no step."""
    problem, v, D = Line(lambda z: np.full_like(z, np.nan)), np.zeros(1), np.ones(1)
    assert line_search(problem, v, D, -1.0, [v], [D]) == 0.0
