"""The loss of regression tasks."""

from dataclasses import dataclass

import numpy as np

from ._base import Loss, are_ones


@dataclass(frozen=True)
class SquaredLoss(Loss):
    """Half the squared error.

    Notes
    -----
    value(y, z) = sum_i s_i (y_i - z_i)^2 / 2, its conjugate sum_i u_i y_i + u_i^2 / (2 s_i).

    Examples
    --------
    >>> import numpy as np
    >>> from skmtl.losses import SquaredLoss
    >>> SquaredLoss().value(np.array([[1.0]]), np.array([[3.0]]), np.array([[1.0]]))
    2.0
    """

    quadratic = True
    curvature = 1.0

    def values(self, y: np.ndarray, raw: np.ndarray, weight: np.ndarray) -> np.ndarray:
        """Return the loss of each label."""
        values = raw - y
        values *= values
        return values * (0.5 * weight)

    def value(self, y: np.ndarray, raw: np.ndarray, weight: np.ndarray) -> float:
        """Return the loss."""
        R = raw - y
        return 0.5 * float(np.vdot(R, R if are_ones(weight) else weight * R))

    def gradient(self, y: np.ndarray, raw: np.ndarray, weight: np.ndarray) -> np.ndarray:
        """Return the gradient of the loss in raw."""
        G = raw - y
        if not are_ones(weight):
            G *= weight
        return G

    def hessian_product(
        self, y: np.ndarray, raw: np.ndarray, weight: np.ndarray, D: np.ndarray
    ) -> np.ndarray:
        """Return the Hessian at raw times D, of the shape of raw."""
        return D if are_ones(weight) else weight * D

    def hessian_from(
        self, y: np.ndarray, U: np.ndarray, weight: np.ndarray, D: np.ndarray
    ) -> np.ndarray:
        """Return the Hessian times D, of the shape of U, where the gradient in raw is U."""
        return weight * D

    def conjugate(self, y: np.ndarray, U: np.ndarray, weight: np.ndarray) -> float:
        """Return sup over raw of <U, raw> - value; infinite outside its domain."""
        weight = np.broadcast_to(weight, U.shape)
        if np.any((weight == 0) & (U != 0)):
            return np.inf
        seen = weight > 0
        return float(np.sum(U[seen] * y[seen] + 0.5 * U[seen] ** 2 / weight[seen]))

    def shift(self, y: np.ndarray, weight: np.ndarray) -> float:
        """Return the mean of the targets."""
        return float(np.sum(weight * y) / np.sum(weight * np.ones_like(y)))

    def shifted(self, y: np.ndarray, shift: float) -> np.ndarray:
        """Return the targets less the shift."""
        return y - shift

    def overwrite(self, y: np.ndarray, raw: np.ndarray, weight: np.ndarray) -> None:
        """Turn raw into the gradient of the loss in raw."""
        raw -= y
        raw *= weight

    def average(self, raw: np.ndarray) -> np.ndarray:
        """Return the raw prediction of the mean, over the first axis, of the responses."""
        return raw.mean(axis=0)

    def response(self, raw: np.ndarray) -> np.ndarray:
        """Return the mean of the targets that raw stands for."""
        return raw

    def link(self, mean: np.ndarray) -> np.ndarray:
        """Return the raw prediction whose response is mean."""
        return mean
