"""Means and variances of columns, of rows that come in parts, and quantiles of a column."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..utils import order_statistics

ROUNDING = 1e-12  # of a sum of weights: it must not move a share that is met exactly


@dataclass
class Moments:
    """Weighted means and variances of columns of the rows so far, and the sum of their weights."""

    total: float
    mean: np.ndarray
    variance: np.ndarray

    @classmethod
    def of_no_rows(cls, n_columns: int) -> "Moments":
        """Return moments to which rows are to be added."""
        return cls(0.0, np.zeros(n_columns), np.zeros(n_columns))

    @classmethod
    def of_dense(cls, X: np.ndarray, weight: np.ndarray | None) -> "Moments":
        """Return the moments of rows about zero, as medians are after they are subtracted. X is overwritten."""
        weight = np.ones(len(X), dtype=X.dtype) if weight is None else weight
        total = float(weight.sum())
        if not total:
            return cls.of_no_rows(X.shape[1])
        mean = (weight @ X).astype(np.float64) / total
        squares = (weight @ np.square(X, out=X)).astype(np.float64) / total
        return cls(total, mean, np.maximum(squares - mean**2, 0.0))

    @classmethod
    def of_sparse(cls, X: Any, weight: np.ndarray | None) -> "Moments":
        """Return the moments of the rows of a sparse matrix."""
        weight = np.ones(X.shape[0]) if weight is None else weight
        total = float(weight.sum())
        if not total:
            return cls.of_no_rows(X.shape[1])
        mean = weight @ X / total
        away, there = X.copy(), X.copy()
        away.data = (X.data - mean[X.indices]) ** 2
        there.data = np.ones_like(X.data)
        squares = weight @ away + (total - weight @ there) * mean**2
        return cls(total, mean, squares / total)

    def moved(self, by: np.ndarray) -> "Moments":
        """Return the moments of rows to which a number is added, by column."""
        return Moments(self.total, self.mean + by, self.variance)

    def add(self, more: "Moments") -> None:
        """Take up the moments of more rows."""
        if not more.total:
            return
        share = more.total / (self.total + more.total)
        away = more.mean - self.mean
        self.total += more.total
        self.variance = (1 - share) * self.variance + share * more.variance
        self.variance += share * (1 - share) * away**2
        self.mean = self.mean + share * away


def quantiles(
    values: np.ndarray, weight: np.ndarray | None, shares: tuple[float, ...]
) -> np.ndarray:
    """Return the smallest values below or at which the shares of the weight lie."""
    if weight is None:
        ranks = np.ceil(np.array(shares) * len(values) * (1.0 - ROUNDING)).astype(np.intp) - 1
        return order_statistics(values, np.maximum(ranks, 0)).astype(np.float64)
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weight[order])
    at = np.searchsorted(reached, np.array(shares) * reached[-1] * (1.0 - ROUNDING))
    return values[order][np.minimum(at, len(values) - 1)].astype(np.float64)
