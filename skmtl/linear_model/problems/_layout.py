"""How the data of a fit are laid out, and what is known of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from ...heads import TaskFit, TotalHessian
from ...penalties import FEATURES
from ._column_hessians import ColumnHessian, work_of_patterns
from ._design import Design, refuse_extreme_targets, refuse_huge_weights
from ._latest import Latest
from ._passes import Passes, Raw, single_passes
from ._row_block import (
    RowBlock,
    chunks_of,
    has_common_weights,
    label_weights,
    mean_weights,
    varying_columns,
)
from ._row_space import RowSpace, has_few_samples, row_space_of
from ._sample_gram import SampleGram, eigen
from ._samples import FitSamples, parts_of
from ._stacked_design import StackedDesign
from ._stacked_hessians import hessians_by_column
from ._wide_gram import GrownGram

LARGEST_GRAM = 6000
LARGEST_EIGENPROBLEM = 1500  # features, or samples, of which eigenvectors are cheap
LARGEST_SPARSE_GRAM = 500
# Single precision saves more than the correction that it asks for where Gram matrices cost so many passes over X,
DEAR = 8.0
DEAR_WORK = 1e7  # and multiplications
LARGEST_HESSIANS = 20_000_000  # numbers in the Hessians of all columns
ROUNDINGS = 10.0  # of the best constant prediction, whose loss counts as none
FLAT = 1e-12  # losses of the best constant prediction, relative to the largest, that count as none


@dataclass(frozen=True, eq=False)
class FitLayout:
    """The data of a fit. Columns are those of the tasks to be fitted, from left to right.

    blocks hold the samples as they are, one block for the tasks that are labelled on the same, and a stack for tasks
    that have a few each. row_weight are the mean weights of a sample's labels, where there is one block, and they
    differ; is_common says that the Hessian of the loss in every column is then the Gram matrix of all samples, times a
    number. basis is that of the penalty; rounding that of the numbers in X, relative to them.
    """

    design: Design
    samples: FitSamples
    blocks: tuple[RowBlock, ...]
    n_columns: int
    row_weight: np.ndarray | None
    fit_intercept: bool
    is_common: bool
    basis: str
    rounding: float

    @classmethod
    def of(
        cls,
        X: Any,
        fits: Sequence[TaskFit],
        fit_intercept: bool,
        one_centre: bool,
        basis: str,
        rounding: float,
    ) -> "FitLayout":
        """Lay out the data.

        one_centre says that all samples must be centred alike, since the intercepts are compared, and not block
        by block.
        """
        weight = label_weights(fits, X.shape[0])
        refuse_huge_weights(weight)
        for fit in fits:
            refuse_extreme_targets(fit.head.name, fit.y)
        design = Design.centred(X, weight, rounding) if fit_intercept else Design.plain(X)
        parts = parts_of(fits, X.shape[0])
        one_centre = one_centre or not fit_intercept
        samples = FitSamples(design, weight, parts, one_centre, rounding)
        row_weight, is_common = None, False
        if len(parts) == 1:
            ((rows, members, _),) = parts
            row_weight = mean_weights(members, weight if rows is None else weight[rows])
            is_common = has_common_weights(members, rows, row_weight)
        return cls(
            design,
            samples,
            samples.blocks(),
            sum(len(fit.head.active) for fit in fits),
            row_weight,
            fit_intercept,
            is_common,
            basis,
            rounding,
        )

    @cached_property
    def apart(self) -> "FitLayout":
        """The same without stacks: all columns of a block have the same samples."""
        if not self.has_stacks:
            return self
        return replace(self, blocks=self.samples.blocks_apart())

    @property
    def has_stacks(self) -> bool:
        """Whether some columns, with different sets of samples, are stacked."""
        return any(isinstance(block.design, StackedDesign) for block in self.blocks)

    def features(self, columns: np.ndarray) -> "FitLayout":
        """Return the data with some of the features alone."""
        blocks = tuple(b._replace(design=b.common.features(columns)) for b in self.blocks)
        return replace(self, design=self.design.features(columns), blocks=blocks, basis=FEATURES)

    @property
    def n_rows(self) -> float:
        """The total weight of the samples in the Gram matrix."""
        if self.row_weight is not None:
            return float(self.row_weight.sum())
        return float(sum(np.sum(block.design.counts) for block in self.blocks))

    @property
    def is_together(self) -> bool:
        """Whether all columns are laid out over the same samples."""
        return len(self.blocks) == 1 and isinstance(self.blocks[0].design, Design)

    # Coordinates: those of the row space where there are few samples, else the features

    @property
    def has_row_space(self) -> bool:
        """Whether coefficients live on fewer coordinates than there are features."""
        return (
            self.is_together and self.basis != FEATURES and has_few_samples(self.blocks[0].common)
        )

    @cached_property
    def row_space(self) -> RowSpace | None:
        """The row space of the samples, where it is smaller than that of the features, and will do."""
        return row_space_of(self.blocks[0].common) if self.has_row_space else None

    @cached_property
    def coordinate_blocks(self) -> tuple[RowBlock, ...]:
        """The blocks in coordinates."""
        if self.row_space is None:
            return self.blocks
        return (self.blocks[0]._replace(design=Design.plain(self.row_space.L)),)

    @cached_property
    def chunks(self) -> tuple[RowBlock, ...]:
        """The data as given, in chunks."""
        whole = Passes.over(self.blocks, self.n_columns) if self.has_row_space else self.passes
        return whole.chunks

    @cached_property
    def passes(self) -> Passes:
        """Passes over the data, in coordinates."""
        return Passes.over(self.coordinate_blocks, self.n_columns)

    @cached_property
    def single_passes(self) -> Passes | None:
        """Those in single precision, where they save time."""
        return single_passes(self.coordinate_blocks, self.n_columns)

    @property
    def size(self) -> int:
        """Number of coordinates."""
        return self.coordinate_blocks[0].design.shape[1]

    def weights(self, V: np.ndarray) -> np.ndarray:
        """Return the weights of the features, given those of the coordinates."""
        W = V.copy() if self.row_space is None else self.row_space.weights(V)
        W[self.design.constant] = 0.0  # as they are but for rounding
        return W

    def coordinates(self, W: np.ndarray) -> np.ndarray:
        """Return the weights of the coordinates, given those of the features."""
        return W if self.row_space is None else self.row_space.coordinates(W)

    def at_centre(self, W: np.ndarray) -> np.ndarray:
        """Return what weights of features add to the intercepts of inputs that are not centred."""
        added = np.zeros(self.n_columns)
        for block in self.blocks:
            added[block.columns] = block.design.at_centre(W[:, block.columns])
        return added

    def by_block(self, raw: Sequence[np.ndarray]) -> Raw:
        """Return something like raw by block, given by chunk."""
        if len(raw) == len(self.blocks):
            return list(raw)
        if len(self.blocks) == 1:
            return [self.blocks[0].design.joined(raw)]
        parts, start = [], 0
        for block in self.blocks:
            stop = start + len(chunks_of(block))
            parts.append(block.design.joined(raw[start:stop]))
            start = stop
        return parts

    # Second moments

    @cached_property
    def gram(self) -> np.ndarray | None:
        """The Gram matrix of the coordinates; None where it would be too large."""
        if self.size > (
            LARGEST_SPARSE_GRAM
            if self.design.is_sparse and not self.has_row_space
            else LARGEST_GRAM
        ):
            return None
        if self.row_space is not None:
            return Design.plain(self.row_space.L).gram(self.row_weight)
        if self.is_together:
            return self.blocks[0].common.gram(self.row_weight)
        return np.sum([block.design.gram() for block in self.blocks], axis=0)

    @cached_property
    def rounded_gram(self) -> "SampleGram | FitLayout":
        """Where about the Gram matrix is to be had: in single precision, if that saves time, and it is not known."""
        if self.has_gram or self.single_passes is None or self.size > LARGEST_GRAM:
            return self
        return SampleGram(self.single_passes.gram(self.row_weight), self.n_rows)

    @cached_property
    def squares(self) -> np.ndarray:
        """The diagonal of the Gram matrix."""
        return np.sum([chunk.design.squares() for chunk in self.passes.chunks], axis=0)

    @cached_property
    def total_square(self) -> float:
        """The trace of the Gram matrix, by what is known already."""
        if "kernel" in vars(self):
            return float(np.trace(self.kernel.gram))
        for source in (self, vars(self).get("rounded_gram", self)):
            if source.has_gram and source.gram is not None:
                return float(np.trace(source.gram))
        if self.is_together:
            return self.coordinate_blocks[0].common.total_square(self.row_weight)
        return float(self.squares.sum())

    @property
    def has_gram(self) -> bool:
        """Whether the Gram matrix is known already."""
        return vars(self).get("gram") is not None

    @cached_property
    def eigen(self) -> tuple[np.ndarray, np.ndarray]:
        """Eigenvalues and eigenvectors of the Gram matrix."""
        assert self.gram is not None
        return eigen(self.gram)

    @property
    def has_eigen(self) -> bool:
        """Whether the eigenvectors are known already."""
        return "eigen" in vars(self)

    @cached_property
    def kernel(self) -> SampleGram:
        """The products of the samples with one another, where all tasks have all of them."""
        return SampleGram.of(self.blocks[0].common, self.row_weight, self.fit_intercept)

    def prepare_gram(self) -> None:
        """Make the Gram matrix once for many fits, where it is that of every column and not wide."""
        if self.is_common and not self.has_row_space:
            self.gram  # noqa: B018 - it is kept

    def prepare_eigen(self) -> None:
        """Find the eigenvectors of the Gram matrix, with which each strength costs products alone."""
        source = self.kernel if self.is_common and self.has_row_space else self
        if source.gram is not None and source.size <= LARGEST_EIGENPROBLEM:
            source.eigen  # noqa: B018 - they are kept

    @cached_property
    def grown(self) -> GrownGram:
        """The Gram matrix of those features that were asked for, if coefficients live on features."""
        return GrownGram(self.blocks[0].common, self.row_weight)

    @cached_property
    def latest(self) -> Latest:
        """The last weights that were evaluated on the data as given."""
        return Latest()

    # The Hessian of each column in its weights, for losses without second derivatives between columns

    def column_hessians(
        self, raw: Sequence[np.ndarray], precision: type = np.float64, among: float = np.inf
    ) -> list[ColumnHessian]:
        """Return the Hessians at raw predictions, by block; precision and among are those of hessians_of."""
        return hessians_by_column(self.coordinate_blocks, raw, self.fit_intercept, precision, among)

    @cached_property
    def square_hessians(self) -> list[ColumnHessian]:
        """The Hessians of losses that have the same everywhere."""
        return self.column_hessians(self.null_predictions)

    @cached_property
    def rounded_square_hessians(self) -> list[ColumnHessian]:
        """The same in single precision."""
        return self.column_hessians(self.null_predictions, np.float32)

    @property
    def null_predictions(self) -> Raw:
        """The best constant prediction of all samples, by block."""
        return [
            np.broadcast_to(self.null_raw[b.columns], (b.loss.n_samples, b.loss.n_columns))
            for b in self.blocks
        ]

    @property
    def has_dear_squares(self) -> bool:
        """Whether the Hessians of squared losses cost much more than passes over the data and back."""
        work = sum(
            work_of_patterns(b.loss.n_samples, self.size, b.loss.n_columns) for b in self.blocks
        )
        a_pass = 2.0 * self.size * sum(b.loss.n_samples * b.loss.n_columns for b in self.blocks)
        return work > max(DEAR * a_pass, DEAR_WORK)

    def has_cheap_hessians(
        self, passes: float, multiplications: float = 0.0, among: float = np.inf
    ) -> bool:
        """Whether the Hessians, and their inverses, cost no more than some passes over the data and back.

        multiplications are always cheap. among is how many samples, times the coordinates, they are taken of at most.
        """
        size = self.size
        if self.design.is_sparse and not self.has_row_space and size > LARGEST_SPARSE_GRAM:
            return False
        n_labels = np.concatenate([block.loss.n_labels for block in self.blocks])
        shorter, looked_at = np.minimum(n_labels, size), np.minimum(n_labels, among * size)
        work = float((0.5 * shorter * looked_at * size + shorter**2 * size).sum())
        a_pass = 4.0 * size * sum(b.loss.n_samples * b.loss.n_columns for b in self.blocks)
        n_numbers = sum(block.design.X.size for block in self.coordinate_blocks)
        is_cheap = work <= max(multiplications, passes * a_pass)
        are_few = float((shorter * size).sum()) <= max(LARGEST_HESSIANS, n_numbers)
        return is_cheap and are_few

    # The loss

    @property
    def is_quadratic(self) -> bool:
        """Whether the Hessian of the loss is the same everywhere."""
        return all(block.loss.is_quadratic for block in self.blocks)

    # The best constant prediction

    @cached_property
    def null_raw(self) -> np.ndarray:
        """The best constant raw prediction: zero without intercepts."""
        null = np.zeros(self.n_columns)
        if self.fit_intercept:
            for _, loss, columns in self.blocks:
                null[columns] = loss.null_raw()
        return null

    @cached_property
    def null_hessian(self) -> TotalHessian:
        """The sum over samples of the Hessian in raw, at the best constant prediction."""
        total = TotalHessian.zero(self.n_columns)
        for _, loss, columns in self.blocks:
            total.add(loss.constant_hessian(self.null_raw[columns]), columns)
        return total

    @cached_property
    def null_values(self) -> np.ndarray:
        """The loss of each column at the best constant prediction; that of several classes is spread over them."""
        values = np.zeros(self.n_columns)
        for _, loss, columns in self.blocks:
            values[columns] += loss.constant_values(self.null_raw[columns])
        rounding = ROUNDINGS * np.finfo(float).eps * self.null_raw
        return np.where(values > 0.5 * self.null_hessian.diagonal * rounding**2, values, 0.0)

    @cached_property
    def null_gradient(self) -> np.ndarray:
        """The gradient in the weights at the best constant prediction."""
        gradient = np.zeros((self.size, self.n_columns))
        for design, loss, columns in self.coordinate_blocks:
            raw = np.broadcast_to(self.null_raw[columns], (loss.n_samples, loss.n_columns))
            gradient[:, columns] += design.backward(loss.gradient(raw))
        return gradient

    @cached_property
    def unit(self) -> np.ndarray:
        """By what changes of raw predictions are measured: the standard deviation of numbers, else 1."""
        varies, unit = varying_columns(self.blocks, self.n_columns), np.ones(self.n_columns)
        weight = self.null_hessian.diagonal
        np.sqrt(2.0 * self.null_values / np.where(weight > 0, weight, 1.0), out=unit, where=~varies)
        return np.where(unit > 0, unit, 1.0)

    @property
    def scale(self) -> float:
        """What tolerances are relative to: the loss of the best constant, if all columns had the least of it.

        It keeps tasks with small losses (or weights) from being left unfinished beside tasks with large ones.
        """
        losses = self.null_values
        least = losses.min(initial=np.inf, where=losses > FLAT * losses.max())
        return float(least) * len(losses) if np.isfinite(least) else 1.0
