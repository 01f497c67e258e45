"""Task types: what is inferred, what is declared, and what follows."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from ..utils import warn
from ._codes import coded_as_missing
from ._columns import FEW, TargetColumn, distinct, observed


class TypeRules(NamedTuple):
    """What the targets of tasks of a type are: classes, or numbers."""

    has_classes: bool
    may_be_negative: bool = True


TASK_TYPES = {
    "regression": TypeRules(has_classes=False),
    "binary": TypeRules(has_classes=True),
    "multiclass": TypeRules(has_classes=True),
    "count": TypeRules(has_classes=False, may_be_negative=False),
}
CLASS_TYPES = tuple(kind for kind, rules in TASK_TYPES.items() if rules.has_classes)
MANY = 20
"""So few labels may all be different without a warning."""


@dataclass(frozen=True)
class TaskInfo:
    """What is known of a task from the whole data, and stays true of every slice of it.

    type is None where nothing was observed to infer it from; classes is None where the targets cannot be
    classes; are_labels where they can be nothing else; event is the class that the user named as such, or the higher
    of two ordered ones, None without.
    """

    type: str | None
    classes: np.ndarray | None
    are_labels: bool
    declared: bool
    event: Any = None

    @property
    def class_labels(self) -> np.ndarray | None:
        """Classes of a task of classes, None for others."""
        return self.classes if self.type in CLASS_TYPES else None

    @property
    def event_class(self) -> Any:
        """The class of two that is the event: the one that the user named, else True or 1; None where none is."""
        if self.class_labels is None or len(self.class_labels) != 2:
            return None
        labels = self.class_labels.tolist()
        event = 1 if self.event is None else self.event
        return labels[labels.index(event)] if event in labels else None

    @property
    def may_be_codes(self) -> bool:
        """Whether a task inferred to be regression looks like codes of classes."""
        if self.declared or self.type != "regression" or self.classes is None:
            return False
        return len(self.classes) <= FEW and bool((self.classes == np.round(self.classes)).all())

    @property
    def is_reversed(self) -> bool:
        """Whether the event is the first of two classes, where log-odds are those of the second."""
        event = self.event_class
        return event is not None and self.class_labels is not None and event == self.class_labels[0]

    def covers(self, column: TargetColumn) -> bool:
        """Whether other targets of the task, say with some labels hidden, change nothing of this."""
        if column.classes is not None and not column.classes.size:
            return self.type is not None
        if self.classes is None or is_number_type(self.type):
            return not column.are_labels
        return column.classes is not None and bool(np.isin(column.classes, self.classes).all())


def is_number_type(kind: str | None) -> bool:
    """Whether tasks of a type have numbers; no type is known where nothing was observed."""
    return kind is not None and not TASK_TYPES[kind].has_classes


def infer(column: TargetColumn) -> TaskInfo:
    """Infer the type of a task from its targets."""
    if column.classes is not None and column.classes.size == 0:
        return TaskInfo(None, column.classes, False, False)
    few = column.classes is not None and len(column.classes) <= 2
    kind = "binary" if few else "multiclass" if column.are_labels else "regression"
    event = column.highest if few else None
    return TaskInfo(kind, column.classes, column.are_labels, False, event)


def infer_warily(name: Hashable, column: TargetColumn) -> TaskInfo:
    """Infer the type of a task; warn where it has so many classes that they may be numbers."""
    info = infer(column)
    if info.type == "multiclass":
        warn_of_many_classes(name, column.values)
    return info


def warn_of_many_classes(name: Hashable, values: np.ndarray) -> None:
    """Warn as scikit-learn's classifiers do, where more than half of the labels are different ones."""
    labels = values[observed(values)]
    if len(labels) <= MANY:
        return
    classes = distinct(labels).tolist()
    if len(classes) <= round(0.5 * len(labels)):
        return
    texts = [label for label in classes if isinstance(label, str) and not is_number_text(label)]
    hint = ""
    if 2 * len(texts) < len(classes) and isinstance(labels[0], str):
        odd = f", after what is done about others, such as {min(texts)!r}" if texts else ""
        hint = f" Most of them are numbers, written as strings: make numbers of them{odd}."
    warn(
        f"The number of unique classes is greater than 50% of the number of samples: task {name!r} could represent a "
        f"regression problem, not a classification problem.{hint}"
    )


def is_number_text(label: str) -> bool:
    """Whether a string is a number."""
    try:
        float(label)
    except ValueError:
        return False
    return True


def name_event(name: Hashable, info: TaskInfo, event: Any) -> TaskInfo:
    """Return info with the class that is the event; raise ValueError where it is none, or not of two."""
    if info.classes is None or info.type not in CLASS_TYPES:
        raise ValueError(
            f"events names task {name!r}, which is of type {info.type!r} and has no classes"
        )
    labels = info.classes.tolist()
    if event not in labels:
        raise ValueError(
            f"events of task {name!r} must be one of its classes, {labels}, got {event!r}"
        )
    if len(labels) > 2:
        raise ValueError(
            f"events names task {name!r}, which has {len(labels)} classes, {labels}: an event is one of two; make a "
            "task of it, such as y['died'] = y['status'] == 'died'"
        )
    return replace(info, event=labels[labels.index(event)])


def without(info: TaskInfo, codes: tuple | None) -> TaskInfo:
    """Return info without the classes that stand for missing labels."""
    if not codes or info.classes is None:
        return info
    classes = info.classes[~coded_as_missing(info.classes, codes)]
    is_pair = info.type == "multiclass" and not info.declared and len(classes) <= 2
    return replace(info, classes=classes, type="binary" if is_pair else info.type)


def with_events(events: Any, info: Mapping[Hashable, TaskInfo]) -> dict[Hashable, TaskInfo]:
    """Return info of the tasks whose event the user names."""
    if events is None:
        return {}
    if not isinstance(events, Mapping):
        raise ValueError(f"events must be a dict {{task: class}}, got {events!r}")
    unknown = [name for name in events if name not in info]
    if unknown:
        raise ValueError(f"events names tasks that y does not have: {unknown}; y has {list(info)}")
    return {name: name_event(name, info[name], event) for name, event in events.items()}


def declare(name: Hashable, info: TaskInfo, kind: str, values: np.ndarray) -> TaskInfo:
    """Return info with the declared type; raise ValueError where the targets cannot be of it."""
    if is_number_type(kind):
        if info.are_labels:
            raise ValueError(
                f"task {name!r} cannot be of type {kind!r}: its targets are labels, not numbers"
            )
        known = values[observed(values)]
        if not TASK_TYPES[kind].may_be_negative and (known < 0).any():
            raise ValueError(
                f"task {name!r} is of type {kind!r}, so must not be negative, got {known.min():g}"
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
            f"task_types must be 'auto', one of {tuple(TASK_TYPES)} or a dict {{task: type}}, got {task_types!r}"
        )
    unknown = [name for name in task_types if name not in names]
    if unknown:
        raise ValueError(
            f"task_types names tasks that y does not have: {unknown}; y has {list(names)}"
        )
    for name, kind in task_types.items():
        if kind not in ("auto", *TASK_TYPES):
            raise ValueError(
                f"task_types of {name!r} must be 'auto' or one of {tuple(TASK_TYPES)}, got {kind!r}"
            )
    return {name: kind for name, kind in task_types.items() if kind != "auto"}
