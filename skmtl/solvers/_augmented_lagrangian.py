"""Augmented Lagrangians, minimised by Newton's method: for problems that are badly conditioned."""

from typing import NamedTuple

import numpy as np

from ..utils import Number
from ._base import CompositeSolver, Parts
from ._gram import GramProblem
from ._newton_equations import LARGEST_DENSE, NewtonEquations, newton_equations
from ._progress import Progress

SETTLED = 0.1  # gradient of the augmented Lagrangian, relative to how far V is from where the penalty has it
TIRED = 6  # steps that do not halve it, after which it need be no smaller than that
SLOW = 0.8  # share of that distance which a multiplier may leave
FIRMER = 2.0  # times as firm it is held together then: too firm, Newton's steps are short
STEEP = 0.5  # slope that a step may leave, relative to that before,
PAST = 0.1  # and have, where it went too far
TRIES = 30
PATIENCE = 40  # steps without a gap half as large, which may come late
FARTHER = 10.0  # times as far, where nothing is known


class State(NamedTuple):
    """Where P is: the image of its sum, where the penalty has it (Z), and the gradient of the augmented Lagrangian."""

    P: np.ndarray
    image: np.ndarray
    Z: np.ndarray
    gradient: np.ndarray


class AugmentedLagrangian(CompositeSolver):
    """Multipliers between the loss and the penalty, and Newton's method between two of their updates.

    With a copy Z of the parts P, the constraint P = Z and its multipliers Y, each term of the penalty becomes its
    envelope, min over Z of term(Z) + firm / 2 ||P - Z + Y / firm||^2: a smooth function, whose second derivatives are
    those of a prox. Minimising it takes few Newton steps, whatever the conditioning of the loss.

    Parameters
    ----------
    max_iter : int, default=100
        Largest number of Newton steps, each of which solves equations in all entries of the parts.

    tol : float, default=1e-12
        Stop where the duality gap is at most tol times the scale of the problem, or rounding allows no step.

    factorise : int, default=200
        Largest number of entries of which the equations are factorised; those of more are solved roughly, by conjugate
        gradients.

    See Also
    --------
    FISTA : Costs less an iteration, and needs more where the loss is badly conditioned.

    Notes
    -----
    Minimises half_square - <B, V> + <V, H V> / 2 + penalty(Z) subject to P = Z, V the sum of the parts P and H the
    curvature. Each iteration:

    1. takes Newton's step in P on the loss plus the envelopes, with a line search;
    2. computes the duality gap at Z, where the penalty has the parts, and remembers the Z of the least gap; stops
       where that is small enough, or there was no progress for long;
    3. where the gradient is small beside the distance between P and Z, or no larger than it and no longer halved, moves
       the multipliers Y by firm times (P - Z), and doubles firm where the distance shrinks too slowly: the next steps
       minimise with these.

    References
    ----------
    X. Li, D. Sun and K.-C. Toh (2018). A highly efficient semismooth Newton augmented Lagrangian method for solving
    Lasso problems. SIAM Journal on Optimization 28, 433-458.

    Examples
    --------
    ||V - 2||^2 / 2 + ||V||, for V of one row and one column:

    >>> import numpy as np
    >>> from skmtl.penalties import Columns, L21
    >>> from skmtl.solvers import AugmentedLagrangian, KroneckerCurvature, GramProblem
    >>> problem = GramProblem(
    ...     KroneckerCurvature.of(np.eye(1), kappa=np.ones(1)),
    ...     B=np.array([[2.0]]),
    ...     half_square=2.0,
    ...     penalty=L21(1.0).bind(Columns.alone("a"), None),
    ...     scale=2.0,
    ... )
    >>> AugmentedLagrangian().solve(problem, np.zeros((1, 1, 1))).parts.round(6)
    array([[[1.]]])
    """

    _rules = CompositeSolver._rules | {"factorise": Number(0, whole=True)}

    def __init__(
        self, max_iter: int = 100, tol: float = 1e-12, factorise: int = LARGEST_DENSE
    ) -> None:
        self.max_iter = max_iter
        self.tol = tol
        self.factorise = factorise

    def solve(self, problem: GramProblem, start: np.ndarray) -> Parts:
        """Minimise the problem from start.

        Parameters
        ----------
        problem : GramProblem
            What to minimise.

        start : ndarray of shape (n_terms, n_features, n_columns)
            Where to start.

        Returns
        -------
        solution : Parts
            Where the method stopped.
        """
        C = problem.gradient(start.sum(axis=0), problem.image(start.sum(axis=0)))
        Y = np.tile(-problem.penalty.dual_scaling(C) * C, (len(start), 1, 1))
        firm = first_firmness(problem, start, C, Y)
        equations = newton_equations(problem, start.shape, firm, self.factorise)
        best, least, farthest = start, np.inf, np.inf
        progress, inner = Progress(), Progress()
        state = at(problem, start, problem.image(start.sum(axis=0)), Y, firm)
        n_iter = 0
        while n_iter < self.max_iter:
            n_iter += 1
            state = newton_step(problem, equations, state, Y, firm)  # 1
            gap = problem.gap(state.Z, problem.image(state.Z.sum(axis=0))) / problem.scale  # 2
            if gap < least:
                best, least = state.Z, gap
            distance = float(np.linalg.norm(np.sqrt(firm) * (state.P - state.Z)))
            slope = float(np.linalg.norm(state.gradient / np.sqrt(firm)))
            ends = gap <= self.tol or progress.has_stalled(gap, PATIENCE, slope + distance)
            if ends or not np.isfinite(slope):
                break
            inner.has_ended(slope)  # 3
            if slope <= (SETTLED if inner.since < TIRED else 1.0) * distance:
                Y = Y + firm * (state.P - state.Z)
                if distance > SLOW * farthest:
                    firm = FIRMER * firm
                farthest, inner = distance, Progress()
                state = at(problem, state.P, state.image, Y, firm)
        return Parts(best, float(least), n_iter, bool(least <= self.tol))


