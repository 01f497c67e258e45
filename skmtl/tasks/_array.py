"""Targets as a plain array, and what is lost of them there: names that read alike, and declared types."""

import warnings
from collections.abc import Hashable, Iterable, Mapping, Sequence

import numpy as np

from ._columns import observed, read_column
from ._types import TaskInfo, infer


def check_names(names: Iterable[Hashable]) -> None:
    """Raise ValueError where a name is a tuple, which rows may be, or reads as another does in tables and messages."""
    texts: dict[str, Hashable] = {}
    for name in names:
        if isinstance(name, tuple):
            raise ValueError(f"task names must not be tuples, got {name!r}")
        other = texts.setdefault(str(name), name)
        if other != name:
            raise ValueError(f"task names must differ as text, got {other!r} and {name!r}")


def as_matrix(columns: Sequence[np.ndarray]) -> np.ndarray:
    """Return columns side by side, as objects.

    One column that is known everywhere keeps its dtype, by which scikit-learn tells classes from numbers.
    """
    if len(columns) == 1 and observed(columns[0]).all():
        return columns[0][:, None].copy()
    matrix = np.empty((len(columns[0]), len(columns)), dtype=object)
    for position, column in enumerate(columns):
        matrix[:, position] = column
    return matrix


def warn_of_lost_types(
    columns: Mapping[Hashable, np.ndarray], info: Mapping[Hashable, TaskInfo]
) -> None:
    """Warn where an array would be read as of other types; not of classes of one task, which splitters look at."""
    types = {name: info[name].type for name in columns}
    declared = [name for name in columns if info[name].declared]
    lost = {
        name: types[name]
        for name in declared
        if infer(read_column(name, columns[name])).type not in (types[name], None)
    }
    if not lost or (len(types) == 1 and not {"regression", "count"} & set(types.values())):
        return
    by_position = {f"y{t}": kind for t, kind in enumerate(types.values())}
    warnings.warn(
        f"an array of TaskTargets has neither the names of its tasks nor the declared types {lost}. Tools of "
        "scikit-learn that make arrays of y (RFE, RFECV, BaggingRegressor) need them in the model, by position: "
        f"task_types={by_position}",
        UserWarning,
        stacklevel=4,
    )
