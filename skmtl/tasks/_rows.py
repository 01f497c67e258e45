"""What is known of samples beside their targets, and the keys that choose some of them."""

from collections.abc import Hashable, Mapping
from typing import Any, NamedTuple

import numpy as np
from sklearn.utils.validation import check_consistent_length

from ..utils import is_index, is_series, read_groups, row_index


class RowLabels(NamedTuple):
    """The group of each sample, and the row index of the samples; None where there is none."""

    groups: np.ndarray | None = None
    index: Any = None

    @classmethod
    def of(cls, groups: Any, index: Any, n_samples: int) -> "RowLabels":
        """Check groups from outside."""
        if groups is not None:
            groups = read_groups(groups)
            check_consistent_length(np.empty(n_samples), groups)
        return cls(groups, index)

    def take(self, rows: Any) -> "RowLabels":
        """Return those of some samples."""
        return RowLabels(*(None if part is None else part[rows] for part in self))

    def copy(self) -> "RowLabels":
        """Return a copy that shares no array with this one; an index cannot be changed."""
        return self._replace(groups=None if self.groups is None else self.groups.copy())

    def positions(self, key: Any) -> Any:
        """Return positions or a mask of the rows that a key asks for: an Index asks by label."""
        if isinstance(key, slice):
            return key
        if is_index(key):
            return self._by_label(key)
        if is_series(key):
            self._check_mask(key)
        rows = np.asarray(key)
        if rows.size == 0:
            rows = rows.astype(np.intp)
        if rows.ndim != 1 or rows.dtype.kind not in "biu":
            raise TypeError(
                f"rows must be integers or a boolean mask, got {rows.dtype} of shape {rows.shape}"
            )
        return rows

    def _by_label(self, labels: Any) -> np.ndarray:
        if self.index is None:
            raise TypeError(
                "rows were asked for by an Index, whose labels are no positions, but these targets came without one: "
                "make them of a frame or of Series, or ask by positions, y[index.get_indexer(labels)]"
            )
        if not self.index.is_unique:
            raise KeyError(
                f"rows cannot be asked for by an Index: {self.index[self.index.duplicated()][0]!r} is the label of "
                "several rows of the targets; ask by positions or by a mask"
            )
        places = self.index.get_indexer(labels)
        if (places < 0).any():
            absent = labels[places < 0].tolist()
            raise KeyError(
                f"{len(absent)} of {len(labels)} labels are not in the index of the targets, such as {absent[0]!r}"
            )
        return places

    def _check_mask(self, key: Any) -> None:
        index = row_index(key)
        is_mask = np.asarray(key).dtype.kind == "b"
        if (
            is_mask
            and index is not None
            and self.index is not None
            and not index.equals(self.index)
        ):
            raise ValueError(
                "a mask must have the row index of the targets, got a Series with another: mask.to_numpy() is taken "
                "by position"
            )


def common_index(columns: Mapping[Hashable, Any]) -> Any:
    """Return the row index that columns have in common; raise ValueError where they differ."""
    named = [(n, row_index(v)) for n, v in columns.items() if not isinstance(v, np.ndarray)]
    named = [(name, index) for name, index in named if index is not None]
    for name, index in named[1:]:
        if not index.equals(named[0][1]):
            raise ValueError(
                f"tasks must have the same row index: that of {name!r} differs from that of {named[0][0]!r}"
            )
    return named[0][1] if named else None


def check_index(name: Hashable, values: Any, index: Any) -> None:
    """Raise ValueError where a column has another row index than the targets that it joins."""
    index_of_values = None if isinstance(values, np.ndarray) or index is None else row_index(values)
    if index_of_values is not None and not index_of_values.equals(index):
        raise ValueError(
            f"task {name!r} must have the row index of the targets, got a Series with another (values.to_numpy() is "
            "taken by position)"
        )
