"""From a table of any scale, with gaps and outliers, to what a network takes."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.preprocessing import StandardScaler

from ..utils import binary_unit
from ._rows import SparseRows

CHUNK = 4096
CLIP = 6.0  # standard deviations
TAIL = 0.01
ROUNDING = 100 * np.finfo(np.float64).eps
FENCE = 10.0  # ranges between the tails beyond which a value is an outlier
# Of values in units of their column, and of weights in theirs: squares of products do not overflow, nor quotients.
LARGEST = 1e60
LARGEST_RAW = 1e15  # of what is not standardised: squares must not overflow in single precision


class Inputs:
    """Gaps filled with medians, outliers taken to a fence, columns standardised and clipped.

    Each column is limited to its quantiles at 1 % and 99 %, give or take ten times the range between them, before its
    mean and standard deviation are taken; columns in which these are equal are not. A sparse matrix stays sparse:
    what centring adds to every row is kept apart.

    Inside, each column is divided by a power of two, unit, about its largest value, and zero, what a limited 0 becomes,
    is taken off: columns may be of any size, and what a sparse matrix leaves out stays out.

    Parameters
    ----------
    standardize : bool
        Whether to limit, standardise and clip.

    add_indicator : bool
        Whether a column for each column with gaps says where they are.
    """

    def __init__(self, standardize: bool, add_indicator: bool) -> None:
        self.standardize, self.add_indicator = standardize, add_indicator

    def fit(self, X: Any, weight: np.ndarray | None) -> "Inputs":
        """Learn medians, fences, means and deviations."""
        self.scaler = StandardScaler(with_mean=False)  # means are learnt all the same
        self.are_weighted = weight is not None
        self.weight_unit = 1.0 if weight is None else binary_unit(weight.max(initial=0.0))
        self.fill, self.unit = np.zeros(X.shape[1]), np.ones(X.shape[1])
        self.high = np.full(X.shape[1], LARGEST)
        self.low = -self.high
        relative = self._relative(weight, X.shape[0])
        gaps = [j for j, column in enumerate(columns(X)) if self._look(j, column, relative)]
        self.zero = np.clip(0.0, self.low, self.high)
        self.gaps = np.array(gaps if self.add_indicator else [], dtype=np.intp)
        return self.update(X, weight)

    def update(self, X: Any, weight: np.ndarray | None) -> "Inputs":
        """Take more rows into means and deviations; medians and fences stay."""
        relative = self._relative(weight, X.shape[0])
        for rows in chunks(X.shape[0]) if self.standardize else ():
            part = self._filled(X[rows].astype(np.float64))
            of_part = None if relative is None else relative[rows]
            self.scaler.partial_fit(part, sample_weight=of_part)
        return self

    @property
    def n_columns(self) -> int:
        """Number of columns made."""
        return len(self.fill) + len(self.gaps)

    @property
    def scale(self) -> np.ndarray:
        """Standard deviations; infinite where a column varied by rounding alone: it stays without effect if it does.

        scikit-learn's own scale takes columns to be constant by the sum of the weights, whose size says nothing.
        """
        deviation = np.sqrt(self.scaler.var_)
        rounding = ROUNDING * np.abs(self.scaler.mean_ + self.zero)
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
        n_features = len(self.fill)
        for rows in chunks(len(X)):
            part = X[rows].astype(np.float64)
            out[rows, n_features : self.n_columns] = np.isnan(part[:, self.gaps])
            part = self._filled(part)
            if self.standardize:
                part -= self.scaler.mean_
                part /= self.scale
                np.clip(part, -CLIP, CLIP, out=part)
            out[rows, :n_features] = part

    def _transform_sparse(self, X: Any, dtype: Any) -> SparseRows:
        part = self._filled(X.astype(np.float64)).tocsr()
        offset = None
        if self.standardize:
            mean, scale, at = self.scaler.mean_, self.scale, part.indices
            offset = np.clip(mean / scale, -CLIP, CLIP)
            part.data = np.clip((part.data - mean[at]) / scale[at], -CLIP, CLIP) + offset[at]
        if len(self.gaps):
            marked = X.tocsc()[:, self.gaps]
            marked.data = np.isnan(marked.data).astype(np.float64)
            part = sparse.hstack([part, marked], format="csr")
            offset = None if offset is None else np.append(offset, np.zeros(len(self.gaps)))
        return SparseRows(part.astype(dtype), None if offset is None else offset.astype(dtype))

    def _look(self, j: int, column: np.ndarray, weight: np.ndarray | None) -> bool:
        """Learn a column's median and fence; return whether it has gaps."""
        known = ~np.isnan(column)
        if known.any():
            values = column[known].astype(np.float64)
            weight = None if weight is None else weight[known]
            low, self.fill[j], high = quantiles(values, weight, (TAIL, 0.5, 1.0 - TAIL))
            if self.standardize:
                self._limit(j, low, high, np.abs(values).max())
        return not known.all()

    def _limit(self, j: int, low: float, high: float, largest: float) -> None:
        """Choose the unit of a column, and its fence in that unit, by its tails and its largest absolute value."""
        self.unit[j] = binary_unit(largest)
        if high > low:
            low, high = low / self.unit[j], high / self.unit[j]
            width = FENCE * (high - low)
            beyond = min(binary_unit(max(abs(low - width), abs(high + width))), 1.0)
            self.unit[j] *= beyond
            self.low[j], self.high[j] = (low - width) / beyond, (high + width) / beyond

    def _relative(self, weight: np.ndarray | None, n_rows: int) -> np.ndarray | None:
        """Return weights in units of about the largest in ``fit``; None where there have been none so far.

        After weights, rows without any weigh one: without, scikit-learn would take the sum so far for a whole number.
        """
        self.are_weighted |= weight is not None
        if not self.are_weighted:
            return None
        weight = np.ones(n_rows) if weight is None else weight
        with np.errstate(over="ignore"):
            return np.clip(weight / self.weight_unit, 1 / LARGEST, LARGEST)

    def _filled(self, part: Any) -> Any:
        """Return some rows, a copy in double precision, without gaps and outliers, in units of the columns."""
        if not sparse.issparse(part):
            return self._limited(part, slice(None))
        part = part.tocsr()
        part.data = self._limited(part.data, part.indices)
        return part

    def _limited(self, values: np.ndarray, at: Any) -> np.ndarray:
        """Return values of the given columns, filled and limited."""
        values = np.where(np.isnan(values), self.fill[at], values)
        if not self.standardize:
            check_raw(values)
            return values
        with np.errstate(over="ignore"):
            values /= self.unit[at]
        np.clip(values, self.low[at], self.high[at], out=values)
        values -= self.zero[at]
        return values


