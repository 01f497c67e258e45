"""The tasks that a model made of others is fitted to."""

from collections.abc import Hashable
from typing import Any, NamedTuple

from ..heads import Head, labels_that_count, make_heads
from ..tasks import FitData, Labels, as_declared, check_fit_around


class Tasks(NamedTuple):
    """The arguments of fit, checked; the labels that count, and a head for each task."""

    fit_data: FitData
    labels: dict[Hashable, Labels]
    heads: tuple[Head, ...]


def read_tasks(model: Any, X: Any, y: Any, sample_weight: Any) -> Tasks:
    """Check the arguments of fit of a model with ``task_types``, where X goes as it is to the models inside."""
    fit_data = check_fit_around(model, X, y, sample_weight, as_declared(model.task_types))
    _, labels = labels_that_count(fit_data.targets, fit_data.weights, None)
    return Tasks(
        fit_data,
        labels,
        make_heads(fit_data.targets, labels, fit_data.inferred, scale_targets=True),
    )
