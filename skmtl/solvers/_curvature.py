"""Hessians of quadratic losses, by how tasks and features enter them."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

POWER_STEPS = 15
HEADROOM = 1.02  # above what power iterations find: they come from below
TINY = np.finfo(float).tiny
LARGEST_TURNED = 500  # features whose Gram matrix is worth its eigenvectors

ShiftedInverse = Callable[[np.ndarray, float, float], np.ndarray]


class Curvature(ABC):
    """Positive semidefinite map of matrices V, (n_features, n_columns); top is about its largest eigenvalue."""

    top: float

    @abstractmethod
    def product(self, V: np.ndarray) -> np.ndarray:
        """Apply the map."""

    @abstractmethod
    def diagonal(self, shape: tuple[int, int]) -> np.ndarray:
        """Return the second derivative in each entry of V, which has the shape."""

    @abstractmethod
    def matrix(self, shape: tuple[int, int]) -> np.ndarray:
        """Return the matrix of the map of the entries of V, row by row."""

    def of_each_column(self) -> np.ndarray | None:
        """Return the matrix of the map in one column, where it is the same in all; None where it is not, or unknown."""
        return None

    @abstractmethod
    def shifted_inverse(self, metric: np.ndarray) -> ShiftedInverse:
        """Return (V, factor, shift) -> about the solution of factor * map + shift * metric, one a row."""

    @abstractmethod
    def features(self, rows: np.ndarray) -> "Curvature":
        """Return the map between matrices that are zero outside of some rows."""

    @abstractmethod
    def times(self, factor: float) -> "Curvature":
        """Return a multiple."""


@dataclass(frozen=True, eq=False)
class KroneckerCurvature(Curvature):
    """The map of V to gram V kappa: all columns have the same Gram matrix.

    Parameters
    ----------
    gram : ndarray of shape (n_features, n_features) or float
        The Gram matrix; a number stands for a multiple of the identity.

    kappa : ndarray of shape (n_columns, n_columns) or (n_columns,)
        Curvature of the loss between columns, or its diagonal.

    known_top : float, default=None
        About the largest eigenvalue, where it is known; else it is computed on request.

    Examples
    --------
    >>> import numpy as np
    >>> from skmtl.solvers import KroneckerCurvature
    >>> KroneckerCurvature.of(2.0 * np.eye(2), kappa=np.ones(1)).product(np.array([[1.0], [3.0]]))
    array([[2.],
           [6.]])
    """

    gram: np.ndarray | float
    kappa: np.ndarray
    known_top: float | None = None

    @classmethod
    def of(
        cls, gram: np.ndarray | float, kappa: np.ndarray, top: float | None = None
    ) -> "KroneckerCurvature":
        """Return the map; top is the largest eigenvalue of the Gram matrix, where that is known."""
        return cls(gram, kappa, None if top is None else float(top * largest_of(kappa)))

    @cached_property
    def top(self) -> float:  # type: ignore[override]
        """About the largest eigenvalue."""
        if self.known_top is not None:
            return self.known_top
        top = self.gram if isinstance(self.gram, float) else largest_eigenvalue(self.gram)
        return float(top * largest_of(self.kappa))

    def product(self, V):
        image = self.gram * V if isinstance(self.gram, float) else self.gram @ V
        return image * self.kappa if self.kappa.ndim == 1 else image @ self.kappa

    def diagonal(self, shape):
        in_rows = (
            np.full(shape[0], self.gram) if isinstance(self.gram, float) else self.gram.diagonal()
        )
        return np.outer(in_rows, self.kappa if self.kappa.ndim == 1 else self.kappa.diagonal())

    def matrix(self, shape):
        gram = self.gram * np.eye(shape[0]) if isinstance(self.gram, float) else self.gram
        return np.kron(gram, np.diag(self.kappa) if self.kappa.ndim == 1 else self.kappa)

    def of_each_column(self):
        if isinstance(self.gram, float) or self.kappa.ndim > 1 or np.ptp(self.kappa) > 0.0:
            return None
        return self.gram if self.kappa[0] == 1.0 else self.gram * self.kappa[0]

    def shifted_inverse(self, metric):
        if not isinstance(self.gram, float) and len(self.gram) > LARGEST_TURNED:
            return inverse_of_diagonal(self, metric)
        root = np.sqrt(metric)
        kappa, turn = (self.kappa, None) if self.kappa.ndim == 1 else np.linalg.eigh(self.kappa)
        values, Q = self.gram / metric[:, 0], None
        if not isinstance(self.gram, float):
            values, Q = np.linalg.eigh(self.gram / root / root.T)

        def solve(V: np.ndarray, factor: float, shift: float) -> np.ndarray:
            Z = V / root if turn is None else (V / root) @ turn
            Z = Z if Q is None else Q.T @ Z
            Z = Z / (factor * np.maximum(np.outer(values, kappa), 0.0) + shift)
            Z = Z if Q is None else Q @ Z
            return Z / root if turn is None else Z @ turn.T / root

        return solve

    def features(self, rows):
        if isinstance(self.gram, float):
            return self
        return KroneckerCurvature.of(self.gram[rows[:, None], rows], self.kappa)

    def times(self, factor):
        return replace(self, kappa=factor * self.kappa, known_top=factor * self.top)


@dataclass(frozen=True, eq=False)
class BlockCurvature(Curvature):
    """One matrix for each uncoupled column, and one for each group of columns that are coupled.

    stack are the matrices of the single columns, (n_singles, n_features, n_features). groups are pairs of columns and
    a matrix over all their entries, column by column.
    """

    singles: np.ndarray
    stack: np.ndarray
    groups: tuple[tuple[np.ndarray, np.ndarray], ...]
    top: float

    @classmethod
    def of(
        cls,
        singles: np.ndarray,
        stack: np.ndarray,
        groups: tuple[tuple[np.ndarray, np.ndarray], ...],
    ) -> "BlockCurvature":
        """Find top."""
        tops = [largest_eigenvalue(matrix) for matrix in (*stack, *(m for _, m in groups))]
        return cls(singles, stack, groups, max(tops))

    def product(self, V):
        image = np.empty(V.shape)
        if len(self.singles):
            single = V.T[self.singles][:, :, None]
            image[:, self.singles] = np.matmul(self.stack, single)[:, :, 0].T
        for columns, matrix in self.groups:
            flat = matrix @ V[:, columns].T.ravel()
            image[:, columns] = flat.reshape(len(columns), -1).T
        return image

    def diagonal(self, shape):
        diagonal = np.zeros(shape)
        diagonal[:, self.singles] = self.stack[: len(self.singles)].diagonal(axis1=1, axis2=2).T
        for columns, matrix in self.groups:
            diagonal[:, columns] = matrix.diagonal().reshape(len(columns), -1).T
        return diagonal

    def matrix(self, shape):
        n_rows, n_columns = shape
        blocks = np.zeros((n_rows, n_columns, n_rows, n_columns))
        for column, matrix in zip(self.singles, self.stack):
            blocks[:, column, :, column] = matrix
        for columns, matrix in self.groups:
            by_column = matrix.reshape(len(columns), n_rows, len(columns), n_rows)
            for column, across in zip(columns, by_column):
                blocks[:, column, :, columns] = across.transpose(1, 0, 2)
        return blocks.reshape(n_rows * n_columns, n_rows * n_columns)

    def shifted_inverse(self, metric):
        root = np.sqrt(metric)
        scales = root * root.T
        stack = [np.linalg.eigh(self.stack / scales)]
        stack += [
            np.linalg.eigh(matrix / np.tile(scales, (len(columns),) * 2))
            for columns, matrix in self.groups
        ]

        def solve(V: np.ndarray, factor: float, shift: float) -> np.ndarray:
            Z, solutions = (V / root).T, np.empty(V.T.shape)
            if len(self.singles):
                solutions[self.singles] = by_eigenvectors(*stack[0], Z[self.singles], factor, shift)
            for (columns, _), (values, Q) in zip(self.groups, stack[1:], strict=True):
                flat = by_eigenvectors(values, Q, Z[columns].ravel(), factor, shift)
                solutions[columns] = flat.reshape(len(columns), -1)
            return solutions.T / root

        return solve

    def features(self, rows):
        n = self.stack.shape[1]
        groups = []
        for columns, matrix in self.groups:
            at = (n * np.arange(len(columns))[:, None] + rows).ravel()
            groups.append((columns, matrix[at[:, None], at]))
        stack = self.stack.take(rows, axis=1).take(rows, axis=2)  # in order, as products need it
        return BlockCurvature.of(self.singles, stack, tuple(groups))

    def times(self, factor):
        if factor == 1.0:
            return self
        groups = tuple((columns, factor * matrix) for columns, matrix in self.groups)
        return BlockCurvature(self.singles, factor * self.stack, groups, factor * self.top)


@dataclass(frozen=True, eq=False)
class RowsCurvature(Curvature):
    """Each column has its few samples, and V_t becomes X_t' S_t X_t V_t by two products.

    X is (n_columns, n_samples, n_features), weight, the diagonals of S_t, (n_columns, n_samples): 0 where a column has
    fewer samples. follow says that a constant of each column follows, and takes up its mean.
    """

    X: np.ndarray
    weight: np.ndarray
    follow: bool
    top: float

    @classmethod
    def of(cls, X: np.ndarray, weight: np.ndarray, follow: bool) -> "RowsCurvature":
        """Center X under the weights where a constant follows, and find top."""
        if follow:
            total = np.maximum(weight.sum(axis=1), TINY)
            X = X - (np.matmul(weight[:, None, :], X) / total[:, None, None])
        made, shape = cls(X, weight, follow, 0.0), (X.shape[2], len(X))
        top = power_iterations(
            lambda v: made.product(v.reshape(shape)).ravel(), shape[0] * shape[1]
        )
        return replace(made, top=top)

    def product(self, V):
        R = np.matmul(self.X, V.T[:, :, None])[:, :, 0]
        return np.matmul((R * self.weight)[:, None, :], self.X)[:, 0].T

    def diagonal(self, shape):
        return np.einsum("tnj,tnj,tn->jt", self.X, self.X, self.weight)

    def matrix(self, shape):
        stack = np.matmul(self.X.transpose(0, 2, 1), self.X * self.weight[:, :, None])
        return BlockCurvature(np.arange(len(stack)), stack, (), self.top).matrix(shape)

    def shifted_inverse(self, metric):
        root = np.sqrt(metric[:, 0])
        X = self.X * np.sqrt(self.weight)[:, :, None] / root
        values, Q = np.linalg.eigh(np.matmul(X, X.transpose(0, 2, 1)))
        X = np.matmul(Q.transpose(0, 2, 1), X)

        def solve(V: np.ndarray, factor: float, shift: float) -> np.ndarray:
            Z = V.T / root
            R = np.matmul(X, Z[:, :, None])[:, :, 0] * (
                factor / (factor * np.maximum(values, 0.0) + shift)
            )
            return ((Z - np.matmul(R[:, None, :], X)[:, 0]) / (shift * root)).T

        return solve

    def features(self, rows):
        return RowsCurvature.of(self.X.take(rows, axis=2), self.weight, self.follow)

    def times(self, factor):
        return replace(self, weight=factor * self.weight, top=factor * self.top)


@dataclass(frozen=True, eq=False)
class Eliminated(Curvature):
    """What is left of a curvature where other variables follow: less factor factor', (n_features, n_columns, n)."""

    whole: Curvature
    factor: np.ndarray

    @property
    def top(self) -> float:  # type: ignore[override]
        """An upper bound of the largest eigenvalue, about."""
        return self.whole.top

    def product(self, V):
        return self.whole.product(V) - self.factor @ np.einsum("jtk,jt->k", self.factor, V)

    def diagonal(self, shape):
        return self.whole.diagonal(shape) - np.einsum("jtk,jtk->jt", self.factor, self.factor)

    def matrix(self, shape):
        flat = self.factor.reshape(-1, self.factor.shape[2])
        return self.whole.matrix(shape) - flat @ flat.T

    def shifted_inverse(self, metric):
        return self.whole.shifted_inverse(metric)

    def features(self, rows):
        return Eliminated(self.whole.features(rows), self.factor[rows])

    def times(self, factor):
        return Eliminated(self.whole.times(factor), np.sqrt(factor) * self.factor)


