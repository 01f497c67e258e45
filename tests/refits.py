"""Ridge regressions that share, refitted without each row: dense, and from the definition."""

import numpy as np
from zoo import patients


def brute_force(X, y, weight, alpha, sharing, q, intercept):
    """Errors of each row left out with all its labels, NaN elsewhere, from the fits without it.

    weight is zero where a label is missing. intercept is "free", "none" or "pooled". Coefficients are C^(1/2) U
    with the penalty ||U||^2 / 2, so that a sharing of one needs no inverse.
    """
    (n, d), T = X.shape, y.shape[1]
    K = (1 - sharing) * np.eye(T) + sharing * np.outer(q, q)
    values, vectors = np.linalg.eigh(K / alpha)
    half = vectors * np.sqrt(np.maximum(values, 0.0))
    label = [(i, t) for i in range(n) for t in range(T) if weight[i, t] > 0]
    rows, tasks = np.array(label).T
    D = np.einsum("ij,ik->ijk", X[rows], half[tasks]).reshape(len(label), d * T)
    precision = np.ones(d * T)
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
    for i in range(n):
        kept, out = rows != i, rows == i
        root = np.sqrt(s[kept])[:, None]
        stacked = np.vstack([root * D[kept], np.diag(np.sqrt(precision))])
        right = np.r_[root[:, 0] * target[kept], np.zeros(len(precision))]
        solution = np.linalg.lstsq(stacked, right, rcond=None)[0]
        errors[i, tasks[out]] = target[out] - D[out] @ solution
    return errors


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
