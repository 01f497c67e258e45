"""Tables of columns: read, compared and shown."""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np

from ..utils import is_frame, read_frame, refuse_lazy
from ._columns import observed

FEW_ROWS = 5
"""So many rows are shown with their values."""


def summary(columns: Mapping[Hashable, np.ndarray], types: Mapping[Hashable, Any]) -> str:
    """Return the tasks, their types and how many labels are missing; of few rows the values as well."""
    parts = []
    for name, column in columns.items():
        n_missing = int((~observed(column)).sum())
        part = f"{name}: {types[name]}" + (f" ({n_missing} missing)" if n_missing else "")
        parts.append(part + (f" {shown(column)}" if 0 < len(column) <= FEW_ROWS else ""))
    return ", ".join(parts)


def as_pandas(columns: Mapping[Hashable, np.ndarray], index: Any) -> Any:
    """Return a pandas frame of columns of any names."""
    import pandas as pd

    frame = pd.DataFrame(dict(enumerate(columns.values())))
    frame = frame.set_axis(pd.Index(tuple(columns), tupleize_cols=False), axis=1)
    if index is None:
        return frame
    labels = pd.Index(index)
    if len(labels) != len(frame):
        raise ValueError(f"index must have {len(frame)} labels, one a sample, got {len(labels)}")
    return frame.set_axis(labels, axis=0)


def shown(column: np.ndarray) -> str:
    """Return values as text, numbers of a usual size with two decimals."""

    def text(value: Any) -> str:
        if not isinstance(value, float):
            return repr(value)
        return f"{value:.2f}" if value == 0 or 0.1 <= abs(value) < 1e6 else f"{value:.3g}"

    return f"[{', '.join(map(text, column.tolist()))}]"


def columns_of(y: Any) -> Mapping[Hashable, Any]:
    """Return the columns of a dict or a frame."""
    if isinstance(y, Mapping):
        return y
    refuse_lazy("y", y)
    if is_frame(y):
        return read_frame(y)
    raise ValueError(f"y must be a dict of columns or a data frame, got {type(y).__name__}")


def check_one_length(columns: Mapping[Hashable, np.ndarray]) -> None:
    """Raise ValueError where tasks differ in their number of samples."""
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"tasks must have the same number of samples, got {lengths}")


def same(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two columns have the same labels, and miss the same."""
    if a.shape != b.shape:
        return False
    known = observed(a)
    if b.dtype.kind not in "biufUO" or not np.array_equal(known, observed(b)):
        return False
    return bool(np.all(a[known] == b[known]))
