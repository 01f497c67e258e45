"""Solve a prepared fit."""

import warnings
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, cast

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from ...penalties import Composite, Penalty, Quadratic
from ._prepare import Prepared
from ._smooth import SmoothProblem
from ._solve_nonsmooth import solve_nonsmooth
from ._solve_smooth import Weights, solve_roughly, solve_smooth

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
    where it is looser, of penalties that are not smooth: each digit costs them more.
    """
    bound = penalty.bind(prepared.columns, None if separate is None else separate.W)
    if bound.terms:
        return nonsmooth(prepared, cast(Composite, bound), max_iter, max(tol, loosest), start)
    problem = SmoothProblem.of(prepared.layout, cast(Quadratic, bound))
    first = None
    if start is not None:
        coef, intercept = (array[prepared.order] for array in start[:2])
        first = Weights((coef / prepared.scale[:, None]).T, intercept / prepared.scale)
    elif separate is not None and not problem.is_quadratic:
        first = separate
    found = solve_smooth(problem, first, max_iter, tol, on_data)
    gap = found.gap / prepared.null_value
    warn_of_gap(gap, found.n_iter, tol)
    if found.is_blurred and not gap > max(UNNOTICED, tol):
        warn_of_rounding()
    return unpack(prepared, bound, *found.weights, gap, found.n_iter)


def nonsmooth(
    prepared: Prepared, bound: Composite, max_iter: int, tol: float, start: Start | None
) -> Coefficients:
    """Minimise an objective whose penalty is not smooth."""
    first = None if start is None else parts_of(prepared, bound, start)
    found = solve_nonsmooth(prepared.layout, bound, max_iter, tol, first)
    gap = found.gap / prepared.null_value
    warn_of_gap(gap, found.n_iter, tol)
    W = found.parts.sum(axis=0) / bound.u
    made = unpack(prepared, bound, W, found.intercept, gap, found.n_iter)
    components = {
        name: spread(prepared, part / bound.u) for name, part in zip(bound.names, found.parts)
    }
    learned = bound.learned(found.parts.sum(axis=0))
    return made._replace(components=components or None, learned=learned)


def warn_of_gap(gap: float, n_iter: int, tol: float) -> None:
    """Warn where predictions could be others at the optimum."""
    if gap > max(UNNOTICED, tol):
        warnings.warn(
            f"stopped after {n_iter} iterations at a relative duality gap of {gap:.1e} > tol={tol:g}; "
            "increase max_iter, or scale the features",
            ConvergenceWarning,
            stacklevel=6,
        )


def warn_of_rounding() -> None:
    """Warn where rounding of features far from zero moves predictions, whatever the gap."""
    warnings.warn(
        "features are so far from zero, without an intercept, that rounding may move predictions: fit an intercept, "
        "or centre the features",
        ConvergenceWarning,
        stacklevel=6,
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
    unbound = penalty.unbound(prepared.columns)
    if unbound is None:
        return None
    return solve_roughly(SmoothProblem.of(prepared.layout, unbound), max_iter)


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
    at_centre = np.zeros(len(full))
    at_centre[prepared.order] = prepared.layout.at_centre(W) * prepared.scale
    for head in prepared.heads:
        if (
            len(head.active) > 1
        ):  # their mean is zero where X is centred: classes never seen stay as unlikely
            own = head.columns.start + head.active
            full[own] -= (full + at_centre)[own].mean()
    shared = None
    if bound.shared is not None:
        shared = spread(prepared, W @ bound.shared)
    return Coefficients(coef, full, shared, gap, n_iter)


def spread(prepared: Prepared, W: np.ndarray) -> np.ndarray:
    """Return weights as coef_ has them: in the users' units, with a row for every column of every task."""
    coef = np.zeros((prepared.n_columns, len(W)))
    coef[prepared.order] = (W * prepared.scale).T
    return coef
