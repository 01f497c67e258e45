"""Many strengths of a penalty on the same data, each fitted from the one before."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from ..penalties import Penalty
from .problems import Coefficients, Prepared, Start, fit_separately, solve

FEW = 5  # strengths, for which the Gram matrix of a few features at a time does
SCORED = 1e-6
"""Relative duality gap of penalties that are not smooth where fits are scored, or lead to others, and not kept.

Scores differ by 1e-7 from those at a gap of 1e-14.
"""

FAINT = 0.01
"""Share of the loss of the best constant prediction that the largest strength may leave to be explained at most."""

DEEPER = 1.5
"""Power of the depth of a path whose top is faint: it grows with the samples, and the best strength does not.

With MeanRegularized the best of support2 and nhanes was 0.01 of the top at 100 rows, 0.0005 and 0.0002 at 4000.
"""


def warm_path(
    prepared: Prepared,
    rows: Sequence[Sequence[Penalty]],
    max_iter: int,
    tol: float,
    start: Start | None = None,
    loosest: float = 0.0,
) -> Iterator[Coefficients]:
    """Solve row by row, each penalty from a solution beside it. The separate fits of a row are the same.

    loosest is the tolerance, where it is looser, of penalties that are not smooth. Of direct solutions, which have a
    Gram matrix in common, the last alone is looked at on the data themselves.
    """
    if len(rows) > FEW:
        prepared.layout.prepare_gram()
    for row in rows:
        separate = first = None
        for penalty in row:
            if separate is None:
                separate = fit_separately(prepared, penalty, max_iter)
            is_last = row is rows[-1] and penalty is row[-1]
            solution = solve(prepared, penalty, max_iter, tol, start, separate, is_last, loosest)
            yield solution
            start = solution.start
            first = start if first is None else first
        start = first


class Top(NamedTuple):
    """By what strengths are multiplied at the top of a path; is_faint says that weights are small there, not zero."""

    multiple: float
    is_faint: bool


def top_of(prepared: Prepared, penalty: Penalty, max_iter: int) -> Top:
    """Return the top of a penalty's path.

    It makes all weights zero where any strength does. Else the penalty is like a square, and the top explains at most
    FAINT of the loss: at a multiple m the weights V have loss(0) - loss(V) <= 2 conjugate(C) / m, C being the gradient
    at zero. Where a penalty looks at separate fits, it is asked twice: they are others at the top.
    """
    C = prepared.layout.weights(prepared.layout.null_gradient)
    multiple = 1.0
    for _ in range(2):
        scaled = penalty.scaled(multiple)
        separate = fit_separately(prepared, scaled, max_iter)
        bound = scaled.bind(prepared.columns, None if separate is None else separate[0])
        zero = bound.alpha_max(C / bound.u)
        if np.isfinite(zero):
            return Top(zero * multiple, False)
        reach = bound.conjugate(C / bound.u)
        if reach == 0.0:
            return Top(0.0, True)
        multiple *= 2.0 * reach / (FAINT * explainable(prepared))
    return Top(multiple, True)


def explainable(prepared: Prepared) -> float:
    """Return how far the loss of the best constant prediction is above that of perfect ones."""
    losses = [block.loss for block in prepared.layout.blocks]
    perfect = -sum(loss.conjugate(np.zeros((loss.n_samples, loss.n_columns))) for loss in losses)
    return float(prepared.layout.null_values.sum()) - perfect


def multiples(
    alphas: int | Sequence[float],
    eps: float,
    prepared: Prepared,
    penalty: Penalty,
    max_iter: int,
) -> np.ndarray:
    """Return the multiples of a penalty's strengths on its path, the largest first; raise ValueError where one is 0."""
    free = penalty.unpenalized(prepared.columns)
    if free:
        raise ValueError(
            "strengths of a penalty must be above 0 for every task where alphas multiply them, got "
            f"{penalty!r}, with none for tasks {[task for task in prepared.columns.all_tasks if task in free]}"
        )
    if not isinstance(alphas, int | np.integer):
        return np.sort(np.unique(np.asarray(alphas, dtype=np.float64)))[::-1]
    top = top_of(prepared, penalty, max_iter)
    depth = eps**DEEPER if top.is_faint else eps
    return (top.multiple or 1.0) * np.geomspace(1.0, depth, int(alphas))
