"""From a table of any scale, with gaps and outliers, to what a network takes."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.preprocessing import StandardScaler

from ._rows import SparseRows

CHUNK = 4096
CLIP = 6.0  # standard deviations
TAIL = 0.01
FENCE = 10.0  # ranges between the tails beyond which a value is an outlier
# Of any value, by whether it is standardised: squares must not overflow.
LARGEST = {True: 1e140, False: 1e30}


class Inputs:
    """Gaps filled with medians, outliers taken to a fence, columns standardised and clipped.

    Each column is limited to its quantiles at 1 % and 99 %, give or take ten times the range between them, before its
    mean and standard deviation are taken; columns in which these are equal are not. A sparse matrix stays sparse:
    what centring adds to every row is kept apart.

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
        self.scaler = StandardScaler(with_mean=not sparse.issparse(X))
        self.fill = np.zeros(X.shape[1])
        self.high = np.full(X.shape[1], LARGEST[self.standardize])
        self.low = -self.high
        gaps = [j for j, column in enumerate(columns(X)) if self._look(j, column, weight)]
        self.gaps = np.array(gaps if self.add_indicator else [], dtype=np.intp)
        return self.update(X, weight)

    def update(self, X: Any, weight: np.ndarray | None) -> "Inputs":
        """Take more rows into means and deviations; medians and fences stay."""
        for rows in chunks(X.shape[0]) if self.standardize else ():
            part = self._filled(X[rows].astype(np.float64))
            self.scaler.partial_fit(part, sample_weight=None if weight is None else weight[rows])
        return self

    @property
    def n_columns(self) -> int:
        """Number of columns made."""
        return len(self.fill) + len(self.gaps)

    @property
    def scale(self) -> np.ndarray:
        """Standard deviations; infinite where a column never varied, so that it stays without effect if it does."""
        found, variance = self.scaler.scale_, self.scaler.var_
        return np.where(variance < 0.5 * found**2, np.inf, found)

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
            own = None if weight is None else weight[known]
            low, self.fill[j], high = quantiles(column[known], own, (TAIL, 0.5, 1.0 - TAIL))
            if self.standardize and high > low:
                width = FENCE * (high - low)
                self.low[j] = max(self.low[j], low - width)
                self.high[j] = min(self.high[j], high + width)
        return not known.all()

    def _filled(self, part: Any) -> Any:
        """Return some rows, a copy in double precision, without gaps and outliers."""
        if not sparse.issparse(part):
            part = np.where(np.isnan(part), self.fill, part)
            return np.clip(part, self.low, self.high, out=part)
        part, at = part.tocsr(), part.tocsr().indices
        data = np.where(np.isnan(part.data), self.fill[at], part.data)
        part.data = np.clip(data, np.minimum(self.low, 0.0)[at], np.maximum(self.high, 0.0)[at])
        return part


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
