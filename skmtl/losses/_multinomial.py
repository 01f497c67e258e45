"""The loss of tasks with several classes."""

from dataclasses import dataclass

import numpy as np
from scipy.special import log_softmax, logsumexp, softmax, xlogy

from ._base import EDGE, FLATTEST, Loss


@dataclass(frozen=True)
class MultinomialLoss(Loss):
    """Log loss of several classes, one raw column a class.

    Notes
    -----
    value(y, z) = sum_i s_i (log sum_k e^z_ik - sum_k y_ik z_ik) with one-hot y. Its conjugate is the negative
    entropy of p = y + u / s, infinite where p leaves the simplex.

    Examples
    --------
    >>> import numpy as np
    >>> from skmtl.losses import MultinomialLoss
    >>> y, raw, weight = np.eye(3)[:1], np.zeros((1, 3)), np.ones((1, 1))
    >>> round(MultinomialLoss().value(y, raw, weight), 4)
    1.0986
    """

    width_one = False
    curvature = 0.5

    def values(self, y: np.ndarray, raw: np.ndarray, weight: np.ndarray) -> np.ndarray:
        """Return the loss of each label."""
        return weight * (
            logsumexp(raw, axis=-1, keepdims=True) - np.sum(y * raw, axis=-1, keepdims=True)
        )

    def gradient(self, y: np.ndarray, raw: np.ndarray, weight: np.ndarray) -> np.ndarray:
        """Return the gradient of the loss in raw."""
        G = raw - raw.max(axis=1, keepdims=True)
        np.exp(G, out=G)
        G /= G.sum(axis=1, keepdims=True)
        G -= y
        G *= weight
        return G

    def total_hessian_from(self, y: np.ndarray, U: np.ndarray, weight: np.ndarray) -> np.ndarray:
        """Return the sum over labels of the Hessian, of shape (width, width), where the gradient in raw is U."""
        p = y + U / np.where(weight > 0.0, weight, 1.0)
        weighted = weight * p
        return np.diag(weighted.sum(axis=0)) - weighted.T @ p

    def newton_rows(
        self, y: np.ndarray, raw: np.ndarray, weight: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return B with B'B the Hessian of each label, and r with B'r the gradient."""
        p = np.maximum(softmax(raw, axis=1), FLATTEST)
        root, s = np.sqrt(p), np.sqrt(weight)
        B = root[:, :, None] * (np.eye(p.shape[1]) - p[:, None, :])
        return s[:, :, None] * B, s * (root - y / root)

    def hessian_product(
        self, y: np.ndarray, raw: np.ndarray, weight: np.ndarray, D: np.ndarray
    ) -> np.ndarray:
        """Return the Hessian at raw times D, of the shape of raw."""
        p = softmax(raw, axis=1)
        return weight * p * (D - np.sum(p * D, axis=1, keepdims=True))

    def curvatures(self, y: np.ndarray, raw: np.ndarray, weight: np.ndarray) -> np.ndarray:
        """Return the second derivative in each raw prediction, those between classes left out."""
        p = softmax(raw, axis=1)
        return weight * p * (1.0 - p)

    def hessian_from(
        self, y: np.ndarray, U: np.ndarray, weight: np.ndarray, D: np.ndarray
    ) -> np.ndarray:
        """Return the Hessian times D, of the shape of U, where the gradient in raw is U."""
        p = y + U / np.where(weight > 0.0, weight, 1.0)
        return weight * p * (D - np.sum(p * D, axis=1, keepdims=True))

    def conjugate(self, y: np.ndarray, U: np.ndarray, weight: np.ndarray) -> float:
        """Return sup over raw of <U, raw> - value; infinite outside its domain."""
        seen = np.broadcast_to(weight, (len(U), 1))[:, 0] > 0
        weight = np.broadcast_to(weight, (len(U), 1))[seen]
        p = y[seen] + U[seen] / weight
        if (
            np.any(U[~seen] != 0)
            or np.any(p < -1e-12)
            or np.any(np.abs(p.sum(axis=1) - 1.0) > 1e-9)
        ):
            return np.inf
        p = np.clip(p, 0.0, 1.0)
        return float(np.sum(weight * xlogy(p, p)))

    def shift(self, y: np.ndarray, weight: np.ndarray) -> float:
        """Return what to take from raw: nothing."""
        return 0.0

    def shifted(self, y: np.ndarray, shift: float) -> np.ndarray:
        """Return the targets."""
        return y

    def overwrite(self, y: np.ndarray, raw: np.ndarray, weight: np.ndarray) -> None:
        """Turn raw into the gradient of the loss in raw."""
        raw -= raw.max(axis=-1, keepdims=True)
        np.exp(raw, out=raw)
        raw /= raw.sum(axis=-1, keepdims=True)
        raw -= y
        raw *= weight

    def average(self, raw: np.ndarray) -> np.ndarray:
        """Return the raw prediction of the mean, over the first axis, of the responses."""
        return logsumexp(log_softmax(raw, axis=-1), axis=0) - np.log(len(raw))

    def response(self, raw: np.ndarray) -> np.ndarray:
        """Return the mean of the targets that raw stands for."""
        return softmax(raw, axis=1)

    def link(self, mean: np.ndarray) -> np.ndarray:
        """Return the raw prediction whose response is mean, summing to zero over the classes."""
        raw = np.log(np.where(mean <= 0.0, EDGE, mean))
        return raw - raw.mean(axis=-1, keepdims=True)
