"""The design matrix, centred without a copy."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

CHUNK = 4096
FAR_FROM_ZERO = 1e5


@dataclass(frozen=True)
class Design:
    """X, dense or CSR, minus a row that is never subtracted in memory."""

    X: Any
    offset: np.ndarray

    @property
    def shape(self) -> tuple[int, int]:
        """Number of samples and of features."""
        return self.X.shape

    def features(self, rows: np.ndarray) -> "Design":
        """Return the design with some of the features alone."""
        return Design(self.X[:, rows], self.offset[rows])

    def forward(self, W: np.ndarray) -> np.ndarray:
        """Return (X - offset) @ W."""
        raw = self.X @ W
        raw -= self.offset @ W
        return raw

    def backward(self, G: np.ndarray) -> np.ndarray:
        """Return (X - offset)' @ G."""
        product = (G.T @ self.X).T if isinstance(self.X, np.ndarray) else self.X.T @ G
        return product - np.outer(self.offset, np.ones(len(G)) @ G)

    def gram(self, weight: np.ndarray | None) -> np.ndarray:
        """Return (X - offset)' diag(weight) (X - offset)."""
        X, offset = self.X, self.offset
        if weight is None:
            square, sums, total = (
                dense(X.T @ X),
                column_sums(X),
                float(X.shape[0]),
            )
        else:
            square, sums, total = weighted_square(X, weight), X.T @ weight, float(weight.sum())
        cross = np.outer(sums, offset)
        return square - cross - cross.T + total * np.outer(offset, offset)

    def kernel(self) -> np.ndarray:
        """Return (X - offset) (X - offset)'."""
        cross = self.X @ self.offset
        return dense(self.X @ self.X.T) - cross[:, None] - cross + self.offset @ self.offset

    def squares(self) -> np.ndarray:
        """Return the diagonal of the Gram matrix."""
        X = self.X
        squares = (
            np.asarray(X.multiply(X).sum(axis=0)).ravel()
            if sparse.issparse(X)
            else np.einsum("ij,ij->j", X, X)
        )
        sums = column_sums(X)
        return squares - 2.0 * sums * self.offset + X.shape[0] * self.offset**2


def column_sums(X: Any) -> np.ndarray:
    """Return the sum of each column, by a product: it is faster than adding up."""
    return np.asarray(np.ones(X.shape[0]) @ X).ravel()


def centred(X: Any, weight: np.ndarray, fit_intercept: bool) -> Design:
    """Return X with its weighted mean as offset, subtracted only where it would swamp what varies."""
    if not fit_intercept:
        return Design(X, np.zeros(X.shape[1]))
    mean = X.T @ weight / weight.sum()
    if sparse.issparse(X) or not is_far(X, mean):
        return Design(X, mean)
    return Design(X - mean, np.zeros(X.shape[1]))


def is_far(X: np.ndarray, mean: np.ndarray) -> bool:
    """Whether a feature's mean is so far from zero that the Gram matrix would lose its digits."""
    sample = X[:: max(1, len(X) // 100)] - mean
    spread = np.sqrt(np.mean(sample**2, axis=0))
    return bool(np.any(np.abs(mean) > FAR_FROM_ZERO * np.where(spread > 0, spread, np.inf)))


def dense(matrix: Any) -> np.ndarray:
    """Return a dense array of a product that may be sparse."""
    return matrix.toarray() if sparse.issparse(matrix) else matrix


def weighted_square(X: Any, weight: np.ndarray) -> np.ndarray:
    """Return X' diag(weight) X, some rows at a time."""
    if sparse.issparse(X):
        return dense(X.T @ X.multiply(weight[:, None]).tocsr())
    total = np.zeros((X.shape[1], X.shape[1]))
    roots = np.sqrt(weight)
    for start in range(0, len(X), CHUNK):
        rows = slice(start, start + CHUNK)
        scaled = X[rows] * roots[rows, None]
        total += scaled.T @ scaled
    return total
