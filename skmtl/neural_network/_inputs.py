"""From a table of any scale, with gaps and outliers, to what a network takes."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from ..utils import binary_unit
from ._moments import Moments, quantiles
from ._rows import SparseRows

CHUNK = 4096  # rows at a time, at most,
FEWEST = 256  # and at least
CACHED = 1 << 17  # numbers of a chunk, which stay in the cache of a processor
SIDE_BY_SIDE = 16  # columns that are turned together,
TILE = 256  # and rows
CLIP = 6.0  # standard deviations
TAIL = 0.01
ROUNDING = 100 * np.finfo(np.float64).eps
FENCE = 10.0  # ranges between the tails beyond which a value is an outlier
REACH = 5.5  # standard deviations within which a column has none
# Of values in units of their column, and of weights in theirs: squares of products do not overflow, nor quotients.
LARGEST = 1e60
LARGEST_RAW = 1e15  # of what is not standardised: squares must not overflow in single precision
ORDINARY = 2.0**50  # sizes of columns, and their inverses, that need no unit
# Distances from near whose squares can be summed, by precision.
SQUARED = {np.dtype(np.float32): LARGEST_RAW, np.dtype(np.float64): LARGEST}


class Inputs:
    """Gaps filled with medians, outliers taken to a fence, columns standardised and clipped.

    Each column is limited to its quantiles at 1 % and 99 %, give or take ten times the range between them, before its
    mean and standard deviation are taken; columns in which these are equal are not. A sparse matrix stays sparse:
    what centring adds to every row is kept apart.

    Inside, each column is divided by a power of two, unit, about its largest value, if that is far from 1: columns may
    be of any size. Then near is taken off, the median, or of a sparse matrix zero, what a limited 0 becomes: what it
    leaves out stays out, and single precision does for a table that has no more.

    Parameters
    ----------
    standardize : bool
        Whether to limit, standardise and clip.

    add_indicator : bool
        Whether a column for each column with gaps says where they are.

    takes_more : bool, default=True
        Whether rows are to come for ``update``. If not, no fence is looked for that limits nothing, see ``Column``.
    """

    def __init__(self, standardize: bool, add_indicator: bool, takes_more: bool = True) -> None:
        self.standardize, self.add_indicator = standardize, add_indicator
        self.takes_more = takes_more

    def fit(self, X: Any, weight: np.ndarray | None) -> "Inputs":
        """Learn medians, fences, means and deviations."""
        self.weight_unit = 1.0 if weight is None else binary_unit(weight.max(initial=0.0))
        relative = self._relative(weight, X.shape[0])
        is_plain = relative is None and not self.takes_more and not sparse.issparse(X)
        seen = [
            Column.with_moments(column) if is_plain else Column.of(column, relative)
            for column in columns(X)
        ]
        low, self.fill, high, largest = (np.array(each) for each in list(zip(*seen))[:4])
        self.unit, self.low, self.high = fences(low, high, largest)
        gaps = np.flatnonzero([column.has_gaps for column in seen])
        self.gaps = gaps if self.add_indicator else gaps[:0]
        self.zero = np.clip(0.0, self.low, self.high)
        self.near = self.zero if sparse.issparse(X) else self._limited_median()
        moments = [column.moments for column in seen if column.moments]
        if len(moments) == len(seen) and (self.unit == 1.0).all():
            self.moments = Moments(X.shape[0], *np.array(moments).reshape(-1, 2).T)
            return self
        self.moments = Moments.of_no_rows(X.shape[1])
        return self.update(X, weight)

    def update(self, X: Any, weight: np.ndarray | None) -> "Inputs":
        """Take more rows into means and deviations; medians and fences stay."""
        if not self.standardize:
            return self
        relative = self._relative(weight, X.shape[0])
        if sparse.issparse(X):
            from_zero = Moments.of_sparse(self._filled_sparse(X), relative)
            self.moments.add(from_zero.moved(self.zero - self.near))
            return self
        dtype = self._precision(X) if relative is None else np.dtype(np.float64)
        ends = [edge - self.near for edge in (self.low, self.high)]
        low, high = (np.clip(end, -SQUARED[dtype], SQUARED[dtype]).astype(dtype) for end in ends)
        for rows in chunks(*X.shape):
            part = self._from_near(X[rows], dtype)
            limit(part, low, high)
            of_part = None if relative is None else relative[rows]
            self.moments.add(Moments.of_dense(part, of_part))
        return self

    @property
    def n_columns(self) -> int:
        """Number of columns made."""
        return len(self.fill) + len(self.gaps)

    @property
    def scale(self) -> np.ndarray:
        """Standard deviations; infinite where a column varied by rounding alone: it stays without effect if it does."""
        deviation = np.sqrt(self.moments.variance)
        rounding = ROUNDING * np.abs(self.moments.mean + self.near)
        return np.where(deviation > rounding, deviation, np.inf)

    def transform(self, X: Any, dtype: Any) -> Any:
        """Return the columns made of X, dense or sparse."""
        if sparse.issparse(X):
            return self._transform_sparse(X, dtype)
        made = np.empty((len(X), self.n_columns), dtype=dtype)
        self.write(X, made)
        return made

    def write(self, X: np.ndarray, out: np.ndarray) -> None:
        """Write the columns made of a dense X to out, some rows at a time."""
        n_features, dtype = len(self.fill), self._precision(X)
        if self.standardize:
            mean, scale = self.moments.mean, self.scale
            # To limit values before and after they are standardised is to limit them once.
            ends = [(edge - self.near - mean) / scale for edge in (self.low, self.high)]
            low, high = (np.clip(end, -CLIP, CLIP).astype(dtype) for end in ends)
            times, plus = (1.0 / scale).astype(dtype), (-mean / scale).astype(dtype)
            constant = np.flatnonzero(times == 0.0)
        for rows in chunks(*X.shape):
            out[rows, n_features : self.n_columns] = np.isnan(X[rows, self.gaps])
            if not self.standardize:
                out[rows, :n_features] = self._filled(X[rows], slice(None))
                continue
            part = self._from_near(X[rows], dtype)
            part[:, constant] = 0.0
            with np.errstate(over="ignore"):
                part *= times
                part += plus
            limit(part, low, high)
            out[rows, :n_features] = part

    def _transform_sparse(self, X: Any, dtype: Any) -> SparseRows:
        part = self._filled_sparse(X).tocsr()
        offset = None
        if self.standardize:
            mean, scale, at = self.moments.mean, self.scale, part.indices
            mean = mean + self.near - self.zero
            offset = np.clip(mean / scale, -CLIP, CLIP)
            part.data = np.clip((part.data - mean[at]) / scale[at], -CLIP, CLIP) + offset[at]
        if len(self.gaps):
            marked = X.tocsc()[:, self.gaps]
            marked.data = np.isnan(marked.data).astype(np.float64)
            part = sparse.hstack([part, marked], format="csr")
            offset = None if offset is None else np.append(offset, np.zeros(len(self.gaps)))
        return SparseRows(part.astype(dtype), None if offset is None else offset.astype(dtype))

    def _relative(self, weight: np.ndarray | None, n_rows: int) -> np.ndarray | None:
        """Return weights in units of about the largest in ``fit``; None where all are one in it."""
        if weight is None:
            if self.weight_unit == 1.0:
                return None
            weight = np.ones(n_rows)
        with np.errstate(over="ignore"):
            return np.clip(weight / self.weight_unit, 1 / LARGEST, LARGEST)

    def _precision(self, X: np.ndarray) -> Any:
        """Return the precision to work in: that of X, but double where columns need units."""
        return X.dtype if (self.unit == 1.0).all() else np.dtype(np.float64)

    def _from_near(self, rows: np.ndarray, dtype: Any) -> np.ndarray:
        """Return some rows of a dense table, a copy without gaps, as distances from near in units of the columns."""
        with np.errstate(over="ignore"):
            part = rows.astype(dtype)
            if (self.unit != 1.0).any():
                part /= self.unit
            part -= self.near.astype(dtype)
        is_gap = np.isnan(part)
        if is_gap.any():
            at_median = (self._limited_median() - self.near).astype(dtype)
            np.copyto(part, at_median, where=is_gap)
        return part

    def _limited_median(self) -> np.ndarray:
        """Return medians in units of the columns."""
        return np.clip(self.fill / self.unit, self.low, self.high)

    def _filled(self, values: np.ndarray, at: Any) -> np.ndarray:
        """Return values of the given columns, filled, as they are taken where nothing is standardised."""
        values = np.where(np.isnan(values), self.fill[at], values)
        check_raw(values)
        return values

    def _filled_sparse(self, X: Any) -> Any:
        """Return a sparse table in double precision without gaps and outliers, as distances from zero in units."""
        part = X.astype(np.float64).tocsr()
        at = part.indices
        if not self.standardize:
            part.data = self._filled(part.data, at)
            return part
        values = np.where(np.isnan(part.data), self.fill[at], part.data)
        with np.errstate(over="ignore"):
            values /= self.unit[at]
        part.data = np.clip(values, self.low[at], self.high[at]) - self.zero[at]
        return part


class Column(NamedTuple):
    """What a column is limited and filled by: its tails, median and largest absolute value, 0 where all are gaps.

    moments are its mean and variance, as distances from the median, gaps filled; None where it has outliers, or was not
    asked for them.

    Where no value is further than REACH = 5.5 standard deviations s from the mean m, the fence limits nothing. At most
    a share of .01 lies beyond each tail: s^2 <= R^2 + .0205 (5.5 s)^2, R being the range between the tails, so that
    10 R >= 6.16 s, and the mean is beyond a tail by at most .0102 * 5.5 s. So the fence is beyond m + 6 s, where values
    are clipped anyway, those of later rows too. Tails of such a column can be left out, as if they agreed.
    """

    low: float
    median: float
    high: float
    largest: float
    has_gaps: bool
    moments: tuple[float, float] | None = None

    @classmethod
    def of(cls, column: np.ndarray, weight: np.ndarray | None) -> "Column":
        """Look at a column."""
        known, weight = without_gaps(column, weight)
        if not len(known):
            return cls(0.0, 0.0, 0.0, 0.0, bool(len(column)))
        low, median, high = quantiles(known, weight, (TAIL, 0.5, 1.0 - TAIL)).tolist()
        largest = max(float(known.max()), -float(known.min()))
        return cls(low, median, high, largest, len(known) < len(column))

    @classmethod
    def with_moments(cls, column: np.ndarray) -> "Column":
        """Look at a column without weights; leave out the tails where the fence would limit nothing."""
        known, _ = without_gaps(column, None)
        low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, np.inf)
        largest = max(high, -low)
        if largest > LARGEST_RAW:
            return cls.of(column, None)
        median = float(quantiles(known, None, (0.5,))[0])
        away = known - known.dtype.type(median)
        mean = float(away.sum()) / len(known)
        variance = max(float(away @ away) / len(known) - mean**2, 0.0)
        share = len(known) / len(column)
        moments = (share * mean, share * variance + share * (1.0 - share) * mean**2)
        if max(high - median - mean, median + mean - low) <= REACH * np.sqrt(variance):
            return cls(median, median, median, largest, share < 1.0, moments)
        seen = cls.of(column, None)
        width = FENCE * (seen.high - seen.low)
        is_limited = width > 0.0 and not seen.low - width <= low <= high <= seen.high + width
        return seen if is_limited else seen._replace(moments=moments)


def without_gaps(
    column: np.ndarray, weight: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray | None]:
    """Return the values of a column that are known, and their weights."""
    if not len(column) or not np.isnan(column.max()):
        return column, weight
    is_known = ~np.isnan(column)
    return column[is_known], None if weight is None else weight[is_known]


def fences(
    low: np.ndarray, high: np.ndarray, largest: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the unit of each column, and its fence in that unit, by its tails and its largest absolute value."""
    unit = binary_unit(largest)
    low, high = low / unit, high / unit
    width = FENCE * (high - low)
    is_limited = width > 0
    fence = np.maximum(np.abs(low - width), np.abs(high + width))
    beyond = np.where(is_limited, np.minimum(binary_unit(fence), 1.0), 1.0)
    unit = unit * beyond
    is_ordinary = (unit >= 1 / ORDINARY) & (unit <= ORDINARY)
    to_unit = np.where(is_ordinary, unit, 1.0) / beyond
    low = np.where(is_limited, (low - width) * to_unit, -LARGEST)
    high = np.where(is_limited, (high + width) * to_unit, LARGEST)
    return np.where(is_ordinary, 1.0, unit), low, high


