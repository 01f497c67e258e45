"""Head: one a task, between its targets and the raw columns it owns."""

from abc import ABC, abstractmethod
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from ..losses import Loss
from ..tasks import Labels

NEVER = -1e3
"""Raw value of what was never observed: far enough from the others for a probability, or mean, of exactly 0."""


@dataclass(frozen=True)
class Head(ABC):
    """A task's columns of raw: how they are fitted, and what they mean.

    active are the columns, counted within the head, that labels speak of: none where a task has too few labels,
    not that of a class without a label. The others keep coefficients of zero and the intercepts in rest.

    The mean of a task is what deviances compare with its targets: an expected number, of shape (n_samples,), or
    the probabilities of the classes, of shape (n_samples, n_classes).
    """

    has_classes: ClassVar[bool]
    """Whether the mean is the probabilities of classes, which estimators give by ``predict_proba``."""
    has_unit: ClassVar[bool]
    """Whether targets are divided by a unit inside."""

    name: Hashable
    columns: slice
    active: np.ndarray
    rest: np.ndarray
    scale: float = field(default=1.0, kw_only=True)

    @classmethod
    @abstractmethod
    def of_task(
        cls,
        name: Hashable,
        start: int,
        labels: Labels,
        classes: np.ndarray | None,
        is_constant: bool,
        unit: float,
    ) -> "Head":
        """Make the head of a task whose columns begin at start; is_constant where its labels are too few for a fit."""

    @classmethod
    @abstractmethod
    def lack(cls, labels: Labels, classes: np.ndarray | None) -> str:
        """Say of a task that has labels what keeps it from being fitted; empty where nothing does."""

    @property
    @abstractmethod
    def loss(self) -> Loss:
        """The loss of the task."""

    @property
    @abstractmethod
    def column_labels(self) -> list[Any]:
        """The classes that the columns belong to, where there is one a class, else None."""

    @abstractmethod
    def encode(self, values: np.ndarray) -> np.ndarray:
        """Return targets as the loss wants them, of shape (n_labels, n_active)."""

    @abstractmethod
    def decode(self, raw: np.ndarray) -> np.ndarray:
        """Return the predictions that the columns of all tasks stand for, of shape (n_samples,)."""

    @abstractmethod
    def as_mean(self, values: np.ndarray) -> np.ndarray:
        """Return targets, or predictions, as a mean that is certain: numbers, or indicators of the classes."""

    @abstractmethod
    def from_mean(self, mean: np.ndarray) -> np.ndarray:
        """Return the predictions that a mean stands for, of shape (n_samples,)."""

    @abstractmethod
    def raw_of_mean(self, mean: np.ndarray) -> np.ndarray:
        """Return the decision values that a mean stands for."""

    @abstractmethod
    def spread(self, labels: Labels) -> float:
        """Return the standard deviation of targets as means: the root of the total variance of indicators."""

    @abstractmethod
    def centre(self, labels: Labels) -> float:
        """Return what is taken off a mean that becomes an input of other models."""

    @property
    @abstractmethod
    def feature_labels(self) -> list[Any]:
        """The classes whose probabilities become inputs of other models, None for the only input."""

    @abstractmethod
    def as_features(self, mean: np.ndarray, centre: float) -> np.ndarray:
        """Return a mean, or decision values in its place, as inputs, of shape (n_samples, len(feature_labels))."""

    @abstractmethod
    def as_ordinary(self, values: np.ndarray) -> np.ndarray:
        """Return targets as scikit-learn's classifiers or regressors take them."""

    @abstractmethod
    def from_ordinary(self, values: np.ndarray) -> np.ndarray:
        """Return what scikit-learn's estimators predict as predictions of the task."""

    @abstractmethod
    def widened(self, values: np.ndarray, seen: np.ndarray, absent: float) -> np.ndarray:
        """Return values by class seen with a column for each class of the task; numbers as they are."""

    @property
    def width(self) -> int:
        """Number of columns."""
        return self.columns.stop - self.columns.start

    def decision(self, raw: np.ndarray) -> np.ndarray:
        """Return the head's columns: 1-D where there is one."""
        columns = raw[:, self.columns]
        return columns[:, 0] if self.width == 1 else columns


def column_names(heads: tuple[Head, ...]) -> list[Any]:
    """Return a name for each raw column: the task's, with the class where a task has several columns."""
    return [
        head.name if label is None else f"{head.name}={label}"
        for head in heads
        for label in head.column_labels
    ]


def logarithm(values: np.ndarray) -> np.ndarray:
    """Return logarithms, of nothing that of the least number there is."""
    return np.log(np.maximum(values, np.finfo(values.dtype).tiny))
