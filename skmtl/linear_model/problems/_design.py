"""The design matrix about its centre, without a copy of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse

CHUNK = 2048  # rows, or features, that are centred at a time
IN_CACHE = 100_000  # numbers in samples that are centred at a time
LOOKED_AT = 100  # rows that show whether a feature may be far from zero
FAR = 100.0  # standard deviations from zero beyond which a feature is shifted before any product
HUGE = 1e100  # above which squares of numbers in X, and products with weights, may overflow,
TINY = 1e-100  # and below which they may vanish
CONSTANT = 10.0  # roundings of its centre within which a feature is constant


@dataclass(frozen=True, eq=False)
class Design:
    """X - centre, of X dense or CSR, of which no copy is made.

    offset is what products subtract from those with X. It is the centre, but zero at the features far from zero, whose
    products would lose the digits that vary: shifted has those columns, dense, with their centre subtracted before any
    product, and remainder what rounding of their centre leaves of it. A feature that is constant to rounding is zero.
    """

    X: Any
    offset: np.ndarray
    centre: np.ndarray
    far: np.ndarray
    shifted: np.ndarray
    remainder: np.ndarray

    @classmethod
    def plain(cls, X: Any) -> "Design":
        """Return X as it is."""
        refuse_huge(dense(X[:LOOKED_AT]))
        refuse_tiny(X, dense(X[:LOOKED_AT]).mean(axis=0))
        return cls.checked(X)

    @classmethod
    def checked(cls, X: Any) -> "Design":
        """Return X as it is, of numbers that are known to be neither huge nor tiny."""
        n_samples, n_features = X.shape
        nowhere = np.zeros(n_features)
        none = np.zeros(0, dtype=np.intp)
        return cls(X, nowhere, nowhere, none, np.zeros((n_samples, 0)), np.zeros(0))

    @classmethod
    def centred(cls, X: Any, weight: np.ndarray, rounding: float) -> "Design":
        """Return X about its weighted mean; rounding is that of the numbers in X, relative to them."""
        total = weight.sum()
        offset = np.asarray(X.T @ weight).ravel() / total
        refuse_huge(offset)
        refuse_tiny(X, offset)
        far = may_be_far(X, offset, weight)
        centre, shifted, remainder = offset, dense(X[:, far]), np.zeros(len(far))
        if len(far):
            first = offset[far]
            shifted = shifted - first
            mean = weight @ shifted / total
            shifted -= mean
            spread = np.abs(shifted).max(axis=0, where=weight[:, None] > 0, initial=0.0)
            shifted[:, spread <= CONSTANT * rounding * np.abs(first)] = 0.0
            centre, offset = offset.copy(), offset.copy()
            centre[far], offset[far] = first + mean, 0.0
            remainder = (first - centre[far]) + mean
        return cls(X, offset, centre, far, shifted, remainder)

    @property
    def shape(self) -> tuple[int, int]:
        """Number of samples and of features."""
        return self.X.shape

    @property
    def constant(self) -> np.ndarray:
        """The features that are constant to rounding, but not zero."""
        return self.far[~self.shifted.any(axis=0)]

    @property
    def is_sparse(self) -> bool:
        """Whether X is sparse."""
        return sparse.issparse(self.X)

    @property
    def counts(self) -> int:
        """Number of samples of each column of raw predictions."""
        return self.X.shape[0]

    def rows(self, rows: np.ndarray | slice) -> "Design":
        """Return some of the samples, about the same centre."""
        return replace(self, X=self.X[rows], shifted=self.shifted[rows])

    def alike(self, columns: np.ndarray) -> list[np.ndarray]:
        """Split features into those of X and those that are far from zero, where X is sparse."""
        is_far = np.isin(columns, self.far) if self.is_sparse else np.zeros(len(columns), bool)
        return [part for part in (columns[~is_far], columns[is_far]) if len(part)]

    def features(self, columns: np.ndarray) -> "Design":
        """Return some of the features."""
        place = np.full(self.shape[1], -1)
        place[self.far] = np.arange(len(self.far))
        far = np.flatnonzero(place[columns] >= 0)
        shifted = self.shifted[:, place[columns[far]]]
        remainder = self.remainder[place[columns[far]]]
        offset, centre = self.offset[columns], self.centre[columns]
        return Design(some_columns(self.X, columns), offset, centre, far, shifted, remainder)

    def moved(self, shift: np.ndarray) -> "Design":
        """Return the design about another centre, which lies by shift from this one."""
        offset = self.offset + self.near(shift)
        shifted = self.shifted - shift[self.far]
        return replace(self, offset=offset, centre=self.centre + shift, shifted=shifted)

    def with_constant(self, value: float) -> "Design":
        """Return the design with one feature more, which has this value about its centre."""
        column = np.full((self.shape[0], 1), value)
        X = sparse.hstack([self.X, column], "csr") if self.is_sparse else np.c_[self.X, column]
        more = {"offset": np.append(self.offset, 0.0), "centre": np.append(self.centre, 0.0)}
        return replace(self, X=X, **more)

    def far_values(self) -> np.ndarray:
        """Return X - centre of the features that are far from zero, from the data as given."""
        return (dense(self.X[:, self.far]) - self.centre[self.far]) - self.remainder

    def values(self, rows: Any = slice(None), columns: Any = slice(None)) -> np.ndarray:
        """Return X - centre of some samples, and of some features, as a dense array."""
        if isinstance(columns, np.ndarray):
            part = self.features(columns)
            centred = dense(part.X)[rows]
            centred -= part.offset
        else:
            part = self
            centred = dense(part.X[rows]) - part.offset
        if len(part.far):
            centred[:, part.far] = part.shifted[rows]
        return centred

    def centred_copy(self, precision: Any) -> np.ndarray:
        """Return X - centre, dense, in a precision: infinite where that does not hold it."""
        copy = np.empty(self.shape, precision)
        with np.errstate(over="ignore"):
            for rows in row_chunks(*self.shape):
                np.subtract(self.X[rows], self.offset, out=copy[rows], casting="same_kind")
            copy[:, self.far] = self.shifted
        return copy

    def in_precision(self, precision: Any) -> "Design":
        """Return a dense copy in another precision: infinite where that does not hold it."""
        return Design.checked(self.centred_copy(precision))

    @staticmethod
    def joined(parts: Sequence[np.ndarray]) -> np.ndarray:
        """Join something like raw of successive samples."""
        return np.concatenate(parts)

    def at_centre(self, W: np.ndarray) -> np.ndarray:
        """Return centre @ W."""
        return self.centre @ W

    def sizes(self) -> "Design":
        """Return the absolute values of X, about zero."""
        return Design.checked(abs(self.X))

    def is_far_from_zero(self) -> bool:
        """Whether there are features far from zero beside how much they vary."""
        ones = np.ones(self.shape[0])
        return len(may_be_far(self.X, np.asarray(self.X.T @ ones).ravel() / len(ones), ones)) > 0

    def forward(self, W: np.ndarray) -> np.ndarray:
        """Return (X - centre) @ W."""
        raw = self.X @ self.near(W)
        if self.offset.any():
            raw -= self.offset @ W
        if len(self.far):
            raw += self.shifted @ W[self.far]
        return raw

    def backward(self, G: np.ndarray) -> np.ndarray:
        """Return (X - centre)' @ G."""
        product = self.X.T @ G if self.is_sparse else (G.T @ self.X).T
        if self.offset.any():
            product = product - np.outer(self.offset, np.ones(len(G)) @ G)
        if len(self.far):
            product[self.far] = self.shifted.T @ G
        return product

    def gram(self, weight: np.ndarray | None = None, rows: np.ndarray | None = None) -> np.ndarray:
        """Return (X - centre)' diag(weight) (X - centre), of some samples, which have the weights."""
        if self.is_sparse:
            return (self if rows is None else self.rows(rows))._sparse_gram(weight)
        roots = None if weight is None else np.sqrt(weight)[:, None]
        total = np.zeros((self.shape[1], self.shape[1]))
        for part in row_chunks(self.shape[0] if rows is None else len(rows), self.shape[1]):
            Z = self.values(part if rows is None else rows[part])
            if roots is not None:
                Z *= roots[part]
            total += Z.T @ Z
        return total

    def about_gram(self) -> np.ndarray:
        """Return X'X of dense inputs that are about their centre as they are."""
        return self.X.T @ self.X

    def kernel(self) -> np.ndarray:
        """Return (X - centre) (X - centre)'."""
        if self.is_sparse:
            near = self.X @ sparse.diags(self.near(np.ones(self.shape[1])))
            cross = near @ self.offset
            square = dense(near @ near.T) - cross[:, None] - cross + self.offset @ self.offset
            return square + self.shifted @ self.shifted.T
        total = self.shifted @ self.shifted.T
        for columns in chunks(self.shape[1]):
            Z = self.X[:, columns] - self.offset[columns]
            Z[:, self._inside(columns)] = 0.0
            total += Z @ Z.T
        return total

    def squares(self, weight: np.ndarray | None = None) -> np.ndarray:
        """Return the diagonal of the Gram matrix."""
        weight = np.ones(self.shape[0]) if weight is None else weight
        if not self.is_sparse:
            parts = row_chunks(*self.shape)
            return np.sum([weight[rows] @ self.values(rows) ** 2 for rows in parts], axis=0)
        squares = self.X.multiply(self.X).T @ weight
        squares += (weight.sum() * self.offset - 2.0 * (self.X.T @ weight)) * self.offset
        squares[self.far] = weight @ self.shifted**2
        return squares

    def total_square(self, weight: np.ndarray | None = None) -> float:
        """Return the trace of the Gram matrix; the centre is zero, or the mean of samples that have these weights."""
        if self.is_sparse or len(self.far):
            return float(self.squares(weight).sum())
        weight = np.ones(self.shape[0]) if weight is None else weight
        square = weight @ np.einsum("ij,ij->i", self.X, self.X)
        return max(0.0, float(square - weight.sum() * (self.offset @ self.offset)))

    def _sparse_gram(self, weight: np.ndarray | None) -> np.ndarray:
        X = self.X if weight is None else self.X.multiply(weight[:, None]).tocsr()
        sums, total = (
            np.asarray(X.sum(axis=0)).ravel(),
            float(self.shape[0] if weight is None else weight.sum()),
        )
        cross = np.outer(sums, self.offset)
        square = dense(X.T @ self.X) - cross - cross.T + total * np.outer(self.offset, self.offset)
        if len(self.far):
            weighted = self.shifted if weight is None else self.shifted * weight[:, None]
            square[:, self.far] = self.backward(weighted)
            square[self.far] = square[:, self.far].T
        return square

    def _inside(self, columns: slice) -> np.ndarray:
        """Return which of some features are far from zero."""
        return self.far[(self.far >= columns.start) & (self.far < columns.stop)] - columns.start

    def near(self, W: np.ndarray) -> np.ndarray:
        """Return W with zeros for the features that are far from zero."""
        if len(self.far):
            W = W.copy()
            W[self.far] = 0.0
        return W


