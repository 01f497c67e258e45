"""The loss of tasks with two classes."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, log_expit, logit, logsumexp, xlogy

from ._base import EDGE, Loss, are_ones


def probability(raw: np.ndarray) -> np.ndarray:
    """Return 1 / (1 + e^-raw), as precise as SciPy's expit, which takes twice the time."""
    p = np.negative(raw)
    with np.errstate(over="ignore"):  # infinity is right: its inverse is zero
        np.exp(p, out=p)
    p += 1.0
    return np.divide(1.0, p, out=p)


@dataclass(frozen=True)
class LogisticLoss(Loss):
    """Log loss of two classes; raw is the log-odds of the second.

    Notes
    -----
    value(y, z) = sum_i s_i (log(1 + e^z_i) - y_i z_i) with y in {0, 1}. Its conjugate is the negative entropy of
    p = y + u / s, infinite where p leaves [0, 1].

    Examples
    --------
    >>> import numpy as np
    >>> from skmtl.losses import LogisticLoss
    >>> round(LogisticLoss().value(np.array([[1.0]]), np.array([[0.0]]), np.array([[1.0]])), 4)
    0.6931
    """

    curvature = 0.25

    def values(self, y: np.ndarray, raw: np.ndarray, weight: np.ndarray) -> np.ndarray:
        """Return the loss of each label."""
        return weight * (np.log1p(np.exp(-np.abs(raw))) + np.maximum(raw, 0.0) - y * raw)

    def gradient(self, y: np.ndarray, raw: np.ndarray, weight: np.ndarray) -> np.ndarray:
        """Return the gradient of the loss in raw."""
        G = probability(raw)
        G -= y
        if not are_ones(weight):
            G *= weight
        return G

    def hessian_product(
        self, y: np.ndarray, raw: np.ndarray, weight: np.ndarray, D: np.ndarray
    ) -> np.ndarray:
        """Return the Hessian at raw times D, of the shape of raw."""
        return _variance(probability(raw), weight) * D

    def hessian_from(
        self, y: np.ndarray, U: np.ndarray, weight: np.ndarray, D: np.ndarray
    ) -> np.ndarray:
        """Return the Hessian times D, of the shape of U, where the gradient in raw is U."""
        G = U if are_ones(weight) else U / np.where(weight > 0.0, weight, 1.0)
        return _variance(y + G, weight) * D

    def curvatures(self, y: np.ndarray, raw: np.ndarray, weight: np.ndarray) -> np.ndarray:
        """Return the second derivative in each raw prediction."""
        return _variance(probability(raw), weight)

    def conjugate(self, y: np.ndarray, U: np.ndarray, weight: np.ndarray) -> float:
        """Return sup over raw of <U, raw> - value; infinite outside its domain."""
        weight = np.broadcast_to(weight, U.shape)
        seen = weight > 0
        p = y[seen] + U[seen] / weight[seen]
        if np.any(U[~seen] != 0) or np.any((p < -1e-12) | (p > 1.0 + 1e-12)):
            return np.inf
        p = np.clip(p, 0.0, 1.0)
        return float(np.sum(weight[seen] * (xlogy(p, p) + xlogy(1.0 - p, 1.0 - p))))

    def shift(self, y: np.ndarray, weight: np.ndarray) -> float:
        """Return what to take from raw: nothing."""
        return 0.0

    def shifted(self, y: np.ndarray, shift: float) -> np.ndarray:
        """Return the targets."""
        return y

    def overwrite(self, y: np.ndarray, raw: np.ndarray, weight: np.ndarray) -> None:
        """Turn raw into the gradient of the loss in raw; in single precision tanh is far faster than expit."""
        raw *= 0.5
        np.tanh(raw, out=raw)
        raw *= 0.5
        raw += 0.5
        raw -= y
        raw *= weight

    def average(self, raw: np.ndarray) -> np.ndarray:
        """Return the raw prediction of the mean, over the first axis, of the responses."""
        return logsumexp(log_expit(raw), axis=0) - logsumexp(log_expit(-raw), axis=0)

    def response(self, raw: np.ndarray) -> np.ndarray:
        """Return the mean of the targets that raw stands for."""
        return expit(raw)

    def link(self, mean: np.ndarray) -> np.ndarray:
        """Return the raw prediction whose response is mean."""
        mean = np.where(mean <= 0.0, EDGE, mean)
        return logit(np.where(mean >= 1.0, 1.0 - EDGE, mean))


def _variance(p: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return weight p (1 - p), written over p."""
    p *= 1.0 - p
    if not are_ones(weight):
        p *= weight
    return p
