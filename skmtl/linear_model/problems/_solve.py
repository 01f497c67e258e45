"""Solve a prepared fit."""

from collections.abc import Hashable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, cast

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from ...heads import TaskFit, order_of
from ...penalties import Composite, Penalty, Quadratic
from ...utils import warn
from ._prepare import Prepared
from ._smooth import SmoothProblem
from ._solve_nonsmooth import solve_nonsmooth
from ._solve_smooth import Weights, solve_roughly, solve_smooth
from ._unpenalized import UnpenalizedTask, most_likely

UNNOTICED = 1e-9  # relative duality gap that rounding may leave, without a warning


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


@np.errstate(over="ignore", invalid="ignore")  # what overflows has no small gap
def solve(
    prepared: Prepared,
    penalty: Penalty,
    max_iter: int,
    tol: float,
    start: Start | None,
    separate: Weights | None,
    on_data: bool = True,
    loosest: float = 0.0,
) -> Coefficients:
    """Minimise the objective, from given (coef, intercept) in the users' units if there are any.

    separate are the separate fits that the penalty asks for, from ``fit_separately``. on_data says that a direct
    solution, too, gets its gap from the data as given, and not from their Gram matrix alone. loosest is the tolerance,
    where it is looser, of penalties that are not smooth: each digit costs them more. Tasks without a penalty share
    nothing: each is fitted alone, and the others as without them.
    """
    tied = prepared.penalized
    if tied is None:
        solution = nothing_fitted(prepared)
    else:
        solution = solve_penalized(tied, penalty, max_iter, tol, start, separate, on_data, loosest)
    for fit in prepared.free:
        solution = joined(solution, solve_alone(prepared, fit, max_iter, tol), order_of([fit]))
    return solution


def solve_alone(prepared: Prepared, fit: TaskFit, max_iter: int, tol: float) -> Coefficients:
    """Fit one of the tasks without a penalty."""
    alone = prepared.alone(fit)
    solution = most_likely(UnpenalizedTask(alone.layout), max_iter)
    if solution.has_maximum:
        warn_of_gap(solution.gap, solution.n_iter, tol, f"task {fit.head.name!r} ")
    else:
        warn_of_separation(fit.head.name)
    return unpack(alone, None, solution.W, solution.intercept, solution.gap, solution.n_iter)


def nothing_fitted(prepared: Prepared) -> Coefficients:
    """Return coefficients of zero, of tasks that share nothing."""
    coef = np.zeros((prepared.n_columns, prepared.layout.design.shape[1]))
    rest = np.concatenate([head.rest for head in prepared.heads])
    return Coefficients(coef, rest, coef.copy(), 0.0, 1)


def joined(solution: Coefficients, more: Coefficients, rows: np.ndarray) -> Coefficients:
    """Return coefficients with some rows of others; of two relative gaps the larger bounds that of both."""
    coef, intercept = solution.W.copy(), solution.intercept.copy()
    coef[rows], intercept[rows] = more.W[rows], more.intercept[rows]
    gap, n_iter = max(solution.dual_gap, more.dual_gap), max(solution.n_iter, more.n_iter)
    return solution._replace(W=coef, intercept=intercept, dual_gap=gap, n_iter=n_iter)


def solve_penalized(
    prepared: Prepared,
    penalty: Penalty,
    max_iter: int,
    tol: float,
    start: Start | None,
    separate: Weights | None,
    on_data: bool,
    loosest: float,
) -> Coefficients:
    """Minimise the objective of tasks that all have a penalty."""
    bound = penalty.bind(prepared.columns, None if separate is None else separate.W)
    if bound.terms:
        tol = max(tol, loosest)
        made = nonsmooth(prepared, cast(Composite, bound), max_iter, tol, start, on_data)
        warn_of_gap(made.dual_gap, made.n_iter, tol)
        return made
    problem = SmoothProblem.of(prepared.layout, cast(Quadratic, bound))
    first = None
    if start is not None:
        coef, intercept = (array[prepared.order] for array in start[:2])
        first = Weights((coef / prepared.scale[:, None]).T, intercept / prepared.scale)
    elif separate is not None and not problem.is_quadratic:
        first = separate
    solution = solve_smooth(problem, first, max_iter, tol, on_data)
    gap = solution.gap / prepared.null_value
    warn_of_gap(gap, solution.n_iter, tol)
    if solution.is_blurred and not gap > max(UNNOTICED, tol):
        warn_of_rounding()
    shared = bound.share(solution.weights.W)
    return unpack(prepared, shared, *solution.weights, gap, solution.n_iter)


