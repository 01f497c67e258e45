"""The rows to learn from, laid out so that a minibatch is one copy."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from ..heads import PackedLoss
from ._inputs import Inputs

TINY = 1e-300  # unit of weights whose reciprocal is still a number


class Places(NamedTuple):
    """Which columns of a table hold what: learns has a column a network."""

    inputs: slice
    ones: slice
    y: slice
    weight: slice
    learns: slice

    @classmethod
    def of(cls, *widths: int) -> "Places":
        """Put columns of these widths side by side."""
        stops = np.cumsum(widths).tolist()
        return cls(*(slice(stop - width, stop) for stop, width in zip(stops, widths)))


@dataclass(frozen=True)
class Samples:
    """Inputs, encoded targets, weights, and which networks learn from which rows.

    All are columns of one table, but for sparse inputs: what learns is 1 where a network learns from a row, 0 where it
    holds the row out. Weights are those of the labels, as they were given, times factor.
    """

    table: np.ndarray
    places: Places
    sparse_inputs: Any
    loss: PackedLoss
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
        weight_unit: float = 1.0,
    ) -> "Samples":
        """Make the table of X; loss, with weights in their unit, and held are about its rows.

        Weights are scaled for their sum over a batch to be the number of tasks, on average.
        """
        is_sparse = sparse.issparse(X)
        n_inputs = 0 if is_sparse else inputs.n_columns
        places = Places.of(n_inputs, 1, loss.n_columns, loss.n_tasks, n_networks)
        table = np.empty((X.shape[0], places.learns.stop), dtype=dtype)
        table[:, places.ones] = table[:, places.learns] = 1.0
        if not is_sparse:
            inputs.write(X, table)
        relative = float(loss.weight.size / loss.weight.sum() / rows_of_batch)
        factor = relative / max(weight_unit, TINY)
        table[:, places.y] = loss.y
        table[:, places.weight] = relative * loss.weight
        for m, rows in enumerate(held):
            table[rows, places.learns.start + m] = 0.0
        light = loss.over(table[:, places.y], table[:, places.weight])
        kept = inputs.transform(X, dtype) if is_sparse else None
        return cls(table, places, kept, light, factor, rows_of_batch)

    @property
    def is_sparse(self) -> bool:
        """Whether the inputs are sparse."""
        return self.sparse_inputs is not None

    @property
    def learns(self) -> np.ndarray:
        """Whether each network learns from each row, of shape (n_samples, n_networks)."""
        return self.table[:, self.places.learns] > 0


class Batch:
    """Room for a minibatch of some networks; with_ones says that inputs, dense, end in a column of ones."""

    def __init__(
        self, samples: Samples, n_rows: int, networks: np.ndarray, with_ones: bool
    ) -> None:
        self.samples = samples
        self.rows = np.empty((n_rows, samples.table.shape[1]), dtype=samples.table.dtype)
        inputs, ones, y, weight, learns = samples.places
        self.inputs: Any = self.rows[:, : ones.stop if with_ones else inputs.stop]
        self.loss = samples.loss.over(self.rows[:, y], self.rows[:, weight])
        self.learns = None if len(networks) == 1 else self.rows[:, learns]
        self.networks = networks

    def take(self, rows: np.ndarray) -> None:
        """Fill it."""
        self.samples.table.take(rows, axis=0, out=self.rows, mode="clip")
        if self.samples.is_sparse:
            self.inputs = self.samples.sparse_inputs[rows]

    def overwrite(self, raw: np.ndarray) -> None:
        """Turn raw into the gradient of each network's loss; rows that a network holds out have none."""
        self.loss.overwrite(raw)
        if self.learns is not None:
            raw *= self.learns[:, self.networks].T[:, :, None]
