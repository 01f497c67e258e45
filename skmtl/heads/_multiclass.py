"""MulticlassHead: several classes, a column each."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..losses import Loss, MultinomialLoss
from ..tasks import Labels
from ._base import NEVER, logarithm
from ._classification import ClassificationHead, seen_classes


@dataclass(frozen=True)
class MulticlassHead(ClassificationHead):
    """Several classes, a column each."""

    @classmethod
    def of_task(
        cls,
        name: Hashable,
        start: int,
        labels: Labels,
        classes: np.ndarray | None,
        is_constant: bool,
        unit: float,
    ) -> "MulticlassHead":
        assert classes is not None
        seen = seen_classes(labels, classes)
        active = np.flatnonzero(seen)[: 0 if is_constant else None]
        rest = np.where(seen | ~seen.any(), 0.0, NEVER)
        return cls(name, slice(start, start + len(classes)), active, rest, classes)

    @property
    def loss(self) -> Loss:
        return MultinomialLoss()

    @property
    def column_labels(self) -> list[Any]:
        return self.classes.tolist()

    def encode(self, values: np.ndarray) -> np.ndarray:
        is_class = [values == label for label in self.classes[self.active]]
        return np.stack(is_class, axis=1).astype(np.float64)

    def probability(self, raw: np.ndarray) -> np.ndarray:
        return self.loss.response(raw[:, self.columns])

    def decode(self, raw: np.ndarray) -> np.ndarray:
        return self.classes[raw[:, self.columns].argmax(axis=1)]

    def raw_of_mean(self, mean: np.ndarray) -> np.ndarray:
        return logarithm(mean)
