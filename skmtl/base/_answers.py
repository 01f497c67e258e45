"""What a fitted model says of some samples, by task."""

from abc import ABC, abstractmethod
from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np

from ..heads import Head, probabilities

ByTask = dict[Hashable, np.ndarray]


class Answers(ABC):
    """What a fitted model says of some samples; nothing is computed before it is asked for."""

    @abstractmethod
    def predictions(self) -> ByTask:
        """Return classes, numbers and mean counts, of shape (n_samples,)."""

    @abstractmethod
    def decisions(self) -> ByTask:
        """Return raw predictions, of shape (n_samples,), or (n_samples, n_classes) for several classes."""

    @abstractmethod
    def probabilities(self) -> ByTask:
        """Return probabilities of shape (n_samples, n_classes), of the tasks that have classes."""

    def means(self) -> ByTask:
        """Return what deviances compare with the targets: probabilities of classes, and means of numbers."""
        return self.predictions() | self.probabilities()


@dataclass(frozen=True)
class RawAnswers(Answers):
    """Raw predictions of shape (n_samples, n_columns), and the heads that read them."""

    raw: np.ndarray
    heads: tuple[Head, ...]

    def predictions(self) -> ByTask:
        return {head.name: head.decode(self.raw) for head in self.heads}

    def decisions(self) -> ByTask:
        return {head.name: head.decision(self.raw) for head in self.heads}

    def probabilities(self) -> ByTask:
        return probabilities(self.heads, self.raw)
