"""Products of the first layer: inputs that are dense, or sparse with a row taken off."""

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class SparseRows:
    """The matrix X - offset: X is CSR, and offset, a row or None for zero, is never subtracted in memory."""

    X: Any
    offset: np.ndarray | None

    @property
    def shape(self) -> tuple[int, int]:
        """Number of rows and of columns."""
        return self.X.shape

    def __getitem__(self, rows: Any) -> "SparseRows":
        return SparseRows(self.X[rows], self.offset)

    def toarray(self) -> np.ndarray:
        """Return the matrix, dense."""
        return self.X.toarray() - (0.0 if self.offset is None else self.offset)


def as_dense(X: Any) -> np.ndarray:
    """Return rows as an array."""
    return X if isinstance(X, np.ndarray) else X.toarray()


def times(X: Any, W: np.ndarray, out: np.ndarray) -> None:
    """Write X W, for the W of each network, to out; a dense X may be one for all networks, or have their axis."""
    if isinstance(X, np.ndarray):
        np.matmul(X, W, out=out)
        return
    for m, weights in enumerate(W):
        out[m] = X.X @ weights
    if X.offset is not None:
        out -= (X.offset @ W)[:, None]


def transposed_times(X: Any, G: np.ndarray, out: np.ndarray) -> None:
    """Write X' G, for the G of each network, to out; a dense X may be one for all networks, or have their axis."""
    if isinstance(X, np.ndarray):
        np.matmul(X.swapaxes(-1, -2), G, out=out)
        return
    transposed = X.X.T
    for m, gradient in enumerate(G):
        out[m] = transposed @ gradient
    if X.offset is not None:
        out -= X.offset[:, None] * G.sum(axis=1, keepdims=True)
