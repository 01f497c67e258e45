"""The labels of a task that count: observed, with a weight above zero."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..utils import binary_unit, is_frame, is_series, read_groups, warn
from ._layout import read_targets
from ._targets import TaskTargets

ONE = np.ones(1).tobytes()  # a buffer that nothing can write to


class Labels(NamedTuple):
    """The labels of a task: rows is None where every sample has one."""

    rows: np.ndarray | None
    values: np.ndarray
    weight: np.ndarray

    @property
    def total(self) -> float:
        """Sum of the weights."""
        return float(self.weight.sum())

    def moments(self) -> tuple[float, float]:
        """Return the weighted mean and standard deviation of numbers of any size; 0 where they differ by rounding."""
        values = self.values.astype(np.float64)
        unit = binary_unit(np.abs(values).max())
        values /= unit
        weight = self.weight / binary_unit(self.weight.max())
        total = weight.sum()
        mean = weight @ values / total
        deviation = np.sqrt(weight @ np.square(values - mean) / total)
        varies = deviation > 10 * np.finfo(np.float64).eps * abs(mean)
        return float(mean * unit), float(deviation * unit) if varies else 0.0

    def pick(self, array: np.ndarray) -> np.ndarray:
        """Return the rows of an array that belong to the labels."""
        return array if self.rows is None else array[self.rows]


def labels_of(targets: TaskTargets, name: Hashable, weights: np.ndarray | None) -> Labels:
    """Return the labels of a task that were observed and count."""
    known = targets.observed(name)
    if weights is None:
        weight = np.ndarray(len(known), np.float64, ONE, strides=(0,))  # in no memory
    else:
        weight = weights if weights.ndim == 1 else weights[:, targets.tasks.index(name)]
        known &= weight > 0
    if known.all():
        return Labels(None, targets[name], weight)
    rows = np.flatnonzero(known)
    return Labels(rows, targets[name][rows], weight[rows])


def groups_of(targets: TaskTargets, groups: Any) -> np.ndarray | None:
    """Return the groups that were given, checked, else those of the targets."""
    return targets.groups if groups is None else read_groups(groups)


def check_numbers(targets: TaskTargets, name: Hashable) -> None:
    """Raise ValueError where the targets of a task that was one of numbers are labels."""
    if targets._info[name].are_labels:
        labels = targets.distinct(name)
        example = "" if labels is None or not labels.size else f" such as {labels[0]!r}"
        raise ValueError(f"y of task {name!r} must hold numbers, as in fit, got labels{example}")


def read_like(y: Any, tasks: Sequence[Hashable]) -> TaskTargets:
    """Read the targets of known tasks, by name, or by position where y has no names."""
    targets = read_targets(y).targets
    return targets if set(targets) == set(tasks) else by_position(y, targets, tasks)


def read_common(y: Any, asked: Sequence[Hashable], known: Sequence[Hashable]) -> TaskTargets:
    """Read the targets of the tasks of a model that y has by name, of which some are asked for; warn of the others.

    What has no names is read by position; raise ValueError where y has none of the tasks that are asked for.
    """
    targets = read_targets(y).targets
    if not has_names(y) or not set(targets) & set(known):
        return targets if set(targets) == set(known) else by_position(y, targets, known)
    absent = [name for name in asked if name not in targets]
    others = [name for name in targets if name not in known]
    if len(absent) == len(asked):
        raise ValueError(f"y must have a task to score, of {list(asked)}, got {list(targets)}")
    problems = []
    if absent:
        problems.append(f"tasks {absent} of the model are not in y")
    if others:
        problems.append(f"tasks {others} of y are not of the model")
    if problems:
        warn(f"{', and '.join(problems)}: they are not scored")
    return targets.select([name for name in known if name in targets])


def has_names(y: Any) -> bool:
    """Whether a container says which tasks it holds."""
    return isinstance(y, Mapping) or is_frame(y) or (is_series(y) and y.name not in (None, ""))


def by_position(y: Any, targets: TaskTargets, tasks: Sequence[Hashable]) -> TaskTargets:
    """Return targets under the names of as many tasks, in their order; raise ValueError where y has other names."""
    if isinstance(y, TaskTargets | dict) or len(targets) != len(tasks):
        raise ValueError(f"y must have the tasks of the model, {list(tasks)}, got {list(targets)}")
    info = {task: targets._info[name] for task, name in zip(tasks, targets, strict=True)}
    return TaskTargets._carry(dict(zip(tasks, targets.values(), strict=True)), info, targets._rows)


def among_all(
    array: np.ndarray, seen: np.ndarray, classes: np.ndarray, absent: float
) -> np.ndarray:
    """Return an array, a column for each class seen, with a column for each of the classes; absent in the others."""
    if len(seen) == len(classes):
        return array
    wide = np.full((len(array), len(classes)), absent, dtype=array.dtype)
    wide[:, np.searchsorted(classes, np.asarray(seen).astype(classes.dtype))] = array
    return wide
