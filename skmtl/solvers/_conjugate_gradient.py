"""Preconditioned conjugate gradients."""

import numpy as np

from ._base import QuadraticProblem, SmoothSolver, Solution, Stagnation, moved


class ConjugateGradient(SmoothSolver):
    """Preconditioned conjugate gradients, for problems with a quadratic loss.

    With an exact preconditioner it stops after one step: a direct solution with one step of refinement.

    Parameters
    ----------
    max_iter : int, default=1000
        Largest number of iterations, each of one product with the data and one with their transpose.

    tol : float, default=1e-16
        Stop where half the squared norm of the residual in the metric of the preconditioner, an estimate of the
        distance to the optimum of the objective, is at most tol times the scale of the problem, and the residual itself
        meets the goal of the problem, or rounding lets it shrink no more.

    See Also
    --------
    LBFGS : For losses that are not quadratic.

    Notes
    -----
    Minimises f(v) = loss(raw(v)) + <v, P v> / 2 of a quadratic loss, so that the Hessian H is the same everywhere; the
    residual is minus the gradient. Each iteration:

    1. stops where the estimate <residual, Z> / 2 is small enough, Z the preconditioned residual, and the residual is so
       too, or shrinks no more;
    2. goes along D to the minimum of f on that line, by <residual, Z> / <D, H D>;
    3. preconditions the new residual, and makes the next D conjugate to the last one: <D, H D_last> = 0.

    References
    ----------
    M. R. Hestenes and E. Stiefel (1952). Methods of conjugate gradients for solving linear systems. Journal of
    Research of the National Bureau of Standards 49, 409-436.

    Examples
    --------
    Any problem with the methods of ``QuadraticProblem`` will do. Here, ||v - 1||^2 / 2 + ||v||^2 / 2:

    >>> import numpy as np
    >>> from skmtl.solvers import ConjugateGradient
    >>> class Halfway:
    ...     scale = 1.0
    ...     def goal(self, tol): return 1.0
    ...     def begin(self, v): return [v.copy()], (v - 1.0) + v
    ...     def hessian_product(self, raw, D): return [D], 2.0 * D
    ...     def preconditioner(self, v=None, raw=None, closely=False): return lambda C: C
    >>> ConjugateGradient().solve(Halfway(), np.zeros(2)).v
    array([0.5, 0.5])
    """

    def __init__(self, max_iter: int = 1000, tol: float = 1e-16) -> None:
        self.max_iter = max_iter
        self.tol = tol

    def solve(self, problem: QuadraticProblem, start: np.ndarray) -> Solution:
        """Minimise the problem from start.

        Parameters
        ----------
        problem : QuadraticProblem
            What to minimise.

        start : ndarray of shape (n,)
            Where to start.

        Returns
        -------
        solution : Solution
            Where the method stopped.
        """
        v = start.copy()
        raw, C = problem.begin(v)
        precondition, residual = problem.preconditioner(), -C
        Z = precondition(residual)
        energy = residual @ Z
        D, stagnation = Z, Stagnation()
        scale, goal = problem.scale, problem.goal(self.tol)
        for n_iter in range(self.max_iter + 1):
            estimate, square = 0.5 * energy / scale, residual @ residual  # 1
            if n_iter == self.max_iter or not np.isfinite(estimate):
                break
            if estimate <= self.tol and (0.5 * square <= goal or stagnation.has_come(square)):
                break
            change, product = problem.hessian_product(raw, D)  # 2
            step = energy / (D @ product)
            v += step * D
            raw = moved(raw, step, change)
            residual -= step * product
            Z = precondition(residual)  # 3
            energy, previous = residual @ Z, energy
            D = Z + energy / previous * D
        return Solution(v, float(estimate), n_iter, bool(estimate <= self.tol))
