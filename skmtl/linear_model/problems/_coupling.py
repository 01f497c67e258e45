"""Coordinates U of the weights in which a quadratic penalty is 1/2 ||U||^2, whatever the tasks share: W = U F'."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from ...penalties import Quadratic, StarQuadratic


class Coupling(ABC):
    """The factor F of the tasks' prior covariance F F', of shape (n_columns, rank)."""

    rank: int

    @abstractmethod
    def spread(self, U: np.ndarray) -> np.ndarray:
        """Return W = U F'."""

    @abstractmethod
    def gather(self, C: np.ndarray) -> np.ndarray:
        """Return C F: the gradient in U, given that in W."""

    @abstractmethod
    def solve(self, W: np.ndarray) -> np.ndarray:
        """Return the shortest U whose U F' is W."""

    @abstractmethod
    def matrix(self) -> np.ndarray:
        """Return F."""

    @abstractmethod
    def links(self) -> tuple[np.ndarray, np.ndarray]:
        """Return where F is not zero: columns and vectors."""

    @property
    @abstractmethod
    def variance(self) -> np.ndarray:
        """The diagonal of F F'."""


@dataclass(frozen=True, eq=False)
class DenseCoupling(Coupling):
    """Any factor."""

    factor: np.ndarray

    @property
    def rank(self) -> int:  # type: ignore[override]
        return self.factor.shape[1]

    def spread(self, U: np.ndarray) -> np.ndarray:
        return U @ self.factor.T

    def gather(self, C: np.ndarray) -> np.ndarray:
        return C @ self.factor

    def solve(self, W: np.ndarray) -> np.ndarray:
        return np.linalg.lstsq(self.factor, W.T, rcond=None)[0].T

    def matrix(self) -> np.ndarray:
        return self.factor

    def links(self) -> tuple[np.ndarray, np.ndarray]:
        columns, vectors = np.nonzero(self.factor)
        return columns, vectors

    @property
    def variance(self) -> np.ndarray:
        return np.square(self.factor).sum(axis=1)


@dataclass(frozen=True, eq=False)
class StarCoupling(Coupling):
    """F = [common, diag(root)]: a vector that all tasks have in common, and one for each; products cost a number each.

    There is one column more than the covariance has rank, which changes neither the solution nor its conditioning.
    common is None where nothing is shared.
    """

    common: np.ndarray | None
    root: np.ndarray

    def of(self, columns: np.ndarray) -> "StarCoupling":
        """Return the coupling of some of the columns."""
        return StarCoupling(
            None if self.common is None else self.common[columns], self.root[columns]
        )

    @property
    def rank(self) -> int:  # type: ignore[override]
        return len(self.root) + self.n_common

    @property
    def n_common(self) -> int:
        """Number of common vectors."""
        return 0 if self.common is None else 1

    def spread(self, U: np.ndarray) -> np.ndarray:
        W = U[:, self.n_common :] * self.root
        if self.common is not None:
            W += np.outer(U[:, 0], self.common)
        return W

    def gather(self, C: np.ndarray) -> np.ndarray:
        U = np.empty((len(C), self.rank))
        np.multiply(C, self.root, out=U[:, self.n_common :])
        if self.common is not None:
            U[:, 0] = C @ self.common
        return U

    def solve(self, W: np.ndarray) -> np.ndarray:
        U = np.zeros((len(W), self.rank))
        specific, is_specific = U[:, self.n_common :], self.root > 0
        rest = W
        if self.common is not None:
            U[:, 0] = self._common_part(W, is_specific)
            rest = W - np.outer(U[:, 0], self.common)
        np.divide(rest, self.root, out=specific, where=is_specific)
        return U

    def _common_part(self, W: np.ndarray, is_specific: np.ndarray) -> np.ndarray:
        """Return the common vector: what tasks without a specific vector are, or else what is shortest."""
        assert self.common is not None
        if not is_specific.all():
            c = np.where(is_specific, 0.0, self.common)
            return W @ c / (c @ c)
        odds = self.common / self.root**2
        return W @ odds / (1.0 + self.common @ odds)

    def matrix(self) -> np.ndarray:
        specific = np.diag(self.root)
        return specific if self.common is None else np.column_stack([self.common, specific])

    def links(self) -> tuple[np.ndarray, np.ndarray]:
        specific = np.flatnonzero(self.root)
        tied = np.flatnonzero(0.0 if self.common is None else self.common)
        vectors = np.concatenate([self.n_common + specific, np.zeros(len(tied), dtype=int)])
        return np.concatenate([specific, tied]), vectors

    @property
    def variance(self) -> np.ndarray:
        return self.root**2 + (0.0 if self.common is None else self.common**2)


def coupling_of(penalty: Quadratic) -> Coupling:
    """Return the coordinates of a penalty."""
    if isinstance(penalty, StarQuadratic):
        common = penalty.common if penalty.common.any() else None
        return StarCoupling(common, np.sqrt(penalty.specific))
    return DenseCoupling(penalty.factor())
