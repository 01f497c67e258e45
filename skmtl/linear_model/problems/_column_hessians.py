"""The Hessian of each column in its own weights, about the centre that its own labels have."""

from dataclasses import dataclass

import numpy as np

from ._design import Design
from ._row_block import RowBlock

PICKED = 0.7  # share of the samples below which those that count are picked
TOGETHER = 5  # columns whose patterns of labels are told apart at once
IN_PATTERN = 0.5  # samples of a pattern, relative to the coordinates, with which that is worth it
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
    def square(self) -> np.ndarray:
        """The whole matrix."""
        if self.half is not None:
            return self.half.T @ self.half
        assert self.gram is not None
        return self.gram


def hessians_of(
    block: RowBlock, curvatures: np.ndarray, has_intercepts: bool, roughly: type | None = None
) -> list[ColumnHessian]:
    """Return the Hessian of each column of a block; roughly in a given precision, of a sample of many rows."""
    design, size = block.common, block.design.shape[1]
    step = 1 if roughly is None else sampling_step(curvatures, size)
    if step > 1:
        design, curvatures = design.rows(slice(None, None, step)), step * curvatures[::step]
    total = np.ones(len(curvatures), curvatures.dtype) @ curvatures
    mean = np.zeros((size, len(total)))
    if has_intercepts:
        mean = design.backward(curvatures) / np.where(total > 0, total, 1.0)
    first, wholes = mean * total, by_patterns(design, curvatures)
    are_many = np.count_nonzero(curvatures, axis=0) >= size
    late = [t for t in np.flatnonzero(are_many).tolist() if wholes[t] is None]
    if not design.is_sparse:
        grams = grams_by_chunk(design, curvatures[:, late], roughly or np.float64)
        for t, whole in zip(late, grams, strict=True):
            wholes[t] = whole
    found = []
    for t, h in enumerate(curvatures.T):
        half, gram, rows = None, about(mean[:, t], first[:, t], wholes[t]), np.flatnonzero(h)
        if gram is None and not are_many[t]:
            half = np.sqrt(h[rows])[:, None] * (design.values(rows) - mean[:, t])
        elif gram is None:
            gram = design.moved(mean[:, t]).gram(h[rows], rows)
        found.append(ColumnHessian(float(total[t]), mean[:, t], half, gram))
    return found


def sampling_step(curvatures: np.ndarray, size: int) -> int:
    """Return which of the samples, one in so many, suffice for about the Hessians, whose curvatures are unequal."""
    squares = np.square(curvatures).sum(axis=0)
    n_samples = np.square(curvatures.sum(axis=0)) / np.where(squares > 0, squares, 1.0)
    return max(1, int(n_samples.min() / (AMONG * size)))


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
    return [gram.astype(np.float64, copy=False) for gram in grams]


def about(mean: np.ndarray, first: np.ndarray, gram: np.ndarray | None) -> np.ndarray | None:
    """Return a Gram matrix about a mean, first being the mean times the weights; None where digits would be lost."""
    if gram is None:
        return None
    squares = np.diag(gram).copy()
    gram -= np.outer(first, mean)
    return gram if np.all(np.diag(gram) >= ABOUT * squares) else None


def by_patterns(design: Design, curvatures: np.ndarray) -> list[np.ndarray | None]:
    """Return the Gram matrices of columns whose samples count alike or not at all; None for those to be found alone.

    Samples are sorted by which of a few columns count them. Each pattern costs one product, and the Gram matrix of a
    column is the sum of those of its patterns: for two fifths of what each column on its own would cost.
    """
    (n_samples, size), T = design.shape, curvatures.shape[1]
    grams: list[np.ndarray | None] = [None] * T
    is_cut = 0 < np.count_nonzero(curvatures) < PICKED * curvatures.size
    top = curvatures.max(axis=0)
    are_alike = bool(((curvatures == 0.0) | (curvatures == top)).all())
    few_in_pattern = n_samples < IN_PATTERN * size * 2 ** min(T, TOGETHER)
    if design.is_sparse or T < 2 or not is_cut or not are_alike or few_in_pattern:
        return grams
    for start in range(0, T, TOGETHER):
        columns = slice(start, start + TOGETHER)
        for k, gram in enumerate(pattern_grams(design, curvatures[:, columns] > 0.0), start):
            grams[k] = top[k] * gram
    return grams


def pattern_grams(design: Design, counts: np.ndarray) -> list[np.ndarray]:
    """Return the Gram matrix of the samples that each of a few columns counts."""
    code = (counts @ (1 << np.arange(counts.shape[1]))).astype(np.int16)
    order = np.argsort(code, kind="stable")
    codes, starts = np.unique(code[order], return_index=True)
    parts = zip(codes.tolist(), np.split(order, starts[1:]), strict=True)
    grams = [np.zeros((design.shape[1],) * 2) for _ in range(counts.shape[1])]
    for pattern, rows in parts:
        if pattern:
            gram = design.gram(None, rows)
            for k, own in enumerate(grams):
                if pattern >> k & 1:
                    own += gram
    return grams
