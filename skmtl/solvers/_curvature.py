"""Hessians of quadratic losses, by how tasks and features enter them."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

POWER_STEPS = 15
HEADROOM = 1.02  # above what power iterations find: they come from below
TINY = np.finfo(float).tiny


class Curvature(ABC):
    """Positive semidefinite map of matrices V, (n_features, n_columns); top is about its largest eigenvalue."""

    top: float

    @abstractmethod
    def product(self, V: np.ndarray) -> np.ndarray:
        """Apply the map."""

    @abstractmethod
    def features(self, rows: np.ndarray) -> "Curvature":
        """Return the map between matrices that are zero outside of some rows."""

    @abstractmethod
    def stretched(self, factor: float) -> "Curvature":
        """Return a multiple."""


@dataclass(frozen=True, eq=False)
class CommonGram(Curvature):
    """The map of V to gram V kappa: all columns have the same Gram matrix.

    Parameters
    ----------
    gram : ndarray of shape (n_features, n_features) or float
        The Gram matrix; a number stands for a multiple of the identity.

    kappa : ndarray of shape (n_columns, n_columns) or (n_columns,)
        Curvature of the loss between columns, or its diagonal.

    top : float
        About the largest eigenvalue; ``of`` finds it.

    Examples
    --------
    >>> import numpy as np
    >>> from skmtl.solvers import CommonGram
    >>> CommonGram.of(2.0 * np.eye(2), kappa=np.ones(1)).product(np.array([[1.0], [3.0]]))
    array([[2.],
           [6.]])
    """

    gram: np.ndarray | float
    kappa: np.ndarray
    top: float

    @classmethod
    def of(
        cls, gram: np.ndarray | float, kappa: np.ndarray, top: float | None = None
    ) -> "CommonGram":
        """Find the largest eigenvalue, or take that of the Gram matrix as known."""
        if top is None:
            top = gram if isinstance(gram, float) else largest_eigenvalue(gram)
        most = kappa.max() if kappa.ndim == 1 else np.linalg.norm(kappa, 2)
        return cls(gram, kappa, float(top * most))

    def product(self, V):
        image = self.gram * V if isinstance(self.gram, float) else self.gram @ V
        return image * self.kappa if self.kappa.ndim == 1 else image @ self.kappa

    def features(self, rows):
        if isinstance(self.gram, float):
            return self
        return CommonGram.of(self.gram[rows[:, None], rows], self.kappa)

    def stretched(self, factor):
        return replace(self, kappa=factor * self.kappa, top=factor * self.top)


@dataclass(frozen=True, eq=False)
class OwnGrams(Curvature):
    """Each column has a matrix of its own, and each group of columns that are coupled one for all of them.

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
    ) -> "OwnGrams":
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

    def features(self, rows):
        n = self.stack.shape[1]
        groups = []
        for columns, matrix in self.groups:
            at = (n * np.arange(len(columns))[:, None] + rows).ravel()
            groups.append((columns, matrix[at[:, None], at]))
        return OwnGrams.of(self.singles, self.stack[:, rows[:, None], rows], tuple(groups))

    def stretched(self, factor):
        groups = tuple((columns, factor * matrix) for columns, matrix in self.groups)
        return OwnGrams(self.singles, factor * self.stack, groups, factor * self.top)


def largest_eigenvalue(gram: np.ndarray) -> float:
    """Return about the largest eigenvalue of a positive semidefinite matrix."""
    return power_iterations(lambda v: gram @ v, len(gram))


def power_iterations(product: Callable[[np.ndarray], np.ndarray], size: int) -> float:
    """Return about the largest eigenvalue of a positive semidefinite map of vectors."""
    v = 1.0 + (np.arange(size) % 7) / 7.0
    found = 0.0
    for _ in range(POWER_STEPS):
        v = v / max(float(np.linalg.norm(v)), TINY)
        image = product(v)
        found = max(found, float(v @ image))
        v = image
    return HEADROOM * found
