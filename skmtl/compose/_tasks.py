"""The tasks that a model made of others is fitted to."""

from collections.abc import Hashable
from typing import Any, NamedTuple

from ..heads import Head, labels_that_count, make_heads
from ..tasks import FitData, Labels, as_declared, check_fit_around


class Tasks(NamedTuple):
    """What came in, checked; the labels that count, and a head for each task."""

    came: FitData
    labels: dict[Hashable, Labels]
    heads: tuple[Head, ...]


def read_tasks(model: Any, X: Any, y: Any, sample_weight: Any) -> Tasks:
    """Check the arguments of fit of a model with ``task_types``, where X goes as it is to the models inside."""
    came = check_fit_around(model, X, y, sample_weight, as_declared(model.task_types))
    _, labels = labels_that_count(came.targets, came.weights, None)
    return Tasks(came, labels, make_heads(came.targets, labels, came.inferred, scale_targets=True))
