"""Targets of tasks that are known already, or whose classes are: rows that come a part at a time."""

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ._columns import read_column
from ._labels import read_like
from ._targets import TaskTargets
from ._types import TaskInfo, declare, is_number_type
from ._validation import Typed, Typing


def with_classes(classes: Any, typing: Typing) -> Typing:
    """Give tasks all the classes they can have, by task, or of the only task; typing settles the rest."""

    def settle(targets: TaskTargets) -> Typed:
        if classes is None:
            return typing(targets)
        given = classes if isinstance(classes, Mapping) else dict.fromkeys(targets, classes)
        unknown = [name for name in given if name not in targets]
        if unknown:
            raise ValueError(f"classes names tasks that y does not have: {unknown}")
        info = {name: _among(name, targets._info[name], given[name]) for name in given}
        return typing(targets._like(info))

    return settle


def check_classes(
    classes: Any, known: Mapping[Hashable, np.ndarray], tasks: tuple[Hashable, ...]
) -> None:
    """Raise ValueError where classes, by task or of the only task, are not those that are known."""
    if classes is None:
        return
    given = classes if isinstance(classes, Mapping) else dict.fromkeys(tasks, classes)
    for name, some in given.items():
        whole = known.get(name)
        if whole is None:
            raise ValueError(
                f"classes names {name!r}, which is no task with classes; those are {list(known)}"
            )
        column = read_column(name, np.asarray(some)).classes
        if column is None or not np.array_equal(column, whole):
            raise ValueError(
                f"classes of task {name!r} must be those of the first call to partial_fit, {whole.tolist()}, got "
                f"{some!r}"
            )


def _among(name: Hashable, info: TaskInfo, classes: Any) -> TaskInfo:
    """Return what is known of a task that has these classes."""
    column = read_column(name, np.asarray(classes))
    whole = column.classes
    if whole is None or not whole.size:
        raise ValueError(f"classes of task {name!r} must be labels, got {classes!r}")
    if info.classes is None or not np.isin(info.classes, whole).all():
        raise ValueError(
            f"task {name!r} has labels that are not among its classes, {whole.tolist()}"
        )
    kind = "binary" if len(whole) <= 2 else "multiclass"
    return replace(info, type=kind, classes=whole, are_labels=column.are_labels, declared=True)


def as_known(info: Mapping[Hashable, TaskInfo]) -> Typing:
    """Take the tasks as they are known; raise ValueError where others come, or other labels."""

    def settle(targets: TaskTargets) -> Typed:
        columns = read_like(targets, tuple(info))
        for name, known in info.items():
            column = read_column(name, columns[name])
            if not known.covers(column):
                what = "numbers"
                if known.classes is not None and not is_number_type(known.type):
                    what = f"among {known.classes.tolist()}"
                raise ValueError(f"labels of task {name!r} must be {what}, as in the first rows")
            if known.type is not None and is_number_type(known.type):
                declare(name, known, known.type, column.values)
        ordered = {name: columns[name] for name in info}
        return Typed(TaskTargets._carry(ordered, dict(info), columns._rows), frozenset(info))

    return settle
