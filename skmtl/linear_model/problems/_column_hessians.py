"""The Hessian of each column in its weights, about the centre of the samples with its labels."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from ._design import Design
from ._row_block import RowBlock

PICKED = 0.7  # share of the samples below which those that count are picked
MOST_TOGETHER = 14  # columns among whose labels patterns are sought at once
IN_PATTERN = 0.5  # samples of a pattern, relative to the coordinates, with which that is worth it
A_CALL = 500_000  # multiplications of a product that cost what calling for it does
HELD = 250_000  # numbers in Gram matrices of patterns that are summed at a time
CHUNK = 1024  # samples that are scaled at a time
AMONG = 60  # samples, times the coordinates, of which a Hessian is roughly taken
ABOUT = 1e-2  # share of a square that must be left when a mean is taken out of it afterwards


@dataclass(frozen=True, eq=False)
class ColumnHessian:
    """sum_i h_i (x_i - mean) (x_i - mean)', h the curvatures of the column's loss.

    It is half' half where labels are fewer than coordinates, else gram. total is the sum of the curvatures.
    """

    total: float
    mean: np.ndarray
    half: np.ndarray | None
    gram: np.ndarray | None

    @property
    def precise(self) -> "ColumnHessian":
        """The same in double precision."""
        return replace(self, gram=None if self.gram is None else self.gram.astype(np.float64))

    def times(self, w: np.ndarray) -> np.ndarray:
        """Return the matrix times a vector."""
        if self.half is not None:
            return (self.half @ w) @ self.half
        assert self.gram is not None
        return self.gram @ w

    @property
    def square(self) -> np.ndarray:
        """The whole matrix."""
        if self.half is not None:
            return self.half.T @ self.half
        assert self.gram is not None
        return self.gram


def hessians_of(
    block: RowBlock,
    curvatures: np.ndarray,
    has_intercepts: bool,
    precision: type = np.float64,
    among: float = np.inf,
) -> list[ColumnHessian]:
    """Return the Hessian of each column of a block, multiplied in a given precision.

    among is how many samples, times the coordinates, it is taken of at least where there are more.
    """
    design, size = block.common, block.design.shape[1]
    step = sampling_step(curvatures, among * size)
    if step > 1:
        design, curvatures = design.rows(slice(None, None, step)), step * curvatures[::step]
    total = np.ones(len(curvatures), curvatures.dtype) @ curvatures
    first, wholes = whole_moments(design, curvatures, has_intercepts, precision)
    mean = first / np.where(total > 0, total, 1.0)
    hessians = []
    for t, whole in enumerate(wholes):
        half, gram = None, about(mean[:, t], first[:, t], whole)
        if gram is None:
            h, rows = curvatures[:, t], np.flatnonzero(curvatures[:, t])
            if len(rows) < size:
                half = np.sqrt(h[rows])[:, None] * (design.values(rows) - mean[:, t])
            else:
                gram = design.moved(mean[:, t]).gram(h[rows], rows).astype(precision, copy=False)
        hessians.append(ColumnHessian(float(total[t]), mean[:, t], half, gram))
    return hessians


def whole_moments(
    design: Design, curvatures: np.ndarray, has_intercepts: bool, precision: type
) -> tuple[np.ndarray, list[np.ndarray | None]]:
    """Return X'h, zero without intercepts, and X' diag(h) X of each column h of curvatures; None where it must wait."""
    moments = by_patterns(design, curvatures, precision)
    if moments is not None:
        first, grams = moments
        return first if has_intercepts else np.zeros_like(first), list(grams)
    size, T = design.shape[1], curvatures.shape[1]
    first = design.backward(curvatures) if has_intercepts else np.zeros((size, T))
    wholes: list[np.ndarray | None] = [None] * T
    if not design.is_sparse:
        many = np.flatnonzero(np.count_nonzero(curvatures, axis=0) >= size).tolist()
        grams_of_many = grams_by_chunk(design, curvatures[:, many], precision)
        for t, gram in zip(many, grams_of_many, strict=True):
            wholes[t] = gram
    return first, wholes


def sampling_step(curvatures: np.ndarray, enough: float) -> int:
    """Return which of the samples, one in so many, are enough of them, where their curvatures are unequal."""
    if np.isinf(enough):
        return 1
    squares = np.square(curvatures).sum(axis=0)
    n_samples = np.square(curvatures.sum(axis=0)) / np.where(squares > 0, squares, 1.0)
    return max(1, int(n_samples.min() / enough))


def grams_by_chunk(design: Design, curvatures: np.ndarray, precision: type) -> list[np.ndarray]:
    """Return X' diag(h) X for each column h of curvatures, X dense and about its centre, going over X once."""
    size, roots = design.shape[1], np.sqrt(curvatures, dtype=precision)
    grams: list[np.ndarray] = [np.zeros((size, size), precision) for _ in roots.T]
    for start in range(0, len(roots), CHUNK):
        rows = slice(start, start + CHUNK)
        Z: np.ndarray = design.values(rows).astype(precision, copy=False)
        scaled = np.empty_like(Z)
        for root, gram in zip(roots[rows].T, grams):
            counted = np.flatnonzero(root)
            if len(counted) < PICKED * len(root):
                part = Z[counted] * root[counted, None]
            else:
                part = np.multiply(Z, root[:, None], out=scaled)
            gram += part.T @ part
    return grams


