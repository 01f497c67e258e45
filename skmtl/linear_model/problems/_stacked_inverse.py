"""The inverses of the Hessians of many small columns, all at once."""

from dataclasses import dataclass

import numpy as np

from ._column_inverse import CLOSE_TO_NOTHING, ColumnInverse


@dataclass(frozen=True, eq=False)
class FewLabelsStack(ColumnInverse):
    """FewLabelsInverse of columns with as many rows: halves has shape (n_columns, n_rows, size)."""

    halves: np.ndarray
    variance: np.ndarray

    @classmethod
    def of(cls, halves: np.ndarray, variance: np.ndarray) -> "FewLabelsStack":
        """Factorise."""
        kernels = np.matmul(halves, halves.transpose(0, 2, 1))
        return cls(np.matmul(inverse_halves(kernels, variance), halves), variance)

    def solve(self, R: np.ndarray) -> np.ndarray:
        return R - self.variance * self.pull(R, R)

    def pull(self, Z: np.ndarray, R: np.ndarray) -> np.ndarray:
        return squared_product(self.halves, R)

    def add_pull(self, S: np.ndarray, weight: np.ndarray) -> None:
        S += sum_of_squares(self.halves, weight)


@dataclass(frozen=True, eq=False)
class ManyLabelsStack(ColumnInverse):
    """ManyLabelsInverse of several columns: H and halves, M being half' half, have shape (n_columns, size, size)."""

    H: np.ndarray
    halves: np.ndarray
    variance: np.ndarray

    @classmethod
    def of(cls, H: np.ndarray, variance: np.ndarray) -> "ManyLabelsStack":
        """Factorise."""
        return cls(H, inverse_halves(H, variance), variance)

    def solve(self, R: np.ndarray) -> np.ndarray:
        return squared_product(self.halves, R)

    def pull(self, Z: np.ndarray, R: np.ndarray) -> np.ndarray:
        return np.matmul(self.H, columns_first(Z))[:, :, 0].T

    def add_pull(self, S: np.ndarray, weight: np.ndarray) -> None:
        is_close = self.variance * np.einsum("tii->t", self.H) < CLOSE_TO_NOTHING * len(S)
        odds = weight[~is_close] / self.variance[~is_close]
        S[np.diag_indices_from(S)] += odds.sum()
        S -= sum_of_squares(self.halves[~is_close], odds)
        for t in np.flatnonzero(is_close).tolist():
            S += weight[t] * (self.H[t] @ self.halves[t].T @ self.halves[t])


def squared_product(halves: np.ndarray, R: np.ndarray) -> np.ndarray:
    """Return half' half r for each half of a stack and its column of R."""
    inner = np.matmul(halves, columns_first(R))
    return np.matmul(inner.transpose(0, 2, 1), halves)[:, 0].T


def sum_of_squares(halves: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return the sum over a stack of weight times half' half."""
    flat = (halves * np.sqrt(weight)[:, None, None]).reshape(-1, halves.shape[2])
    return flat.T @ flat


def columns_first(R: np.ndarray) -> np.ndarray:
    """Return vectors, given side by side, as a stack of matrices of one column."""
    return np.ascontiguousarray(R.T)[:, :, None]


def inverse_halves(grams: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Return A with A'A = (I + variance G)^-1 for positive G, of which rounding may have made some indefinite."""
    matrices = grams * variance[:, None, None]
    diagonal = np.einsum("tii->ti", matrices)
    diagonal += 1.0
    try:
        return np.linalg.inv(np.linalg.cholesky(matrices))
    except np.linalg.LinAlgError:
        values, vectors = np.linalg.eigh(grams)
        roots = np.sqrt(1.0 + variance[:, None] * np.maximum(values, 0.0))
        return vectors.transpose(0, 2, 1) / roots[:, :, None]
