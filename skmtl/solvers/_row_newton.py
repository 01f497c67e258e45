"""Newton's method in the lengths of rows, where all columns have the same Hessian."""

from typing import NamedTuple

import numpy as np
from scipy.linalg import blas, lapack

from ._base import CompositeSolver, Parts
from ._gram import GramProblem, RowProblem
from ._hybrid import Hybrid
from ._progress import Progress

MOST_ROWS = 2000  # of which matrices are made
NEWTON_STEPS = 25
PATIENCE = 6  # steps without one that halves the gap
SHORTEST = 2.0**-8  # step along Newton's direction; a shorter one is none
ROUNDS = 10  # in which the lengths are chosen that a step takes to zero
ROUNDING = 64.0 * np.finfo(float).eps
RIDGES = (
    1e-14,
    1e-10,
    1e-6,
)  # added to the Hessian, relative to its diagonal, until it is positive
ENTERS = 1.0 + 1e-13  # sizes of residuals, relative to the strength, at which a row leaves zero
SHORT = 1e-6  # curvature of a row beside that of its norm, below which a difference from one would be lost


class RowNewton(CompositeSolver):
    """Newton's method in the lengths of rows, for penalties that are the sum of them.

    Where other penalties, or different Hessians in the columns, do not allow it, or rounding ends it early, Hybrid
    takes over.

    Parameters
    ----------
    max_iter : int, default=1000
        Largest number of steps.

    tol : float, default=1e-12
        Stop where the duality gap is at most tol times the scale of the problem, or rounding allows no step.

    See Also
    --------
    Hybrid : For any penalty.

    Notes
    -----
    Since ||v|| is the minimum over e >= 0 of (||v||^2 / e + e) / 2, the minimum over V of
    -<B, V> + <V, H V> / 2 + strength * sum_j ||V_j|| is that over e >= 0 of

        phi(e) = strength / 2 * sum_j e_j - 1/2 <S B, (I + S H S)^-1 S B>,  S = diag(e / strength)^1/2

    a convex and smooth function of one number for each row, also at e_j = 0, where the row is zero. With R = B - H V,
    its gradient is (strength^2 - ||R_j||^2) / (2 strength), and its Hessian the entrywise product of R R' / strength^2
    and (I + H S^2)^-1 H. The step aims at 1 / ||R_j|| = 1 / strength, which is linear in e_j where rows do not depend
    on one another, as More and Sorensen solve the secular equation of a trust region.

    Each iteration:

    1. computes V, the best rows for the lengths e, and R;
    2. computes the duality gap, and remembers the V where it is least; stops where it is small enough, or was not
       halved for some steps;
    3. takes Newton's step in the lengths, none of which may be negative; rows at zero enter where ||R_j|| is above the
       strength. The step is halved until phi has not risen; where that does not come about, the plain Newton step on
       phi is tried, and where that fails too the method ends.

    References
    ----------
    F. Bach, R. Jenatton, J. Mairal and G. Obozinski (2012). Optimization with sparsity-inducing penalties. Foundations
    and Trends in Machine Learning 4, 1-106, section 5.

    J. J. More and D. C. Sorensen (1983). Computing a trust region step. SIAM Journal on Scientific and Statistical
    Computing 4, 553-572.

    Examples
    --------
    ||V - 2||^2 / 2 + ||V||, for V of one row and one column:

    >>> import numpy as np
    >>> from skmtl.penalties import Columns, L21
    >>> from skmtl.solvers import KroneckerCurvature, GramProblem, RowNewton
    >>> hessian = KroneckerCurvature.of(np.eye(1), kappa=np.ones(1))
    >>> penalty = L21(1.0).bind(Columns.alone("a"), None)
    >>> problem = GramProblem(hessian, np.array([[2.0]]), 2.0, penalty, scale=2.0)
    >>> RowNewton().solve(problem, np.zeros((1, 1, 1))).parts.round(6)
    array([[[1.]]])
    """

    def __init__(self, max_iter: int = 1000, tol: float = 1e-12) -> None:
        self.max_iter = max_iter
        self.tol = tol

    def solve(self, problem: GramProblem, start: np.ndarray) -> Parts:
        """Minimise the problem from start.

        Parameters
        ----------
        problem : GramProblem
            What to minimise.

        start : ndarray of shape (n_terms, n_features, n_columns)
            Where to start.

        Returns
        -------
        solution : Parts
            Where the method stopped.
        """
        rows = problem.in_rows() if start.shape[1] <= MOST_ROWS else None
        if rows is None:
            return Hybrid(self.max_iter, self.tol).solve(problem, start)
        first = self._newton(problem, rows, start[0])
        left = self.max_iter - first.n_iter
        if first.converged or left <= 0:
            return first
        second = Hybrid(left, self.tol).solve(problem, first.parts)
        best = min(first, second, key=lambda solution: solution.gap)
        return best._replace(n_iter=first.n_iter + second.n_iter)

    def _newton(self, problem: GramProblem, rows: RowProblem, V: np.ndarray) -> Parts:
        """Take Newton's steps while they make phi smaller."""
        best, progress = Parts(V[None], np.inf, 0, False), Progress()
        here = ridge_solution(rows, first_lengths(rows, V))
        for n_iter in range(1, min(self.max_iter, NEWTON_STEPS) + 1):
            if here is None:
                break
            V, R = here.weights(rows)  # 1
            gap = problem.gap(V[None], rows.B - R - problem.penalty.slope(V)) / problem.scale  # 2
            if gap < best.gap:
                best = Parts(V[None], float(gap), n_iter, bool(gap <= self.tol))
            best = best._replace(n_iter=n_iter)
            if gap <= self.tol or progress.has_stalled(gap, PATIENCE):
                break
            here = lowered(rows, here, R)  # 3
        return best


