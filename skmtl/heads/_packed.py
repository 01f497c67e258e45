"""The labels of all tasks as arrays with a row a sample, from which any rows can be taken."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..losses import Loss
from ._fits import TaskFit


@dataclass(frozen=True)
class LossBlock:
    """Neighbouring columns with one loss: tasks of one column each, or the classes of one task.

    columns are those of raw and of the targets; tasks those of the weights.
    """

    loss: Loss
    columns: slice
    tasks: slice


@dataclass(frozen=True)
class PackedLoss:
    """Losses of all tasks on some samples; raw may have a leading axis of networks.

    y has a row a sample and a column for each column of raw, weight a column a task, zero where a label is missing.
    raw of the heads is scale * (raw + shift).
    """

    blocks: tuple[LossBlock, ...]
    y: np.ndarray
    weight: np.ndarray
    scale: np.ndarray
    shift: np.ndarray
    task_of_column: np.ndarray

    @classmethod
    def of(cls, fits: Sequence[TaskFit], n_samples: int, shifts: Sequence[float]) -> "PackedLoss":
        """Lay tasks side by side, the targets of each shifted."""
        widths = [len(fit.head.active) for fit in fits]
        stops = np.cumsum(widths)
        y, weight = np.zeros((n_samples, stops[-1])), np.zeros((n_samples, len(fits)))
        for t, (fit, stop, width) in enumerate(zip(fits, stops, widths)):
            rows = slice(None) if fit.rows is None else fit.rows
            y[rows, stop - width : stop] = fit.head.loss.shifted(fit.y, shifts[t])
            weight[rows, t] = fit.weight[:, 0]
        scale = np.repeat([fit.head.scale for fit in fits], widths)
        owner = np.repeat(np.arange(len(fits)), widths)
        return cls(_blocks(fits, widths), y, weight, scale, np.repeat(shifts, widths), owner)

    @property
    def n_columns(self) -> int:
        """Number of columns of raw."""
        return self.y.shape[-1]

    @property
    def n_tasks(self) -> int:
        """Number of tasks."""
        return self.weight.shape[-1]

    def null_raw(self) -> np.ndarray:
        """Return the best constant raw, of shape (n_columns,)."""
        raw = np.zeros(self.n_columns)
        for block in self.blocks:
            weight = self.weight[:, block.tasks]
            mean = np.sum(weight * self.y[:, block.columns], axis=0) / weight.sum(axis=0)
            raw[block.columns] = block.loss.link(mean)
        return raw

    def over(self, y: np.ndarray, weight: np.ndarray) -> "PackedLoss":
        """Return the loss over other samples, or in another precision."""
        return replace(self, y=y, weight=weight)

    def overwrite(self, raw: np.ndarray) -> None:
        """Turn raw into the gradient in raw."""
        for block in self.blocks:
            block.loss.overwrite(
                self.y[:, block.columns], raw[..., block.columns], self.weight[:, block.tasks]
            )

    def by_task(self, raw: np.ndarray) -> np.ndarray:
        """Return the loss of each task, of shape (..., n_tasks); y and weight may have the leading axis of raw too."""
        values = np.empty((*raw.shape[:-2], self.n_tasks))
        for block in self.blocks:
            losses = block.loss.values(
                self.y[..., block.columns], raw[..., block.columns], self.weight[..., block.tasks]
            )
            # Over rows of a few numbers NumPy's sum takes three times as long.
            values[..., block.tasks] = np.einsum("...it->...t", losses)
        return values

    def average(self, raw: np.ndarray) -> np.ndarray:
        """Return what the heads call raw, averaged over networks: raw has shape (n_networks, n_samples, n_columns)."""
        raw = self.scale * (raw + self.shift)
        if len(raw) == 1:
            return raw[0]
        parts = [block.loss.average(raw[..., block.columns]) for block in self.blocks]
        return np.concatenate(parts, axis=1)


def _blocks(fits: Sequence[TaskFit], widths: list[int]) -> tuple[LossBlock, ...]:
    """Join neighbouring tasks of one elementwise loss."""
    blocks: list[LossBlock] = []
    start = 0
    for t, (fit, width) in enumerate(zip(fits, widths)):
        loss, stop = fit.head.loss, start + width
        if blocks and loss.width_one and blocks[-1].loss == loss:
            first = blocks.pop()
            blocks.append(
                LossBlock(loss, slice(first.columns.start, stop), slice(first.tasks.start, t + 1))
            )
        else:
            blocks.append(LossBlock(loss, slice(start, stop), slice(t, t + 1)))
        start = stop
    return tuple(blocks)
