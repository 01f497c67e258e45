"""RegressionHead: real numbers."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..losses import Loss, SquaredLoss
from ..tasks import Labels
from ._numeric import NumericHead, as_floats


@dataclass(frozen=True)
class RegressionHead(NumericHead):
    """A real-valued task, divided by scale inside."""

    has_unit: ClassVar[bool] = True

    @classmethod
    def of_task(
        cls,
        name: Hashable,
        start: int,
        labels: Labels,
        classes: np.ndarray | None,
        is_constant: bool,
        unit: float,
    ) -> "RegressionHead":
        active = np.arange(0 if is_constant else 1)
        scale = 1.0 if is_constant else unit
        return cls(name, slice(start, start + 1), active, np.zeros(1), scale=scale)

    @classmethod
    def lack(cls, labels: Labels, classes: np.ndarray | None) -> str:
        return ""

    @property
    def loss(self) -> Loss:
        return SquaredLoss()

    def encode(self, values: np.ndarray) -> np.ndarray:
        return values.astype(np.float64, copy=False)[:, None] / self.scale

    def decode(self, raw: np.ndarray) -> np.ndarray:
        return raw[:, self.columns.start]

    def raw_of_mean(self, mean: np.ndarray) -> np.ndarray:
        return mean

    def centre(self, labels: Labels) -> float:
        return labels.moments()[0] if labels.total else 0.0

    def as_features(self, mean: np.ndarray, centre: float) -> np.ndarray:
        return ((mean - centre) / self.scale)[:, None]

    def from_ordinary(self, values: np.ndarray) -> np.ndarray:
        return as_floats(values)
