"""Layers as views of one flat vector of parameters."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np


class Layer(NamedTuple):
    """Weights of shape (n_networks, ..., n_inputs, n_outputs) and biases of shape (n_networks, ..., 1, n_outputs)."""

    W: np.ndarray
    b: np.ndarray


@dataclass(frozen=True)
class Architecture:
    """Numbers of units: shared hidden layers, hidden layers of each task, and a column for each raw prediction.

    task_of_column says to which task each column belongs.
    """

    n_inputs: int
    hidden: tuple[int, ...]
    task_hidden: tuple[int, ...]
    task_of_column: tuple[int, ...]

    @property
    def n_tasks(self) -> int:
        """Number of tasks."""
        return max(self.task_of_column) + 1

    @property
    def n_columns(self) -> int:
        """Number of raw columns."""
        return len(self.task_of_column)

    @property
    def n_shared(self) -> int:
        """Number of values that the tasks share: units of the last shared layer, or inputs."""
        return (self.n_inputs, *self.hidden)[-1]

    def shapes(self) -> Iterator[tuple[int, ...]]:
        """Yield the shapes of the weights: shared layers, layers of tasks, the last layer."""
        width = self.n_inputs
        for units in self.hidden:
            yield (width, units)
            width = units
        for units in self.task_hidden:
            yield (self.n_tasks, width, units)
            width = units
        yield (width, self.n_columns)

    def operations(self, n_rows: int) -> float:
        """Return how many operations the largest matrix product over some rows takes."""
        return 2.0 * n_rows * max(float(shape[-2]) * shape[-1] for shape in self.shapes())

    @property
    def size(self) -> int:
        """Number of parameters of one network."""
        return self.places[-1][2].stop

    @cached_property
    def task_columns(self) -> list[slice]:
        """Columns of each task."""
        owner = np.asarray(self.task_of_column)
        starts = np.searchsorted(owner, np.arange(self.n_tasks + 1)).tolist()
        return [slice(*both) for both in zip(starts[:-1], starts[1:])]

    @cached_property
    def places(self) -> list[tuple[slice, tuple[int, ...], slice, tuple[int, ...]]]:
        """Where the weights and the biases of each layer are, and their shapes: weights first, then biases."""
        places, start = [], 0
        for shape in self.shapes():
            of_bias = (*shape[:-2], 1, shape[-1])
            middle = start + int(np.prod(shape))
            stop = middle + int(np.prod(of_bias))
            places.append((slice(start, middle), shape, slice(middle, stop), of_bias))
            start = stop
        return places

    def layers(self, flat: np.ndarray) -> list[Layer]:
        """Return views of parameters of shape (n_networks, size)."""
        n = len(flat)
        return [
            Layer(flat[:, where].reshape(n, *shape), flat[:, where_b].reshape(n, *shape_b))
            for where, shape, where_b, shape_b in self.places
        ]

    def first_with_biases(self, flat: np.ndarray) -> np.ndarray:
        """Return the weights of the first shared layer with its biases as one more row, a view."""
        width = self.hidden[0]
        return flat[:, : (self.n_inputs + 1) * width].reshape(len(flat), -1, width)

    def initial(
        self, n_networks: int, null_raw: np.ndarray, random: np.random.Generator
    ) -> np.ndarray:
        """Return parameters with which every network predicts the best constants.

        Weights of hidden layers are uniform with variance 1 / n_inputs (LeCun et al. 1998, eq. 16), for any activation.
        Those of the last layer are zero, and layers of tasks are the same for all of them, so that no task's place or
        name matters.
        """
        # Twice the variance keeps the signals of deep rectified layers alive (He et al. 2015); these are few, and learn
        # more slowly with it.
        flat = np.zeros((n_networks, self.size))
        *hidden, last = self.layers(flat)
        for W, _ in hidden:
            bound = np.sqrt(3.0 / max(1, W.shape[-2]))
            drawn = random.uniform(-bound, bound, size=(n_networks, *W.shape[-2:]))
            W[:] = drawn if W.ndim == 3 else drawn[:, None]
        last.b[:] = null_raw
        return flat

    def decayed(self) -> np.ndarray:
        """Return, for each parameter of a network, 1 where it is a weight and 0 where it is a bias."""
        mask = np.zeros((1, self.size))
        for W, _ in self.layers(mask):
            W[:] = 1.0
        return mask[0]
