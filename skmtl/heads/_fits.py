"""From labels and weights to the tasks that can be fitted."""

import warnings
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from ..losses import Loss
from ..tasks import Labels, TaskTargets, distinct, labels_of
from ._class_weights import (
    ClassWeight,
    check_names,
    class_factors,
    drop_weightless,
    read_class_weights,
)
from ._heads import (
    NEVER,
    BinaryHead,
    ClassificationHead,
    CountHead,
    Head,
    MulticlassHead,
    RegressionHead,
)


class TaskFit(NamedTuple):
    """A head with the labels it is fitted to: y encoded, weight of shape (n_labels, 1) or (1, 1)."""

    head: Head
    rows: np.ndarray | None
    y: np.ndarray
    weight: np.ndarray


def make_heads(
    targets: TaskTargets,
    labels: Mapping[Hashable, Labels],
    inferred: frozenset[Hashable],
    scale_targets: bool,
) -> tuple[Head, ...]:
    """Give every task a head, and the heads the raw columns from left to right."""
    heads: list[Head] = []
    start = 0
    units = units_of(targets, labels) if scale_targets else {}
    for name, kind in targets.task_types.items():
        lack = what_lacks(name, kind, labels[name], targets.distinct(name))
        if lack and name in inferred:
            raise ValueError(f"{lack}; declare the type in task_types to predict a constant for it")
        if lack:
            warnings.warn(f"{lack}; its prediction is a constant", UserWarning, stacklevel=5)
        unit = units.get(name, 1.0)
        heads.append(
            make_head(name, kind, labels[name], targets.distinct(name), start, bool(lack), unit)
        )
        start = heads[-1].columns.stop
    return tuple(heads)


def units_of(targets: TaskTargets, labels: Mapping[Hashable, Labels]) -> dict[Hashable, float]:
    """Return the unit inside of each regression with labels: their standard deviation.

    Where labels are all the same it is the geometric mean of the other tasks' units, for what the task borrows must not
    hang on the unit in which all were measured; where there are no others it is the size of the labels, or 1 for zeros.
    """
    moments = {
        name: labels[name].moments()
        for name, kind in targets.task_types.items()
        if kind == "regression" and labels[name].values.size
    }
    logs = [np.log(deviation) for _, deviation in moments.values() if deviation]
    rest = float(np.exp(np.mean(logs))) if logs else 0.0
    return {name: sd or rest or abs(mean) or 1.0 for name, (mean, sd) in moments.items()}


def labels_that_count(
    targets: TaskTargets, weights: np.ndarray | None, class_weight: Any
) -> tuple[dict[Hashable, ClassWeight], dict[Hashable, Labels]]:
    """Return the class weights by task, checked, and the labels of each task that have a weight."""
    by_class = read_class_weights(targets, class_weight)
    labels = {
        name: drop_weightless(labels_of(targets, name, weights), by_class.get(name))
        for name in targets
    }
    return by_class, labels


def what_lacks(name: Hashable, kind: str | None, labels: Labels, classes: np.ndarray | None) -> str:
    """Say what keeps a task from being fitted; empty where nothing does."""
    has_classes = kind in ("binary", "multiclass")
    known = classes is not None and classes.size > 0
    if not labels.values.size:
        lack = f"task {name!r} has no label: every value is missing or has weight zero"
        if kind is None or (has_classes and not known):
            raise ValueError(lack)
        return lack
    if has_classes and not np.any(labels.values != labels.values[0]):
        only = labels.values[:1] if classes is None else labels.values[:1].astype(classes.dtype)
        return f"task {name!r} has one class only, {only[0]!s}; it needs samples of at least two classes"
    if kind == "count" and not labels.values.any():
        return f"task {name!r} has only counts of zero"
    return ""


