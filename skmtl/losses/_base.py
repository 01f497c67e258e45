"""The contract of a loss."""

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np

EDGE = 0.05  # away from which a mean is taken that no finite raw prediction has: of labels of one class
FLATTEST = 1e-30  # second derivative below which a loss is taken as that curved


def are_ones(weight: np.ndarray) -> bool:
    """Whether weights that all labels have in common change nothing."""
    if weight.size == 1:  # that of each of thousands of tasks: all() takes ten times as long
        return bool(weight.item() == 1.0)
    return len(weight) == 1 and bool((weight == 1.0).all())


def exponential(raw: np.ndarray) -> np.ndarray:
    """Return exp(raw), the same whenever it is asked for.

    NumPy 1.26 gives other last digits where the result touches raw in memory, which is up to chance.
    """
    result = raw.copy()
    return np.exp(result, out=result)


class Loss(ABC):
    """Convex loss of a task, summed over its labels with the given weights.

    y and raw have shape (n_labels, width), with width 1, or the number of classes. weight broadcasts against
    (n_labels, 1). Losses of width 1 are elementwise: they take several tasks side by side, with a weight for each
    entry. What networks need (``shift``, ``shifted``, ``overwrite``, ``average``) also takes raw with a leading axis
    of networks.
    """

    width_one: ClassVar[bool] = True
    quadratic: ClassVar[bool] = False
    curvature: ClassVar[
        float
    ]  # bound on the largest eigenvalue of the Hessian in raw, at unit weight

    @abstractmethod
    def values(self, y: np.ndarray, raw: np.ndarray, weight: np.ndarray) -> np.ndarray:
        """Return the loss of each label: of the shape of raw, or (n_labels, 1) for several classes."""

    @abstractmethod
    def gradient(self, y: np.ndarray, raw: np.ndarray, weight: np.ndarray) -> np.ndarray:
        """Return the gradient of the loss in raw."""

    @abstractmethod
    def hessian_product(
        self, y: np.ndarray, raw: np.ndarray, weight: np.ndarray, D: np.ndarray
    ) -> np.ndarray:
        """Return the Hessian at raw times D, of the shape of raw."""

    def curvatures(self, y: np.ndarray, raw: np.ndarray, weight: np.ndarray) -> np.ndarray:
        """Return the second derivative in each raw prediction, those between classes left out."""
        return np.broadcast_to(self.hessian_product(y, raw, weight, np.ones((1, 1))), raw.shape)

    @abstractmethod
    def hessian_from(
        self, y: np.ndarray, U: np.ndarray, weight: np.ndarray, D: np.ndarray
    ) -> np.ndarray:
        """Return the Hessian times D, of the shape of U, where the gradient in raw is U: cheaper than from raw."""

    def total_hessian_from(self, y: np.ndarray, U: np.ndarray, weight: np.ndarray) -> np.ndarray:
        """Return the sum over labels of the Hessian, of shape (width, width), where the gradient in raw is U."""
        ones = np.ones((1, 1))
        return np.diag(np.broadcast_to(self.hessian_from(y, U, weight, ones), U.shape).sum(axis=0))

    def newton_rows(
        self, y: np.ndarray, raw: np.ndarray, weight: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return B, (n_labels, width, width), and r, (n_labels, width), for labels of one task.

        B'B is the Hessian in raw of each label and B'r the gradient, so that Newton's step minimises ||B D + r||^2.
        """
        H = np.broadcast_to(self.hessian_product(y, raw, weight, np.ones((1, 1))), raw.shape)
        root = np.sqrt(np.maximum(H, FLATTEST))
        return root[:, :, None], self.gradient(y, raw, weight) / root

    @abstractmethod
    def conjugate(self, y: np.ndarray, U: np.ndarray, weight: np.ndarray) -> float:
        """Return sup over raw of <U, raw> - value; infinite outside its domain."""

    @abstractmethod
    def response(self, raw: np.ndarray) -> np.ndarray:
        """Return the mean of the targets that raw stands for."""

    @abstractmethod
    def link(self, mean: np.ndarray) -> np.ndarray:
        """Return the raw prediction whose response is mean; of a mean that none has, one near it."""

    @abstractmethod
    def shift(self, y: np.ndarray, weight: np.ndarray) -> float:
        """Return what to take from raw for targets to be of the size of one: about the raw of their mean, or zero."""

    @abstractmethod
    def shifted(self, y: np.ndarray, shift: float) -> np.ndarray:
        """Return the targets for which raw - shift is as good as raw is for y."""

    @abstractmethod
    def overwrite(self, y: np.ndarray, raw: np.ndarray, weight: np.ndarray) -> None:
        """Turn raw into the gradient of the loss in raw: in place, in its own precision, without overflow."""

    @abstractmethod
    def average(self, raw: np.ndarray) -> np.ndarray:
        """Return the raw prediction of the mean, over the first axis, of the responses."""

    def value(self, y: np.ndarray, raw: np.ndarray, weight: np.ndarray) -> float:
        """Return the loss."""
        return float(np.sum(self.values(y, raw, weight)))
