"""Targets as a plain array: what is lost of them there, and what warns tools of one outcome."""

from collections.abc import Hashable, Iterable, Mapping
from typing import Any, NoReturn

import numpy as np

from ..utils import warn
from ._columns import observed, read_column
from ._types import TaskInfo, infer, is_number_type

NOT_ONE_OUTCOME = (
    "y holds tasks, not one outcome: task_scorer(metric) scores tasks, TaskStratifiedKFold makes folds, y[name] holds "
    "the targets of one task, and task_view(model, name) is one task of a fitted model"
)


class LabelBesideNumbers(str):
    """A label in an array with numbers of other tasks: sorting them, or making a number of it, says what y holds."""

    __slots__ = ()

    def __lt__(self, other: Any) -> bool:
        return super().__lt__(other) if isinstance(other, str) else self._refuse()

    def __le__(self, other: Any) -> bool:
        return super().__le__(other) if isinstance(other, str) else self._refuse()

    def __gt__(self, other: Any) -> bool:
        return super().__gt__(other) if isinstance(other, str) else self._refuse()

    def __ge__(self, other: Any) -> bool:
        return super().__ge__(other) if isinstance(other, str) else self._refuse()

    def __float__(self) -> float:
        raise ValueError(f"could not convert string to float: {str(self)!r}; {NOT_ONE_OUTCOME}")

    def _refuse(self) -> NoReturn:
        raise TypeError(f"{str(self)!r} cannot be sorted among numbers; {NOT_ONE_OUTCOME}")


def check_names(names: Iterable[Hashable]) -> None:
    """Raise ValueError where a name is a tuple, which rows may be, or reads as another does in tables and messages."""
    texts: dict[str, Hashable] = {}
    for name in names:
        if isinstance(name, tuple):
            raise ValueError(f"task names must not be tuples, got {name!r}")
        other = texts.setdefault(str(name), name)
        if other != name:
            raise ValueError(f"task names must differ as text, got {other!r} and {name!r}")


def as_matrix(
    columns: Mapping[Hashable, np.ndarray], info: Mapping[Hashable, TaskInfo]
) -> np.ndarray:
    """Return the columns of tasks side by side, as objects.

    Where no label is missing, one task keeps its dtype, and tasks of numbers are floats: scikit-learn goes by these.
    """
    n_samples = len(next(iter(columns.values())))
    if not has_gaps(columns):
        if len(columns) == 1:
            return next(iter(columns.values()))[:, None].copy()
        if all(is_number_type(info[name].type) for name in columns):
            return np.column_stack(list(columns.values())).astype(np.float64)
    matrix = np.empty((n_samples, len(columns)), dtype=object)
    are_mixed = len({column.dtype.kind in "UO" for column in columns.values()}) > 1
    for position, column in enumerate(columns.values()):
        matrix[:, position] = beside_numbers(column) if are_mixed else column
    return matrix


def beside_numbers(column: np.ndarray) -> list[Any]:
    """Return the values of a column, strings as labels that know of the numbers beside them."""
    return [LabelBesideNumbers(v) if isinstance(v, str) else v for v in column.tolist()]


def has_gaps(columns: Mapping[Hashable, np.ndarray]) -> bool:
    """Whether labels are missing."""
    return not all(observed(column).all() for column in columns.values())


def warn_of_losses(
    columns: Mapping[Hashable, np.ndarray], info: Mapping[Hashable, TaskInfo], is_asked_for: bool
) -> None:
    """Warn of declared types that an array loses, and of gaps in one whose dtype was not asked for.

    Tools of scikit-learn, which take what comes, refuse gaps without a word of tasks.
    """
    lost = lost_types(columns, info)
    problems = []
    if lost:
        by_position = {f"y{t}": info[name].type for t, name in enumerate(columns)}
        problems.append(
            f"has neither the names of its tasks nor the declared types {lost}. Tools of scikit-learn that make arrays "
            "of y (RFE, RFECV, BaggingRegressor) need them in the model, by position: "
            f"task_types={by_position}"
        )
    if len(columns) > 1 and has_gaps(columns) and not is_asked_for:
        problems.append(
            f"has missing labels, which no tool of scikit-learn takes; {NOT_ONE_OUTCOME}"
        )
    if problems:
        warn(f"an array of TaskTargets {', and '.join(problems)}")


def lost_types(
    columns: Mapping[Hashable, np.ndarray], info: Mapping[Hashable, TaskInfo]
) -> dict[Hashable, str | None]:
    """Return declared types that an array would not be read as; none of one task of classes: splitters look at it."""
    types = {name: info[name].type for name in columns}
    if len(types) == 1 and not any(map(is_number_type, types.values())):
        return {}
    return {
        name: types[name]
        for name in columns
        if info[name].declared
        and infer(read_column(name, columns[name])).type not in (types[name], None)
    }