def refuse_huge(values: np.ndarray) -> None:
    """Raise ValueError where X holds numbers whose squares cannot be summed; means of columns show them."""
    most = np.abs(values).max(initial=0.0)
    if not most < HUGE:
        raise ValueError(
            f"X must hold numbers below {HUGE:g} in size, since their squares are summed, got a column whose size is "
            f"{most:.1e} on average: scale the features"
        )


def refuse_tiny(X: Any, mean: np.ndarray) -> None:
    """Raise ValueError where X holds features whose squares vanish; a tiny mean raises suspicion."""
    suspects = np.flatnonzero(np.abs(mean) < TINY)
    if not len(suspects):
        return
    most = dense(abs(X[:, suspects]).max(axis=0)).ravel()
    if ((most > 0.0) & (most < TINY)).any():
        raise ValueError(
            f"X must hold zeros or numbers above {TINY:g} in size, since their squares are summed, got a feature whose "
            f"largest is {most[most > 0.0].min():.1e}: scale the features"
        )


def refuse_huge_weights(weight: np.ndarray) -> None:
    """Raise ValueError where losses cannot be summed."""
    if not weight.max(initial=0.0) < HUGE:
        raise ValueError(
            f"sample_weight, times task_weight and class_weight, must be below {HUGE:g}, since losses are summed, got "
            f"{weight.max():.1e}"
        )


