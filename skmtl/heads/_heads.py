"""Heads: one a task, between its targets and the raw columns it owns."""

from abc import ABC, abstractmethod
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..losses import LogisticLoss, Loss, MultinomialLoss, PoissonLoss, SquaredLoss

NEVER = -1e3
"""Raw value of what was never observed: far enough from the others for a probability, or mean, of exactly 0."""


@dataclass(frozen=True)
class Head(ABC):
    """A task's columns of raw: how they are fitted, and what they mean.

    active are the columns, counted within the head, that labels speak of: none where a task has too few labels,
    not that of a class without a label. The others keep coefficients of zero and the intercepts in rest.
    """

    name: Hashable
    columns: slice
    active: np.ndarray
    rest: np.ndarray
    scale: float = field(default=1.0, kw_only=True)

    @property
    @abstractmethod
    def loss(self) -> Loss:
        """The loss of the task."""

    @abstractmethod
    def encode(self, values: np.ndarray) -> np.ndarray:
        """Return targets as the loss wants them, of shape (n_labels, n_active)."""

    @abstractmethod
    def decode(self, raw: np.ndarray) -> np.ndarray:
        """Return the predictions that the columns of all tasks stand for, of shape (n_samples,)."""

    @property
    def width(self) -> int:
        """Number of columns."""
        return self.columns.stop - self.columns.start

    def decision(self, raw: np.ndarray) -> np.ndarray:
        """Return the head's columns: 1-D where there is one."""
        own = raw[:, self.columns]
        return own[:, 0] if self.width == 1 else own


@dataclass(frozen=True)
class RegressionHead(Head):
    """A real-valued task, divided by scale inside."""

    @property
    def loss(self) -> Loss:
        return SquaredLoss()

    def encode(self, values: np.ndarray) -> np.ndarray:
        return values.astype(np.float64, copy=False)[:, None] / self.scale

    def decode(self, raw: np.ndarray) -> np.ndarray:
        return raw[:, self.columns.start]


@dataclass(frozen=True)
class CountHead(Head):
    """A Poisson mean; raw is its logarithm."""

    @property
    def loss(self) -> Loss:
        return PoissonLoss()

    def encode(self, values: np.ndarray) -> np.ndarray:
        return values.astype(np.float64)[:, None]

    def decode(self, raw: np.ndarray) -> np.ndarray:
        return np.exp(raw[:, self.columns.start])


@dataclass(frozen=True)
class ClassificationHead(Head):
    """A task with classes, which knows their probabilities."""

    classes: np.ndarray

    @abstractmethod
    def probability(self, raw: np.ndarray) -> np.ndarray:
        """Return probabilities of shape (n_samples, n_classes)."""


@dataclass(frozen=True)
class BinaryHead(ClassificationHead):
    """Two classes, or one where no other was ever seen; raw is the log-odds of the second."""

    @property
    def loss(self) -> Loss:
        return LogisticLoss()

    def encode(self, values: np.ndarray) -> np.ndarray:
        return (values == self.classes[-1]).astype(np.float64)[:, None]

    def probability(self, raw: np.ndarray) -> np.ndarray:
        if len(self.classes) == 1:
            return np.ones((len(raw), 1), dtype=raw.dtype)
        p = self.loss.response(raw[:, self.columns])
        return np.hstack([1.0 - p, p])

    def decode(self, raw: np.ndarray) -> np.ndarray:
        second = (raw[:, self.columns.start] > 0).astype(np.intp)
        return self.classes[np.minimum(second, len(self.classes) - 1)]


@dataclass(frozen=True)
class MulticlassHead(ClassificationHead):
    """Several classes, a column each."""

    @property
    def loss(self) -> Loss:
        return MultinomialLoss()

    def encode(self, values: np.ndarray) -> np.ndarray:
        is_class = [values == label for label in self.classes[self.active]]
        return np.stack(is_class, axis=1).astype(np.float64)

    def probability(self, raw: np.ndarray) -> np.ndarray:
        return self.loss.response(raw[:, self.columns])

    def decode(self, raw: np.ndarray) -> np.ndarray:
        return self.classes[raw[:, self.columns].argmax(axis=1)]


def probabilities(heads: tuple[Head, ...], raw: np.ndarray) -> dict[Hashable, np.ndarray]:
    """Return the probabilities of the classes, for the tasks that have them."""
    kinds = [head for head in heads if isinstance(head, ClassificationHead)]
    return {head.name: head.probability(raw) for head in kinds}


def columns_of(head: Head) -> list[Any]:
    """Return the labels of a head's columns: its classes where it has several, else None."""
    return head.classes.tolist() if isinstance(head, MulticlassHead) else [None]


def column_names(heads: tuple[Head, ...]) -> list[Any]:
    """Return a name for each raw column: the task's, with the class where a task has several columns."""
    return [
        head.name if label is None else f"{head.name}={label}"
        for head in heads
        for label in columns_of(head)
    ]
