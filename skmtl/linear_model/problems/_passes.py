"""Passes over the data, in double precision or in single."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...heads import TotalHessian
from ._row_block import RowBlock, chunks_of, column_sums, total_hessian

Raw = list[np.ndarray]
Kernel = Callable[[int, np.ndarray], np.ndarray]

WORTH_A_COPY = 200_000  # numbers in X and raw predictions above which single precision saves time
LOOKED_AT = 12  # chunks of which a Hessian is roughly taken
WITHIN = 1e12  # size, and one over it, of columns whose products single precision holds


@dataclass(frozen=True, eq=False)
class Passes:
    """Passes over chunks of samples: few enough to stay in the cache from X @ W to G' @ X.

    Weights, and gradients in them, have shape (size, n_columns) and double precision; raw predictions have that of the
    chunks.
    """

    chunks: tuple[RowBlock, ...]
    size: int
    n_columns: int
    precision: Any = np.float64

    @classmethod
    def over(
        cls, blocks: Sequence[RowBlock], n_columns: int, precision: Any = np.float64
    ) -> "Passes":
        """Cut blocks into chunks."""
        chunks = tuple(chunk for block in blocks for chunk in chunks_of(block))
        return cls(chunks, blocks[0].design.shape[1], n_columns, precision)

    def forward(self, V: np.ndarray) -> Raw:
        """Return the raw predictions without intercepts, by chunk."""
        V = V.astype(self.precision, copy=False)
        return [chunk.design.forward(V[:, chunk.columns]) for chunk in self.chunks]

    def backward(self, G: Sequence[np.ndarray]) -> np.ndarray:
        """Return the gradient in the weights, given that in raw."""
        gradient = np.zeros((self.size, self.n_columns))
        for chunk, part in zip(self.chunks, G, strict=True):
            gradient[:, chunk.columns] += chunk.design.backward(part)
        return gradient

    def sweep(self, V: np.ndarray, kernel: Kernel) -> np.ndarray:
        """Return the gradient in the weights that kernel makes of the raw predictions of each chunk, in one pass."""
        V = V.astype(self.precision, copy=False)
        gradient = np.zeros((self.size, self.n_columns))
        for position, chunk in enumerate(self.chunks):
            G = kernel(position, chunk.design.forward(V[:, chunk.columns]))
            gradient[:, chunk.columns] += chunk.design.backward(G)
        return gradient

    def constant(self, values: np.ndarray) -> Raw:
        """Return constant raw predictions."""
        values = values.astype(self.precision, copy=False)
        return [np.tile(values[chunk.columns], (chunk.loss.n_samples, 1)) for chunk in self.chunks]

    def loss_gradient(self, raw: Sequence[np.ndarray]) -> Raw:
        """Return the gradient of the loss in raw, by chunk."""
        return [chunk.loss.gradient(part) for chunk, part in zip(self.chunks, raw, strict=True)]

    def column_sums(self, G: Sequence[np.ndarray]) -> np.ndarray:
        """Return the sums over samples of something like raw."""
        return column_sums(self.chunks, G, self.n_columns)

    def gram(self, row_weight: np.ndarray | None) -> np.ndarray:
        """Return about the Gram matrix of dense inputs about their centre, whose samples have these weights."""
        total, start = np.zeros((self.size, self.size)), 0
        for chunk in self.chunks:
            if row_weight is None:
                total += chunk.design.about_gram()
                continue
            X, stop = chunk.design.X, start + chunk.loss.n_samples
            X = X * np.sqrt(row_weight[start:stop, None], dtype=X.dtype)
            total += X.T @ X
            start = stop
        return total.astype(self.precision, copy=False)

    def rough_hessian(self, raw: Sequence[np.ndarray]) -> TotalHessian:
        """Return about the sum over samples of the Hessian in raw: from some of the chunks where there are many."""
        some, raw = self.some(raw)
        total = total_hessian(some.chunks, some.loss_gradient(raw), self.n_columns)
        return total.times(self.n_samples / some.n_samples)

    def rough_curvature(
        self, raw: Sequence[np.ndarray], has_intercepts: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return about the curvature of each column's loss in a factor of its raw predictions, with their best mean.

        The second array says of how many samples it is: those that are curved the most count most.
        """
        some, raw = self.some(raw)
        moments = np.zeros((4, self.n_columns))
        for chunk, part in zip(some.chunks, raw, strict=True):
            curvature, ones = chunk.loss.curvatures(part), np.ones(len(part), part.dtype)
            first = curvature * part
            for sums, values in zip(moments, (curvature, first, first * part, curvature**2)):
                sums[chunk.columns] += ones @ values
        total, first, square, squared = moments
        n_samples = total**2 / np.where(squared > 0.0, squared, 1.0)
        if has_intercepts:
            square = square - first**2 / np.where(total > 0.0, total, 1.0)
        more = self.n_samples / some.n_samples
        return more * square, more * n_samples

    def some(self, raw: Sequence[np.ndarray]) -> tuple["Passes", Sequence[np.ndarray]]:
        """Return passes over a few of the chunks, where there are many that are alike, and what is theirs of raw."""
        step = max(1, len(self.chunks) // LOOKED_AT) if self.are_alike else 1
        return replace(self, chunks=self.chunks[::step]), raw[::step]

    @property
    def are_alike(self) -> bool:
        """Whether all chunks have labels of all columns."""
        return all(chunk.loss.n_columns == self.n_columns for chunk in self.chunks)

    @property
    def n_samples(self) -> int:
        """Number of samples in all chunks."""
        return sum(chunk.loss.n_samples for chunk in self.chunks)


def single_passes(blocks: Sequence[RowBlock], n_columns: int) -> Passes | None:
    """Return passes in single precision, over a copy of X about its centre; None where that saves little, or fails."""
    if any(block.design.is_sparse for block in blocks):
        return None
    if sum(b.design.X.size + b.loss.n_samples * b.loss.n_columns for b in blocks) < WORTH_A_COPY:
        return None
    rounded = []
    for block in blocks:
        design, loss = block.design.in_precision(np.float32), block.loss.astype(np.float32)
        X = design.X.reshape(-1, design.shape[1])
        if not (is_within(X) and all(is_within(term.weight) for term in loss.terms)):
            return None
        rounded.append(RowBlock(design, loss, block.columns))
    return Passes.over(rounded, n_columns, np.float32)


def is_within(values: np.ndarray) -> bool:
    """Whether columns are zero, or of a size whose products single precision holds."""
    most = np.maximum(values.max(axis=0, initial=0.0), -values.min(axis=0, initial=0.0))
    return bool(np.all((most == 0.0) | ((most < WITHIN) & (most > 1.0 / WITHIN))))
