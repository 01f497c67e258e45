"""Solve a prepared fit."""

import warnings
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, cast

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from ..penalties import Composite, Penalty, Quadratic
from ..solvers import LBFGS, ConjugateGradient, Solution
from ._composite import solve_composite
from ._prepare import Prepared
from ._problem import LinearProblem

UNNOTICED = 1e-9  # relative duality gap that rounding may leave, without a warning
SIGNS_KNOWN = 1e-10  # relative suboptimality of the separate fits, of which only signs are read


class Start(NamedTuple):
    """Coefficients to start from, in the users' units, with those of the components where a penalty has several."""

    coef: np.ndarray
    intercept: np.ndarray
    components: dict[str, np.ndarray] | None = None


class Coefficients(NamedTuple):
    """The solution in the users' units, with all columns: W is (n_columns, n_features), as coef_."""

    W: np.ndarray
    intercept: np.ndarray
    shared: np.ndarray | None
    dual_gap: float
    n_iter: int
    components: dict[str, np.ndarray] | None = None
    learned: Mapping[str, Any] = MappingProxyType({})

    @property
    def start(self) -> Start:
        """What a further fit may start from."""
        return Start(self.W, self.intercept, self.components)


def solve(
    prepared: Prepared,
    penalty: Penalty,
    max_iter: int,
    tol: float,
    start: Start | None,
    separate: tuple[np.ndarray, np.ndarray] | None,
) -> Coefficients:
    """Minimise the objective, from given (coef, intercept) in the users' units if there are any.

    separate are the separate fits that the penalty asks for, from ``fit_separately``.
    """
    bound = penalty.bind(prepared.columns, None if separate is None else separate[0])
    if bound.terms:
        return solve_with_kinks(prepared, cast(Composite, bound), max_iter, tol, start)
    problem = LinearProblem.of(prepared.data, cast(Quadratic, bound))
    if prepared.data.is_exact:
        v, gap = problem.exact(tol)
        return unpack(prepared, bound, *problem.coefficients(v), gap / prepared.null_value, 1)
    first = problem.start()
    if start is not None:
        coef, intercept = (array[prepared.order] for array in start[:2])
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


def solve_with_kinks(
    prepared: Prepared, bound: Composite, max_iter: int, tol: float, start: Start | None
) -> Coefficients:
    """Minimise an objective whose penalty is not smooth."""
    found = solve_composite(
        prepared.data,
        bound,
        max_iter,
        tol,
        None if start is None else parts_of(prepared, bound, start),
    )
    if not found.converged and found.gap > UNNOTICED:
        warnings.warn(
            f"stopped after {found.n_iter} iterations at a relative duality gap of {found.gap:.1e} > tol={tol:g}; "
            "increase max_iter, or scale the features",
            ConvergenceWarning,
            stacklevel=4,
        )
    W = found.parts.sum(axis=0) / bound.u
    gap = found.gap * prepared.data.scale / prepared.null_value
    made = unpack(prepared, bound, W, found.intercept, gap, found.n_iter)
    components = {
        name: spread(prepared, part / bound.u) for name, part in zip(bound.names, found.parts)
    }
    learned = bound.learned(found.parts.sum(axis=0))
    return made._replace(components=components or None, learned=learned)


def parts_of(prepared: Prepared, bound: Composite, start: Start) -> np.ndarray:
    """Return the parts to start from, as weights of features: all in the first where parts are not known."""
    scale = prepared.scale[:, None]
    if start.components is not None and set(start.components) == set(bound.names):
        given = [start.components[name] for name in bound.names]
    else:
        given = [start.coef, *(np.zeros_like(start.coef) for _ in bound.terms[1:])]
    return np.stack([(coef[prepared.order] / scale).T * bound.u for coef in given])


def fit_separately(
    prepared: Prepared, penalty: Penalty, max_iter: int
) -> tuple[np.ndarray, np.ndarray] | None:
    """Return weights and intercepts of the tasks alone, in scaled units, where the penalty asks for them."""
    unbound = penalty.unbound(prepared.columns)
    if unbound is None:
        return None
    problem = LinearProblem.of(prepared.data, unbound)
    if prepared.data.is_exact:
        return problem.coefficients(problem.exact(SIGNS_KNOWN)[0])
    return problem.coefficients(run(problem, problem.start(), max_iter, SIGNS_KNOWN).v)


def run(problem: LinearProblem, start: np.ndarray, max_iter: int, tol: float) -> Solution:
    """Minimise a problem by the method that suits its losses."""
    method = ConjugateGradient if problem.is_quadratic else LBFGS
    return method(max_iter=max_iter, tol=tol).solve(problem, start)


def unpack(
    prepared: Prepared,
    bound: Quadratic | Composite,
    W: np.ndarray,
    intercept: np.ndarray,
    gap: float,
    n_iter: int,
) -> Coefficients:
    """Give coefficients their places among all columns, and the users' units."""
    coef = spread(prepared, W)
    full = np.concatenate([head.rest for head in prepared.heads])
    full[prepared.order] = intercept * prepared.scale
    for head in prepared.heads:
        if len(head.active) > 1:
            own = head.columns.start + head.active
            full[own] -= full[own].mean()
    shared = None
    if bound.shared is not None:
        shared = spread(prepared, W @ bound.shared)
    return Coefficients(coef, full, shared, gap, n_iter)


def spread(prepared: Prepared, W: np.ndarray) -> np.ndarray:
    """Return weights as coef_ has them: in the users' units, with a row for every column of every task."""
    coef = np.zeros((prepared.n_columns, len(W)))
    coef[prepared.order] = (W * prepared.scale).T
    return coef
