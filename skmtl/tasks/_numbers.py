"""Tables of numbers from outside: where one holds something else, the message says what, and where."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from scipy import sparse

from ..utils import is_frame, is_missing, is_series, series_values
from ._objects import shortened
from ._pairing import require_inputs


def require_table(X: Any) -> None:
    """Raise ValueError where X can be no table of inputs, or holds dates, which NumPy takes for numbers."""
    require_inputs(X)
    is_table = any(hasattr(X, name) for name in ("shape", "__array__", "__dataframe__"))
    is_list = isinstance(X, Sequence) and not isinstance(X, str | bytes)
    if isinstance(X, type) or not (is_table or is_list):
        raise ValueError(
            "Expected 2D array: X must be an array, a data frame or a sparse matrix of shape (n_samples, n_features), "
            f"got {shortened(X)}"
        )


def refuse_times(X: Any) -> None:
    """Raise ValueError where X holds dates or durations, which NumPy takes for numbers, in units that vary."""
    times = {}
    if is_frame(X):
        schema = nw.from_native(X, eager_only=True).schema
        times = {name: dtype for name, dtype in schema.items() if dtype.is_temporal()}
    elif getattr(getattr(X, "dtype", None), "kind", None) in ("m", "M"):
        times = {"all columns": X.dtype}
    if times:
        name, dtype = next(iter(times.items()))
        where = name if name == "all columns" else f"column {name!r}"
        raise ValueError(
            f"X must hold numbers, but {where} has dtype {dtype}: make numbers of dates and durations, such as days "
            "from admission"
        )


@contextmanager
def naming(argument: str, table: Any) -> Iterator[None]:
    """Where a table cannot be made numbers, raise the error again with the argument, the place and the value."""
    try:
        yield
    except (TypeError, ValueError, OverflowError) as error:
        problem = what_is_wrong(table)
        if problem is None:
            raise
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(f"{argument} must hold numbers{problem}: {error}") from error


def what_is_wrong(table: Any) -> str | None:
    """Say which value of a table is no number, or that its rows differ in length; None where neither is so."""
    if sparse.issparse(table):
        return None
    if is_frame(table) or is_series(table):
        return first_problem(columns_of_frame(table))
    try:
        array = np.asarray(table, dtype=object)
    except ValueError:
        return ragged(table)
    if array.ndim == 0:
        return f", got {shortened(table)}"
    if array.ndim == 1:
        return ragged(table) if any(map(is_row, array)) else first_problem({"": array})
    if array.ndim > 2:
        return None
    return first_problem({f" of column {j}": array[:, j] for j in range(array.shape[1])})


def columns_of_frame(table: Any) -> dict[str, np.ndarray]:
    """Return the columns of a frame, or of a series, by how messages call them."""
    if is_series(table):
        return {"": series_values(table)}
    columns = nw.from_native(table, eager_only=True).iter_columns()
    return {f" of column {c.name!r}": series_values(c.to_native()) for c in columns}


def is_row(value: Any) -> bool:
    """Whether a value is several."""
    return isinstance(value, Sequence | np.ndarray) and not isinstance(value, str | bytes)


def ragged(rows: Iterable[Any]) -> str:
    """Say that rows differ in length, by the first and the first other one."""
    lengths = [f"{len(row)} values" if is_row(row) else "a single value" for row in rows]
    other = next((length for length in lengths if length != lengths[0]), "others, in their cells")
    return f" in rows of one length, got rows of {lengths[0]} and of {other}"


def first_problem(columns: Mapping[str, np.ndarray]) -> str | None:
    """Say which value is the first that is no number."""
    for where, column in columns.items():
        row = first_of_no_number(column)
        if row is not None:
            return f", got {shortened(column[row])} in row {row}{where}"
    return None


def first_of_no_number(column: np.ndarray) -> int | None:
    """Return the position of the first value that is neither a number nor missing."""
    for row, value in enumerate(column.tolist() if column.dtype != object else column):
        try:
            if not is_missing(value):
                float(value)
        except (TypeError, ValueError, OverflowError):
            return None if isinstance(value, complex | np.complexfloating) else row
    return None
