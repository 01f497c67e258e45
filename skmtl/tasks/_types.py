"""Task types: what is inferred, what is declared, and what follows."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ._columns import FEW, TargetColumn, observed

TASK_TYPES = ("regression", "binary", "multiclass", "count")


@dataclass(frozen=True)
class TaskInfo:
    """What is known of a task from the whole data, and stays true of every slice of it.

    type is None where nothing was observed to infer it from; classes is None where the targets cannot be
    classes; are_labels where they can be nothing else.
    """

    type: str | None
    classes: np.ndarray | None
    are_labels: bool
    declared: bool

    @property
    def may_be_codes(self) -> bool:
        """Whether a task inferred to be regression looks like codes of classes."""
        if self.declared or self.type != "regression" or self.classes is None:
            return False
        return len(self.classes) <= FEW and bool((self.classes == np.round(self.classes)).all())

    def covers(self, column: TargetColumn) -> bool:
        """Whether other targets of the task, say with some labels hidden, change nothing of this."""
        if column.classes is not None and not column.classes.size:
            return self.type is not None
        if self.classes is None or self.type in ("regression", "count"):
            return not column.are_labels
        return column.classes is not None and bool(np.isin(column.classes, self.classes).all())


def infer(column: TargetColumn) -> TaskInfo:
    """Infer the type of a task from its targets."""
    if column.classes is not None and column.classes.size == 0:
        return TaskInfo(None, column.classes, False, False)
    few = column.classes is not None and len(column.classes) <= 2
    kind = "binary" if few else "multiclass" if column.are_labels else "regression"
    return TaskInfo(kind, column.classes, column.are_labels, False)


def declare(name: Hashable, info: TaskInfo, kind: str, values: np.ndarray) -> TaskInfo:
    """Return info with the declared type; raise ValueError where the targets cannot be of it."""
    if kind in ("regression", "count"):
        if info.are_labels:
            raise ValueError(
                f"task {name!r} cannot be of type {kind!r}: its targets are labels, not numbers"
            )
        if kind == "count" and (values[observed(values)] < 0).any():
            lowest = values[observed(values)].min()
            raise ValueError(
                f"task {name!r} is of type 'count', so must not be negative, got {lowest:g}"
            )
    elif info.classes is None:
        raise ValueError(
            f"Unknown label type: continuous. Task {name!r} cannot be of type {kind!r}: its targets are real numbers"
        )
    elif kind == "binary" and len(info.classes) > 2:
        raise ValueError(f"task {name!r} is of type 'binary', but has {len(info.classes)} classes")
    return replace(info, type=kind, declared=True)


def check_task_types(task_types: Any, names: tuple[Hashable, ...]) -> dict[Hashable, str]:
    """Return {task: type} of the declared tasks, from "auto", one type for all, or a mapping."""
    if task_types is None or (isinstance(task_types, str) and task_types == "auto"):
        return {}
    if isinstance(task_types, str):
        task_types = dict.fromkeys(names, task_types)
    if not isinstance(task_types, Mapping):
        raise ValueError(
            f"task_types must be 'auto', one of {TASK_TYPES} or a dict {{task: type}}, got {task_types!r}"
        )
    unknown = [name for name in task_types if name not in names]
    if unknown:
        raise ValueError(
            f"task_types names tasks that y does not have: {unknown}; y has {list(names)}"
        )
    for name, kind in task_types.items():
        if kind != "auto" and kind not in TASK_TYPES:
            raise ValueError(
                f"task_types of {name!r} must be 'auto' or one of {TASK_TYPES}, got {kind!r}"
            )
    return {name: kind for name, kind in task_types.items() if kind != "auto"}
