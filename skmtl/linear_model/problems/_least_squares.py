"""Newton's method by least squares: for small problems too ill-conditioned for products of X with itself.

With B_i'B_i the Hessian of a label and B_i'r_i its gradient, Newton's step D minimises

    sum_i ||B_i J_i D + r_i||^2 + ||U + D_U||^2 + the penalty on intercepts,

J_i being the derivative of the label's raw predictions. A QR decomposition solves that with the condition number of X
where the normal equations have its square. Columns are pivoted and rows sorted, so that rows of very different length,
such as those of the data and of a weak penalty, keep their relative precision.
"""

from typing import NamedTuple

import numpy as np
from scipy import linalg, sparse

from ...heads import NewtonRows
from ...solvers import line_search
from ._passes import Raw
from ._smooth import SmoothProblem

LARGEST = 600  # unknowns of a system
LARGEST_SYSTEM = 10_000_000  # numbers in it
STEPS = 50  # at most, and so many iterations are left for them
STILL = 1e-11  # change of predictions, in standard deviations, that is none
STILL_MOVING = 1e-4  # change below which Newton's steps shrink fast
CONTRACTS = (
    0.5  # length of a step, relative to the one before: more says that rounding has taken over
)


class Component(NamedTuple):
    """Columns that hang together, with the vectors of U and the coordinates of intercepts that make them."""

    columns: np.ndarray
    vectors: np.ndarray
    intercepts: np.ndarray


def work_of(problem: SmoothProblem) -> float:
    """Return the multiplications that a step takes; infinity where a system is too large."""
    layout, work = problem.layout, 0.0
    n_labels = np.zeros(layout.n_columns)
    for block in layout.blocks:
        n_labels[block.columns] = block.loss.n_labels
    for columns, vectors, intercepts in components(problem):
        n_unknowns = layout.size * len(vectors) + len(intercepts)
        n_rows = n_labels[columns].sum() + n_unknowns
        if n_unknowns > LARGEST or n_rows * n_unknowns > LARGEST_SYSTEM:
            return np.inf
        work += n_rows * n_unknowns**2
    return work


def components(problem: SmoothProblem) -> list[Component]:
    """Return the columns that hang together, by the penalty or by their loss."""
    T, R = problem.layout.n_columns, problem.coupling.rank
    of_intercepts = problem.intercepts.links()
    in_vectors = problem.coupling.links()
    tied = [(c[0], other) for c, _ in problem.layout.null_hessian.groups for other in c]
    in_loss = np.array(tied, dtype=int).reshape(-1, 2).T
    columns = np.concatenate([in_loss[0], in_vectors[0], of_intercepts[0]])
    ends = np.concatenate([in_loss[1], T + in_vectors[1], T + R + of_intercepts[1]])
    size = T + R + len(problem.intercepts.ridge)
    places = np.stack([columns, ends]).astype(np.int32)  # older versions of SciPy need them
    graph = sparse.coo_array((np.ones(len(ends)), tuple(places)), shape=(size, size))
    n, label = sparse.csgraph.connected_components(graph, directed=False)
    order = np.argsort(label, kind="stable")
    parts = []
    for members in np.split(order, np.searchsorted(label[order], np.arange(1, n))):
        columns, vectors = members[members < T], members[(members >= T) & (members < T + R)] - T
        if len(columns):
            parts.append(Component(columns, vectors, members[members >= T + R] - T - R))
    return parts


def by_least_squares(
    problem: SmoothProblem, v: np.ndarray, max_iter: int
) -> tuple[np.ndarray, int]:
    """Return the vector that Newton's method reaches from v, and the number of its steps."""
    parts, raw, n_iter, moves = components(problem), problem.predict(v), 0, [np.inf]
    C = problem.gradient(v, raw)
    while n_iter < min(STEPS, max_iter) and not has_settled(moves):
        n_iter += 1
        D = newton_step(problem, parts, v, raw)
        change, ahead = problem.advance(v, raw, D)
        slope, steep = C @ D, abs(ahead @ D)
        length = 1.0
        if slope < 0.0 and not steep <= -slope:
            length = line_search(problem, v, D, slope, raw, change)
        farther = v + length * D
        raw = problem.predict(farther)
        C = problem.gradient(farther, raw)
        if not np.isfinite(C).all():
            break  # a step that rounding made does not go down, and may go anywhere
        v = farther
        moves.append(length * problem.largest_change(change))
    return v, n_iter


