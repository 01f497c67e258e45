"""Solve a prepared fit."""

import warnings
from typing import NamedTuple

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from ..penalties import Penalty, Quadratic
from ..solvers import LBFGS, ConjugateGradient, Solution
from ._prepare import Prepared
from ._problem import LinearProblem

ROUGH = 1e-3  # relative suboptimality of the separate fits of which only signs are read


class Coefficients(NamedTuple):
    """The solution in the users' units, with all columns: W is (n_columns, n_features), as coef_."""

    W: np.ndarray
    intercept: np.ndarray
    shared: np.ndarray | None
    dual_gap: float
    n_iter: int


Start = tuple[np.ndarray, np.ndarray]


def solve(
    prepared: Prepared,
    penalty: Penalty,
    max_iter: int,
    tol: float,
    start: Start | None,
    separate: Start | None,
) -> Coefficients:
    """Minimise the objective, from given (coef, intercept) in the users' units if there are any.

    separate are the separate fits that the penalty asks for, from ``fit_separately``.
    """
    bound = penalty.bind(prepared.columns, None if separate is None else separate[0])
    problem = LinearProblem.of(prepared.data, bound)
    if prepared.data.is_exact:
        v, gap = problem.exact(tol)
        return unpack(prepared, bound, *problem.coefficients(v), gap / prepared.null_value, 1)
    first = problem.start()
    if start is not None:
        coef, intercept = (array[prepared.order] for array in start)
        first = problem.vector((coef / prepared.scale[:, None]).T, intercept / prepared.scale)
    elif separate is not None and not problem.is_quadratic:
        first = problem.vector(*separate)
    solution = run(problem, first, max_iter, tol)
    v, gap = problem.settle(solution.v, solution.raw)
    if not solution.converged:
        warnings.warn(
            f"stopped after {solution.n_iter} iterations at an estimated relative suboptimality of "
            f"{solution.suboptimality:.1e} > tol={tol:g} (relative duality gap {gap / prepared.null_value:.1e}); "
            "increase max_iter, or scale the features",
            ConvergenceWarning,
            stacklevel=3,
        )
    return unpack(
        prepared,
        bound,
        *problem.coefficients(v),
        gap / prepared.null_value,
        max(1, solution.n_iter),
    )


def fit_separately(prepared: Prepared, penalty: Penalty, max_iter: int) -> Start | None:
    """Return rough weights and intercepts of the tasks alone, in scaled units, where the penalty asks for them."""
    unbound = penalty.unbound(prepared.columns)
    if unbound is None:
        return None
    problem = LinearProblem.of(prepared.data, unbound)
    if prepared.data.is_exact:
        return problem.coefficients(problem.exact(ROUGH)[0])
    return problem.coefficients(run(problem, problem.start(), max_iter, ROUGH).v)


def run(problem: LinearProblem, start: np.ndarray, max_iter: int, tol: float) -> Solution:
    """Minimise a problem by the method that suits its losses."""
    method = ConjugateGradient if problem.is_quadratic else LBFGS
    return method(max_iter=max_iter, tol=tol).solve(problem, start)


def unpack(
    prepared: Prepared,
    bound: Quadratic,
    W: np.ndarray,
    intercept: np.ndarray,
    gap: float,
    n_iter: int,
) -> Coefficients:
    """Give coefficients their places among all columns, and the users' units."""
    coef = np.zeros((prepared.n_columns, len(W)))
    full = np.concatenate([head.rest for head in prepared.heads])
    coef[prepared.order] = (W * prepared.scale).T
    full[prepared.order] = intercept * prepared.scale
    for head in prepared.heads:
        if len(head.active) > 1:
            own = head.columns.start + head.active
            full[own] -= full[own].mean()
    shared = None
    if bound.shared is not None:
        shared = np.zeros_like(coef)
        shared[prepared.order] = (W @ bound.shared * prepared.scale).T
    return Coefficients(coef, full, shared, gap, n_iter)