def check_raw(values: np.ndarray) -> None:
    """Raise ValueError where inputs that are not standardised are too large to square."""
    largest = np.abs(values).max(initial=0.0)
    if largest > LARGEST_RAW:
        raise ValueError(
            f"X must be within [-{LARGEST_RAW:g}, {LARGEST_RAW:g}] with standardize=False, got {largest:g}"
        )


def columns(X: Any) -> Iterator[np.ndarray]:
    """Yield the columns of X, those of a sparse matrix in full."""
    if not sparse.issparse(X):
        yield from X.T
        return
    by_column = X.tocsc()
    full = np.zeros(X.shape[0])
    for j in range(X.shape[1]):
        own = slice(by_column.indptr[j], by_column.indptr[j + 1])
        full[by_column.indices[own]] = by_column.data[own]
        yield full
        full[by_column.indices[own]] = 0.0


def chunks(n_rows: int) -> Iterator[slice]:
    """Yield slices that cover the rows, a few thousand at a time."""
    for start in range(0, n_rows, CHUNK):
        yield slice(start, min(start + CHUNK, n_rows))


def quantiles(
    values: np.ndarray, weight: np.ndarray | None, shares: tuple[float, ...]
) -> np.ndarray:
    """Return the smallest values below or at which the shares of the weight lie."""
    if weight is None:
        return np.quantile(values.astype(np.float64), shares, method="inverted_cdf")
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weight[order])
    # Rounding of the sum must not move a share that is met exactly.
    at = np.searchsorted(reached, np.array(shares) * reached[-1] * (1.0 - 1e-12))
    return values[order][np.minimum(at, len(values) - 1)].astype(np.float64)
