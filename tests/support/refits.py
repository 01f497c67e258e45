"""Ridge regressions that share, refitted without each row: dense, and from the definition."""

import numpy as np
from zoo import patients


def brute_force(X, y, weight, alpha, sharing, q, intercept, is_weak=False):
    """Errors of each row left out with all its labels, NaN elsewhere, from the fits without it.

    weight is zero where a label is missing. intercept is "free", "none" or "pooled". Coefficients are a common vector
    and one for each task, with the penalty ||U||^2 / 2 on all of them, so that nothing is inverted. is_weak asks for
    more digits than double precision has, which takes longer.
    """
    (n, d), T = X.shape, y.shape[1]
    half = np.column_stack([np.sqrt(sharing) * q, np.sqrt(1 - sharing) * np.eye(T)]) / np.sqrt(
        alpha
    )
    label = [(i, t) for i in range(n) for t in range(T) if weight[i, t] > 0]
    rows, tasks = np.array(label).T
    D = np.einsum("ij,ik->ijk", X[rows], half[tasks]).reshape(len(label), d * (T + 1))
    precision = np.ones(d * (T + 1))
    if intercept == "free":
        extra, more = np.eye(T)[tasks], np.zeros(T)
    elif intercept == "pooled":
        own = np.eye(T) * np.sqrt((1 - sharing) / (sharing * alpha))
        extra, more = np.column_stack([own, q])[tasks], np.r_[np.ones(T), 0.0]
    else:
        extra, more = np.zeros((len(label), 0)), np.zeros(0)
    D, precision = np.column_stack([D, extra]), np.r_[precision, more]
    target, s = y[rows, tasks], weight[rows, tasks]
    errors = np.full((n, T), np.nan)
    solve = least_squares if is_weak else lambda A, b: np.linalg.lstsq(A, b, rcond=None)[0]
    for i in range(n):
        kept, out = rows != i, rows == i
        root = np.sqrt(s[kept])[:, None]
        stacked = np.vstack([root * D[kept], np.diag(np.sqrt(precision))])
        right = np.r_[root[:, 0] * target[kept], np.zeros(len(precision))]
        errors[i, tasks[out]] = target[out] - D[out] @ solve(stacked, right)
    return errors


def least_squares(A, b):
    """Solve by Householder's QR in long double, rows sorted and columns pivoted: for priors that are all but none."""
    order = np.argsort(-np.abs(A).max(axis=1), kind="stable")
    A, b = A[order].astype(np.longdouble), b[order].astype(np.longdouble)
    n_columns = A.shape[1]
    pivots = np.arange(n_columns)
    for j in range(n_columns):
        k = j + int(np.argmax((A[j:, j:] ** 2).sum(axis=0)))
        A[:, [j, k]], pivots[[j, k]] = A[:, [k, j]], pivots[[k, j]]
        v = A[j:, j].copy()
        v[0] += np.copysign(np.sqrt(v @ v), v[0])
        square = v @ v
        if square > 0:
            A[j:, j:] -= np.outer(v, (2 / square) * (v @ A[j:, j:]))
            b[j:] -= v * ((2 / square) * (v @ b[j:]))
    x = np.zeros(n_columns, np.longdouble)
    for j in np.flatnonzero(np.diag(A))[::-1]:  # what no row speaks of is zero
        x[pivots[j]] = (b[j] - A[j, j + 1 :] @ x[pivots[j + 1 :]]) / A[j, j]
    return x


def problem(rng, n, d, kind):
    """X, y and weights, zero where labels are missing."""
    X, columns = patients(3, n, d, missing=0.0)
    y = np.column_stack([columns[name] for name in ("days", "cost", "lab")])
    y = (y - y.mean(axis=0)) / y.std(axis=0) + [0.0, 2.0, -1.0]
    weight = np.ones(y.shape)
    if "missing" in kind:
        weight[rng.random(y.shape) < 0.4] = 0.0
    if "rows" in kind:
        weight *= rng.uniform(0.2, 3.0, (n, 1))
    if "factors" in kind:
        weight *= [1.0, 0.5, 4.0]
    if "pairs" in kind:
        weight *= rng.uniform(0.2, 3.0, y.shape)
    if "groups" in kind:
        weight[np.arange(3) != np.arange(n)[:, None] % 3] = 0.0
    return X, y, weight
