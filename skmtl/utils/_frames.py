"""The seam to data frames: what narwhals reads becomes NumPy columns, and goes back."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np


class SeriesValues(NamedTuple):
    """A series as NumPy sees it: kind is "number", "class", "object" or the name of another dtype."""

    values: np.ndarray
    missing: np.ndarray
    kind: str
    categories: np.ndarray | None


def is_frame(y: Any) -> bool:
    """Whether y is an eager data frame of a library that narwhals knows."""
    return isinstance(nw.from_native(y, eager_only=True, pass_through=True), nw.DataFrame)


def is_series(y: Any) -> bool:
    """Whether y is a series of a library that narwhals knows."""
    found = nw.from_native(y, series_only=True, pass_through=True)
    return isinstance(found, nw.Series)


def as_series(y: Any) -> Any:
    """Return pandas' bare categories as the series they stand for, anything else as it is."""
    pandas = nw.dependencies.get_pandas()
    return pandas.Series(y) if pandas is not None and isinstance(y, pandas.Categorical) else y


def row_index(y: Any) -> Any:
    """Return the row index of a pandas-like frame or series; None for anything else."""
    found = nw.from_native(y, eager_only=True, allow_series=True, pass_through=True)
    return nw.maybe_get_index(found) if isinstance(found, nw.DataFrame | nw.Series) else None


def read_frame(y: Any) -> dict[Hashable, Any]:
    """Return the columns of a frame as native series, by name and in order."""
    names = list(y.columns)
    repeated = sorted({str(name) for name in names if names.count(name) > 1})
    if repeated:
        raise ValueError(f"task names must be unique, got these columns more than once: {repeated}")
    columns = nw.from_native(y, eager_only=True).iter_columns()
    return {name: column.to_native() for name, column in zip(names, columns, strict=True)}


def read_series(y: Any) -> SeriesValues:
    """Return the values of a series, which of them are missing, and what they are."""
    series = nw.from_native(y, series_only=True)
    dtype, missing = series.dtype, series.is_null().to_numpy()
    if isinstance(dtype, nw.Categorical | nw.Enum):
        categories = np.asarray(series.cat.get_categories().to_numpy())
        return SeriesValues(series.to_numpy(), missing, "class", categories)
    if dtype.is_numeric():
        values = (
            series.cast(nw.Float64).to_numpy()
            if dtype.is_decimal() or missing.any()
            else series.to_numpy()
        )
        return SeriesValues(values, missing, "number", None)
    if isinstance(dtype, nw.Boolean | nw.String):
        return SeriesValues(series.to_numpy(), missing, "class", None)
    kind = "object" if isinstance(dtype, nw.Object | nw.Unknown) else str(dtype)
    return SeriesValues(series.to_numpy(), missing, kind, None)


@dataclass(frozen=True)
class FrameTemplate:
    """The library, the column names and the dtypes of a frame: enough to make another like it."""

    backend: Any
    names: tuple[Hashable, ...]
    dtypes: Mapping[Hashable, Any]

    @classmethod
    def of(cls, frame: Any) -> "FrameTemplate":
        """Read the template off a native frame."""
        wrapped = nw.from_native(frame, eager_only=True)
        columns = read_frame(frame)
        dtypes = {
            name: column.dtype for name, column in columns.items() if hasattr(column, "dtype")
        }
        return cls(str(wrapped.implementation.value), tuple(columns), dtypes)

    def fill(self, columns: Mapping[Hashable, np.ndarray], as_found: frozenset, index: Any) -> Any:
        """Make a native frame of columns; those named in as_found are cast to the dtype they came in."""
        made = {}
        for position, name in enumerate(self.names):
            values = columns[name]
            values = values.tolist() if values.dtype == object else values
            series = nw.new_series(str(position), values, backend=self.backend).to_native()
            if name in as_found and name in self.dtypes:
                series = _cast(series, self.dtypes[name])
            made[str(position)] = series
        frame = nw.from_dict(made, backend=self.backend).to_native()
        return self._named(frame, index)

    def _named(self, frame: Any, index: Any) -> Any:
        if nw.dependencies.is_pandas_like_dataframe(frame):
            frame.columns = list(self.names)
            return frame if index is None else frame.set_axis(index, axis=0)
        wrapped = nw.from_native(frame, eager_only=True)
        return wrapped.rename({str(p): str(name) for p, name in enumerate(self.names)}).to_native()


def _cast(series: Any, dtype: Any) -> Any:
    """Cast a native series to a native dtype, categories and their order included."""
    if nw.dependencies.is_pandas_like_series(series):
        return series.astype(dtype)
    return (
        series if str(dtype) == "Object" else series.cast(dtype)
    )  # polars casts nothing to objects
