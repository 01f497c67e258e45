"""Solve a prepared fit whose penalty is not smooth."""

import math
from typing import NamedTuple

import numpy as np

from ...penalties import Composite
from ...solvers import (
    CommonGram,
    GramProblem,
    Hybrid,
    Parts,
    ProximalNewton,
    RowNewton,
    WorkingSet,
)
from ._certificate import evaluate
from ._intercepts import make_intercepts
from ._layout import FitLayout
from ._nonsmooth import NonsmoothProblem
from ._wide_gram import WideSquares

SMALLEST_GAP = 1e-14  # relative; rounding allows no smaller one to be asked for
FEW_FEATURES = (
    60  # that many are worth no working set where their Gram matrix is the whole problem,
)
MANY_FEATURES = 500  # and that many where each step also looks at the samples
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
    layout: FitLayout, penalty: Composite, max_iter: int, tol: float, start: np.ndarray | None
) -> Fitted:
    """Minimise the objective, from given parts, as weights of features, if there are any."""
    tol = max(tol, SMALLEST_GAP)
    if start is None:
        first = np.zeros((len(penalty.terms), layout.size, len(penalty.u)))
    else:
        first = np.stack([layout.coordinates(part) for part in start])
    problem = NonsmoothProblem(layout, penalty, make_intercepts(layout, penalty), layout.scale)
    direct = squares(layout, penalty)
    if direct is not None:
        n_steps = GRAM_STEPS * max_iter
        grows = penalty.by_rows and layout.size > 1
        inner = Hybrid if penalty.row_strength is None else RowNewton
        solver = WorkingSet(n_steps, tol, inner) if grows else inner(n_steps, tol)
        found = solver.solve(direct, first)  # type: ignore[arg-type]
        return unfold(problem, found, layout.null_raw, math.ceil(found.n_iter / GRAM_STEPS))
    if penalty.by_rows and is_wide(layout, MANY_FEATURES):
        found = WorkingSet(max_iter, tol, ProximalNewton).solve(problem, first)
    else:
        found = ProximalNewton(max_iter, tol).solve(problem, first)
    settled = problem.settle(problem.image(found.parts.sum(axis=0)), problem.start())
    return unfold(problem, found, problem.intercepts.at(settled.intercepts), found.n_iter)


def squares(layout: FitLayout, penalty: Composite) -> GramProblem | WideSquares | None:
    """Return the problem in terms of the Gram matrix, where all columns have the same and intercepts are free."""
    if not layout.is_common or penalty.pooled:
        return None
    B = -layout.null_gradient / penalty.u
    kappa = layout.null_hessian.diagonal / layout.n_rows / penalty.u**2
    half_square = float(layout.null_values.sum())
    if penalty.by_rows and is_wide(layout, FEW_FEATURES) and not layout.has_gram:
        return WideSquares(layout.grown, kappa, B, half_square, penalty, layout.scale)
    if layout.gram is None:
        return None
    curvature = CommonGram.of(layout.gram, kappa)
    return GramProblem(curvature, B, half_square, penalty, layout.scale)


def is_wide(layout: FitLayout, few: int) -> bool:
    """Whether there are many features, of which a solution is to need few."""
    return layout.design.shape[1] > few


def unfold(problem: NonsmoothProblem, found: Parts, centred: np.ndarray, n_iter: int) -> Fitted:
    """Return a solution in terms of the features, with its duality gap on the data as given."""
    layout, u = problem.layout, problem.penalty.u
    parts = np.stack([layout.weights(part) for part in found.parts])
    W = parts.sum(axis=0) / u
    seen = evaluate(layout, problem.intercepts, W, centred - layout.at_centre(W))
    gap = problem.gap_as_given(parts, seen)
    return Fitted(parts, seen.intercept(layout, W), gap, max(1, n_iter))
