"""CountHead: counts, with a Poisson mean."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..losses import Loss, PoissonLoss
from ..tasks import Labels
from ._base import NEVER, logarithm
from ._numeric import NumericHead, as_floats


@dataclass(frozen=True)
class CountHead(NumericHead):
    """A Poisson mean; raw is its logarithm."""

    has_unit: ClassVar[bool] = False

    @classmethod
    def of_task(
        cls,
        name: Hashable,
        start: int,
        labels: Labels,
        classes: np.ndarray | None,
        is_constant: bool,
        unit: float,
    ) -> "CountHead":
        active = np.arange(0 if is_constant else 1)
        rest = np.full(1, NEVER if labels.values.size else 0.0)
        return cls(name, slice(start, start + 1), active, rest)

    @classmethod
    def lack(cls, labels: Labels, classes: np.ndarray | None) -> str:
        return "" if labels.values.any() else "has only counts of zero"

    @property
    def loss(self) -> Loss:
        return PoissonLoss()

    def encode(self, values: np.ndarray) -> np.ndarray:
        return values.astype(np.float64)[:, None]

    def decode(self, raw: np.ndarray) -> np.ndarray:
        return np.exp(raw[:, self.columns.start])

    def raw_of_mean(self, mean: np.ndarray) -> np.ndarray:
        return logarithm(mean)

    def centre(self, labels: Labels) -> float:
        return 0.0

    def as_features(self, mean: np.ndarray, centre: float) -> np.ndarray:
        return logarithm(mean)[:, None]

    def from_ordinary(self, values: np.ndarray) -> np.ndarray:
        return np.maximum(as_floats(values), 0.0)