def nonsmooth(
    prepared: Prepared,
    bound: Composite,
    max_iter: int,
    tol: float,
    start: Start | None,
    on_data: bool,
) -> Coefficients:
    """Minimise an objective whose penalty is not smooth."""
    first = None if start is None else parts_of(prepared, bound, start)
    solution = solve_nonsmooth(prepared.layout, bound, max_iter, tol, first, on_data)
    gap = solution.gap / prepared.null_value
    W = solution.parts.sum(axis=0) / bound.u
    made = unpack(prepared, bound.share(W), W, solution.intercept, gap, solution.n_iter)
    components = {
        name: spread(prepared, part / bound.u) for name, part in zip(bound.names, solution.parts)
    }
    learned = bound.learned(solution.parts.sum(axis=0))
    return made._replace(components=components or None, learned=learned)


def warn_of_gap(gap: float, n_iter: int, tol: float, subject: str = "") -> None:
    """Warn where predictions could be others at the optimum; subject is a task that is fitted alone."""
    if gap > max(UNNOTICED, tol):
        warn(
            f"{subject}stopped after {n_iter} iterations at a relative duality gap of {gap:.1e} > tol={tol:g}; "
            "increase max_iter, or scale the features",
            ConvergenceWarning,
        )


def warn_of_separation(name: Hashable) -> None:
    """Warn where coefficients of maximum likelihood are infinite."""
    warn(
        f"task {name!r} has no finite maximum likelihood: its classes are separated (or its counts of 0 are) by its "
        "features, and its coefficients would grow for ever; use a finite C, that is alpha above 0, for it",
        ConvergenceWarning,
    )


def warn_of_rounding() -> None:
    """Warn where rounding of features far from zero moves predictions, whatever the gap."""
    warn(
        "features are so far from zero, without an intercept, that rounding may move predictions: fit an intercept, "
        "or centre the features",
        ConvergenceWarning,
    )


def parts_of(prepared: Prepared, bound: Composite, start: Start) -> np.ndarray:
    """Return the parts to start from, as weights of features: all in the first where parts are not known."""
    scale = prepared.scale[:, None]
    if start.components is not None and set(start.components) == set(bound.names):
        given = [start.components[name] for name in bound.names]
    else:
        given = [start.coef, *(np.zeros_like(start.coef) for _ in bound.terms[1:])]
    return np.stack([(coef[prepared.order] / scale).T * bound.u for coef in given])


def fit_separately(prepared: Prepared, penalty: Penalty, max_iter: int) -> Weights | None:
    """Return rough weights and intercepts of the tasks alone, in scaled units, where the penalty asks for them."""
    tied = prepared.penalized
    unbound = None if tied is None else penalty.unbound(tied.columns)
    if tied is None or unbound is None:
        return None
    return solve_roughly(SmoothProblem.of(tied.layout, unbound), max_iter)


def unpack(
    prepared: Prepared,
    shared: np.ndarray | None,
    W: np.ndarray,
    intercept: np.ndarray,
    gap: float,
    n_iter: int,
) -> Coefficients:
    """Give coefficients their places among all columns, and the users' units, as to the part of W that is shared."""
    coef = spread(prepared, W)
    full = np.concatenate([head.rest for head in prepared.heads])
    full[prepared.order] = intercept * prepared.scale
    at_centre = np.zeros(len(full))
    at_centre[prepared.order] = prepared.layout.at_centre(W) * prepared.scale
    for head in prepared.heads:
        if (
            len(head.active) > 1
        ):  # their mean is zero where X is centred: classes never seen stay as unlikely
            columns = head.columns.start + head.active
            full[columns] -= (full + at_centre)[columns].mean()
    if shared is not None:
        shared = spread(prepared, shared)
    return Coefficients(coef, full, shared, gap, n_iter)


def spread(prepared: Prepared, W: np.ndarray) -> np.ndarray:
    """Return weights as coef_ has them: in the users' units, with a row for every column of every task."""
    coef = np.zeros((prepared.n_columns, len(W)))
    coef[prepared.order] = (W * prepared.scale).T
    return coef
