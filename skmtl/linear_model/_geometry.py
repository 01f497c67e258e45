"""Where coefficients live: as weights of features, or of samples where there are fewer of them."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import linalg

from ._design import Design

LARGEST_GRAM = 6000
LARGEST_SPARSE_GRAM = 500
FEW_STRENGTHS = 3
LARGEST_EIGENPROBLEM = 1500


Kernel = Callable[[int, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Block:
    """Samples that have labels of the same tasks, and which columns those are."""

    design: Design
    columns: slice | np.ndarray


class Geometry(ABC):
    """Coordinates of U, of shape (size, rank), in which the coefficients are W = U F'.

    gram is what the Hessian of a loss of curvature one is there; None where it would be too large.
    """

    size: int

    @abstractmethod
    def sweep(self, W: np.ndarray, kernel: Kernel) -> np.ndarray:
        """Return the gradient in W that kernel makes of the raw predictions of each block, in one pass.

        W and the gradient have shape (size, n_columns).
        """

    @abstractmethod
    def forward(self, W: np.ndarray) -> list[np.ndarray]:
        """Return the raw predictions of each block."""

    @abstractmethod
    def backward(self, G: Sequence[np.ndarray]) -> np.ndarray:
        """Return the gradient in W, given that in raw."""

    @abstractmethod
    def metric(self, U: np.ndarray) -> np.ndarray:
        """Return what turns inner products with U into plain ones."""

    @abstractmethod
    def coefficients(self, W: np.ndarray) -> np.ndarray:
        """Return the weights of the features, of shape (n_features, n_columns)."""

    @abstractmethod
    def coordinates(self, W: np.ndarray, F: np.ndarray) -> np.ndarray:
        """Return U near given weights of the features, to start from."""

    @property
    @abstractmethod
    def gram(self) -> np.ndarray | None:
        """The Gram matrix of the coordinates."""

    @abstractmethod
    def gram_diagonal(self) -> np.ndarray:
        """Return the diagonal of the Gram matrix."""

    @property
    def has_gram(self) -> bool:
        """Whether the Gram matrix is known already."""
        return "gram" in vars(self)

    @cached_property
    def eigen(self) -> tuple[np.ndarray, np.ndarray]:
        """Eigenvalues and eigenvectors of the Gram matrix."""
        assert self.gram is not None
        return eigen(self.gram)


@dataclass(frozen=True, eq=False)
class Primal(Geometry):
    """U are weights of features."""

    blocks: tuple[Block, ...]
    designs: tuple[Design, ...]
    n_columns: int
    row_weight: np.ndarray | None

    @property
    def size(self) -> int:  # type: ignore[override]
        return self.designs[0].shape[1]

    def sweep(self, W: np.ndarray, kernel: Kernel) -> np.ndarray:
        gradient = np.zeros((self.size, self.n_columns))
        for position, block in enumerate(self.blocks):
            G = kernel(position, block.design.forward(W[:, block.columns]))
            gradient[:, block.columns] += block.design.backward(G)
        return gradient

    def forward(self, W: np.ndarray) -> list[np.ndarray]:
        return [block.design.forward(W[:, block.columns]) for block in self.blocks]

    def backward(self, G: Sequence[np.ndarray]) -> np.ndarray:
        gradient = np.zeros((self.size, self.n_columns))
        for block, part in zip(self.blocks, G, strict=True):
            gradient[:, block.columns] += block.design.backward(part)
        return gradient

    def metric(self, U: np.ndarray) -> np.ndarray:
        return U

    def coefficients(self, W: np.ndarray) -> np.ndarray:
        return W

    def coordinates(self, W: np.ndarray, F: np.ndarray) -> np.ndarray:
        return np.linalg.lstsq(F, W.T, rcond=None)[0].T

    @cached_property
    def gram(self) -> np.ndarray | None:  # type: ignore[override]
        is_sparse = any(design.is_sparse for design in self.designs)
        if self.size > (LARGEST_SPARSE_GRAM if is_sparse else LARGEST_GRAM):
            return None
        if len(self.designs) == 1:
            return self.designs[0].gram(self.row_weight)
        return np.sum([design.gram() for design in self.designs], axis=0)

    def gram_diagonal(self) -> np.ndarray:
        return np.sum([design.squares() for design in self.designs], axis=0)


@dataclass(frozen=True, eq=False)
class Reduced(Geometry):
    """U are weights of features that give the same predictions as those of X, but are fewer: L, with L L' = X X'.

    L is a pivoted Cholesky factor: samples[i] is the sample of its row i, and its first rank rows are triangular.
    """

    inner: Primal
    design: Design
    samples: np.ndarray
    triangle: np.ndarray

    @classmethod
    def factor(cls, design: Design) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return L with its rows in the order of the samples, the samples of its pivots, and its triangle."""
        factor, order, rank, _ = linalg.lapack.dpstrf(design.kernel(), lower=1, overwrite_a=1)
        triangle = np.tril(factor)[:, :rank]
        L = np.empty_like(triangle, order="C")
        L[order - 1] = triangle
        return L, order[:rank] - 1, triangle[:rank]

    @property
    def size(self) -> int:  # type: ignore[override]
        return self.inner.size

    def sweep(self, W: np.ndarray, kernel: Kernel) -> np.ndarray:
        return self.inner.sweep(W, kernel)

    def forward(self, W: np.ndarray) -> list[np.ndarray]:
        return self.inner.forward(W)

    def backward(self, G: Sequence[np.ndarray]) -> np.ndarray:
        return self.inner.backward(G)

    def metric(self, U: np.ndarray) -> np.ndarray:
        return U

    def coefficients(self, W: np.ndarray) -> np.ndarray:
        A = np.zeros((self.design.shape[0], W.shape[1]))
        if self.size == 0:
            return self.design.backward(A)
        A[self.samples] = linalg.solve_triangular(self.triangle, W, trans="T", lower=True)
        return self.design.backward(A)

    def coordinates(self, W: np.ndarray, F: np.ndarray) -> np.ndarray:
        U = np.linalg.lstsq(F, W.T, rcond=None)[0].T
        if self.size == 0:
            return np.zeros((0, U.shape[1]))
        raw = self.design.forward(U)[self.samples]
        return linalg.solve_triangular(self.triangle, raw, lower=True)

    @property
    def gram(self) -> np.ndarray | None:
        return self.inner.gram

    def gram_diagonal(self) -> np.ndarray:
        return self.inner.gram_diagonal()


