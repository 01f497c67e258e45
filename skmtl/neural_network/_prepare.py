"""From checked data to the tasks and rows that a network learns from."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..heads import (
    Head,
    PackedLoss,
    TaskFit,
    fit_weights,
    fits_of,
    labels_that_count,
    make_heads,
    order_of,
)
from ..tasks import FitData, Labels, TaskTargets


class Prepared(NamedTuple):
    """Tasks in canonical order and the rows with labels, so that neither their order nor what has none matters.

    loss and targets are of these rows alone; targets hold the labels that count. order are the columns of all heads
    that the columns of the loss are. row_weight is the largest weight of a row's labels, None where all are one.
    """

    heads: tuple[Head, ...]
    loss: PackedLoss
    order: np.ndarray
    rows: np.ndarray
    row_weight: np.ndarray | None
    targets: TaskTargets


def prepare(
    came: FitData,
    class_weight: Any,
    task_weight: Any,
    standardize: bool,
    change_heads: Callable[[tuple[Head, ...]], tuple[Head, ...]] = lambda heads: heads,
) -> Prepared:
    """Make heads, weigh labels, and find the rows that have any; change_heads may alter the heads first."""
    by_class, labels = labels_that_count(came.targets, came.weights, class_weight)
    heads = change_heads(make_heads(came.targets, labels, came.inferred, standardize))
    fits = weighed(heads, labels, by_class, task_weight)
    shifts = [
        fit.head.loss.shift(fit.y, fit.weight) if standardize and len(fit.y) else 0.0
        for fit in fits
    ]
    return gather(came, heads, labels, fits, shifts)


def prepare_more(
    came: FitData,
    class_weight: Any,
    task_weight: Any,
    heads: tuple[Head, ...],
    former: PackedLoss,
) -> Prepared:
    """Do the same with the heads, and the shifts, of other rows."""
    by_class, labels = labels_that_count(came.targets, came.weights, class_weight)
    fits = weighed(heads, labels, by_class, task_weight)
    first = np.searchsorted(former.task_of_column, np.arange(former.n_tasks))
    return gather(came, heads, labels, fits, former.shift[first].tolist())


def weighed(
    heads: tuple[Head, ...],
    labels: Mapping[Hashable, Labels],
    by_class: Mapping[Hashable, Any],
    task_weight: Any,
) -> list[TaskFit]:
    """Return the tasks to be fitted, in canonical order."""
    weights = fit_weights(heads, labels, by_class, task_weight)
    return sorted(fits_of(heads, labels, weights), key=canonical)


def gather(
    came: FitData,
    heads: tuple[Head, ...],
    labels: Mapping[Hashable, Labels],
    fits: list[TaskFit],
    shifts: Sequence[float],
) -> Prepared:
    """Pack the labels, of the rows that have any."""
    n_samples = came.X.shape[0]
    loss = PackedLoss.of(fits, n_samples, shifts)
    rows = np.flatnonzero(loss.weight.any(axis=1))
    loss = loss.over(loss.y[rows], loss.weight[rows])
    order = order_of(fits)
    weight = largest_weight(labels, fits, n_samples)[rows]
    targets = counted(came.targets, labels, fits)[rows]
    return Prepared(heads, loss, order, rows, None if (weight == 1.0).all() else weight, targets)


def canonical(fit: TaskFit) -> tuple[bool, str, str]:
    """Return where a task stands: by its loss, those of one column first, then by its name."""
    loss = fit.head.loss
    return (not loss.width_one, type(loss).__name__, str(fit.head.name))


def largest_weight(labels: Mapping[Any, Labels], fits: list[TaskFit], n_samples: int) -> np.ndarray:
    """Return the largest weight of the labels of each row."""
    weight = np.zeros(n_samples)
    for fit in fits:
        own = labels[fit.head.name]
        rows = slice(None) if own.rows is None else own.rows
        weight[rows] = np.maximum(weight[rows], own.weight)
    return weight


def counted(targets: TaskTargets, labels: Mapping[Any, Labels], fits: list[TaskFit]) -> TaskTargets:
    """Return the fitted tasks, in canonical order, with the labels that count; all others are missing."""
    columns = {}
    for name in (fit.head.name for fit in fits):
        column, rows = targets[name], labels[name].rows
        if rows is not None:
            hidden = np.ones(len(column), dtype=bool)
            hidden[rows] = False
            column = column.astype(object if column.dtype.kind not in "iuf" else np.float64)
            column[hidden] = None if column.dtype == object else np.nan
        columns[name] = column
    return TaskTargets._carry(columns, {name: targets._info[name] for name in columns})
