"""Groups as tasks: each sample has a label of one task, and the tasks share one common vector."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import linalg

from ._design import Design


@dataclass(frozen=True)
class Arrow:
    """Inverse of I + sum_t h_t G_t (x) f_t f_t', f_t = (common_t, 0, ..., root_t, ..., 0).

    G_t is the Gram matrix of the samples of task t, centred, and h_t their mean curvature. With H_t as below,
    h_t G_t (root_t^2 h_t G_t + I)^-1 = H_t' H_t, so that eliminating what is specific to the tasks leaves one system
    for the common vector, whose matrix is the Gram matrix of all H_t, scaled.
    """

    halves: tuple[np.ndarray, ...]
    common: np.ndarray
    root: np.ndarray
    schur: tuple

    @classmethod
    def of(
        cls, designs: Sequence[Design], curvature: np.ndarray, common: np.ndarray, root: np.ndarray
    ) -> "Arrow":
        """Factorise; curvature is the total of each task, one column a design."""
        halves = []
        for design, total, own in zip(designs, curvature, root, strict=True):
            X = design.values()
            h = total / len(X)
            kernel = (own**2 * h) * (X @ X.T)
            kernel[np.diag_indices_from(kernel)] += 1.0
            L = linalg.cholesky(kernel, lower=True, overwrite_a=True, check_finite=False)
            halves.append(
                linalg.solve_triangular(L, np.sqrt(h) * X, lower=True, check_finite=False)
            )
        stacked = np.vstack([c * half for c, half in zip(common, halves, strict=True)])
        schur = stacked.T @ stacked
        schur[np.diag_indices_from(schur)] += 1.0
        return cls(tuple(halves), common, root, linalg.cho_factor(schur, lower=True))

    def __call__(self, U: np.ndarray) -> np.ndarray:
        """Apply the inverse to U, of shape (n_features, 1 + n_tasks), the common column first."""
        right = U[:, 0].copy()
        for t, half in enumerate(self.halves):
            right -= (self.common[t] * self.root[t]) * ((half @ U[:, t + 1]) @ half)
        Z = np.empty_like(U)
        Z[:, 0] = linalg.cho_solve(self.schur, right, check_finite=False)
        for t, half in enumerate(self.halves):
            mixed = self.root[t] ** 2 * U[:, t + 1] + self.root[t] * self.common[t] * Z[:, 0]
            Z[:, t + 1] = U[:, t + 1] - (half @ mixed) @ half
        return Z
