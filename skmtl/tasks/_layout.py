"""How targets come in, and predictions go out: one class a kind of container."""

from abc import ABC, abstractmethod
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from ..utils import (
    FrameTemplate,
    is_frame,
    is_series,
    refuse_estimator,
    refuse_lazy,
    row_index,
)
from ._numbers import naming
from ._objects import shortened
from ._rows import RowLabels
from ._targets import TaskTargets


class Layout(ABC):
    """Container of the targets in fit, in which predictions are given back."""

    @abstractmethod
    def pack(self, predicted: TaskTargets, X: Any) -> Any:
        """Give predictions in the container; X is what predict was asked about."""

    def pack_arrays(self, arrays: dict[Hashable, np.ndarray]) -> Any:
        """Give probabilities or decision values, which may have several columns a task."""
        return arrays


@dataclass(frozen=True)
class DictLayout(Layout):
    """A dict of columns, or TaskTargets."""

    def pack(self, predicted: TaskTargets, X: Any) -> TaskTargets:
        index = row_index(X)
        rows = RowLabels(predicted.groups, predicted.index if index is None else index)
        return TaskTargets._carry(predicted, predicted._info, rows)


@dataclass(frozen=True)
class FrameLayout(Layout):
    """A data frame, one column a task."""

    template: FrameTemplate

    def pack(self, predicted: TaskTargets, X: Any) -> Any:
        castable = {name for name, column in predicted.items() if self._fits(name, column)}
        return self.template.fill(predicted, frozenset(castable), row_index(X))

    def _fits(self, name: Hashable, column: np.ndarray) -> bool:
        """Whether predictions go into the column's dtype without loss."""
        is_mean = column.dtype.kind == "f"
        return not is_mean or str(self.template.dtypes.get(name)).lower().startswith(
            ("float", "double")
        )


@dataclass(frozen=True)
class MatrixLayout(Layout):
    """A 2-D array, whose tasks are y0, y1, ..."""

    def pack(self, predicted: TaskTargets, X: Any) -> np.ndarray:
        columns = list(predicted.values())
        if len({column.dtype.kind in "biuf" for column in columns}) > 1:
            return np.column_stack([column.astype(object) for column in columns])
        return np.column_stack(columns)


@dataclass(frozen=True)
class VectorLayout(Layout):
    """A 1-D array or series: one task."""

    def pack(self, predicted: TaskTargets, X: Any) -> np.ndarray:
        return next(iter(predicted.values()))

    def pack_arrays(self, arrays: dict[Hashable, np.ndarray]) -> np.ndarray:
        return next(iter(arrays.values()))


class Read(NamedTuple):
    """Targets, their container, and whether their types were known."""

    targets: TaskTargets
    layout: Layout
    has_types: bool


def read_targets(y: Any) -> Read:
    """Read targets from any container."""
    if y is None:
        raise ValueError("fit requires y to be passed, but the target y is None")
    if isinstance(y, TaskTargets):
        return Read(y, DictLayout(), True)
    if isinstance(y, Mapping):
        return Read(TaskTargets(y), DictLayout(), False)
    refuse_lazy("y", y)
    refuse_estimator("y", y)
    if is_frame(y):
        return Read(TaskTargets(y), FrameLayout(FrameTemplate.of(y)), False)
    if is_series(y):
        name = getattr(y, "name", None)
        return Read(
            TaskTargets({"y" if name is None or name == "" else name: y}), VectorLayout(), False
        )
    if sparse.issparse(y):
        raise ValueError("y must be dense, got a sparse matrix: use y.toarray()")
    return read_array(y)


def read_array(y: Any) -> Read:
    """Read targets from a 1-D or 2-D array, masked or not, or a list."""
    with naming("y", y):
        array = y if isinstance(y, np.ma.MaskedArray) else np.asarray(y)
    if array.dtype.kind == "U" and not isinstance(y, np.ndarray):
        array = np.asarray(y, dtype=object)  # a list that mixes numbers and strings shows itself
    if array.dtype.kind == "c":
        raise ValueError(f"Complex data not supported\n{array}")
    if array.ndim == 1:
        return Read(TaskTargets({"y": array}), VectorLayout(), False)
    if array.ndim != 2 or array.shape[1] == 0:
        got = f"an array of shape {array.shape}" if array.ndim else shortened(y)
        raise ValueError(f"y should be a 1d array or have a column a task, got {got}")
    # A task's labels lie side by side in one copy: whatever is done to them later is several times as fast.
    turned = array.T if isinstance(array, np.ma.MaskedArray) else array.T.copy()
    columns = {f"y{t}": column for t, column in enumerate(turned)}
    return Read(TaskTargets(columns), MatrixLayout(), False)