@dataclass(frozen=True, eq=False)
class Dual(Geometry):
    """U are weights of samples, which the weights of features combine: W = X' U F'.

    For direct solutions alone: where X X' is singular, iterates could grow where its metric does not see them.
    """

    design: Design

    @property
    def size(self) -> int:  # type: ignore[override]
        return self.design.shape[0]

    def sweep(self, W: np.ndarray, kernel: Kernel) -> np.ndarray:
        return kernel(0, self.gram @ W)

    def forward(self, W: np.ndarray) -> list[np.ndarray]:
        return [self.gram @ W]

    def backward(self, G: Sequence[np.ndarray]) -> np.ndarray:
        return G[0]

    def metric(self, U: np.ndarray) -> np.ndarray:
        return self.gram @ U

    def coefficients(self, W: np.ndarray) -> np.ndarray:
        return self.design.backward(W)

    def coordinates(self, W: np.ndarray, F: np.ndarray) -> np.ndarray:
        return np.zeros((self.size, F.shape[1]))

    @cached_property
    def gram(self) -> np.ndarray:  # type: ignore[override]
        return self.design.kernel()

    def gram_diagonal(self) -> np.ndarray:
        return np.diag(self.gram)


def eigen(gram: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the eigenvalues and eigenvectors of a Gram matrix."""
    driver = "evd" if len(gram) > 1 else "ev"  # SciPy 1.11 has too little room for one
    values, vectors = linalg.eigh(gram, driver=driver)
    return np.maximum(values, 0.0), vectors


class Inverse(ABC):
    """The map U -> U_j (gram kappa_j + 1)^-1, column by column."""

    @abstractmethod
    def __call__(self, U: np.ndarray) -> np.ndarray:
        """Apply the map."""


@dataclass(frozen=True)
class DiagonalInverse(Inverse):
    """With the diagonal of the Gram matrix in its place."""

    diagonal: np.ndarray
    kappa: np.ndarray

    def __call__(self, U: np.ndarray) -> np.ndarray:
        return U / (1.0 + np.outer(self.diagonal, self.kappa))


@dataclass(frozen=True)
class EigenInverse(Inverse):
    """Through the eigenvectors of the Gram matrix: any number of different kappa."""

    values: np.ndarray
    vectors: np.ndarray
    kappa: np.ndarray

    def __call__(self, U: np.ndarray) -> np.ndarray:
        return self.vectors @ ((self.vectors.T @ U) / (1.0 + np.outer(self.values, self.kappa)))


@dataclass(frozen=True)
class CholeskyInverse(Inverse):
    """Through one Cholesky factor for all columns of like kappa."""

    factors: tuple[tuple[np.ndarray, tuple], ...]

    def __call__(self, U: np.ndarray) -> np.ndarray:
        Z = np.empty_like(U)
        if not len(U):
            return Z  # of inputs that do not vary: older versions of SciPy do not solve for nothing
        for columns, factor in self.factors:
            Z[:, columns] = linalg.cho_solve(factor, U[:, columns], check_finite=False)
        return Z


def invert(geometry: Geometry, kappa: np.ndarray, tolerance: float) -> Inverse:
    """Choose the cheapest inverse whose kappa are right within a relative tolerance, or nearly so."""
    if geometry.gram is None:
        return DiagonalInverse(geometry.gram_diagonal(), kappa)
    if "eigen" in vars(geometry):
        return EigenInverse(*geometry.eigen, kappa)
    groups = alike(kappa, tolerance)
    if len(groups) > FEW_STRENGTHS and geometry.size <= LARGEST_EIGENPROBLEM:
        return EigenInverse(*geometry.eigen, kappa)
    if len(groups) > FEW_STRENGTHS:
        groups = alike(kappa, 3.0)
    return CholeskyInverse(
        tuple((group, factorise(geometry.gram, kappa[group].mean())) for group in groups)
    )


def alike(kappa: np.ndarray, ratio: float) -> list[np.ndarray]:
    """Group columns whose kappa differ by at most a relative ratio from the smallest of the group."""
    order = np.argsort(kappa, kind="stable")
    groups: list[list[int]] = []
    for position in order:
        if groups and kappa[position] <= kappa[groups[-1][0]] * (1.0 + ratio) + 1e-300:
            groups[-1].append(int(position))
        else:
            groups.append([int(position)])
    return [np.array(group) for group in groups]


def factorise(gram: np.ndarray, kappa: float) -> tuple:
    """Return the Cholesky factor of kappa gram + I."""
    matrix = np.multiply(gram, kappa, order="F")
    matrix[np.diag_indices_from(matrix)] += 1.0
    return linalg.cho_factor(matrix, lower=True, overwrite_a=True, check_finite=False)
