"""How the data of a fit are laid out: blocks of samples, their losses, and the geometry of the coefficients."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ..heads import JointLoss, TaskFit
from ._design import Design, centred
from ._geometry import Block, Dual, Geometry, Primal

LARGEST_KERNEL = 6000


@dataclass(frozen=True, eq=False)
class Data:
    """The data of a fit. Columns are those of the tasks to be fitted, from left to right.

    n_rows is the weight of the samples in the Gram matrix of the geometry. is_exact says that the Hessian of the
    loss is this Gram matrix in every column, times a number.
    """

    design: Design
    designs: tuple[Design, ...]
    geometry: Geometry
    losses: tuple[JointLoss, ...]
    columns: tuple[slice | np.ndarray, ...]
    n_columns: int
    n_rows: float
    fit_intercept: bool
    is_exact: bool

    @classmethod
    def of(
        cls, X: Any, fits: Sequence[TaskFit], fit_intercept: bool, row_weight: np.ndarray | None
    ) -> "Data":
        """Lay out the data; row_weight are sample weights that all tasks have in common."""
        design = centred(X, label_weights(fits, X.shape[0]), fit_intercept)
        parts = split(fits, X.shape[0])
        blocks, losses = [], []
        for rows, members, columns in parts:
            own = design if rows is None else Design(design.X[rows], design.offset)
            blocks.append(Block(own, columns))
            losses.append(JointLoss.of(members, own.shape[0]))
        n_columns = sum(len(fit.head.active) for fit in fits)
        if row_weight is not None and parts[0][0] is not None:
            row_weight = None if len(parts) > 1 else row_weight[parts[0][0]]
        geometry = choose(blocks, n_columns, row_weight)
        n_rows = (
            sum(block.design.shape[0] for block in blocks)
            if row_weight is None
            else float(row_weight.sum())
        )
        columns = tuple(block.columns for block in blocks)
        designs = tuple(block.design for block in blocks)
        is_exact = (
            len(blocks) == 1 and geometry.gram is not None and has_common_weights(fits, row_weight)
        )
        losses = tuple(losses)
        return cls(
            design, designs, geometry, losses, columns, n_columns, n_rows, fit_intercept, is_exact
        )

    @cached_property
    def null_raw(self) -> np.ndarray:
        """The best constant raw prediction: zero without intercepts."""
        null = np.zeros(self.n_columns)
        if self.fit_intercept:
            for loss, columns in zip(self.losses, self.columns, strict=True):
                null[columns] = loss.null_raw()
        return null

    @cached_property
    def null_curvature(self) -> np.ndarray:
        """The total Hessian at the best constant prediction."""
        total = np.zeros((self.n_columns, self.n_columns))
        for loss, columns in zip(self.losses, self.columns, strict=True):
            inside = np.arange(self.n_columns)[columns]
            total[np.ix_(inside, inside)] += loss.constant_hessian(self.null_raw[columns])
        return total

    @cached_property
    def null_parts(self) -> list[np.ndarray]:
        """The best constant raw prediction, for every sample, by block."""
        return self.constant(self.null_raw)

    @cached_property
    def null_value(self) -> float:
        """The loss of the best constant prediction."""
        return sum(
            loss.value(part) for loss, part in zip(self.losses, self.null_parts, strict=True)
        )

    @cached_property
    def null_loss_gradient(self) -> list[np.ndarray]:
        """The gradient in raw at the best constant prediction, by block."""
        return [
            loss.gradient(part) for loss, part in zip(self.losses, self.null_parts, strict=True)
        ]

    @cached_property
    def null_gradient(self) -> np.ndarray:
        """The gradient in W at the best constant prediction."""
        return self.geometry.backward(self.null_loss_gradient)

    def constant(self, values: np.ndarray) -> list[np.ndarray]:
        """Return constant raw predictions."""
        parts = zip(self.losses, self.columns, strict=True)
        return [np.tile(values[columns], (loss.n_samples, 1)) for loss, columns in parts]

    def total_hessian(self, raw: Sequence[np.ndarray]) -> np.ndarray:
        """Return the sum over samples of the Hessian in raw, of shape (n_columns, n_columns)."""
        total = np.zeros((self.n_columns, self.n_columns))
        for loss, columns, part in zip(self.losses, self.columns, raw, strict=True):
            inside = np.arange(self.n_columns)[columns]
            total[np.ix_(inside, inside)] += loss.total_hessian(part)
        return total

    def parts(self) -> list[tuple[Design, Any]]:
        """Return the design and the columns of each block."""
        return list(zip(self.designs, self.columns, strict=True))


def choose(blocks: list[Block], n_columns: int, row_weight: np.ndarray | None) -> Geometry:
    """Let coefficients live on samples where these are fewer than the features, and not too many."""
    n_samples, n_features = blocks[0].design.shape
    if (
        len(blocks) == 1
        and n_samples < n_features
        and n_samples <= LARGEST_KERNEL
        and row_weight is None
    ):
        return Dual(blocks[0].design)
    return Primal(tuple(blocks), n_columns, row_weight)


def has_common_weights(fits: Sequence[TaskFit], row_weight: np.ndarray | None) -> bool:
    """Whether all losses are squared, and all tasks have all labels, weighted by row_weight times a number."""
    for fit in fits:
        if not fit.head.loss.quadratic or fit.rows is not None:
            return False
        if row_weight is None and fit.weight.shape != (1, 1):
            return False
        if (
            row_weight is not None
            and np.ptp(fit.weight[:, 0] / row_weight) > 1e-12 * fit.weight[0, 0] / row_weight[0]
        ):
            return False
    return True


def label_weights(fits: Sequence[TaskFit], n_samples: int) -> np.ndarray:
    """Return the sum over tasks of the weights of each sample's labels."""
    total = np.zeros(n_samples)
    for fit in fits:
        weight = np.broadcast_to(fit.weight, (len(fit.y), 1))[:, 0]
        if fit.rows is None:
            total += weight
        else:
            total[fit.rows] += weight
    return total


def split(
    fits: Sequence[TaskFit], n_samples: int
) -> list[tuple[np.ndarray | None, list[TaskFit], Any]]:
    """Split the tasks into blocks (rows, tasks, columns) of those labelled on the same samples.

    That is done where it copies no sample twice. Else all samples are one block, rows being None, and the losses
    pick their labels.
    """
    stops = np.cumsum([len(fit.head.active) for fit in fits])
    starts = stops - [len(fit.head.active) for fit in fits]
    groups: dict[bytes | None, list[int]] = {}
    for position, fit in enumerate(fits):
        groups.setdefault(None if fit.rows is None else fit.rows.tobytes(), []).append(position)
    n_copied = sum(
        n_samples if rows is None else len(fits[group[0]].rows) for rows, group in groups.items()
    )
    if None in groups or n_copied > n_samples:
        return [(None, list(fits), slice(0, int(stops[-1])))]
    parts = []
    for group in groups.values():
        rows = fits[group[0]].rows
        columns = np.concatenate([np.arange(starts[t], stops[t]) for t in group])
        parts.append((rows, [fits[t]._replace(rows=None) for t in group], columns))
    return parts
