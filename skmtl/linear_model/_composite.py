"""Solve a prepared fit whose penalty is not smooth."""

from typing import NamedTuple

import numpy as np

from ..penalties import Composite
from ..solvers import FISTA, CommonGram, GramProblem, Parts, ProximalNewton, WorkingSet
from ._data import Data
from ._intercepts import make_intercepts
from ._penalized import PenalizedProblem
from ._squares import WideSquares

SMALLEST_GAP = 1e-14  # relative; rounding allows no smaller one to be asked for
FEW_FEATURES = (
    60  # that many are worth no working set where their Gram matrix is the whole problem,
)
MANY_FEATURES = 500  # and that many where each step also looks at the samples
INNER_ITERATIONS = 50  # times max_iter: an iteration on the Gram matrix is that much cheaper


class Fitted(NamedTuple):
    """The parts of V, as weights of features, and the intercepts of inputs that are not centred."""

    parts: np.ndarray
    intercept: np.ndarray
    gap: float
    n_iter: int
    converged: bool


def solve_composite(
    data: Data, penalty: Composite, max_iter: int, tol: float, start: np.ndarray | None
) -> Fitted:
    """Minimise the objective, from given parts, as weights of features, if there are any."""
    tol = max(tol, SMALLEST_GAP)
    T = len(penalty.u)
    if start is None:
        first = np.zeros((len(penalty.terms), data.geometry.size, T))
    else:
        first = np.stack([data.geometry.coordinates(part, np.eye(T)) for part in start])
    direct = squares(data, penalty)
    if direct is not None:
        on_gram = FISTA(INNER_ITERATIONS * max_iter, tol)
        grows = penalty.by_rows and data.geometry.size > 1
        solver = WorkingSet(INNER_ITERATIONS * max_iter, tol, FISTA) if grows else on_gram
        found = solver.solve(direct, first)  # type: ignore[arg-type]
        return unfold(data, penalty, found, data.null_raw)
    intercepts = make_intercepts(data, penalty)
    problem = PenalizedProblem(data, penalty, intercepts, data.scale)
    if penalty.by_rows and is_wide(data, MANY_FEATURES):
        found = WorkingSet(max_iter, tol, ProximalNewton).solve(problem, first)
    else:
        found = ProximalNewton(max_iter, tol).solve(problem, first)
    settled = problem.settle(problem.image(found.parts.sum(axis=0)), problem.start())
    b = intercepts.base + intercepts.basis @ settled.intercepts
    return unfold(data, penalty, found, b)


def squares(data: Data, penalty: Composite) -> GramProblem | WideSquares | None:
    """Return the problem in terms of the Gram matrix, where all columns have the same and intercepts are free."""
    if not data.is_common or penalty.pooled:
        return None
    B = -data.null_gradient[0] / penalty.u
    kappa = np.diag(data.null_curvature) / data.n_rows / penalty.u**2
    half_square = float(data.null_values.sum())
    if penalty.by_rows and is_wide(data, FEW_FEATURES) and not data.geometry.has_gram:
        return WideSquares(data.grown, kappa, B, half_square, penalty, data.scale)
    gram = data.geometry.gram
    if gram is None:
        return None
    return GramProblem(CommonGram.of(gram, kappa), B, half_square, penalty, data.scale)


def is_wide(data: Data, few: int) -> bool:
    """Whether there are many features, of which a solution is to need few."""
    return data.design.shape[1] > few


def unfold(data: Data, penalty: Composite, found: Parts, centred: np.ndarray) -> Fitted:
    """Return a solution in terms of the features."""
    parts = np.stack([data.coefficients(part) for part in found.parts])
    intercept = centred - data.at_centre(parts.sum(axis=0) / penalty.u)
    return Fitted(parts, intercept, found.gap, max(1, found.n_iter), found.converged)