def refuse_extreme_targets(name: Any, y: np.ndarray) -> None:
    """Raise ValueError where squares of targets, in the units that are fitted, overflow or vanish."""
    most = np.abs(y).max(initial=0.0)
    if not most < HUGE or (most < TINY and np.ptp(y) > 0.0):
        raise ValueError(
            f"targets must be between {TINY:g} and {HUGE:g} in size, since their squares are summed, got {most:.1e} of "
            f"task {name!r}: set scale_targets=True, or scale them"
        )


def may_be_far(X: Any, mean: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return the features that are far from zero beside how much they vary, and perhaps some more."""
    if sparse.issparse(X):
        squares = X.multiply(X).T @ weight / weight.sum()
        return np.flatnonzero((squares - mean**2) * FAR**2 < mean**2)
    counted = np.flatnonzero(weight)
    some = X[counted[:: max(1, len(counted) // LOOKED_AT)]]
    spread = np.sqrt(np.mean((some - mean) ** 2, axis=0))
    return np.flatnonzero(np.abs(mean) > FAR * spread)


def some_columns(X: Any, columns: np.ndarray) -> Any:
    """Return a copy of some columns, in memory as X is: indexing would give that of the transpose."""
    if sparse.issparse(X):
        return X[:, columns]
    return X.T.take(columns, axis=0).T if X.flags.f_contiguous else X.take(columns, axis=1)


def chunks(n: int) -> Iterator[slice]:
    """Cut a range into pieces."""
    return (slice(start, min(start + CHUNK, n)) for start in range(0, n, CHUNK))


def row_chunks(n_samples: int, n_features: int) -> Iterator[slice]:
    """Cut samples into pieces that fit the cache, but not so small that summing their products counts."""
    step = max(IN_CACHE // max(1, n_features), min(2 * n_features, CHUNK))
    return (slice(start, min(start + step, n_samples)) for start in range(0, n_samples, step))


def dense(matrix: Any) -> np.ndarray:
    """Return a dense array of a product that may be sparse."""
    return matrix.toarray() if sparse.issparse(matrix) else matrix