def limit(rows: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
    """Take values to the ends of their columns, in a third of the time of ``np.clip``."""
    np.maximum(rows, low, out=rows)
    np.minimum(rows, high, out=rows)


def check_raw(values: np.ndarray) -> None:
    """Raise ValueError where inputs that are not standardised are too large to square."""
    largest = np.abs(values).max(initial=0.0)
    if largest > LARGEST_RAW:
        raise ValueError(
            f"X must be within [-{LARGEST_RAW:g}, {LARGEST_RAW:g}] with standardize=False, got {largest:g}"
        )


def columns(X: Any) -> Iterator[np.ndarray]:
    """Yield the columns of X, contiguous; those of a sparse matrix in full."""
    if not sparse.issparse(X):
        for start in range(0, X.shape[1], SIDE_BY_SIDE):
            yield from turned(X[:, start : start + SIDE_BY_SIDE])
        return
    by_column = X.tocsc()
    full = np.zeros(X.shape[0])
    for j in range(X.shape[1]):
        entries = slice(by_column.indptr[j], by_column.indptr[j + 1])
        full[by_column.indices[entries]] = by_column.data[entries]
        yield full
        full[by_column.indices[entries]] = 0.0


def turned(X: np.ndarray) -> np.ndarray:
    """Return the transpose, contiguous, made of tiles that stay in the cache of a processor."""
    made = np.empty(X.shape[::-1], dtype=X.dtype)
    for start in range(0, len(X), TILE):
        made[:, start : start + TILE] = X[start : start + TILE].T
    return made


def chunks(n_rows: int, n_columns: int = 1) -> Iterator[slice]:
    """Yield slices that cover the rows, some thousands at a time, or fewer where there are many columns."""
    step = max(FEWEST, min(CHUNK, CACHED // max(1, n_columns)))
    for start in range(0, n_rows, step):
        yield slice(start, min(start + step, n_rows))