def has_settled(moves: list[float]) -> bool:
    """Whether predictions stand still, or rounding lets them: so far did they move step by step."""
    return moves[-1] <= STILL or STILL_MOVING >= moves[-1] > CONTRACTS * moves[-2]


def newton_step(
    problem: SmoothProblem, parts: list[Component], v: np.ndarray, raw: Raw
) -> np.ndarray:
    """Return Newton's step from v, whose raw predictions are raw."""
    D = np.zeros_like(v)
    (U, beta), (U_step, beta_step) = problem.split(v), problem.split(D)
    every = np.arange(problem.layout.n_columns)
    labels = [
        (chunk.common.values(), every[chunk.columns], rows)
        for chunk, part in zip(problem.passes.chunks, raw, strict=True)
        for rows in chunk.loss.newton_rows(part)
    ]
    for part in parts:
        mine = [
            (Z[rows.samples], rows._replace(columns=columns[rows.columns]))
            for Z, columns, rows in labels
            if columns[rows.columns[0]] in part.columns
        ]
        A, right = system(problem, part, mine, U, beta)
        step = least_squares(A, right)
        n = len(U) * len(part.vectors)
        U_step[:, part.vectors] = step[:n].reshape(len(U), -1)
        beta_step[part.intercepts] = step[n:]
    return D


def system(
    problem: SmoothProblem,
    part: Component,
    labels: list[tuple[np.ndarray, NewtonRows]],
    U: np.ndarray,
    beta: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the matrix and the right side of a component: its labels, the penalty, and that on intercepts."""
    F, basis = problem.coupling.matrix(), problem.intercepts.matrix()
    blocks, right = [], []
    for Z, rows in labels:
        by_vector = rows.B @ F[np.ix_(rows.columns, part.vectors)]
        in_U = np.einsum("nkr,nj->nkjr", by_vector, Z).reshape(rows.r.size, -1)
        in_beta = rows.B @ basis[np.ix_(rows.columns, part.intercepts)]
        blocks.append(np.hstack([in_U, in_beta.reshape(rows.r.size, len(part.intercepts))]))
        right.append(-rows.r.ravel())
    for columns in softmax_columns(
        problem, part
    ):  # probabilities do not see one number added to all intercepts
        blocks.append(np.zeros((1, blocks[0].shape[1])))
        blocks[-1][0, U.shape[0] * len(part.vectors) :] = basis[
            np.ix_(columns, part.intercepts)
        ].sum(axis=0)
        right.append(np.zeros(1))
    penalized = U[:, part.vectors].ravel()
    ridge = np.sqrt(problem.intercepts.ridge[part.intercepts])
    blocks.append(np.diag(np.concatenate([np.ones(penalized.size), ridge])))
    right.append(-np.concatenate([penalized, ridge * beta[part.intercepts]]))
    return np.vstack(blocks), np.concatenate(right)


def softmax_columns(problem: SmoothProblem, part: Component) -> list[np.ndarray]:
    """Return the columns of each task of a component that has several, where their intercepts are free."""
    groups = (columns for columns, _ in problem.layout.null_hessian.groups)
    return [group for group in groups if group[0] in part.columns and problem.intercepts.are_free]


def least_squares(A: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return the least-squares solution; what no row speaks of is zero."""
    size = np.abs(A).max(axis=0)
    size[size == 0.0] = 1.0
    A = A / size
    order = np.argsort(-np.abs(A).max(axis=1), kind="stable")
    Q, R, pivots = linalg.qr(A[order], mode="economic", pivoting=True, overwrite_a=True)
    diagonal = np.abs(np.diag(R))
    rank = np.count_nonzero(diagonal > np.finfo(float).tiny)
    x = np.zeros(A.shape[1])
    if rank:
        x[pivots[:rank]] = linalg.solve_triangular(R[:rank, :rank], (Q.T @ right[order])[:rank])
    return x / size
