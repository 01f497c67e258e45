"""Rows of several targets put below one another."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ._columns import TargetColumn, observed, read_column
from ._rows import RowLabels
from ._types import CLASS_TYPES, TaskInfo, declare, infer


def check_same_tasks(parts: Sequence[Any]) -> None:
    """Raise ValueError where parts are not targets of the same tasks, as np.concatenate needs them."""
    names = [list(part) if isinstance(part, Mapping) else None for part in parts]
    if None in names or any(each != names[0] for each in names):
        raise ValueError(
            "only TaskTargets with the same tasks, in the same order, can be concatenated (else TaskTargets.concat), "
            f"got {names}"
        )


def joined_columns(
    parts: Sequence[Mapping[Hashable, tuple[np.ndarray, TaskInfo]]],
) -> tuple[dict[Hashable, np.ndarray], dict[Hashable, TaskInfo]]:
    """Return the columns of all tasks, and what is known of them, given those of each part."""
    lengths = [len(next(iter(part.values()))[0]) for part in parts]
    columns, info = {}, {}
    for name in dict.fromkeys(name for part in parts for name in part):
        pieces = [part.get(name, n) for part, n in zip(parts, lengths, strict=True)]
        columns[name], info[name] = joined_column(name, pieces)
    return columns, info


def joined_column(
    name: Hashable, parts: Sequence[tuple[np.ndarray, TaskInfo] | int]
) -> tuple[np.ndarray, TaskInfo]:
    """Return the column of a task, and what is known of it; a number stands for so many rows without the task."""
    pieces = [part for part in parts if not isinstance(part, int)]
    arrays = [np.full(part, None) if isinstance(part, int) else part[0] for part in parts]
    dtypes = {array.dtype for array in arrays}
    stacked = np.concatenate(arrays if len(dtypes) == 1 else [as_objects(a) for a in arrays])
    column = read_column(name, stacked)
    infos = [info for _, info in pieces]
    if len(infos) == len(parts) and all(info is infos[0] for info in infos):
        return column.values, infos[0]
    return column.values, joined_info(name, infos, column)


def as_objects(array: np.ndarray) -> np.ndarray:
    """Return an object array with None where a label is missing."""
    objects = array.astype(object)
    objects[~observed(array)] = None
    return objects


def joined_info(name: Hashable, infos: list[TaskInfo], column: TargetColumn) -> TaskInfo:
    """Return what is known of a task in all parts: their classes together, and the type that they agree on."""
    known = [info for info in infos if info.type is not None]
    kinds = {info.type for info in known if info.declared}
    if len(kinds) > 1:
        raise ValueError(
            f"task {name!r} must be of one type in all targets, got {sorted(map(str, kinds))}"
        )
    classes = [info.classes for info in known if info.classes is not None]
    are_labels = any(info.are_labels for info in known)
    if len(classes) == len(known) and (are_labels or kinds & set(CLASS_TYPES)):
        every = np.unique(np.concatenate([column.classes, *classes])) if classes else column.classes
        column = column._replace(classes=every, are_labels=are_labels or column.are_labels)
    info = infer(column)
    if kinds:
        kind = str(kinds.pop())
        several = kind == "binary" and info.classes is not None and len(info.classes) > 2
        info = declare(name, info, "multiclass" if several else kind, column.values)
    return replace(info, event=joined_event(name, known))


def joined_event(name: Hashable, infos: Iterable[TaskInfo]) -> Any:
    """Return the event that parts name."""
    events = list(dict.fromkeys(info.event for info in infos if info.event is not None))
    if len(events) > 1:
        raise ValueError(f"task {name!r} must have one event in all targets, got {events}")
    return events[0] if events else None


def joined_rows(parts: Sequence[RowLabels]) -> RowLabels:
    """Return groups and index of all parts; an index only where all have one."""
    groups = [part.groups for part in parts]
    lack = [position for position, group in enumerate(groups) if group is None]
    if 0 < len(lack) < len(groups):
        raise ValueError(
            f"either all targets must have groups or none, but those at the positions {lack} have none"
        )
    indexes = [part.index for part in parts]
    index = None if any(i is None for i in indexes) else indexes[0].append(indexes[1:])
    return RowLabels(None if lack else joined_groups(groups), index)


def joined_groups(groups: list[Any]) -> np.ndarray:
    """Return groups of one kind as they are, others as objects: 1 and "1" are two groups."""
    kinds = {group.dtype.kind for group in groups}
    if len(kinds) == 1:
        return np.concatenate(groups)
    return np.concatenate(
        [np.array(group.tolist() + [None], dtype=object)[:-1] for group in groups]
    )
