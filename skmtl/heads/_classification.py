"""ClassificationHead: what heads of tasks with classes have in common."""

from abc import ABC, abstractmethod
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..tasks import Labels, among_all, distinct
from ._base import Head, logarithm


@dataclass(frozen=True)
class ClassificationHead(Head, ABC):
    """A task with classes, which knows their probabilities."""

    has_classes: ClassVar[bool] = True
    has_unit: ClassVar[bool] = False

    classes: np.ndarray

    @abstractmethod
    def probability(self, raw: np.ndarray) -> np.ndarray:
        """Return probabilities of shape (n_samples, n_classes)."""

    @classmethod
    def lack(cls, labels: Labels, classes: np.ndarray | None) -> str:
        values = labels.values
        if np.any(values != values[0]):
            return ""
        only = values[:1] if classes is None else values[:1].astype(classes.dtype)
        return f"has one class only, {only[0]!s}; it needs samples of at least two classes"

    @property
    def feature_labels(self) -> list[Any]:
        return list(self.classes) if len(self.classes) > 2 else [None]

    def as_mean(self, values: np.ndarray) -> np.ndarray:
        labels = np.asarray(values).astype(self.classes.dtype)
        return (labels[:, None] == self.classes).astype(np.float64)

    def from_mean(self, mean: np.ndarray) -> np.ndarray:
        return self.classes[mean.argmax(axis=1)]

    def spread(self, labels: Labels) -> float:
        shares = np.average(self.as_mean(labels.values), axis=0, weights=labels.weight)
        return float(np.sqrt(np.sum(shares * (1.0 - shares))))

    def centre(self, labels: Labels) -> float:
        return 0.0

    def as_features(self, mean: np.ndarray, centre: float) -> np.ndarray:
        second = mean[:, -1] if len(self.classes) <= 2 and mean.ndim == 2 else mean
        return second.reshape(len(mean), -1)

    def as_ordinary(self, values: np.ndarray) -> np.ndarray:
        """Return classes, or the positions of those with fractions, which scikit-learn's classifiers do not take."""
        labels = values.astype(self.classes.dtype)
        return np.searchsorted(self.classes, labels) if self._have_fractions else labels

    def from_ordinary(self, values: np.ndarray) -> np.ndarray:
        are_positions = self._have_fractions and values.dtype.kind in "iu"
        return self.classes[values] if are_positions else values.astype(self.classes.dtype)

    def widened(self, values: np.ndarray, seen: np.ndarray, absent: float) -> np.ndarray:
        return among_all(values, seen, self.classes, absent)

    @property
    def _have_fractions(self) -> bool:
        is_real = self.classes.dtype.kind == "f"
        return is_real and bool((self.classes != np.round(self.classes)).any())


def seen_classes(labels: Labels, classes: np.ndarray) -> np.ndarray:
    """Return the mask of the classes that labels have."""
    return np.isin(classes, distinct(labels.values).astype(classes.dtype))


def log_odds(probability: np.ndarray) -> np.ndarray:
    """Return the log-odds of the second of two classes, of shape (n_samples,), or a logarithm for each of several."""
    log = logarithm(probability)
    return log if log.shape[1] > 2 else log[:, -1] - log[:, 0]


def probabilities(heads: tuple[Head, ...], raw: np.ndarray) -> dict[Hashable, np.ndarray]:
    """Return the probabilities of the classes, for the tasks that have them."""
    kinds = [head for head in heads if isinstance(head, ClassificationHead)]
    return {head.name: head.probability(raw) for head in kinds}
