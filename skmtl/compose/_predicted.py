"""Predictions of tasks as further inputs."""

from collections.abc import Hashable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..base import ByTask
from ..heads import ClassificationHead, CountHead, Head, RegressionHead
from ..tasks import Labels
from ..utils import append_columns
from ._joined import logarithm


class Source(NamedTuple):
    """A task whose predictions are inputs: its head, and the mean of its labels."""

    head: Head
    centre: float

    @classmethod
    def of(cls, head: Head, labels: Labels) -> "Source":
        """Read the mean off the labels of a regression."""
        if not isinstance(head, RegressionHead) or not labels.total:
            return cls(head, 0.0)
        return cls(head, labels.moments()[0])


def as_inputs(sources: Sequence[Source], means: ByTask) -> dict[str, np.ndarray]:
    """Return a column for each number, count or second of two classes that is predicted, or a column a class.

    Numbers come standardised as their task's labels are, so that a model that shrinks takes them alike; counts as
    logarithms of their means.
    """
    columns: dict[str, np.ndarray] = {}
    for head, centre in sources:
        mean = means[head.name]
        if not isinstance(head, ClassificationHead):
            is_count = isinstance(head, CountHead)
            columns[called(head.name)] = (
                logarithm(mean) if is_count else (mean - centre) / head.scale
            )
        elif len(head.classes) <= 2:
            columns[called(head.name)] = mean[:, -1]
        else:
            columns |= {called(f"{head.name}={c}"): mean[:, k] for k, c in enumerate(head.classes)}
    return columns


def called(name: Hashable) -> str:
    """Return the name of the column that holds predictions of a task."""
    return f"predicted {name}"


def beside(X: Any, columns: dict[str, np.ndarray], passthrough: bool) -> Any:
    """Return predictions as inputs, with X before them where it passes through."""
    if not columns:
        return X
    return append_columns(X, columns) if passthrough else np.column_stack(list(columns.values()))
