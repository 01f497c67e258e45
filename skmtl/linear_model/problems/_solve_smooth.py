"""Solve a smooth problem: directly where it is quadratic, else by iterations; and look at the solution once more."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ...solvers import LBFGS, ConjugateGradient, Solution
from ._certificate import Evaluation, evaluate, finite_gap, spot_check
from ._direct import DirectSolution, direct_solution
from ._least_squares import STEPS, by_least_squares, work_of
from ._smooth import CERTIFIED, STILL, SmoothProblem

SIGNS_KNOWN = 1e-10  # relative suboptimality of the separate fits, of which only signs are read
CORRECTIONS = 6
CONTRACTS = 0.25  # length of a correction, relative to the one before: more says that rounding has taken over
CHEAP = 5e7  # multiplications of a step of theirs that are always worth it
ROUNDING = 1e-10  # slopes that may be rounding, relative to those of the best constant prediction
SEEN = 1e-7  # change of predictions, in standard deviations, that must not be left;
SEEN_CURVED = 2e-6  # of log-odds and logarithms of means,
LOOSE = 1e-14  # where no larger tolerance is asked for: predictions are to be as accurate as its square root


class Weights(NamedTuple):
    """Weights of the features, and the intercepts of inputs that are not centred."""

    W: np.ndarray
    intercept: np.ndarray


class Solved(NamedTuple):
    """A solution, its duality gap, and how far a further correction would move predictions, or could.

    is_hidden says that rounding may hide a gradient: features are far from zero, and nothing is centred.
    """

    weights: Weights
    gap: float
    n_iter: int
    motion: float
    is_hidden: bool = False

    @property
    def is_blurred(self) -> bool:
        """Whether predictions may be off by more than is seen, and no gap shows it."""
        return self.is_hidden and self.motion > SEEN


def solve_smooth(
    problem: SmoothProblem,
    start: Weights | None,
    max_iter: int,
    tol: float,
    on_data: bool = True,
) -> Solved:
    """Minimise the objective, from given weights if there are any.

    on_data says that a direct solution, too, is looked at on the data as given, and not on their Gram matrix alone.
    """
    direct, work = direct_solution(problem), None
    if direct is not None:
        solved = by_gram(problem, direct, on_data)
    else:
        first = first_vector(problem, start)
        work = work_of(problem)
        kept = min(STEPS, max_iter // 2) if np.isfinite(work) else 0
        if work <= CHEAP and tol < LOOSE:
            problem = replace(problem, surely_within=0.5 * SEEN_CURVED)
        solved = by_iterations(problem, first, max_iter - kept, tol)
    seen = SEEN if problem.is_quadratic else SEEN_CURVED
    stands_still = solved.motion <= seen or tol >= LOOSE
    if solved.gap <= max(CERTIFIED, tol) * problem.scale and stands_still:
        return solved
    work = work_of(problem) if work is None else work
    return polished(problem, solved, max_iter) if np.isfinite(work) else solved


def first_vector(problem: SmoothProblem, start: Weights | None) -> np.ndarray:
    """Return where to start: pooled intercepts, which may be like those of no task, where the objective is less."""
    nothing = problem.start()
    if start is None:
        return nothing
    given = problem.vector(*start)
    if problem.intercepts.are_free:
        return given
    values = [problem.value(v, problem.predict(v)) for v in (nothing, given)]
    return given if values[1] < values[0] else nothing


def solve_roughly(problem: SmoothProblem, max_iter: int) -> Weights:
    """Return about the best weights."""
    direct = direct_solution(problem)
    if direct is not None:
        W = direct.weights(-direct.solve(direct.start()))
        return Weights(W, problem.null_intercept(W))
    return Weights(*problem.coefficients(run(problem, problem.start(), max_iter, SIGNS_KNOWN).v))


def by_gram(problem: SmoothProblem, direct: DirectSolution, on_data: bool) -> Solved:
    """Solve directly, in single precision first where that suffices; what a check does not pass is corrected.

    Where tasks have labels of different samples, intercepts come from the data; and where nothing is centred, the whole
    gradient shows what rounding hides.
    """
    if direct.is_rounded:
        solved = directly(problem, direct)
        if solved.motion <= STILL:
            return solved
        direct = direct.precise()
    layout = problem.layout
    if layout.is_common or (layout.fit_intercept and not layout.has_stacks):
        solved = on_gram(problem, direct, on_data or not layout.is_common)
        if solved.motion <= STILL:
            return solved
    return directly(problem, direct)


def on_gram(problem: SmoothProblem, direct: DirectSolution, on_data: bool) -> Solved:
    """Solve by Gram matrices alone, with a correction; on_data says to check it on the data."""
    S = -direct.solve(direct.start())
    S -= direct.solve(direct.model_gradient(S))
    C, W = direct.model_gradient(S), direct.weights(S)
    motion = np.sqrt(problem.reach * direct.square(C))
    if not motion <= STILL:
        motion = np.sqrt(problem.reach * direct.square(direct.solve(C)))
    gap = finite_gap(0.5 * direct.square(C))
    solved = Solved(Weights(W, problem.null_intercept(W)), gap, 1, float(motion))
    return checked(problem, direct, S, solved) if on_data else solved


def checked(
    problem: SmoothProblem, direct: DirectSolution, S: np.ndarray, solved: Solved
) -> Solved:
    """Look at the gradient of the weights on the data as given, in some directions: all or nothing must move."""
    layout, coupling, (W, intercept) = problem.layout, problem.coupling, solved.weights
    check = spot_check(layout, W, intercept)
    C = coupling.gather(check.slopes) + coupling.solve(check.probes.T @ W)
    size = np.square(coupling.gather(direct.null_slopes(check))).mean(axis=0)
    is_flat = bool(np.all(np.square(C).mean(axis=0) <= ROUNDING**2 * size))
    is_settled = problem.intercepts.are_free or not check.shift.any()
    gap = 0.5 * (np.sqrt(2.0 * solved.gap) + np.sqrt(np.vdot(C, C) / len(C))) ** 2
    weights = Weights(W, intercept + check.shift)
    return Solved(weights, finite_gap(gap), 1, solved.motion if is_flat and is_settled else np.inf)


def directly(problem: SmoothProblem, direct: DirectSolution) -> Solved:
    """Solve, and correct the solution by gradients on the data as given until predictions stand still."""
    layout, intercepts = problem.layout, problem.intercepts
    S, before = -direct.solve(direct.start()), np.inf
    reach = np.sqrt(problem.reach)
    for _ in range(CORRECTIONS):
        W = direct.weights(S)
        evaluation = evaluate(layout, intercepts, W, problem.null_intercept(W))
        C = direct.gradient(S, evaluation)
        motion = reach * np.sqrt(max(direct.square(C), 0.0))  # at least that of the step
        if motion <= STILL:
            break
        step = direct.solve(C)
        motion = reach * np.sqrt(max(direct.square(step), 0.0))
        if motion <= STILL or not motion <= CONTRACTS * before:
            break
        S, before = S - step, motion
    return judged(problem, W, evaluation, 1)._replace(motion=float(motion))


def by_iterations(problem: SmoothProblem, start: np.ndarray, max_iter: int, tol: float) -> Solved:
    """Iterate, and evaluate where that ended on the data as given.

    The motion is an estimate where no bound is asked for: curvature may hide how far predictions are from the optimum.
    """
    solution = run(problem, start, max_iter, tol)
    W, intercept = problem.coefficients(solution.v)
    evaluation = evaluate(problem.layout, problem.intercepts, W, intercept)
    solved = judged(problem, W, evaluation, max(1, solution.n_iter))
    if np.isfinite(problem.surely_within) or problem.is_quadratic:
        return solved
    likely = problem.likely_motion(solution.suboptimality * problem.scale, evaluation.settled.G)
    return solved._replace(motion=min(solved.motion, likely))


def run(problem: SmoothProblem, start: np.ndarray, max_iter: int, tol: float) -> Solution:
    """Minimise a problem by the method that suits its losses."""
    method = ConjugateGradient if problem.is_quadratic else LBFGS
    return method(max_iter=max_iter, tol=tol).solve(problem, start)


def polished(problem: SmoothProblem, solved: Solved, max_iter: int) -> Solved:
    """Go on by least squares from a solution that is not good enough."""
    left = max_iter if problem.is_quadratic else max_iter - solved.n_iter
    if left < 1:
        return solved
    v, n_steps = by_least_squares(problem.apart, problem.vector(*solved.weights), left)
    n_iter = solved.n_iter if problem.is_quadratic else solved.n_iter + n_steps
    W, intercept = problem.coefficients(v)
    new = judged(problem, W, evaluate(problem.layout, problem.intercepts, W, intercept), n_iter)
    return new if new.gap <= max(solved.gap, CERTIFIED * problem.scale) else solved


def judged(problem: SmoothProblem, W: np.ndarray, evaluation: Evaluation, n_iter: int) -> Solved:
    """Return weights as a solution, with the best intercepts for them and the gap on the data as given."""
    gap = gap_as_given(problem, W, evaluation)
    weights = Weights(W, evaluation.intercept(problem.layout, W))
    return Solved(weights, gap, n_iter, problem.motion(gap), bool(evaluation.loose.any()))


def gap_as_given(problem: SmoothProblem, W: np.ndarray, evaluation: Evaluation) -> float:
    """Return the duality gap of the weights of features that are handed back, whatever state they were made of.

    With the dual point G, the gradient of the loss in raw, whose columns then sum to zero, Fenchel-Young is an equality
    and the gap is half the squared norm of the gradient in U: no number is left to choose.
    """
    if not evaluation.is_settled:
        return np.inf
    C = problem.coupling.gather(evaluation.C) + problem.coupling.solve(W)
    loose = np.sqrt(np.square(evaluation.loose).sum(axis=0) @ problem.coupling.variance)
    return finite_gap(0.5 * (np.sqrt(np.vdot(C, C)) + loose) ** 2)