def first_firmness(
    problem: GramProblem, start: np.ndarray, C: np.ndarray, Y: np.ndarray
) -> float | np.ndarray:
    """Return firm to begin with: about how large multipliers are beside the parts; by rows where the penalty is.

    C is the gradient of all that is smooth at the start.
    """
    curvature = problem.steepest(start.shape[1:])
    if not (curvature.any() and Y.any()):
        return 1.0
    metric = np.sqrt(curvature if problem.penalty.by_rows else np.mean(curvature))
    guess = start if start.any() else C / curvature
    size, pull = np.linalg.norm(np.sqrt(metric) * guess), np.linalg.norm(Y / np.sqrt(metric))
    return metric * float(pull / size)


def at(
    problem: GramProblem,
    P: np.ndarray,
    image: np.ndarray,
    Y: np.ndarray,
    firm: float | np.ndarray,
) -> State:
    """Return the state at P."""
    away = P + Y / firm
    Z = problem.penalty.prox(away, 1.0 / firm)
    C = problem.gradient(P.sum(axis=0), image)
    return State(P, image, Z, C + firm * (away - Z))


def newton_step(
    problem: GramProblem,
    equations: NewtonEquations,
    state: State,
    Y: np.ndarray,
    firm: float | np.ndarray,
) -> State:
    """Minimise the augmented Lagrangian along Newton's direction."""
    D = equations.direction(state.P + Y / firm, firm, state.gradient)
    change = problem.image(D.sum(axis=0))
    start = float(np.vdot(state.gradient, D))
    if not start < 0.0:
        return state  # rounding leaves no way down
    low, slope_low, high, slope_high = 0.0, start, np.inf, np.nan
    step, there = 1.0, state
    for _ in range(TRIES):
        there = at(problem, state.P + step * D, state.image + step * change, Y, firm)
        slope = float(np.vdot(there.gradient, D))
        if -STEEP * abs(start) <= slope <= PAST * abs(start):
            break
        if slope < 0.0:
            low, slope_low = step, slope
        else:
            high, slope_high = step, slope
        step = between(low, slope_low, high, slope_high)
    return there


def between(low: float, slope_low: float, high: float, slope_high: float) -> float:
    """Return where to look for the root of a slope that grows, and is below zero at low."""
    if high == np.inf:
        return FARTHER * low
    guess = low - slope_low * (high - low) / (slope_high - slope_low)
    if low == 0.0:
        return max(guess, high / FARTHER)
    inside = low + 0.1 * (high - low) <= guess <= high - 0.1 * (high - low)  # False for nan
    return guess if inside else 0.5 * (low + high)
