"""The loss of count tasks."""

from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp, xlogy

from ._base import EDGE, Loss, exponential

MOST = 30.0  # raw beyond which a network learns nothing more, lest single precision overflow


@dataclass(frozen=True)
class PoissonLoss(Loss):
    """Poisson loss with a log link; raw is the logarithm of the mean.

    Notes
    -----
    value(y, z) = sum_i s_i (e^z_i - y_i z_i + y_i log y_i - y_i), half the deviance: zero where e^z = y. With
    m = y + u / s its conjugate is sum_i s_i (m_i log m_i - m_i - y_i log y_i + y_i), infinite where m is negative. The
    curvature has no bound.

    Examples
    --------
    >>> import numpy as np
    >>> from skmtl.losses import PoissonLoss
    >>> loss = PoissonLoss()
    >>> round(loss.value(np.array([[3.0]]), np.array([[0.0]]), np.array([[1.0]])), 4)
    1.2958
    >>> loss.value(np.array([[1.0]]), np.array([[0.0]]), np.array([[1.0]]))
    0.0
    """

    curvature = np.inf

    def values(self, y: np.ndarray, raw: np.ndarray, weight: np.ndarray) -> np.ndarray:
        """Return the loss of each label."""
        away = raw - np.log(np.where(y > 0, y, 1.0))  # no difference of large numbers
        with np.errstate(over="ignore"):
            return weight * (np.where(y > 0, y, 1.0) * np.expm1(away) - y * away + (y == 0))

    def gradient(self, y: np.ndarray, raw: np.ndarray, weight: np.ndarray) -> np.ndarray:
        """Return the gradient of the loss in raw."""
        with np.errstate(over="ignore"):
            G = exponential(raw)
        G -= y
        G *= weight
        return G

    def hessian_product(
        self, y: np.ndarray, raw: np.ndarray, weight: np.ndarray, D: np.ndarray
    ) -> np.ndarray:
        """Return the Hessian at raw times D, of the shape of raw."""
        return weight * exponential(raw) * D

    def hessian_from(
        self, y: np.ndarray, U: np.ndarray, weight: np.ndarray, D: np.ndarray
    ) -> np.ndarray:
        """Return the Hessian times D, of the shape of U, where the gradient in raw is U."""
        return (weight * y + U) * D

    def conjugate(self, y: np.ndarray, U: np.ndarray, weight: np.ndarray) -> float:
        """Return sup over raw of <U, raw> - value; infinite outside its domain."""
        weight = np.broadcast_to(weight, U.shape)
        seen = weight > 0
        mean = y[seen] + U[seen] / weight[seen]
        if np.any(U[~seen] != 0) or np.any(mean < -1e-12):
            return np.inf
        mean = np.maximum(mean, 0.0)
        y = y[seen]
        return float(np.sum(weight[seen] * (xlogy(mean, mean) - mean - xlogy(y, y) + y)))

    def shift(self, y: np.ndarray, weight: np.ndarray) -> float:
        """Return the logarithm of the mean of the targets; zero where that is zero."""
        mean = float(np.sum(weight * y) / np.sum(weight * np.ones_like(y)))
        return float(np.log(mean)) if mean > 0 else 0.0

    def shifted(self, y: np.ndarray, shift: float) -> np.ndarray:
        """Return the targets divided by what the shift is the logarithm of."""
        return y * np.exp(-shift)

    def overwrite(self, y: np.ndarray, raw: np.ndarray, weight: np.ndarray) -> None:
        """Turn raw into the gradient of the loss in raw."""
        np.minimum(raw, MOST, out=raw)
        np.exp(raw, out=raw)
        raw -= y
        raw *= weight

    def average(self, raw: np.ndarray) -> np.ndarray:
        """Return the raw prediction of the mean, over the first axis, of the responses."""
        return logsumexp(raw, axis=0) - np.log(len(raw))

    def response(self, raw: np.ndarray) -> np.ndarray:
        """Return the mean of the targets that raw stands for."""
        return exponential(raw)

    def link(self, mean: np.ndarray) -> np.ndarray:
        """Return the raw prediction whose response is mean."""
        return np.log(np.where(mean <= 0.0, EDGE, mean))
