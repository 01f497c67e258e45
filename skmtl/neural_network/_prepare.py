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
from ..tasks import FitData, Labels, TaskTargets, is_number_type
from ..utils import binary_unit
from ._inputs import LARGEST_RAW

LIGHTEST = 1e-30  # of about the largest weight: what is lighter does not count in single precision
# Of a task's numbers, by the precision of X, in which they are predicted.
LARGEST_NUMBER = {np.dtype(np.float32): 1e30, np.dtype(np.float64): 1e300}


class PreparedNetwork(NamedTuple):
    """Tasks in canonical order and the rows with labels, so that neither their order nor what has none matters.

    loss and targets are of these rows alone; targets hold the labels that count. order are the columns of all heads
    that the columns of the loss are. row_weight is the largest weight of a row's labels, None where all are one. The
    loss has its weights in units of about the largest, weight_unit.
    """

    heads: tuple[Head, ...]
    loss: PackedLoss
    order: np.ndarray
    rows: np.ndarray
    row_weight: np.ndarray | None
    targets: TaskTargets
    weight_unit: float


class Weighed(NamedTuple):
    """The tasks to be fitted, in canonical order, and the unit of their weights."""

    fits: list[TaskFit]
    unit: float


def prepare(
    fit_data: FitData,
    class_weight: Any,
    task_weight: Any,
    standardize: bool,
    change_heads: Callable[[tuple[Head, ...]], tuple[Head, ...]] = lambda heads: heads,
) -> PreparedNetwork:
    """Make heads, weigh labels, and find the rows that have any; change_heads may alter the heads first."""
    fit_data, unit = with_relative_weights(fit_data)
    by_class, labels = labels_that_count(fit_data.targets, fit_data.weights, class_weight)
    check_sizes(fit_data, labels, standardize)
    heads = change_heads(make_heads(fit_data.targets, labels, fit_data.inferred, standardize))
    tasks = weighed(heads, labels, by_class, task_weight)
    shifts = [
        fit.head.loss.shift(fit.y, fit.weight) if standardize and len(fit.y) else 0.0
        for fit in tasks.fits
    ]
    return gather(fit_data, heads, labels, tasks, shifts, unit)


def prepare_more(
    fit_data: FitData,
    class_weight: Any,
    task_weight: Any,
    standardize: bool,
    heads: tuple[Head, ...],
    former: PackedLoss,
) -> PreparedNetwork:
    """Do the same with the heads, and the shifts, of other rows."""
    fit_data, unit = with_relative_weights(fit_data)
    by_class, labels = labels_that_count(fit_data.targets, fit_data.weights, class_weight)
    check_sizes(fit_data, labels, standardize)
    tasks = weighed(heads, labels, by_class, task_weight)
    first = np.searchsorted(former.task_of_column, np.arange(former.n_tasks))
    return gather(fit_data, heads, labels, tasks, former.shift[first].tolist(), unit)


def with_relative_weights(fit_data: FitData) -> tuple[FitData, float]:
    """Return the data with weights in units of about the largest, and that unit."""
    if fit_data.weights is None:
        return fit_data, 1.0
    unit = binary_unit(fit_data.weights.max())
    least = np.where(fit_data.weights > 0, np.finfo(np.float64).tiny, 0.0)
    return fit_data._replace(weights=np.maximum(fit_data.weights / unit, least)), float(unit)


def check_sizes(fit_data: FitData, labels: Mapping[Hashable, Labels], standardize: bool) -> None:
    """Raise ValueError where the numbers of a task are too large, or vary too little, for the arithmetic."""
    limit = LARGEST_NUMBER[fit_data.X.dtype] if standardize else LARGEST_RAW
    why = f"where X is {fit_data.X.dtype}" if standardize else "with standardize=False"
    for name, kind in fit_data.targets.task_types.items():
        if not is_number_type(kind) or not len(labels[name].values):
            continue
        largest = np.abs(labels[name].values.astype(np.float64)).max()
        if largest > limit:
            raise ValueError(
                f"task {name!r} must hold numbers within [-{limit:g}, {limit:g}] {why}, got {largest:g}"
            )
        spread = labels[name].moments()[1]
        if standardize and kind == "regression" and 0 < spread < 1 / limit:
            raise ValueError(
                f"task {name!r} must have a standard deviation of at least {1 / limit:g} {why}, got {spread:g}"
            )


def weighed(
    heads: tuple[Head, ...],
    labels: Mapping[Hashable, Labels],
    by_class: Mapping[Hashable, Any],
    task_weight: Any,
) -> Weighed:
    """Return the tasks to be fitted; labels whose weight does not count beside the largest have none."""
    weights = fit_weights(heads, labels, by_class, task_weight)
    largest = max(weight.max() for weight in weights.values())
    if not np.isfinite(largest):
        raise ValueError(
            f"sample_weight times task_weight times class_weight must be finite, got {largest}"
        )
    unit = binary_unit(largest)
    relative = {name: weight / unit for name, weight in weights.items()}
    for name, weight in relative.items():
        if weight.max() < LIGHTEST:
            raise ValueError(
                f"the largest weight of task {name!r}, of sample_weight times task_weight times class_weight, must be "
                f"at least {LIGHTEST:g} of that of all tasks to count, got {weight.max():.1g} of it"
            )
        weight[weight < LIGHTEST] = 0.0
    return Weighed(sorted(fits_of(heads, labels, relative), key=canonical), float(unit))


def gather(
    fit_data: FitData,
    heads: tuple[Head, ...],
    labels: Mapping[Hashable, Labels],
    tasks: Weighed,
    shifts: Sequence[float],
    unit: float,
) -> PreparedNetwork:
    """Pack the labels, of the rows that have any; unit is that of the sample weights."""
    n_samples, fits = fit_data.X.shape[0], tasks.fits
    loss = PackedLoss.of(fits, n_samples, shifts)
    rows = np.flatnonzero(loss.weight.any(axis=1))
    order = order_of(fits)
    weight = unit * largest_weight(labels, fits, n_samples)
    targets = counted(fit_data.targets, labels, fits)
    if len(rows) < n_samples:
        loss, weight = loss.over(loss.y[rows], loss.weight[rows]), weight[rows]
        targets = targets[rows]
    row_weight = None if (weight == 1.0).all() else weight
    return PreparedNetwork(heads, loss, order, rows, row_weight, targets, unit * tasks.unit)


def canonical(fit: TaskFit) -> tuple[bool, str, str]:
    """Return where a task stands: by its loss, those of one column first, then by its name."""
    loss = fit.head.loss
    return (not loss.width_one, type(loss).__name__, str(fit.head.name))


def largest_weight(labels: Mapping[Any, Labels], fits: list[TaskFit], n_samples: int) -> np.ndarray:
    """Return the largest weight of the labels of each row."""
    weight = np.zeros(n_samples)
    for fit in fits:
        task_labels = labels[fit.head.name]
        rows = slice(None) if task_labels.rows is None else task_labels.rows
        weight[rows] = np.maximum(weight[rows], task_labels.weight)
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
    info = {name: targets._info[name] for name in columns}
    return TaskTargets._carry(columns, info, targets._rows)
