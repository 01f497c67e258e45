"""Fewer coordinates than features, where there are fewer samples: those of the rows of X."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from scipy import linalg

from ._design import Design

LARGEST_KERNEL = 6000  # samples of which all products are taken
MOST_WORK = 2e9  # multiplications that a basis without a loss of digits may cost,
MOST_NUMBERS = 1e7  # and numbers that it may hold where the features are sparse
ROUNDINGS = 100.0  # of the products of samples, below which a pivot says nothing
FULL_RANK = (
    1e-8  # relative pivot of a kernel above which a Cholesky factor has lost nothing that counts
)


@dataclass(frozen=True, eq=False)
class RowSpace(ABC):
    """An orthonormal basis Q of the rows of X, and L with X = L Q'.

    Weights of features are W = Q V, and what is not in the span of the rows has no part in a penalty that is the same
    in all orthonormal coordinates.
    """

    L: np.ndarray

    @abstractmethod
    def weights(self, V: np.ndarray) -> np.ndarray:
        """Return Q V."""

    @abstractmethod
    def coordinates(self, W: np.ndarray) -> np.ndarray:
        """Return Q' W."""


@dataclass(frozen=True, eq=False)
class CholeskyRowSpace(RowSpace):
    """From a pivoted Cholesky factor of X X': fast, at the price of half of the digits of what is nearly dependent.

    samples are those of the pivots, whose rows of L are triangle: Q = X[samples]' triangle^-T.
    """

    design: Design
    samples: np.ndarray
    triangle: np.ndarray

    @classmethod
    def of(cls, design: Design) -> "CholeskyRowSpace":
        """Factorise."""
        kernel = design.kernel()
        size = kernel.diagonal().max() + design.offset @ design.offset
        rounding = max(ROUNDINGS, len(kernel)) * np.finfo(float).eps * size
        factor, order, rank, _ = linalg.lapack.dpstrf(kernel, tol=rounding, lower=1, overwrite_a=1)
        rows = np.tril(factor)[:, :rank]
        L = np.empty_like(rows, order="C")
        L[order - 1] = rows
        return cls(L, design, order[:rank] - 1, rows[:rank])

    @property
    def has_full_rank(self) -> bool:
        """Whether all rows, but for the one that a centre costs, are far from dependent."""
        pivots = np.diag(self.triangle) ** 2
        return len(pivots) >= len(self.L) - 1 and pivots[-1:].min(
            initial=1.0
        ) >= FULL_RANK * pivots[:1].max(initial=0.0)

    def weights(self, V: np.ndarray) -> np.ndarray:
        A = np.zeros((len(self.L), V.shape[1]))
        if len(V):
            A[self.samples] = linalg.solve_triangular(self.triangle, V, trans="T", lower=True)
        return self.design.backward(A)

    def coordinates(self, W: np.ndarray) -> np.ndarray:
        if not self.L.shape[1]:
            return np.zeros((0, W.shape[1]))
        raw = self.design.forward(W)[self.samples]
        return linalg.solve_triangular(self.triangle, raw, lower=True)


@dataclass(frozen=True, eq=False)
class OrthonormalRowSpace(RowSpace):
    """From a QR decomposition of X', which keeps all digits: slower, and as large as X."""

    basis: np.ndarray

    @classmethod
    def of(cls, design: Design) -> "OrthonormalRowSpace":
        """Factorise."""
        basis, triangle = linalg.qr(design.values().T, mode="economic", overwrite_a=True)
        length = np.abs(triangle).max(axis=1)
        kept = length > np.finfo(float).eps * length.max()
        return cls(np.ascontiguousarray(triangle[kept].T), np.ascontiguousarray(basis[:, kept]))

    def weights(self, V: np.ndarray) -> np.ndarray:
        return self.basis @ V

    def coordinates(self, W: np.ndarray) -> np.ndarray:
        return self.basis.T @ W


def row_space_of(design: Design) -> RowSpace:
    """Return the row space of a design with fewer samples than features."""
    by_cholesky = CholeskyRowSpace.of(design)
    n_samples, n_features = design.shape
    is_large = design.is_sparse and n_samples * n_features > MOST_NUMBERS
    if by_cholesky.has_full_rank or is_large or n_samples**2 * n_features > MOST_WORK:
        return by_cholesky
    return OrthonormalRowSpace.of(design)


def has_few_samples(design: Design) -> bool:
    """Whether the rows have a smaller basis than the features, and not too large a kernel."""
    n_samples, n_features = design.shape
    return n_samples <= min(n_features, LARGEST_KERNEL)