def largest_of(kappa: np.ndarray) -> float:
    """Return the largest curvature between columns, given as a matrix or as its diagonal."""
    return float(kappa.max() if kappa.ndim == 1 else np.linalg.norm(kappa, 2))


def inverse_of_diagonal(curvature: Curvature, metric: np.ndarray) -> ShiftedInverse:
    """Return solutions with the diagonal of the map alone."""
    return lambda V, factor, shift: V / (factor * curvature.diagonal(V.shape) + shift * metric)


def by_eigenvectors(
    values: np.ndarray, Q: np.ndarray, Z: np.ndarray, factor: float, shift: float
) -> np.ndarray:
    """Return the solutions of factor * Q diag(values) Q' + shift, of a stack of matrices, each with its vector."""
    coordinates = np.matmul(Q.swapaxes(-1, -2), Z[..., None])[..., 0]
    scaled = coordinates / (factor * np.maximum(values, 0.0) + shift)
    return np.matmul(Q, scaled[..., None])[..., 0]


def largest_eigenvalue(gram: np.ndarray) -> float:
    """Return about the largest eigenvalue of a positive semidefinite matrix."""
    return power_iterations(lambda v: gram @ v, len(gram))


def power_iterations(product: Callable[[np.ndarray], np.ndarray], size: int) -> float:
    """Return about the largest eigenvalue of a positive semidefinite map of vectors."""
    v = 1.0 + (np.arange(size) % 7) / 7.0
    largest = 0.0
    for _ in range(POWER_STEPS):
        v = v / max(float(np.linalg.norm(v)), TINY)
        image = product(v)
        largest = max(largest, float(v @ image))
        v = image
    return HEADROOM * largest
