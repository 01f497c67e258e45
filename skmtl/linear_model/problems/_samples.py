"""The samples of a fit, and how they are cut into blocks of those with labels of the same tasks."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np

from ...heads import JointLoss, TaskFit
from ._design import Design, dense
from ._row_block import CHUNK, RowBlock, as_slice, label_weight
from ._stacked_design import StackedDesign

UNEVEN = 1.25  # samples of a task, relative to those of another, with which both are stacked
DENSE = (
    0.1  # share of numbers that are not zero above which sparse samples are stacked, as dense ones
)


class Part(NamedTuple):
    """Tasks labelled on the same rows, or on all where rows are None, and their columns."""

    rows: np.ndarray | None
    fits: list[TaskFit]
    columns: np.ndarray

    @property
    def n_labels(self) -> int:
        """Number of labels of each task."""
        return len(self.fits[0].y)


class FitSamples(NamedTuple):
    """The samples of a fit; weight are the sums of the weights of the labels of each.

    one_centre says that all must be centred alike, since the intercepts are compared, and not block by block.
    rounding is that of the numbers in X, relative to them.
    """

    design: Design
    weight: np.ndarray
    parts: list[Part]
    one_centre: bool
    rounding: float

    def blocks(self) -> tuple[RowBlock, ...]:
        """Return the blocks: tasks of one column are stacked where their sets of samples differ and are small."""
        if len(self.parts) == 1 or self.design.X.size < DENSE * np.prod(self.design.shape):
            return self.blocks_apart()
        alone, stacks = stacks_of(self.parts, self.design.shape[1])
        return (*map(self._block, alone), *map(self._stack, stacks))

    def blocks_apart(self) -> tuple[RowBlock, ...]:
        """Return the blocks in each of which all columns have the same samples."""
        return tuple(map(self._block, self.parts))

    def _block(self, part: Part) -> RowBlock:
        rows, fits, columns = part.rows, part.fits, as_slice(part.columns)
        if rows is None:
            return RowBlock(self.design, JointLoss.of(fits, self.design.shape[0]), columns)
        design = self.design.rows(rows)
        if len(self.parts) > 1 and not self.one_centre:
            design = Design.centred(design.X, self.weight[rows], self.rounding)
        fits = [fit._replace(rows=None) for fit in fits]
        return RowBlock(design, JointLoss.of(fits, len(rows)), columns)

    def _stack(self, parts: Sequence[Part]) -> RowBlock:
        fits = [part.fits[0] for part in parts]
        counts = np.array([part.n_labels for part in parts])
        inside = np.arange(counts.max())
        is_counted = inside < counts[:, None]
        place = (np.cumsum(counts) - counts)[:, None] + np.where(is_counted, inside, 0)
        rows = np.concatenate([part.rows for part in parts if part.rows is not None])[place]
        y = np.concatenate([fit.y[:, 0] for fit in fits])[place]
        weight = np.concatenate([label_weight(fit) for fit in fits])[place] * is_counted
        if self.one_centre:
            design = StackedDesign.about(self.design, rows, counts)
        else:
            X = dense(self.design.X[rows.ravel()])
            X = np.ascontiguousarray(X).reshape(*rows.shape, -1)
            design = StackedDesign.centred(X, counts, weight, self.rounding)
        columns = as_slice(np.concatenate([part.columns for part in parts]))
        return RowBlock(design, JointLoss.stacked(fits[0].head.loss, y, weight), columns)


def parts_of(fits: Sequence[TaskFit], n_samples: int) -> list[Part]:
    """Split the tasks into parts of those labelled on the same samples.

    That is done where it copies no sample twice. Else all samples are one part, and the losses pick their labels.
    """
    widths = [len(fit.head.active) for fit in fits]
    stops = np.cumsum(widths)
    starts = stops - widths
    groups: dict[bytes, list[int]] = {}
    for position, fit in enumerate(fits):
        groups.setdefault(b"" if fit.rows is None else fit.rows.tobytes(), []).append(position)
    n_copied = sum(len(fits[group[0]].y) for group in groups.values())
    if b"" in groups or n_copied > n_samples:
        return [Part(None, list(fits), np.arange(stops[-1]))]
    parts = []
    for group in groups.values():
        columns = np.concatenate([np.arange(starts[t], stops[t]) for t in group])
        parts.append(Part(fits[group[0]].rows, [fits[t] for t in group], columns))
    return parts


def stacks_of(parts: Sequence[Part], n_features: int) -> tuple[list[Part], list[list[Part]]]:
    """Return the parts that stand alone, and lists of those that are stacked."""
    can_be_stacked = [
        len(part.columns) == 1 and part.n_labels * n_features <= CHUNK for part in parts
    ]
    small = [part for part, can in zip(parts, can_be_stacked, strict=True) if can]
    stacks = [
        stack
        for _, alike in groupby(small, key=lambda part: part.fits[0].head.loss)
        for stack in by_size(alike)
    ]
    return [part for part, can in zip(parts, can_be_stacked, strict=True) if not can], stacks


def by_size(parts: Iterator[Part]) -> Iterator[list[Part]]:
    """Cut parts into lists of those with about as many labels, so that little of a stack is padding."""
    rest = sorted(parts, key=lambda part: part.n_labels)
    n_labels = np.array([part.n_labels for part in rest])
    start = 0
    while start < len(rest):
        stop = int(np.searchsorted(n_labels, UNEVEN * n_labels[start], side="right"))
        yield sorted(rest[start:stop], key=lambda part: int(part.columns[0]))
        start = stop
