"""Weights of classes, by task."""

from collections.abc import Hashable, Mapping
from numbers import Real
from typing import Any

import numpy as np

from ..tasks import Labels, TaskTargets

ClassWeight = str | Mapping[Any, float]


def read_class_weights(targets: TaskTargets, class_weight: Any) -> dict[Hashable, ClassWeight]:
    """Return the class weights of each classification task that has any, checked."""
    tasks = list(targets.classes)
    if class_weight is None:
        return {}
    if isinstance(class_weight, str):
        return dict.fromkeys(tasks, class_weight)
    if len(targets) == 1 and not set(class_weight) <= set(tasks):
        class_weight = dict.fromkeys(tasks, class_weight)
    check_names("class_weight", class_weight, list(targets))
    given = {name: weights for name, weights in class_weight.items() if weights is not None}
    for name in given:
        if name not in tasks:
            raise ValueError(
                f"class_weight names task {name!r}, which is of type {targets.task_types[name]!r} and has no classes; "
                f"tasks that have: {tasks}"
            )
    for name, weights in given.items():
        check_class_weight(name, weights, targets.classes[name].tolist())
    return given


def check_class_weight(name: Hashable, given: Any, classes: list) -> None:
    """Raise ValueError where the class weights of a task are none."""
    parameter = f"class_weight of task {name!r}"
    if isinstance(given, str) and given == "balanced":
        return
    if not isinstance(given, Mapping):
        raise ValueError(
            f"{parameter} must be 'balanced' or a dict {{class: weight}}, got {given!r}"
        )
    check_names(parameter, given, classes)
    for label, weight in given.items():
        if not isinstance(weight, Real) or not 0.0 <= float(weight) < np.inf:
            raise ValueError(
                f"{parameter} must be numbers in [0, inf), got {weight!r} for {label!r}"
            )
    if not any(given.get(label, 1.0) for label in classes):
        raise ValueError(f"{parameter} must not be zero for all classes, got {given!r}")


def check_names(parameter: str, given: Mapping, known: list) -> None:
    """Raise ValueError where a mapping speaks of what is not there."""
    unknown = [key for key in given if key not in known]
    if unknown:
        raise ValueError(f"{parameter} names {unknown}, but there are only {known}")


def drop_weightless(labels: Labels, given: ClassWeight | None) -> Labels:
    """Return the labels whose class has a weight above zero: a label of weight zero is not there."""
    if given is None or isinstance(given, str) or all(given.values()):
        return labels
    kept = np.array([given.get(label, 1.0) > 0 for label in labels.values.tolist()], dtype=bool)
    rows = np.flatnonzero(kept) if labels.rows is None else labels.rows[kept]
    return Labels(rows, labels.values[kept], labels.weight[kept])


def class_factors(classes: np.ndarray, labels: Labels, given: ClassWeight) -> np.ndarray:
    """Return the class weight of each label of a task."""
    position = np.searchsorted(classes, labels.values.astype(classes.dtype))
    if isinstance(given, str):
        totals = np.bincount(position, labels.weight, minlength=len(classes))
        even = labels.total / np.count_nonzero(totals)
        return np.divide(even, totals, out=np.zeros_like(totals), where=totals > 0)[position]
    return np.array([float(given.get(label, 1.0)) for label in classes.tolist()])[position]
