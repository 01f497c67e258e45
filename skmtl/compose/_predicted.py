"""Predictions of tasks as further inputs."""

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np

from ..base import ByTask
from ..heads import ClassificationHead, CountHead, Head
from ..utils import append_columns
from ._joined import logarithm


def as_inputs(heads: Sequence[Head], means: ByTask) -> dict[str, np.ndarray]:
    """Return a column for each number, count or second of two classes that is predicted, or a column a class.

    Numbers come in units of their task's standard deviation, so that a model that shrinks takes them alike; counts
    as logarithms of their means.
    """
    columns: dict[str, np.ndarray] = {}
    for head in heads:
        mean = means[head.name]
        if not isinstance(head, ClassificationHead):
            scaled = logarithm(mean) if isinstance(head, CountHead) else mean / head.scale
            columns[called(head.name)] = scaled
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
