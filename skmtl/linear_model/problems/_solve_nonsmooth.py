"""Solve a prepared fit whose penalty is not smooth."""

import math
from typing import NamedTuple

import numpy as np

from ...penalties import Composite
from ...solvers import (
    GramProblem,
    Hybrid,
    KroneckerCurvature,
    Parts,
    ProximalNewton,
    RowNewton,
    WorkingSet,
)
from ._certificate import Evaluation, evaluate, evaluate_latest
from ._intercepts import make_intercepts
from ._layout import FitLayout
from ._nonsmooth import NonsmoothProblem
from ._wide_squares import WideSquares

SMALLEST_GAP = 1e-14  # relative; rounding allows no smaller one to be asked for
FEW_FEATURES = 60  # that many are worth no working set
GRAM_STEPS = (
    50  # steps on the Gram matrix that count as one iteration, since they cost about as much
)


class Fitted(NamedTuple):
    """The parts of V, as weights of features, and the intercepts of inputs that are not centred."""

    parts: np.ndarray
    intercept: np.ndarray
    gap: float
    n_iter: int


def solve_nonsmooth(
    layout: FitLayout,
    penalty: Composite,
    max_iter: int,
    tol: float,
    start: np.ndarray | None,
    on_data: bool = True,
) -> Fitted:
    """Minimise the objective, from given parts, as weights of features, if there are any.

    on_data says that a solution by the Gram matrix, too, gets its gap from the data as given.
    """
    tol, layout = max(tol, SMALLEST_GAP), layout.apart
    if start is None:
        first = np.zeros((len(penalty.terms), layout.size, len(penalty.u)))
    else:
        first = np.stack([layout.coordinates(part) for part in start])
    problem = NonsmoothProblem(layout, penalty, make_intercepts(layout, penalty), layout.scale)
    direct = squares(problem)
    if direct is not None:
        n_steps = GRAM_STEPS * max_iter
        grows = penalty.by_rows and layout.size > 1
        inner = Hybrid if penalty.row_strength is None else RowNewton
        solver = WorkingSet(n_steps, tol, inner) if grows else inner(n_steps, tol)
        solution = solver.solve(direct, first)  # type: ignore[arg-type]
        parts, W = unfold(problem, solution)
        n_iter = max(1, math.ceil(solution.n_iter / GRAM_STEPS))
        if layout.has_gram and not on_data:
            gap = solution.gap * problem.scale
            return Fitted(parts, layout.null_raw - layout.at_centre(W), gap, n_iter)
        seen = evaluate_latest(layout, problem.intercepts, W)
        return certified(problem, parts, W, seen, n_iter)
    if penalty.by_rows and is_wide(layout):
        solution = WorkingSet(max_iter, tol, ProximalNewton).solve(problem, first)
    else:
        solution = ProximalNewton(max_iter, tol).solve(problem, first)
    settled = problem.settle(problem.image(solution.parts.sum(axis=0)), problem.start())
    parts, W = unfold(problem, solution)
    intercept = problem.intercepts.at(settled.intercepts) - layout.at_centre(W)
    seen = evaluate(layout, problem.intercepts, W, intercept)
    return certified(problem, parts, W, seen, solution.n_iter)


def squares(problem: NonsmoothProblem) -> GramProblem | WideSquares | None:
    """Return the problem in terms of the Gram matrix, where all columns have the same and intercepts are free."""
    layout, penalty = problem.layout, problem.penalty
    if not layout.is_common or penalty.pooled:
        return None
    B = -layout.null_gradient / penalty.u
    kappa = layout.null_hessian.diagonal / layout.n_rows / penalty.u**2
    half_square = float(layout.null_values.sum())
    if penalty.by_rows and is_wide(layout) and not layout.has_gram:
        return WideSquares(problem, kappa, B, half_square)
    if layout.gram is None:
        return None
    curvature = KroneckerCurvature.of(layout.gram, kappa)
    return GramProblem(curvature, B, half_square, penalty, layout.scale)


def is_wide(layout: FitLayout) -> bool:
    """Whether there are many features, of which a solution is to need few."""
    return layout.design.shape[1] > FEW_FEATURES


def unfold(problem: NonsmoothProblem, solution: Parts) -> tuple[np.ndarray, np.ndarray]:
    """Return the parts of a solution as weights of features, and what they sum to in W."""
    parts = np.stack([problem.layout.weights(part) for part in solution.parts])
    return parts, parts.sum(axis=0) / problem.penalty.u


def certified(
    problem: NonsmoothProblem, parts: np.ndarray, W: np.ndarray, seen: Evaluation, n_iter: int
) -> Fitted:
    """Return a solution with its duality gap on the data as given."""
    gap = problem.gap_as_given(parts, seen)
    return Fitted(parts, seen.intercept(problem.layout, W), gap, max(1, n_iter))
