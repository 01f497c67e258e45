"""BinaryHead: two classes."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..losses import LogisticLoss, Loss
from ..tasks import Labels
from ._base import NEVER
from ._classification import ClassificationHead, log_odds, seen_classes


@dataclass(frozen=True)
class BinaryHead(ClassificationHead):
    """Two classes, or one where no other was ever seen; raw is the log-odds of the second."""

    @classmethod
    def of_task(
        cls,
        name: Hashable,
        start: int,
        labels: Labels,
        classes: np.ndarray | None,
        is_constant: bool,
        unit: float,
    ) -> "BinaryHead":
        assert classes is not None
        column = slice(start, start + 1)
        if not is_constant:  # of thousands of groups as tasks: nothing is looked up
            return cls(name, column, np.arange(1), np.zeros(1), classes)
        seen = seen_classes(labels, classes)
        rest = (NEVER if seen[0] else -NEVER) if seen.any() and len(classes) > 1 else 0.0
        return cls(name, column, np.arange(0), np.full(1, rest), classes)

    @property
    def loss(self) -> Loss:
        return LogisticLoss()

    @property
    def column_labels(self) -> list[Any]:
        return [None]

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

    def raw_of_mean(self, mean: np.ndarray) -> np.ndarray:
        return log_odds(mean)
