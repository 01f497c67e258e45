"""Inverses that know the Hessian of each column, all of which may hang together by one common vector."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import linalg

from ._column_hessians import ColumnHessian
from ._coupling import StarCoupling
from ._gram_inverse import Factor, symmetric
from ._intercepts import Intercepts
from ._sample_gram import eigen

CLOSE_TO_NOTHING = (
    1e-3  # mean eigenvalue of v H below which 1 - M is a difference of nearly equal numbers
)


class ColumnInverse(ABC):
    """M = (I + v H)^-1 of one column, with v the variance of what is its own a priori, and P = H M."""

    @abstractmethod
    def solve(self, r: np.ndarray) -> np.ndarray:
        """Return M r."""

    @abstractmethod
    def pull(self, z: np.ndarray, r: np.ndarray) -> np.ndarray:
        """Return P r, where z is M r."""

    @abstractmethod
    def add_pull(self, S: np.ndarray, weight: float) -> None:
        """Add weight P to the lower triangle of S, and whatever to what is above."""


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

    def solve(self, r: np.ndarray) -> np.ndarray:
        return r - self.variance * ((self.half @ r) @ self.half)

    def pull(self, z: np.ndarray, r: np.ndarray) -> np.ndarray:
        return (self.half @ r) @ self.half

    def add_pull(self, S: np.ndarray, weight: float) -> None:
        S += weight * (self.half.T @ self.half)


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

    def solve(self, r: np.ndarray) -> np.ndarray:
        return self.factor.solve(r)

    def pull(self, z: np.ndarray, r: np.ndarray) -> np.ndarray:
        return self.H @ z if self.is_close_to_nothing else (r - z) / self.variance

    def add_pull(self, S: np.ndarray, weight: float) -> None:
        if self.is_close_to_nothing:
            S += weight * (self.H @ self.factor.inverse())
            return
        M = self.factor.lower_inverse()  # which is not used after this
        M *= weight / self.variance
        S -= M
        S[np.diag_indices_from(S)] += weight / self.variance


def column_inverse(hessian: ColumnHessian, variance: float) -> ColumnInverse:
    """Return the inverse of I + variance H of one column."""
    if hessian.half is not None:
        return FewLabelsInverse.of(hessian.half, variance)
    assert hessian.gram is not None
    return ManyLabelsInverse.of(hessian.gram, variance)


@dataclass(frozen=True, eq=False)
class ArrowheadInverse:
    """The inverse of the Hessian in U and in free intercepts, U = [common, own_1, ..., own_T] the vectors of a star.

    The Hessian of task t in its weights is H_t, about the mean of its own labels: so its intercept is eliminated. Then
    the tasks' own vectors are, by M_t = (I + root_t^2 H_t)^-1, which leaves one system for the common vector, with the
    matrix I + sum_t common_t^2 H_t M_t.
    """

    star: StarCoupling
    columns: tuple[ColumnInverse, ...]
    schur: Factor | None
    mean: np.ndarray
    total: np.ndarray
    basis: np.ndarray

    @classmethod
    def of(
        cls, star: StarCoupling, hessians: Sequence[ColumnHessian], intercepts: Intercepts
    ) -> "ArrowheadInverse":
        """Factorise."""
        pairs = zip(hessians, star.root.tolist(), strict=True)
        columns = tuple(column_inverse(H, root**2) for H, root in pairs)
        schur = None
        if star.common is not None:
            S = np.zeros((len(hessians[0].mean),) * 2, order="F")
            for column, common in zip(columns, star.common.tolist(), strict=True):
                if common:
                    column.add_pull(S, common**2)
            schur = Factor.of(symmetric(S), 1.0)
        mean = np.column_stack([H.mean for H in hessians])
        total = np.array([H.total for H in hessians])
        basis = intercepts.basis if intercepts.basis.ndim == 1 else np.zeros(0)
        return cls(star, columns, schur, mean, total, basis)

    def __call__(self, U: np.ndarray) -> np.ndarray:
        """Apply the inverse to the gradient in U, where the intercepts are at their best."""
        unit = np.abs(U).max(initial=0.0) or 1.0  # single precision may not hold what U is
        return unit * self._steps(U / unit)

    def _steps(self, U: np.ndarray) -> np.ndarray:
        n_common, star = self.star.n_common, self.star
        Z = np.empty_like(U)
        own, R = Z[:, n_common:], U[:, n_common:]
        for t, column in enumerate(self.columns):
            own[:, t] = column.solve(R[:, t])
        if star.common is None or self.schur is None:
            return Z
        right = U[:, 0].copy()
        for t, column in enumerate(self.columns):
            right -= (star.common[t] * star.root[t]) * column.pull(own[:, t], R[:, t])
        Z[:, 0] = self.schur.solve(right)
        for t, column in enumerate(self.columns):
            if star.common[t] and star.root[t]:
                back = column.pull(column.solve(Z[:, 0]), Z[:, 0])
                own[:, t] -= (star.common[t] * star.root[t]) * back
        return Z

    def with_intercepts(self, U: np.ndarray, beta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Apply the inverse to the gradients in U and in the coordinates of the intercepts."""
        if not len(self.basis):
            return self(U), beta
        in_b = beta / self.basis  # the gradient in the intercepts
        Z = self(U - self.star.gather(self.mean * in_b))
        slope = np.einsum("jt,jt->t", self.mean, self.star.spread(Z))
        return Z, (in_b / np.where(self.total > 0, self.total, 1.0) - slope) / self.basis
