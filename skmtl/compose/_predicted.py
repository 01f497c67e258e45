"""Predictions of tasks as further inputs."""

from collections.abc import Hashable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..heads import ByTask, Head
from ..tasks import Labels
from ..utils import append_columns


class Source(NamedTuple):
    """A task whose predictions are inputs: its head, and what is taken off them."""

    head: Head
    centre: float

    @classmethod
    def of(cls, head: Head, labels: Labels) -> "Source":
        """Read off the labels what centres the predictions."""
        return cls(head, head.centre(labels))


def as_inputs(sources: Sequence[Source], means: ByTask) -> dict[str, np.ndarray]:
    """Return a column for each number, count or second of two classes that is predicted, or a column a class.

    Numbers come standardised as their task's labels are, so that a model that shrinks takes them alike; counts as
    logarithms of their means; classes as probabilities or decision values, these 1-D for two classes.
    """
    columns: dict[str, np.ndarray] = {}
    for head, centre in sources:
        features = head.as_features(means[head.name], centre)
        columns |= dict(zip(called(head), features.T, strict=True))
    return columns


def called(head: Head) -> list[str]:
    """Return the names of the columns that hold predictions of a task."""
    return [
        f"predicted {head.name}" if label is None else f"predicted {head.name}={label}"
        for label in head.feature_labels
    ]


def check_called(heads: Sequence[Head]) -> None:
    """Raise ValueError where predictions of two tasks would have the same name as inputs."""
    owners: dict[str, Hashable] = {}
    for head in heads:
        for name in called(head):
            other = owners.setdefault(name, head.name)
            if other != head.name:
                raise ValueError(
                    f"predictions of tasks {other!r} and {head.name!r} would both be inputs called {name!r}: rename one"
                )


def beside(X: Any, columns: dict[str, np.ndarray], passthrough: bool) -> Any:
    """Return predictions as inputs, with X before them where it passes through."""
    if not columns:
        return X
    return append_columns(X, columns) if passthrough else np.column_stack(list(columns.values()))
