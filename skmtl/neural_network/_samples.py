"""The rows to learn from, laid out so that a minibatch is one copy."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from ..heads import PackedLoss
from ._inputs import Inputs, chunks


@dataclass(frozen=True)
class Samples:
    """Inputs, encoded targets, weights times a factor, and which networks learn from which rows.

    table has, from left to right, the inputs unless they are sparse, the columns of loss.y and of loss.weight, and a
    column a network: 1 where it learns from the row, 0 where it holds it out.
    """

    table: np.ndarray
    sparse_inputs: Any
    loss: PackedLoss
    n_inputs: int
    factor: float
    rows_of_batch: int

    @classmethod
    def of(
        cls,
        X: Any,
        inputs: Inputs,
        loss: PackedLoss,
        held: Sequence[np.ndarray],
        n_networks: int,
        dtype: Any,
        rows_of_batch: int,
    ) -> "Samples":
        """Make the table of X; loss and held are about its rows.

        Weights are scaled for their sum over a batch to be the number of tasks, on average.
        """
        is_sparse = sparse.issparse(X)
        n_inputs = 0 if is_sparse else inputs.n_columns
        c, t = loss.n_columns, loss.n_tasks
        table = np.empty((X.shape[0], n_inputs + c + t + n_networks), dtype=dtype)
        if not is_sparse:
            inputs.write(X, table)
        table[:, n_inputs : n_inputs + c] = loss.y
        factor = loss.weight.size / loss.weight.sum() / rows_of_batch
        table[:, n_inputs + c : n_inputs + c + t] = factor * loss.weight
        table[:, n_inputs + c + t :] = 1.0
        for m, own in enumerate(held):
            table[own, n_inputs + c + t + m] = 0.0
        light = loss.over(table[:, n_inputs : n_inputs + c], table[:, n_inputs + c :][:, :t])
        kept = inputs.transform(X, dtype) if is_sparse else None
        return cls(table, kept, light, n_inputs, factor, rows_of_batch)

    @property
    def n_samples(self) -> int:
        """Number of rows."""
        return len(self.table)

    @property
    def learns(self) -> np.ndarray:
        """Whether each network learns from each row, of shape (n_samples, n_networks)."""
        return self.table[:, self.n_inputs + self.loss.n_columns + self.loss.n_tasks :] > 0

    def inputs(self, rows: Any) -> Any:
        """Return the inputs of some rows."""
        if self.sparse_inputs is not None:
            return self.sparse_inputs[rows]
        return self.table[rows, : self.n_inputs]

    def losses(self, rows: np.ndarray, raw_of: Any) -> np.ndarray:
        """Return the mean loss per label of each task on some rows, where raw_of(X) gives raw; NaN without labels."""
        totals, weights = 0.0, 0.0
        for some in chunks(len(rows)):
            own = rows[some]
            loss = self.loss.over(self.loss.y[own], self.loss.weight[own])
            with np.errstate(over="ignore", invalid="ignore"):
                totals = totals + loss.by_task(raw_of(self.inputs(own)))[0]
            weights = weights + loss.weight.sum(axis=0, dtype=np.float64)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(totals / weights)


class Batch:
    """Room for a minibatch of some networks."""

    def __init__(self, samples: Samples, n_rows: int, networks: np.ndarray) -> None:
        self.samples = samples
        width, n_networks = samples.table.shape[1], len(networks)
        self.rows = np.empty((n_rows, width), dtype=samples.table.dtype)
        p, c, t = samples.n_inputs, samples.loss.n_columns, samples.loss.n_tasks
        self.inputs: Any = self.rows[:, :p]
        self.loss = samples.loss.over(self.rows[:, p : p + c], self.rows[:, p + c : p + c + t])
        self.learns = None if n_networks == 1 else self.rows[:, p + c + t :]
        self.networks = networks

    def take(self, rows: np.ndarray) -> None:
        """Fill it."""
        np.take(self.samples.table, rows, axis=0, out=self.rows, mode="clip")
        if self.samples.sparse_inputs is not None:
            self.inputs = self.samples.sparse_inputs[rows]

    def overwrite(self, raw: np.ndarray) -> None:
        """Turn raw into the gradient of each network's loss; rows that a network holds out have none."""
        self.loss.overwrite(raw)
        if self.learns is not None:
            raw *= self.learns[:, self.networks].T[:, :, None]
