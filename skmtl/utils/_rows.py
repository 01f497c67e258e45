"""The seam to tables of any kind: some of their rows."""

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from scipy import sparse

from ._frames import wrap


def n_rows(table: Any) -> int | None:
    """Return the number of rows; None for what has none, such as a number, a string or a plain dict."""
    shape = getattr(table, "shape", None)
    if shape is not None:
        return int(shape[0]) if len(shape) else None
    if isinstance(table, Sequence) and not isinstance(table, str | bytes | Mapping):
        return len(table)
    return None


def take_rows(table: Any, rows: np.ndarray) -> Any:
    """Return the given rows of a table, of the same kind: frame, series, array, sparse matrix, TaskTargets, list."""
    wrapped = wrap(table, eager_only=True, allow_series=True)
    if isinstance(wrapped, nw.DataFrame | nw.Series):
        return wrapped[rows].to_native()
    if sparse.issparse(table):
        matrix: Any = table  # its format has rows after tocsr only
        return matrix.tocsr()[rows]
    if getattr(table, "shape", None) is not None:
        return table[rows]
    return [table[row] for row in rows]


def sum_duplicates(table: Any) -> Any:
    """Return a sparse table with each entry given once, COO as CSR; any other table as it is.

    An entry given twice is their sum in the dtype of the table, as ``toarray`` has it. The table is not written to.
    """
    if not sparse.issparse(table) or table.format not in ("coo", "csr", "csc"):
        return table  # the others have no duplicates, or lose them on the way to CSR
    if table.format == "coo":
        return table.tocsr()
    if table.has_canonical_format:
        return table
    summed = table.copy()
    summed.sum_duplicates()
    return summed


def append_columns(table: Any, columns: Mapping[str, np.ndarray]) -> Any:
    """Return a table with further columns of numbers: a frame with their names, a CSR matrix, or an array.

    The dtype is one that holds both: nothing is rounded to that of the table.
    """
    wrapped = wrap(table, eager_only=True)
    if isinstance(wrapped, nw.DataFrame) and all(isinstance(name, str) for name in wrapped.columns):
        return _append_to_frame(wrapped, columns)
    added = np.column_stack(list(columns.values()))
    if sparse.issparse(table):
        return sparse.hstack([table, added], format="csr")
    array = np.asarray(table)
    # Beside strings, NumPy would write the numbers as strings.
    return np.hstack([array.astype(object) if array.dtype.kind in "SU" else array, added])


def _append_to_frame(frame: nw.DataFrame, columns: Mapping[str, np.ndarray]) -> Any:
    taken = [name for name in columns if name in frame.columns]
    if taken:
        raise ValueError(f"X must not have columns named {taken}: predictions get these names")
    index = nw.maybe_get_index(frame)
    made = [nw.new_series(k, v, backend=frame.implementation) for k, v in columns.items()]
    if index is not None:
        made = [nw.maybe_set_index(series, index=index) for series in made]
    return frame.with_columns(*made).to_native()