def about(mean: np.ndarray, first: np.ndarray, gram: np.ndarray | None) -> np.ndarray | None:
    """Return a Gram matrix about a mean, first being the mean times the weights; None where digits would be lost."""
    if gram is None:
        return None
    squares = np.diag(gram).copy()
    gram -= np.outer(first.astype(gram.dtype, copy=False), mean.astype(gram.dtype, copy=False))
    return gram if np.all(np.diag(gram) >= ABOUT * squares) else None


def by_patterns(
    design: Design, curvatures: np.ndarray, precision: type
) -> tuple[np.ndarray, np.ndarray] | None:
    """Return X'h and X' diag(h) X of columns h that count samples alike or not at all; None where that saves nothing.

    Samples are sorted by which of some columns count them. Each pattern costs one product, and the Gram matrix of a
    column is the sum of those of its patterns: all samples are multiplied once for so many columns.
    """
    (n_samples, size), T = design.shape, curvatures.shape[1]
    together = columns_together(n_samples, size, T)
    if design.is_sparse or together < 2:
        return None
    top, counts = curvatures.max(axis=0), curvatures > 0.0
    if ((curvatures != top) & counts).any():
        return None
    first = np.empty((size, T))
    grams: np.ndarray = np.empty((T, size, size), precision)
    groups = np.array_split(np.arange(T), -(-T // together))
    values = design.values
    if len(groups) > 1 and precision is not np.float64:
        values = partial(design.centred_copy(precision).take, axis=0)
    for columns in groups:
        first[:, columns] = pattern_moments(
            values, counts[:, columns], grams[columns[0] : columns[-1] + 1]
        )
    if (top != 1.0).any():
        first *= top
        grams *= top.astype(precision)[:, None, None]
    return first, grams


def columns_together(n_samples: int, size: int, n_columns: int) -> int:
    """Return the number of columns whose patterns of labels, 2 to its power, have samples enough."""
    enough = max(IN_PATTERN * size, A_CALL / max(1, size) ** 2)
    return min(int(np.log2(max(1.0, n_samples / enough))), MOST_TOGETHER, n_columns)


def work_of_patterns(n_samples: int, size: int, n_columns: int) -> float:
    """Return the multiplications that the Gram matrices of columns with missing labels take."""
    together = max(1, columns_together(n_samples, size, n_columns))
    return 0.5 * n_samples * size**2 * -(-n_columns // together)


def pattern_moments(
    values: Callable[[np.ndarray], np.ndarray], counts: np.ndarray, grams: np.ndarray
) -> np.ndarray:
    """Return the sums of the samples that each of a few columns counts; write their Gram matrices to grams.

    values returns some of the samples.
    """
    size, precision, pieces = grams.shape[1], grams.dtype, by_pattern(counts)
    counted = counts[[rows[0] for rows in pieces]].T.astype(precision)
    most = max(1, HELD // max(1, size * size))
    sums, held = np.empty((len(pieces), size), precision), np.empty((most, size, size), precision)
    flat = grams.reshape(len(grams), -1)
    flat[...] = 0.0
    for start in range(0, len(pieces), most):
        some = slice(start, min(start + most, len(pieces)))
        for total, gram, rows in zip(sums[some], held, pieces[some]):
            Z = values(rows).astype(precision, copy=False)
            np.matmul(np.ones(len(Z), precision), Z, out=total)
            np.matmul(Z.T, Z, out=gram)
        flat += counted[:, some] @ held[: some.stop - start].reshape(-1, size * size)
    return (counted @ sums).T


def by_pattern(counts: np.ndarray) -> list[np.ndarray]:
    """Sort samples by which columns count them, into pieces that fit the cache; those that none counts are left out."""
    code = (counts @ (1 << np.arange(counts.shape[1]))).astype(np.int16)
    order = np.argsort(code, kind="stable")
    starts = np.flatnonzero(np.diff(code[order], prepend=0))
    return [
        rows[start : start + CHUNK]
        for rows in np.split(order, starts)[1:]
        for start in range(0, len(rows), CHUNK)
    ]
