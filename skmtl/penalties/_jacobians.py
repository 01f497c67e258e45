"""Derivatives of proximal points, as symmetric matrices along a diagonal."""

from collections.abc import Callable

import numpy as np

EQUAL = 1e-9  # relative difference of singular values that count as equal


def shrink_jacobian(
    V: np.ndarray, norms: np.ndarray, by: float | np.ndarray, same: np.ndarray
) -> np.ndarray:
    """Return the derivative of making the vectors that rows are cut into shorter, (n_rows, width, width).

    norms, of the shape of V, are those of the vectors that entries belong to, and same says which entries of a row
    belong to one vector.
    """
    factor = np.where(norms > by, 1.0 - by / np.maximum(norms, by), 0.0)
    pull = np.zeros_like(norms)
    np.divide(1.0 - factor, norms, out=pull, where=norms > by)
    unit = np.divide(V, norms, out=np.zeros_like(V), where=norms > by)
    made = (pull * V)[:, :, None] * unit[:, None, :] * same
    made[:, np.arange(V.shape[1]), np.arange(V.shape[1])] += factor
    return made


def clip_jacobian(
    V: np.ndarray, norms: np.ndarray, level: np.ndarray, same: np.ndarray, starts: np.ndarray
) -> np.ndarray:
    """Return the derivative of making the vectors of a row no longer than its level, which depends on the row.

    starts says which entry is the first of its vector; norms and same are as above.
    """
    above = (norms > level) & (level > 0.0)
    ratio = np.divide(level, norms, out=np.ones_like(norms), where=norms > level)
    ratio[level[:, 0] == 0.0] = 0.0
    unit = np.divide(V, norms, out=np.zeros_like(V), where=norms > 0.0)
    n_above = np.maximum(np.count_nonzero(above & starts, axis=1), 1)[:, None, None]
    between = above[:, :, None] & above[:, None, :]
    cut = np.where(above, ratio, 0.0)[:, :, None] * same
    made = unit[:, :, None] * unit[:, None, :] * (between / n_above - cut)
    made[:, np.arange(V.shape[1]), np.arange(V.shape[1])] += ratio
    return made


def mean_jacobian(level: np.ndarray) -> np.ndarray:
    """Return the derivative of taking means over neighbours in a row, which then have the same level."""
    group = np.cumsum(np.diff(level, axis=1, prepend=level[:, :1]) != 0.0, axis=1)
    together = group[:, :, None] == group[:, None, :]
    return together / together.sum(axis=2, keepdims=True)


def spectral_derivative(
    U: np.ndarray, s: np.ndarray, Wt: np.ndarray, factors: np.ndarray, slopes: np.ndarray
) -> Callable[[np.ndarray], np.ndarray]:
    """Return the derivative of U diag(s * factors) Wt in U diag(s) Wt, as a map of directions.

    U has as many columns as Wt, which is square; slopes are the derivatives of s * factors in s (Lewis and Sendov
    2005).
    """
    values, total, apart = s * factors, s[:, None] + s, s[:, None] - s
    means = 0.5 * (factors[:, None] + factors)
    sums = np.divide(values[:, None] + values, total, out=means, where=total > 0.0)
    diagonal = np.diag(slopes)
    differences = 0.5 * (diagonal[:, None] + diagonal - slopes - slopes.T)  # where values are equal
    is_apart = np.abs(apart) > EQUAL * total
    np.divide(values[:, None] - values, apart, out=differences, where=is_apart)
    straight, crossed = 0.5 * (differences + sums), 0.5 * (differences - sums)
    at = np.arange(len(s))

    def product(D: np.ndarray) -> np.ndarray:
        right = D @ Wt.T
        A = U.T @ right
        inside = straight * A + crossed * A.swapaxes(-1, -2)
        inside[..., at, at] = A[..., at, at] @ slopes.T
        return (U @ (inside - A * factors) + right * factors) @ Wt

    return product
