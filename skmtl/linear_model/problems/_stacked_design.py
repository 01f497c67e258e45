"""The samples of many tasks, a few of each alone, in one array: a pass over all of them is one product."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ._design import CONSTANT, FAR, Design, refuse_huge

TOGETHER = 100_000  # numbers that are multiplied by themselves at a time


@dataclass(frozen=True, eq=False)
class StackedDesign:
    """X[t] - centre[t] of each column t, with raw[i, t] = (X[t, i] - centre[t]) @ W[:, t].

    X is about its centre already, of shape (n_columns, n_samples, n_features), where n_samples is the number of rows
    of the column that has most. counts are those of each: what follows them in X repeats the first, and has labels of
    weight zero. A feature that is constant to rounding within a column is zero.
    """

    X: np.ndarray
    centre: np.ndarray
    counts: np.ndarray

    @classmethod
    def plain(cls, X: np.ndarray, counts: np.ndarray) -> "StackedDesign":
        """Return X as it is."""
        return cls(X, np.zeros((len(X), X.shape[2])), counts)

    @classmethod
    def about(cls, design: Design, rows: np.ndarray, counts: np.ndarray) -> "StackedDesign":
        """Return some rows of a design, of shape (n_columns, n_samples), about its centre."""
        X = design.values(rows.ravel()).reshape(*rows.shape, -1)
        return cls(X, np.broadcast_to(design.centre, (len(rows), X.shape[2])), counts)

    @classmethod
    def centred(
        cls, X: np.ndarray, counts: np.ndarray, weight: np.ndarray, rounding: float
    ) -> "StackedDesign":
        """Turn X into what it is about the weighted mean of each column; rounding is that of the numbers in X."""
        share = (weight / weight.sum(axis=1, keepdims=True))[:, None, :]
        first = np.matmul(share, X)
        refuse_huge(first)
        X -= first
        mean = np.matmul(share, X)
        X -= mean
        spread = np.maximum(X.max(axis=1), -X.min(axis=1))
        is_constant = spread <= CONSTANT * rounding * np.abs(first[:, 0])
        np.copyto(X, 0.0, where=is_constant[:, None, :])
        return cls(X, (first + mean)[:, 0], counts)

    @property
    def shape(self) -> tuple[int, int]:
        """Number of samples of each column, and of features."""
        return self.X.shape[1:]

    @property
    def is_sparse(self) -> bool:
        """Whether X is sparse."""
        return False

    @property
    def is_padded(self) -> bool:
        """Whether columns differ in their number of samples."""
        return bool(self.counts.min() < self.X.shape[1])

    @property
    def counted(self) -> np.ndarray:
        """Which samples are none that only repeat the first, of shape (n_columns, n_samples)."""
        return np.arange(self.X.shape[1]) < self.counts[:, None]

    def columns(self, columns: slice) -> "StackedDesign":
        """Return the samples of some of the columns."""
        return StackedDesign(self.X[columns], self.centre[columns], self.counts[columns])

    def column(self, t: int) -> Design:
        """Return the samples of one column."""
        return replace(Design.checked(self.X[t, : self.counts[t]]), centre=self.centre[t])

    def in_precision(self, precision: Any) -> "StackedDesign":
        """Return a copy in another precision: infinite where that does not hold it."""
        with np.errstate(over="ignore"):
            return replace(self, X=self.X.astype(precision))

    @staticmethod
    def joined(parts: Sequence[np.ndarray]) -> np.ndarray:
        """Join something like raw of successive columns."""
        return np.concatenate(parts, axis=1)

    def at_centre(self, W: np.ndarray) -> np.ndarray:
        """Return centre @ W, column by column."""
        return np.einsum("tj,jt->t", self.centre, W)

    def forward(self, W: np.ndarray) -> np.ndarray:
        """Return (X - centre) @ W, column by column."""
        return np.matmul(self.X, np.ascontiguousarray(W.T)[:, :, None])[:, :, 0].T

    def backward(self, G: np.ndarray) -> np.ndarray:
        """Return (X - centre)' @ G, column by column."""
        return np.matmul(np.ascontiguousarray(G.T)[:, None, :], self.X)[:, 0].T

    def gram(self) -> np.ndarray:
        """Return the sum over columns of (X - centre)' (X - centre)."""
        return self.about_gram()

    def about_gram(self) -> np.ndarray:
        """Return the same, in the precision of X."""
        total = np.zeros((self.X.shape[2],) * 2, self.X.dtype)
        for part in self.pieces(TOGETHER):
            Z = part.X[part.counted] if part.is_padded else part.X.reshape(-1, part.X.shape[2])
            total += Z.T @ Z
        return total

    def squares(self) -> np.ndarray:
        """Return the diagonal of that."""
        return np.einsum("tij,tij,ti->j", self.X, self.X, self.counted.astype(self.X.dtype))

    def pieces(self, n_numbers: int) -> list["StackedDesign"]:
        """Cut the columns into pieces that have at most so many numbers, where one column has no more."""
        return [self.columns(columns) for columns in self.cuts(n_numbers)]

    def cuts(self, n_numbers: int) -> list[slice]:
        """Return the columns of each piece."""
        step = max(1, n_numbers // max(1, self.X[0].size))
        return [slice(start, start + step) for start in range(0, len(self.X), step)]

    # As users will have it: products of another kind, lest an error in one hide in the other

    def as_given(self, W: np.ndarray, intercept: np.ndarray) -> np.ndarray:
        """Return X @ W + intercept, X moved to its centre, and the intercept with it."""
        raw = np.einsum("tij,tj->ti", self.X, np.ascontiguousarray(W.T))
        return (raw + (intercept + (self.centre * W.T).sum(axis=1))[:, None]).T

    def gradient_as_given(self, G: np.ndarray) -> np.ndarray:
        """Return (X - centre)' @ G."""
        return np.einsum("tij,ti->tj", self.X, np.ascontiguousarray(G.T)).T

    def sizes(self) -> "StackedDesign":
        """Return the absolute values of X, about zero."""
        return StackedDesign.plain(np.abs(self.X), self.counts)

    def is_far_from_zero(self) -> np.ndarray:
        """Return the columns that have features far from zero beside how much they vary."""
        share = (self.counted / self.counts[:, None])[:, None, :]
        mean = np.matmul(share, self.X)
        spread = np.sqrt(np.matmul(share, np.square(self.X - mean)))
        return np.any(np.abs(mean) > FAR * spread, axis=(1, 2))
