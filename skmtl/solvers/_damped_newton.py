"""Proximal Newton steps, for penalised problems whose Hessians are cheap."""

import numpy as np

from ._base import Parts
from ._hybrid import Hybrid
from ._penalized import PenalizedProblem, Point, certified, objective, search
from ._progress import ROUNDED, Progress

EASY = 0.5  # tolerance within a model, relative to that of the problem
INNER = 0.1  # duality gap to which a model is solved, relative to that of the problem
INNER_ITERATIONS = 500
EXACT_ITERATIONS = 50_000  # where the model is the problem itself
PATIENCE = 25  # steps without a gap half as large, or an objective a tenth smaller
FAILURES = 3  # steps in a row that lead nowhere, after which there is none


def damped_newton(problem: PenalizedProblem, start: np.ndarray, max_iter: int, tol: float) -> Parts:
    """Minimise a problem from start by quadratic models, the Hessians of which are damped after a step was too long.

    Where the model is the problem itself, the first step leads to the optimum, and a second one corrects what rounding
    did to it.

    Notes
    -----
    Minimises loss(image(V), best intercepts) + penalty(parts), V the sum of the parts. Each iteration:

    1. computes the best intercepts for the image, the gradient C there, and about the duality gap, and remembers the
       point where that is least;
    2. stops where the gap is small enough, or rounding, failed steps or a stalled gap leave no progress to hope for;
    3. minimises the quadratic model, its Hessians multiplied by the damping, plus the penalty, by Hybrid: to a share of
       the gap, or of tol where the model is the problem itself;
    4. goes towards that minimizer, and halves the step until the objective has not risen; the damping doubles where it
       had to, and else is halved, down to one.
    """
    here = Point(start, problem.image(start.sum(axis=0)), problem.start())
    best, least, value = here, np.inf, np.inf
    damping, failures, progress = 1.0, 0, Progress()
    is_rounded = False
    for n_iter in range(max_iter + 1):
        settled = here.settled or problem.settle(here.image, here.intercepts)  # 1
        here = here._replace(settled=settled)
        C = problem.gradient(settled)
        gap = problem.rough_gap(here.parts, settled, C) / problem.scale
        if value == np.inf:
            value = objective(problem, here.parts, settled)
        if n_iter == 0 or gap < least:
            best, least = here, gap
        ends = is_rounded or failures == FAILURES or progress.has_stalled(gap, PATIENCE, value)  # 2
        if gap <= tol or ends or n_iter == max_iter:
            break
        curvature = problem.curvature(settled).times(damping)  # 3
        model = problem.model(here.parts.sum(axis=0), settled, C, curvature)
        if problem.has_exact_model:
            inner = Hybrid(EXACT_ITERATIONS, EASY * tol).solve(model, here.parts)
        else:
            inner = Hybrid(INNER_ITERATIONS, max(EASY * tol, INNER * gap)).solve(model, here.parts)
        length, here, value = search(problem, here, settled, inner.parts, value)  # 4
        damping = max(0.5 * damping, 1.0) if length == 1.0 else 2.0 * damping
        failures = failures + 1 if length == 0.0 else 0
        is_rounded = problem.has_exact_model and inner.gap < ROUNDED and not inner.converged
    assert best.settled is not None
    return certified(problem, best, best.settled, n_iter, tol)