class RidgeSolution(NamedTuple):
    """The rows that are best for given lengths: S Z where they are active, that is the lengths are not zero.

    factor is the Cholesky factor of I + S H S, value is phi.
    """

    lengths: np.ndarray
    active: np.ndarray
    root: np.ndarray
    factor: np.ndarray
    Z: np.ndarray
    value: float

    def weights(self, rows: RowProblem) -> tuple[np.ndarray, np.ndarray]:
        """Return V and R = B - H V."""
        V = np.zeros_like(rows.B)
        V[self.active] = self.Z * self.root
        R = rows.B - rows.H @ V
        R[self.active] = self.Z / self.root
        return V, R


def first_lengths(rows: RowProblem, V: np.ndarray) -> np.ndarray:
    """Return those of V, and for rows that leave zero about those after a proximal gradient step."""
    lengths = np.sqrt(np.einsum("ij,ij->i", V, V))
    R = rows.B - rows.H @ V if lengths.any() else rows.B
    sizes = np.sqrt(np.einsum("ij,ij->i", R, R))
    new = np.flatnonzero((lengths == 0.0) & (sizes > rows.strength))
    D = R[new] * ((1.0 - rows.strength / sizes[new]) / rows.H.diagonal()[new])[:, None]
    far = np.vdot(D, part(rows.H, new) @ D)
    falls = np.vdot(R[new], D) - rows.strength * np.sqrt(np.einsum("ij,ij->i", D, D)).sum()
    shorter = min(1.0, falls / far) if far > 0.0 else 1.0
    lengths[new] = shorter * np.sqrt(np.einsum("ij,ij->i", D, D))
    return lengths


def ridge_solution(rows: RowProblem, lengths: np.ndarray) -> RidgeSolution | None:
    """Solve for the best rows of given lengths; None where rounding does not allow it."""
    active = np.flatnonzero(lengths)
    root = np.sqrt(lengths[active] / rows.strength)[:, None]
    K = part(rows.H, active) * root
    K *= root.T
    diagonal_of(K)[:] += 1.0
    SB = rows.B[active] * root
    factor, info = lapack.dpotrf(K.T, lower=1, clean=0, overwrite_a=1)
    if info != 0 or not len(active):
        return None if info != 0 else RidgeSolution(lengths, active, root, factor, SB, 0.0)
    Z, _ = lapack.dpotrs(factor, SB, lower=1)
    value = 0.5 * (rows.strength * float(lengths.sum()) - float(np.vdot(SB, Z)))
    return RidgeSolution(lengths, active, root, factor, Z, value)


