"""The inverse of the Hessian of a column in its weights, where a prior keeps them small."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from scipy import linalg

from ._gram_inverse import Factor
from ._sample_gram import eigen

CLOSE_TO_NOTHING = (
    1e-3  # mean eigenvalue of v H below which 1 - M is a difference of nearly equal numbers
)


class ColumnInverse(ABC):
    """M = (I + v H)^-1 of each of some columns, with v the prior variance of its specific vector, and P = H M.

    Matrices have a column for each, or are vectors where there is one.
    """

    @abstractmethod
    def solve(self, R: np.ndarray) -> np.ndarray:
        """Return M r of each column r of R."""

    @abstractmethod
    def pull(self, Z: np.ndarray, R: np.ndarray) -> np.ndarray:
        """Return P r, where Z is M r."""

    @abstractmethod
    def add_pull(self, S: np.ndarray, weight: np.ndarray) -> None:
        """Add weight P of each column to the lower triangle of S, and whatever to what is above."""


@dataclass(frozen=True, eq=False)
class FewLabelsInverse(ColumnInverse):
    """H = A'A with fewer rows than columns; half is L^-1 A, with L L' = I + v A A', so that P = half' half."""

    half: np.ndarray
    variance: float

    @classmethod
    def of(cls, A: np.ndarray, variance: float) -> "FewLabelsInverse":
        """Factorise."""
        kernel = variance * (A @ A.T)
        kernel[np.diag_indices_from(kernel)] += 1.0
        try:
            L = linalg.cholesky(kernel, lower=True, check_finite=False)
            half = linalg.solve_triangular(L, A, lower=True, check_finite=False)
        except linalg.LinAlgError:
            values, vectors = eigen(A @ A.T)
            half = (vectors / np.sqrt(1.0 + variance * values)).T @ A
        return cls(half, variance)

    def solve(self, R: np.ndarray) -> np.ndarray:
        return R - self.variance * self.pull(R, R)

    def pull(self, Z: np.ndarray, R: np.ndarray) -> np.ndarray:
        return self.half.T @ (self.half @ R)

    def add_pull(self, S: np.ndarray, weight: np.ndarray) -> None:
        S += weight[0] * (self.half.T @ self.half)


@dataclass(frozen=True, eq=False)
class ManyLabelsInverse(ColumnInverse):
    """H as it is, and a factor of I + v H."""

    H: np.ndarray
    factor: Factor
    variance: float
    is_close_to_nothing: bool

    @classmethod
    def of(cls, H: np.ndarray, variance: float) -> "ManyLabelsInverse":
        """Factorise."""
        is_close = variance * np.trace(H) < CLOSE_TO_NOTHING * len(H)
        return cls(H, Factor.of(H, variance), variance, bool(is_close))

    def solve(self, R: np.ndarray) -> np.ndarray:
        return self.factor.solve(R)

    def pull(self, Z: np.ndarray, R: np.ndarray) -> np.ndarray:
        return self.H @ Z if self.is_close_to_nothing else (R - Z) / self.variance

    def add_pull(self, S: np.ndarray, weight: np.ndarray) -> None:
        if self.is_close_to_nothing:
            S += weight[0] * (self.H @ self.factor.inverse())
            return
        M = self.factor.lower_inverse()  # which is not used after this
        M *= weight[0] / self.variance
        S -= M
        S[np.diag_indices_from(S)] += weight[0] / self.variance
