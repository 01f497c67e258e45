"""Tables whose rows belong together: of one length, and under one index where they have any."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.utils.validation import check_consistent_length

from ..utils import refuse_estimator, refuse_lazy, row_index, warn
from ._targets import TaskTargets


def check_same_rows(**tables: Any) -> None:
    """Raise ValueError where tables have different numbers of rows; warn where their row indexes differ."""
    check_lengths(**tables)
    warn_of_indexes(**tables)


def check_lengths(**tables: Any) -> None:
    """Raise ValueError where tables have different numbers of rows, and TypeError where one is no table."""
    for argument, table in tables.items():
        if argument == "X":
            require_inputs(table)
        else:
            refuse_lazy(argument, table)
            refuse_estimator(argument, table)
    check_consistent_length(*map(rows_of, tables.values()))


def require_inputs(X: Any) -> None:
    """Raise TypeError where X is what comes elsewhere, an estimator or targets, or has no rows yet."""
    refuse_lazy("X", X)
    refuse_estimator("X", X)
    if isinstance(X, Mapping) and not sparse.issparse(X):  # SciPy's dok arrays were dicts
        raise TypeError(
            f"X must be a table of inputs, got {type(X).__name__} with {list(X)}, as targets are: inputs come before "
            "targets"
        )


def warn_of_indexes(**tables: Any) -> None:
    """Warn where tables of one length, whose rows are paired by position, have row indexes that differ."""
    indexes = {name: index_of(table) for name, table in tables.items()}
    indexed = [(name, index) for name, index in indexes.items() if index is not None]
    for name, index in indexed[1:]:
        first, other = indexed[0]
        if len(index) == len(other) and not index.equals(other):
            place = int(np.argmax(np.asarray(index != other, dtype=bool)))
            warn(
                f"rows of {first} and {name} are paired by position, but their indexes differ: row {place} is "
                f"{other[place]!r} in {first} and {index[place]!r} in {name}; align them, or pass arrays"
            )


def index_of(table: Any) -> Any:
    """Return the row index of a table; None where there is none."""
    return table.index if isinstance(table, TaskTargets) else row_index(rows_of(table))


def rows_of(table: Any) -> Any:
    """Return what says how many rows there are, and under which index: of a dict a column, the first with an index."""
    if not isinstance(table, Mapping) or hasattr(table, "shape"):
        return table
    columns = list(table.values())
    indexed = (column for column in columns if row_index(column) is not None)
    return next(indexed, columns[0] if columns else None)
