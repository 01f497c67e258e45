"""The seam to tables of any kind: some of their rows."""

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from scipy import sparse


def n_rows(table: Any) -> int | None:
    """Return the number of rows; None for what has none, such as a number, a string or a plain dict."""
    shape = getattr(table, "shape", None)
    if shape is not None:
        return int(shape[0]) if len(shape) else None
    if isinstance(table, Sequence) and not isinstance(table, str | bytes | Mapping):
        return len(table)
    return None


def take_rows(table: Any, rows: np.ndarray) -> Any:
    """Return the given rows of a table in its own kind: frame, series, array, sparse matrix, TaskTargets, list."""
    found = nw.from_native(table, eager_only=True, allow_series=True, pass_through=True)
    if isinstance(found, nw.DataFrame | nw.Series):
        return found[rows].to_native()
    if sparse.issparse(table):
        matrix: Any = table  # its format has rows after tocsr only
        return matrix.tocsr()[rows]
    if getattr(table, "shape", None) is not None:
        return table[rows]
    return [table[row] for row in rows]
