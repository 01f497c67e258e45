"""NumericHead: what heads of tasks of numbers have in common."""

from abc import ABC
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..tasks import Labels
from ._base import Head


@dataclass(frozen=True)
class NumericHead(Head, ABC):
    """A task of numbers, in one column: its predictions are its means."""

    has_classes: ClassVar[bool] = False

    @property
    def column_labels(self) -> list[Any]:
        return [None]

    @property
    def feature_labels(self) -> list[Any]:
        return [None]

    def as_mean(self, values: np.ndarray) -> np.ndarray:
        return values

    def from_mean(self, mean: np.ndarray) -> np.ndarray:
        return mean

    def spread(self, labels: Labels) -> float:
        return labels.moments()[1]

    def as_ordinary(self, values: np.ndarray) -> np.ndarray:
        return values.astype(np.float64)

    def widened(self, values: np.ndarray, seen: np.ndarray, absent: float) -> np.ndarray:
        return values


def as_floats(values: np.ndarray) -> np.ndarray:
    """Return numbers in single precision where they are in it, else in double."""
    return values.astype(np.float32 if values.dtype == np.float32 else np.float64)
