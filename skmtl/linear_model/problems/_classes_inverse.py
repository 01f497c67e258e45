"""An inverse that knows the Hessian of each class of a task in the weights of that class."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ._arrowhead import ArrowheadInverse
from ._column_hessians import ColumnHessian
from ._coupling import StarCoupling
from ._intercepts import Intercepts
from ._stacked_inverse import inverse_halves


@dataclass(frozen=True, eq=False)
class ClassesInverse:
    """About the inverse of the Hessian in the weights and intercepts of the classes of one task, which share nothing.

    Along steps that all classes make together the loss is flat: there the Hessian is that of the penalty, the identity.
    On steps that sum to zero over the classes it is taken as if no class knew of the others: with P_k the inverse of
    the Hessian of class k in its weights and intercept, the step is P_k (r_k - s), s such that the sum is zero.

    In the Hessian of multinomial loss the blocks between classes k and l are -sum_i p_ik p_il x_i x_i', small beside
    sum_i p_ik (1 - p_ik) x_i x_i' where there are many classes.
    """

    inverses: np.ndarray
    of_sums: np.ndarray

    @classmethod
    def of(cls, hessians: Sequence[ColumnHessian], root: float) -> "ClassesInverse":
        """Invert; root is by what weights are larger than their coordinates."""
        size = len(hessians[0].mean)
        grams = np.stack([hessian.square for hessian in hessians])
        halves = inverse_halves(grams, np.full(len(grams), root**2))
        M = np.matmul(halves.transpose(0, 2, 1), halves)
        mean = root * np.stack([hessian.mean for hessian in hessians])
        P = np.empty((len(M), size + 1, size + 1))
        P[:, :size, :size] = M
        P[:, size, :size] = P[:, :size, size] = -np.matmul(M, mean[:, :, None])[:, :, 0]
        spread = np.einsum("kj,kj->k", mean, -P[:, size, :size])
        weight = np.array([hessian.total for hessian in hessians])
        P[:, size, size] = spread + 1.0 / np.where(weight > 0.0, weight, np.inf)
        P[:, size, size] += np.finfo(float).tiny  # of classes that nothing is known of
        return cls(P, np.linalg.pinv(P.sum(axis=0), hermitian=True))

    def __call__(self, U: np.ndarray, in_b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Apply the inverse to the gradients in the coordinates of the weights and in the intercepts."""
        together = U.mean(axis=1, keepdims=True)
        R = np.vstack([U - together, in_b - in_b.mean()]).T
        steps = self._each(R)
        multiplier = self.of_sums @ steps.sum(axis=0)
        steps -= self._each(np.broadcast_to(multiplier, R.shape))
        return steps[:, :-1].T + together, steps[:, -1]

    def _each(self, R: np.ndarray) -> np.ndarray:
        return np.matmul(self.inverses, R[:, :, None])[:, :, 0]


@dataclass(frozen=True, eq=False)
class ApartInverse:
    """The inverse of the Hessian in U and in free intercepts: of the classes of each task, and of the other columns."""

    star: StarCoupling
    others: np.ndarray
    arrowhead: ArrowheadInverse | None
    classes: tuple[tuple[np.ndarray, ClassesInverse], ...]
    basis: np.ndarray

    @classmethod
    def of(
        cls,
        star: StarCoupling,
        hessians: Sequence[ColumnHessian],
        groups: Sequence[np.ndarray],
        intercepts: Intercepts,
    ) -> "ApartInverse":
        """Factorise; groups are the columns of the tasks with several classes."""
        is_other = np.ones(len(hessians), dtype=bool)
        for columns in groups:
            is_other[columns] = False
        others, arrowhead = np.flatnonzero(is_other), None
        if len(others):
            known = [hessians[t] for t in others.tolist()]
            arrowhead = ArrowheadInverse.of(star.of(others), known, intercepts.of(others))
        classes = tuple(
            (
                columns,
                ClassesInverse.of([hessians[t] for t in columns.tolist()], star.root[columns[0]]),
            )
            for columns in groups
        )
        return cls(star, others, arrowhead, classes, intercepts.free_scale)

    def with_intercepts(self, U: np.ndarray, beta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Apply the inverse to the gradients in U and in the coordinates of the intercepts."""
        Z, beta_out, n_common = U.copy(), beta.copy(), self.star.n_common
        if self.arrowhead is not None:
            places = np.r_[np.arange(n_common), n_common + self.others]
            free = self.others if len(beta) else np.zeros(0, dtype=int)
            Z[:, places], beta_out[free] = self.arrowhead.with_intercepts(U[:, places], beta[free])
        for columns, inverse in self.classes:
            in_b = beta[columns] / self.basis[columns] if len(beta) else np.zeros(len(columns))
            Z[:, n_common + columns], b = inverse(U[:, n_common + columns], in_b)
            if len(beta):
                beta_out[columns] = b / self.basis[columns]
        return Z, beta_out
