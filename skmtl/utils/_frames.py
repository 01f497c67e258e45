"""The seam to data frames: what narwhals reads becomes NumPy columns, and goes back."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

EXACT = 2**53
"""Below it, float64 holds every whole number."""


class SeriesValues(NamedTuple):
    """A series as NumPy sees it: kind is "number", "class", "object" or the name of another dtype.

    categories are those of a categorical series, is_ordered says that their order was declared.
    """

    values: np.ndarray
    missing: np.ndarray
    kind: str
    categories: np.ndarray | None = None
    is_ordered: bool = False


def wrap(table: Any, **kinds: bool) -> Any:
    """Return what narwhals makes of a table of the given kinds; anything else as it is, arrays at once."""
    if type(table) is np.ndarray:
        return table
    return nw.from_native(table, pass_through=True, **kinds)


def refuse_lazy(argument: str, table: Any) -> None:
    """Raise TypeError where a table has no rows before they are computed, as a LazyFrame of polars."""
    check_unique_columns(table, "task names" if argument == "y" else f"column names of {argument}")
    wrapped = wrap(table)
    if isinstance(wrapped, nw.LazyFrame) and not hasattr(table, "__array__"):
        raise TypeError(
            f"{argument} must be a table with rows, got a {type(table).__name__}, whose rows are not computed before "
            ".collect(): give what that returns"
        )


def is_frame(y: Any) -> bool:
    """Whether y is an eager data frame of a library that narwhals knows."""
    return isinstance(wrap(y, eager_only=True), nw.DataFrame)


def is_series(y: Any) -> bool:
    """Whether y is a series of a library that narwhals knows."""
    return isinstance(wrap(y, series_only=True), nw.Series)


def as_series(y: Any) -> Any:
    """Return pandas' bare categories as the series they stand for, anything else as it is."""
    pandas = nw.dependencies.get_pandas()
    return pandas.Series(y) if pandas is not None and isinstance(y, pandas.Categorical) else y


def check_unique_columns(table: Any, names: str) -> None:
    """Raise ValueError where columns of a frame have the same name, which narwhals does not take."""
    if hasattr(table, "collect") and not hasattr(table, "__array__"):
        return  # lazy: asking for names may read the data
    columns = getattr(table, "column_names", getattr(table, "columns", ()))  # pyarrow, pandas
    counts = Counter(map(str, columns)) if isinstance(columns, Iterable) else Counter()
    repeated = sorted(name for name, count in counts.items() if count > 1)
    if repeated:
        raise ValueError(f"{names} must be unique, got these columns more than once: {repeated}")


def row_index(y: Any) -> Any:
    """Return the row index of a pandas-like frame or series; None for anything else."""
    wrapped = wrap(y, eager_only=True, allow_series=True)
    return nw.maybe_get_index(wrapped) if isinstance(wrapped, nw.DataFrame | nw.Series) else None


def is_index(key: Any) -> bool:
    """Whether key is a row index of pandas."""
    pandas = nw.dependencies.get_pandas()
    return pandas is not None and isinstance(key, pandas.Index)


def read_frame(y: Any) -> dict[Hashable, Any]:
    """Return the columns of a frame as native series, by name and in order."""
    names = list(getattr(y, "column_names", y.columns))  # columns of a pyarrow table are its data
    columns = nw.from_native(y, eager_only=True).iter_columns()
    return {name: column.to_native() for name, column in zip(names, columns, strict=True)}


def read_series(y: Any) -> SeriesValues:
    """Return the values of a series, which of them are missing, and what they are."""
    series = nw.from_native(y, series_only=True)
    dtype, missing = series.dtype, series.is_null().to_numpy()
    if isinstance(dtype, nw.Categorical | nw.Enum):
        categories = _categories(series)
        labels = _labels(series, categories)
        return SeriesValues(labels, missing, "class", categories, isinstance(dtype, nw.Enum))
    if dtype.is_numeric():
        return SeriesValues(_numbers(series, missing), missing, "number")
    if isinstance(dtype, nw.Boolean | nw.String):
        return SeriesValues(series.to_numpy(), missing, "class")
    kind = "object" if isinstance(dtype, nw.Object | nw.Unknown) else str(dtype)
    return SeriesValues(series.to_numpy(), missing, kind)


def series_values(y: Any) -> np.ndarray:
    """Return the values of a series as they are: none is rounded, the missing ones are missing."""
    series = nw.from_native(y, series_only=True)
    values = np.empty(len(series), dtype=object)
    values[:] = series.to_list()
    return values


