"""Inverses of I + gram (x) F' H F: all columns have the same Gram matrix, and the curvature H between columns.

They solve squared losses with all labels, and precondition the others.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from scipy import linalg

from ...heads import TotalHessian
from ._coupling import Coupling, StarCoupling
from ._layout import LARGEST_EIGENPROBLEM, FitLayout
from ._sample_gram import SampleGram, eigen

FEW_STRENGTHS = 3  # Cholesky factors that are cheaper than eigenvectors
MANY_STRENGTHS = 25  # Cholesky factors that are dearer, however large the Gram matrix
EXACTLY = (
    1e-10  # relative differences of strengths that do not count where the solution hangs on them,
)
ROUGHLY = 0.3  # and where they only precondition
ALMOST_ALIKE = 3.0  # strengths that still precondition each other


class Inverse(ABC):
    """A self-adjoint positive map of U, of shape (size, rank)."""

    @abstractmethod
    def __call__(self, U: np.ndarray) -> np.ndarray:
        """Apply the map."""

    def between(self, star: StarCoupling, B: np.ndarray) -> np.ndarray:
        """Return <b_s, inverse b_t> for all columns s and t of a star, b_t being column t of B in coordinates U."""
        raise NotImplementedError


@dataclass(frozen=True)
class DiagonalInverse(Inverse):
    """U -> (gram kappa_j + 1)^-1 U_j by column, with a diagonal Gram matrix."""

    diagonal: np.ndarray
    kappa: np.ndarray

    def __call__(self, U: np.ndarray) -> np.ndarray:
        return U / (1.0 + np.outer(self.diagonal, self.kappa))


@dataclass(frozen=True)
class CholeskyInverse(Inverse):
    """The same for any Gram matrix: one factor for all columns of like kappa."""

    factors: tuple[tuple[np.ndarray, "Factor"], ...]

    def __call__(self, U: np.ndarray) -> np.ndarray:
        Z = np.empty_like(U)
        for columns, factor in self.factors:
            Z[:, columns] = factor.solve(U[:, columns])
        return Z


@dataclass(frozen=True)
class DiagonalStarInverse(Inverse):
    """For a star and a diagonal Gram matrix: the common vector is eliminated, feature by feature. Nothing cancels."""

    gain: np.ndarray
    mixed: np.ndarray
    diagonal: np.ndarray
    schur: np.ndarray

    @classmethod
    def of(
        cls, star: StarCoupling, diagonal: np.ndarray, curvature: np.ndarray
    ) -> "DiagonalStarInverse":
        """Eliminate the specific vectors."""
        assert star.common is not None
        gain = 1.0 / (1.0 + np.outer(diagonal, curvature * star.root**2))
        schur = 1.0 + diagonal * (gain @ (curvature * star.common**2))
        return cls(gain, curvature * star.common * star.root, diagonal, schur)

    def __call__(self, U: np.ndarray) -> np.ndarray:
        Z = np.empty_like(U)
        np.multiply(U[:, 1:], self.gain, out=Z[:, 1:])
        Z[:, 0] = (U[:, 0] - self.diagonal * (Z[:, 1:] @ self.mixed)) / self.schur
        Z[:, 1:] -= np.outer(self.diagonal * Z[:, 0], self.mixed) * self.gain
        return Z

    def between(self, star: StarCoupling, B: np.ndarray) -> np.ndarray:
        assert star.common is not None
        common = B * (star.common - self.diagonal[:, None] * self.gain * (self.mixed * star.root))
        square = common.T @ (common / self.schur[:, None])
        square[np.diag_indices_from(square)] += np.square(B * star.root * np.sqrt(self.gain)).sum(
            axis=0
        )
        return square


@dataclass(frozen=True)
class AlikeStarInverse(Inverse):
    """For a star whose columns are alike: a factor for what they have in common, and one for what they do not.

    The star has one direction too many for each feature, (1, -common / root) in all its vectors. Its curvature is that
    of the penalty alone, however columns differ: the others are taken as what is orthogonal to it.
    """

    along: np.ndarray
    tilt: np.ndarray
    joint: "Factor"
    alone: "Factor"

    @classmethod
    def of(cls, star: StarCoupling, gram: np.ndarray, curvature: np.ndarray) -> "AlikeStarInverse":
        """Factorise."""
        assert star.common is not None
        specific = float(np.mean(curvature * star.root**2))
        joint = float(curvature @ star.common**2) + specific
        along, tilt = star.common, np.array([1.0, 0.0])
        if star.root.all():
            along = star.common / star.root
            tilt = np.array([np.linalg.norm(along), 1.0]) / np.hypot(np.linalg.norm(along), 1.0)
        along = along / np.linalg.norm(along)
        return cls(along, tilt, Factor.of(gram, joint), Factor.of(gram, specific))

    def __call__(self, U: np.ndarray) -> np.ndarray:
        Z, (c, s) = np.empty_like(U), self.tilt
        share = U[:, 1:] @ self.along
        common = self.joint.solve(c * U[:, 0] + s * share)
        rest = s * U[:, 0] - c * share  # what the star has one column too many for
        Z[:, 1:] = self.alone.solve(U[:, 1:] - np.outer(share, self.along))
        Z[:, 1:] += np.outer(s * common - c * rest, self.along)
        Z[:, 0] = c * common + s * rest
        return Z

    def between(self, star: StarCoupling, B: np.ndarray) -> np.ndarray:
        assert star.common is not None
        c, s = self.tilt
        common = B * (c * star.common + s * star.root * self.along)
        rest = B * (s * star.common - c * star.root * self.along)
        specific = B * star.root
        apart = specific.T @ self.alone.solve(specific)
        apart *= np.eye(len(apart)) - np.outer(self.along, self.along)
        return common.T @ self.joint.solve(common) + rest.T @ rest + apart


@dataclass(frozen=True)
class RotatedInverse(Inverse):
    """An inverse in other coordinates: of the features (left) or of the columns (right), both orthonormal."""

    inner: Inverse
    left: np.ndarray | None = None
    right: np.ndarray | None = None

    def __call__(self, U: np.ndarray) -> np.ndarray:
        U = U if self.left is None else self.left.T @ U.astype(self.left.dtype, copy=False)
        U = U if self.right is None else U @ self.right
        Z = self.inner(U)
        Z = Z if self.right is None else Z @ self.right.T
        return Z if self.left is None else self.left @ Z.astype(self.left.dtype, copy=False)

    def between(self, star: StarCoupling, B: np.ndarray) -> np.ndarray:
        assert self.right is None
        return self.inner.between(star, B if self.left is None else self.left.T @ B)


@dataclass(frozen=True)
class Factor:
    """A Cholesky factor of kappa gram + I, in the precision of gram; eigenvectors where rounding leaves none."""

    cholesky: np.ndarray | None
    values: np.ndarray
    vectors: np.ndarray

    @classmethod
    def of(cls, gram: np.ndarray, kappa: float) -> "Factor":
        """Factorise."""
        matrix = np.multiply(gram, kappa, order="F", dtype=gram.dtype)
        matrix[np.diag_indices_from(matrix)] += 1.0
        nothing = np.zeros(0)
        factorise = linalg.get_lapack_funcs("potrf", (matrix,))
        factor, info = factorise(matrix, lower=1, clean=0, overwrite_a=1)
        if info == 0:
            return cls(factor, nothing, nothing)
        values, vectors = eigen(gram)
        return cls(None, 1.0 + kappa * values, vectors)

    def lower_inverse(self) -> np.ndarray:
        """Return the lower triangle of (kappa gram + I)^-1, and whatever above."""
        if self.cholesky is None:
            return (self.vectors / self.values) @ self.vectors.T
        return linalg.get_lapack_funcs("potri", (self.cholesky,))(self.cholesky, lower=1)[0]

    def inverse(self) -> np.ndarray:
        """Return (kappa gram + I)^-1."""
        return symmetric(self.lower_inverse())

    def solve(self, B: np.ndarray) -> np.ndarray:
        """Return (kappa gram + I)^-1 B."""
        if not len(B):
            return (
                B.copy()
            )  # of inputs that do not vary: older versions of SciPy do not solve for nothing
        if self.cholesky is not None:
            return linalg.get_lapack_funcs("potrs", (self.cholesky,))(self.cholesky, B, lower=1)[0]
        return self.vectors @ ((self.vectors.T @ B).T / self.values).T


def symmetric(lower: np.ndarray) -> np.ndarray:
    """Return the symmetric matrix that has this lower triangle."""
    square = np.tril(lower)
    square += np.tril(square, -1).T
    return square


def gram_inverse(
    layout: FitLayout | SampleGram, coupling: Coupling, hessian: TotalHessian, tolerance: float
) -> Inverse:
    """Choose the cheapest inverse whose curvatures, hessian / n_rows, are right within a relative tolerance."""
    if hessian.groups or not isinstance(coupling, StarCoupling):
        F = coupling.matrix()
        kappa, rotation = np.linalg.eigh(F.T @ (hessian.matrix() / layout.n_rows) @ F)
        inner = by_column(layout, np.maximum(kappa, 0.0), tolerance)
        return RotatedInverse(inner, right=rotation)
    curvature = hessian.diagonal / layout.n_rows
    if coupling.common is None:
        return by_column(layout, curvature * coupling.root**2, tolerance)
    return by_star(layout, coupling, curvature, tolerance)


def by_star(
    layout: FitLayout | SampleGram, star: StarCoupling, curvature: np.ndarray, tolerance: float
) -> Inverse:
    """Invert where columns have a common vector."""
    if layout.gram is None:
        return DiagonalStarInverse.of(star, layout.squares, curvature)
    specific = curvature * star.root**2
    if not layout.has_eigen and len(alike(specific, tolerance)) == 1:
        return AlikeStarInverse.of(star, layout.gram, curvature)
    if not layout.has_eigen and layout.size > LARGEST_EIGENPROBLEM:
        F = star.matrix()
        kappa, rotation = np.linalg.eigh((F.T * curvature) @ F)
        return RotatedInverse(by_column(layout, np.maximum(kappa, 0.0), tolerance), right=rotation)
    values, vectors = layout.eigen
    return RotatedInverse(DiagonalStarInverse.of(star, values, curvature), left=vectors)


def by_column(layout: FitLayout | SampleGram, kappa: np.ndarray, tolerance: float) -> Inverse:
    """Invert where columns have nothing in common."""
    if layout.gram is None:
        return DiagonalInverse(layout.squares, kappa)
    groups = alike(kappa, tolerance)
    is_exact = tolerance <= EXACTLY
    most = np.inf if is_exact and len(groups) > MANY_STRENGTHS else LARGEST_EIGENPROBLEM
    if layout.has_eigen or (len(groups) > FEW_STRENGTHS and layout.size <= most):
        values, vectors = layout.eigen
        return RotatedInverse(DiagonalInverse(values, kappa), left=vectors)
    if len(groups) > FEW_STRENGTHS and not is_exact:
        groups = alike(kappa, ALMOST_ALIKE)
    factors = ((group, Factor.of(layout.gram, float(kappa[group].mean()))) for group in groups)
    return CholeskyInverse(tuple(factors))


def alike(kappa: np.ndarray, ratio: float) -> list[np.ndarray]:
    """Group columns whose kappa differ by at most a relative ratio from the smallest of the group."""
    order = np.argsort(kappa, kind="stable")
    values, groups = kappa[order], []
    while len(order):
        n_alike = int(np.searchsorted(values, values[0] * (1.0 + ratio) + 1e-300, side="right"))
        groups.append(order[:n_alike])
        values, order = values[n_alike:], order[n_alike:]
    return groups
