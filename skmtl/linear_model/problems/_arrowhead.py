"""Inverses that know the Hessian of each column, all of which may hang together by one common vector."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ._column_hessians import ColumnHessian
from ._column_inverse import ColumnInverse, FewLabelsInverse, ManyLabelsInverse
from ._coupling import StarCoupling
from ._gram_inverse import Factor, symmetric
from ._intercepts import Intercepts
from ._row_block import as_slice
from ._stacked_inverse import FewLabelsStack, ManyLabelsStack

SMALL = 32  # coordinates with which inverses of Hessians of one shape are faster taken at once,
AT_ONCE = 400_000  # of so many numbers at a time


Family = tuple[slice | np.ndarray, ColumnInverse]


def column_inverse(hessian: ColumnHessian, variance: float) -> ColumnInverse:
    """Return the inverse of I + variance H of one column."""
    if hessian.half is not None:
        return FewLabelsInverse.of(hessian.half, variance)
    assert hessian.gram is not None
    return ManyLabelsInverse.of(hessian.gram, variance)


def families_of(hessians: Sequence[ColumnHessian], variance: np.ndarray) -> Iterator[Family]:
    """Return the inverses of I + variance H of all columns, of small ones with Hessians of one shape at once."""
    alike: dict[tuple[int, ...], list[int]] = {}
    for t, hessian in enumerate(hessians):
        is_small = len(hessian.mean) <= SMALL
        shape = (-1,) if hessian.half is None else hessian.half.shape
        alike.setdefault(shape if is_small else (t,), []).append(t)
    for members in alike.values():
        step = max(1, AT_ONCE // max(1, len(hessians[0].mean) ** 2))
        for start in range(0, len(members), step):
            columns = np.array(members[start : start + step])
            known = [hessians[t] for t in columns.tolist()]
            yield as_slice(columns), inverse_of(known, variance[columns])


def inverse_of(hessians: Sequence[ColumnHessian], variance: np.ndarray) -> ColumnInverse:
    """Return the inverse of I + variance H of columns whose Hessians have one shape."""
    if len(hessians) == 1:
        return column_inverse(hessians[0], float(variance[0]))
    halves = [hessian.half for hessian in hessians if hessian.half is not None]
    if halves:
        return FewLabelsStack.of(np.stack(halves), variance)
    return ManyLabelsStack.of(np.stack([hessian.square for hessian in hessians]), variance)


@dataclass(frozen=True, eq=False)
class ArrowheadInverse:
    """The inverse of the Hessian in U and in free intercepts, U = [common, specific_1, ..., specific_T].

    The Hessian of task t in its weights is H_t, about the mean of its samples: so its intercept is eliminated. Then
    the specific vectors are, by M_t = (I + root_t^2 H_t)^-1, which leaves one system for the common vector, with the
    matrix I + sum_t common_t^2 H_t M_t.
    """

    star: StarCoupling
    families: tuple[Family, ...]
    schur: Factor | None
    mean: np.ndarray
    total: np.ndarray
    basis: np.ndarray

    @classmethod
    def of(
        cls, star: StarCoupling, hessians: Sequence[ColumnHessian], intercepts: Intercepts
    ) -> "ArrowheadInverse":
        """Factorise."""
        families = tuple(families_of(hessians, star.root**2))
        schur = None
        if star.common is not None:
            S = np.zeros((len(hessians[0].mean),) * 2, order="F")
            for columns, inverse in families:
                if star.common[columns].any():
                    inverse.add_pull(S, star.common[columns] ** 2)
            schur = Factor.of(symmetric(S), 1.0)
        mean = np.column_stack([H.mean for H in hessians])
        total = np.array([H.total for H in hessians])
        return cls(star, families, schur, mean, total, intercepts.free_scale)

    def __call__(self, U: np.ndarray) -> np.ndarray:
        """Apply the inverse to the gradient in U, where the intercepts are at their best."""
        unit = np.abs(U).max(initial=0.0) or 1.0  # single precision may not hold what U is
        return unit * self._steps(U / unit)

    def _steps(self, U: np.ndarray) -> np.ndarray:
        n_common, star = self.star.n_common, self.star
        Z = np.empty_like(U)
        specific, R = Z[:, n_common:], U[:, n_common:]
        for columns, inverse in self.families:
            specific[:, columns] = inverse.solve(R[:, columns])
        if star.common is None or self.schur is None:
            return Z
        right, mixed = U[:, 0].copy(), star.common * star.root
        mixing = [family for family in self.families if mixed[family[0]].any()]
        for columns, inverse in mixing:
            right -= inverse.pull(specific[:, columns], R[:, columns]) @ mixed[columns]
        Z[:, 0] = self.schur.solve(right)
        shared = np.repeat(Z[:, :1], len(mixed), axis=1)
        for columns, inverse in mixing:
            back = inverse.pull(inverse.solve(shared[:, columns]), shared[:, columns])
            specific[:, columns] -= back * mixed[columns]
        return Z

    def with_intercepts(self, U: np.ndarray, beta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Apply the inverse to the gradients in U and in the coordinates of the intercepts."""
        if not len(self.basis):
            return self(U), beta
        in_b = beta / self.basis  # the gradient in the intercepts
        Z = self(U - self.star.gather(self.mean * in_b))
        slope = np.einsum("jt,jt->t", self.mean, self.star.spread(Z))
        return Z, (in_b / np.where(self.total > 0, self.total, 1.0) - slope) / self.basis