def make_head(
    name: Hashable,
    kind: str | None,
    labels: Labels,
    classes: np.ndarray | None,
    start: int,
    constant: bool,
    unit: float,
) -> Head:
    """Make the head of one task; constant says that it has too few labels to be fitted, unit is that of numbers."""
    one = slice(start, start + 1)
    active = np.arange(0 if constant else 1)
    if kind == "regression":
        return RegressionHead(name, one, active, np.zeros(1), scale=1.0 if constant else unit)
    if kind == "count":
        return CountHead(name, one, active, np.full(1, NEVER if labels.values.size else 0.0))
    assert classes is not None
    if kind == "binary" and not constant:  # of thousands of groups: nothing is looked up
        return BinaryHead(name, one, active, np.zeros(1), classes)
    seen = np.isin(classes, distinct(labels.values).astype(classes.dtype))
    if kind == "binary":
        certain = (NEVER if seen[0] else -NEVER) if seen.any() and len(classes) > 1 else 0.0
        return BinaryHead(name, one, active, np.full(1, certain), classes)
    columns = slice(start, start + len(classes))
    active = np.flatnonzero(seen)[: 0 if constant else None]
    return MulticlassHead(name, columns, active, np.where(seen | ~seen.any(), 0.0, NEVER), classes)


def deviation(labels: Labels) -> float:
    """Return the weighted standard deviation of a task's targets, 1 where they are all the same."""
    return labels.moments()[1] or 1.0


def fit_weights(
    heads: tuple[Head, ...],
    labels: Mapping[Hashable, Labels],
    class_weight: Mapping[Hashable, ClassWeight],
    task_weight: Any,
) -> dict[Hashable, np.ndarray]:
    """Return the weight of each label of the tasks to be fitted: sample times class times task weight."""
    fitted = [head for head in heads if len(head.active) and labels[head.name].values.size]
    if not fitted:
        raise ValueError("every task has too few labels to be fitted: one class only, or none")
    by_task = task_weights(fitted, labels, task_weight, [head.name for head in heads])
    made = {}
    for head in fitted:
        weight, c = labels[head.name].weight, by_task[head.name]
        weight = weight if c == 1.0 else weight * c
        if isinstance(head, ClassificationHead) and head.name in class_weight:
            weight = weight * class_factors(
                head.classes, labels[head.name], class_weight[head.name]
            )
        if not weight.any():
            raise ValueError(
                f"task {head.name!r} has no weight: its task_weight or class_weight is zero throughout"
            )
        made[head.name] = weight
    return made


def task_weights(
    fitted: list[Head], labels: Mapping[Hashable, Labels], task_weight: Any, names: list[Hashable]
) -> dict[Hashable, float]:
    """Return the weight c_t of each task."""
    if task_weight is None:
        return {head.name: 1.0 for head in fitted}
    if isinstance(task_weight, str):
        totals = {head.name: labels[head.name].total for head in fitted}
        mean = sum(totals.values()) / len(totals)
        return {name: mean / total for name, total in totals.items()}
    check_names("task_weight", task_weight, names)
    return {head.name: float(task_weight.get(head.name, 1.0)) for head in fitted}


def fits_of(
    heads: tuple[Head, ...],
    labels: Mapping[Hashable, Labels],
    weights: Mapping[Hashable, np.ndarray],
) -> list[TaskFit]:
    """Return the tasks to be fitted, those of one loss side by side."""
    by_loss: dict[Loss, list[TaskFit]] = {}
    for head in heads:
        if not len(head.active):
            continue
        # Of some rows of many, a task may have no label.
        weight = weights.get(head.name, np.zeros(0))
        is_one = weight.size and (weight.strides == (0,) or (weight == weight[0]).all())
        weight = weight[:1, None] if is_one else weight[:, None]
        fit = TaskFit(head, labels[head.name].rows, head.encode(labels[head.name].values), weight)
        by_loss.setdefault(head.loss, []).append(fit)
    return [fit for fits in by_loss.values() for fit in fits]


def order_of(fits: Sequence[TaskFit]) -> np.ndarray:
    """Return which columns of all heads the columns of these tasks are, from left to right."""
    return np.concatenate([fit.head.columns.start + fit.head.active for fit in fits])


def open_heads(heads: tuple[Head, ...]) -> tuple[Head, ...]:
    """Return heads whose columns are all learnt, also those that no label has spoken of yet."""
    return tuple(
        replace(head, active=np.arange(head.width), rest=np.zeros(head.width)) for head in heads
    )