def lowered(rows: RowProblem, here: RidgeSolution, R: np.ndarray) -> RidgeSolution | None:
    """Return a point at which phi is lower, or as low but for rounding; None where no step leads to one."""
    sizes = np.sqrt(np.einsum("ij,ij->i", R, R))
    gradient = 0.5 * (rows.strength**2 - sizes**2) / rows.strength
    entering = np.zeros(len(sizes))
    new = np.flatnonzero((here.lengths == 0.0) & (sizes > ENTERS * rows.strength))
    entering[new] = (sizes[new] - rows.strength) / rows.H.diagonal()[new]
    if not len(here.active):
        return along(rows, here, entering, gradient)
    J, sizes = hessian(rows, here), sizes[here.active]
    for slope in (sizes**2 * (sizes / rows.strength - 1.0), 0.5 * (sizes**2 - rows.strength**2)):
        step = entering.copy()
        step[here.active] = bounded_step(J, slope, here.lengths[here.active])
        there = along(rows, here, step, gradient)
        if there is not None:
            return there
    return None


def hessian(rows: RowProblem, here: RidgeSolution) -> np.ndarray:
    """Return strength times the Hessian of phi between active rows, its lower triangle."""
    inverse, _ = lapack.dpotri(here.factor.copy("F"), lower=1, overwrite_c=1)
    Q = here.Z / here.root**2
    lost = 1.0 - inverse.diagonal()
    short = here.root[:, 0] ** 2 * rows.H.diagonal()[here.active]
    lost = np.where(short < SHORT, short / (1.0 + short), lost)
    square = Q @ Q.T / rows.strength
    inverse *= -square.T
    diagonal_of(inverse)[:] = lost * square.diagonal()
    return inverse


def bounded_step(J: np.ndarray, slope: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Minimise <step, J step> / 2 - <slope, step>, J given by its lower triangle, where no length may be negative.

    All lengths at zero that would fall are held there at once, and all that would rise from there are freed.
    """
    free = np.ones(len(slope), dtype=bool)
    for _ in range(ROUNDS):
        step, rest = np.where(free, 0.0, -lengths), slope
        if not free.all():
            rest = slope - blas.dsymv(1.0, J, step, lower=1)
        if free.any():
            step[free] = solved(part(J, np.flatnonzero(free)), rest[free])
        falls = free & (lengths + step < 0.0)
        rises = ~free & (blas.dsymv(1.0, J, step, lower=1) < slope) if not free.all() else ~free
        if not (falls | rises).any():
            break
        free = (free & ~falls) | rises
    return step


def solved(J: np.ndarray, slope: np.ndarray) -> np.ndarray:
    """Return J^-1 slope, J positive semidefinite but for rounding and given by its lower triangle."""
    for ridge in RIDGES:
        A = J.copy("F")
        diagonal_of(A)[:] *= 1.0 + ridge
        _, step, info = lapack.dposv(A, slope, lower=1, overwrite_a=1)
        if info == 0:
            break
    return step if info == 0 else slope / J.diagonal()


def along(
    rows: RowProblem, here: RidgeSolution, step: np.ndarray, gradient: np.ndarray
) -> RidgeSolution | None:
    """Shorten a step until phi has not risen; None where it leads uphill."""
    if gradient @ step > ROUNDING * rows.scale:
        return None
    share, highest = 1.0, here.value + ROUNDING * rows.scale
    while share >= SHORTEST:
        there = ridge_solution(rows, np.maximum(here.lengths + share * step, 0.0))
        if there is not None and there.value <= highest:
            return there
        share *= 0.5
    return None


def part(matrix: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return the part of a square matrix between some rows."""
    return matrix if len(rows) == len(matrix) else matrix[rows[:, None], rows]


def diagonal_of(matrix: np.ndarray) -> np.ndarray:
    """Return the diagonal, to be written to."""
    return np.einsum("ii->i", matrix)
