"""The Hessian of each column in its own weights, about the centre that its own labels have."""

from dataclasses import dataclass

import numpy as np

from ._design import Design
from ._row_block import RowBlock

PICKED = 0.7  # share of the samples below which those that count are picked
TOGETHER = 5  # columns whose patterns of labels are told apart at once
IN_PATTERN = 0.5  # samples of a pattern, relative to the coordinates, with which that is worth it
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


def hessians_of(
    block: RowBlock, curvatures: np.ndarray, has_intercepts: bool
) -> list[ColumnHessian]:
    """Return the Hessian of each column of a block."""
    design, size = block.design, block.design.shape[1]
    total = np.ones(len(curvatures)) @ curvatures
    mean = np.zeros((size, len(total)))
    if has_intercepts:
        mean = design.backward(curvatures) / np.where(total > 0, total, 1.0)
    grams = by_patterns(design, curvatures, mean * total, mean)
    found = []
    for h, t, m, gram in zip(curvatures.T, total.tolist(), mean.T, grams, strict=True):
        half = None
        if gram is None:
            rows = np.flatnonzero(h)
            if len(rows) < size:
                half = np.sqrt(h[rows])[:, None] * (design.values(rows) - m)
            elif len(rows) < PICKED * len(h):
                gram = design.moved(m).gram(h[rows], rows)
            else:
                gram = design.moved(m).gram(h)
        found.append(ColumnHessian(t, m, half, gram))
    return found


def by_patterns(
    design: Design, curvatures: np.ndarray, first: np.ndarray, mean: np.ndarray
) -> list[np.ndarray | None]:
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
            gram *= top[k]
            squares = np.diag(gram).copy()
            gram -= np.outer(first[:, k], mean[:, k])
            if np.all(np.diag(gram) >= ABOUT * squares):  # else digits are lost
                grams[k] = gram
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