def _categories(series: nw.Series) -> np.ndarray:
    """Return the categories of a series; of a dictionary of pyarrow the values that it holds."""
    try:
        return np.asarray(series.cat.get_categories().to_numpy())
    except AttributeError:  # pandas has no .cat for dictionary[pyarrow]
        return np.asarray(series.drop_nulls().unique().to_numpy(), dtype=object)


def _numbers(series: nw.Series, missing: np.ndarray) -> np.ndarray:
    """Return the numbers of a series; objects where float64 would round whole ones to each other."""
    dtype = series.dtype
    if not (dtype.is_decimal() or missing.any()):
        return series.to_numpy()
    is_whole = dtype.is_integer() or (dtype.is_decimal() and getattr(dtype, "scale", 0) == 0)
    if is_whole:  # pyarrow refuses to cast those that floats cannot hold
        values = series_values(series.to_native())
        if max((abs(int(value)) for value in values[~missing]), default=0) >= EXACT:
            return values
    return series.cast(nw.Float64).to_numpy()


def _labels(series: nw.Series, categories: np.ndarray) -> np.ndarray:
    """Return the labels of a categorical series; pandas would make floats of integers beside missing ones."""
    native = series.to_native()
    if str(getattr(native, "dtype", "")) != "category":
        return series.to_numpy()
    codes = np.asarray(native.cat.codes)
    if categories.dtype.kind in "mM":  # of nanoseconds NumPy would make integers
        categories = categories.astype(f"{categories.dtype.kind}8[us]")
    return np.append(categories.astype(object), [None])[codes]  # the code of a missing one is -1


class CategoricalType(NamedTuple):
    """The categories of a pandas column, in arrays that any tool can store."""

    values: np.ndarray
    is_ordered: bool


class ArrowType(NamedTuple):
    """A type of pyarrow by its alias, which pandas reads as another: "string[pyarrow]" is another type there."""

    alias: str

    @classmethod
    def of(cls, kind: Any) -> "ArrowType | None":
        """Return the type; None where it has parameters, as dictionaries and decimals do, and no alias."""
        import pyarrow

        try:
            pyarrow.type_for_alias(str(kind))
        except ValueError:
            return None
        return cls(str(kind))

    def cast(self, series: Any) -> Any:
        """Cast a column of pyarrow, or a series of pandas, to it."""
        import pyarrow

        kind = pyarrow.type_for_alias(self.alias)
        if nw.dependencies.is_pandas_like_series(series):
            return series.astype(nw.get_native_namespace(series).ArrowDtype(kind))
        return series.cast(kind)

    def __str__(self) -> str:
        return self.alias


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
        stored = {name: _stored(column) for name, column in columns.items()}
        dtypes = {name: dtype for name, dtype in stored.items() if dtype is not None}
        return cls(str(wrapped.implementation.value), tuple(columns), dtypes)

    def fill(self, columns: Mapping[Hashable, np.ndarray], castable: frozenset, index: Any) -> Any:
        """Make a native frame of columns; those named in castable are cast to their former dtype."""
        made = {}
        for position, name in enumerate(self.names):
            values = columns[name]
            values = values.tolist() if values.dtype == object else values
            series = nw.new_series(str(position), values, backend=self.backend).to_native()
            if name in castable and name in self.dtypes:
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


def _stored(column: Any) -> Any:
    """Return the dtype of a native series, in what any tool can store; None where predictions keep what they have."""
    if nw.dependencies.is_pyarrow_chunked_array(column):
        return ArrowType.of(column.type)
    dtype = column.dtype
    if not nw.dependencies.is_pandas_like_series(column):
        return dtype
    if hasattr(dtype, "pyarrow_dtype"):
        return ArrowType.of(dtype.pyarrow_dtype)
    if str(dtype) == "category":
        return CategoricalType(np.asarray(column.cat.categories), bool(column.cat.ordered))
    return str(dtype)


def _cast(series: Any, dtype: Any) -> Any:
    """Cast a native series to a dtype as it was stored, categories and their order included."""
    if isinstance(dtype, CategoricalType):
        pandas = nw.get_native_namespace(series)
        return series.astype(pandas.CategoricalDtype(dtype.values, dtype.is_ordered))
    if isinstance(dtype, ArrowType):
        return dtype.cast(series)
    if nw.dependencies.is_pandas_like_series(series):
        return series.astype(dtype)
    return (
        series if str(dtype) == "Object" else series.cast(dtype)
    )  # polars casts nothing to objects
