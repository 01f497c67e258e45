"""Several networks of one architecture, side by side: raw predictions and gradients."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ._activations import Activation
from ._layers import Architecture
from ._rows import as_dense, times, transposed_times
from .balancing import Gram

Weigh = Callable[[Gram], np.ndarray]


def predict_shared(
    architecture: Architecture, activation: type[Activation], flat: np.ndarray, X: Any
) -> Any:
    """Return the values that tasks share, of shape (n_networks, n_rows, n_units); X where there is no hidden layer."""
    A = X
    for W, b in architecture.layers(flat)[: len(architecture.hidden)]:
        Z = np.empty((len(W), A.shape[-2], W.shape[-1]), dtype=flat.dtype)
        times(A, W, Z)
        Z += b
        activation(Z.size, Z.dtype).forward(Z)
        A = Z
    return A


def predict_raw(
    architecture: Architecture, activation: type[Activation], flat: np.ndarray, X: Any
) -> np.ndarray:
    """Return raw predictions of shape (n_networks, n_rows, n_columns)."""
    A = predict_shared(architecture, activation, flat, X)
    *task_layers, last = architecture.layers(flat)[len(architecture.hidden) :]
    if task_layers and not architecture.hidden:
        A = as_dense(A)
        A = np.broadcast_to(A, (len(flat), *A.shape))
    for step, (W, b) in enumerate(task_layers):
        A = np.matmul(A if step else A[:, None], W) + b
        activation(A.size, A.dtype).forward(A)
    raw = np.empty((len(flat), A.shape[-2], architecture.n_columns), dtype=flat.dtype)
    if task_layers:
        _write_task_columns(architecture, A, last.W, raw)
    else:
        times(A, last.W, raw)
    raw += last.b
    return raw


def _write_task_columns(
    architecture: Architecture, A: np.ndarray, W: np.ndarray, out: np.ndarray
) -> None:
    """Write each task's columns from its hidden units, of shape (n_networks, n_tasks, n_rows, n_units), to out."""
    for t, columns in enumerate(architecture.task_columns):
        np.matmul(A[:, t], W[:, :, columns], out=out[:, :, columns])


class Workspace:
    """Networks at work on batches of one size: the arrays between the layers are made once.

    X is (n_rows, n_inputs), parameters (n_networks, size); raw is (n_networks, n_rows, n_columns) and, once
    overwritten by the gradient of the losses in it, goes backward. with_ones says that X, dense and below a shared
    layer, has a last column of ones, so that the first biases come with the products.
    """

    def __init__(
        self,
        architecture: Architecture,
        activation: type[Activation],
        flat: np.ndarray,
        n_rows: int,
        with_ones: bool = False,
    ) -> None:
        self.architecture = architecture
        self.layers = architecture.layers(flat)
        self.gradient = np.empty_like(flat)
        self.slopes = architecture.layers(self.gradient)
        n, make = len(flat), lambda *shape: np.empty(shape, dtype=flat.dtype)
        self.values = [make(n, n_rows, units) for units in architecture.hidden]
        n_tasks = architecture.n_tasks
        self.task_values = [make(n, n_tasks, n_rows, units) for units in architecture.task_hidden]
        self.raw = make(n, n_rows, architecture.n_columns)
        self.hidden = (*self.values, *self.task_values)
        self.back = [np.empty_like(A) for A in self.hidden]
        largest = max((A.size for A in self.hidden), default=0)
        self.activation = activation(largest, flat.dtype)
        self.inputs: list[Any] = [None, *self.hidden]
        self.dropped: list[np.ndarray] = []
        self.masks: Sequence[np.ndarray] = ()
        self.ones = np.ones((1, n_rows), dtype=flat.dtype)
        self.first = architecture.first_with_biases(flat) if with_ones else None
        self.first_slope = architecture.first_with_biases(self.gradient) if with_ones else None
        # Views that every step needs.
        self.transposed = [layer.W.swapaxes(-1, -2) for layer in self.layers]

    def forward(self, X: Any, masks: Sequence[np.ndarray]) -> None:
        """Compute raw; masks multiply the values of hidden layers, there is none or one a layer."""
        self.masks, self.inputs[0] = masks, X
        if masks and not self.dropped:
            self.dropped = [np.empty_like(A) for A in self.hidden]
        n_shared, below = len(self.values), X
        for step, A in enumerate(self.hidden):
            if step == n_shared:
                below = self.inputs[step] = self._spread(below)
            if step or self.first is None:
                W, b = self.layers[step]
                times(below, W, A)
                A += b
            else:
                np.matmul(X, self.first, out=A)
            self.activation.forward(A)
            below = np.multiply(A, masks[step], out=self.dropped[step]) if masks else A
            self.inputs[step + 1] = below
        W, b = self.layers[-1]
        if self.task_values:
            _write_task_columns(self.architecture, below, W, self.raw)
        else:
            times(below, W, self.raw)
        self.raw += b

    def _spread(self, A: Any) -> np.ndarray:
        """Return what is shared as the input of each task's layers."""
        A = as_dense(A)
        return A[:, None] if A.ndim == 3 else A[None, None]

    def backward(self, weigh: Weigh | None = None) -> None:
        """Compute the gradient from that in raw; weigh gives task weights (n_networks, n_tasks) in shared layers.

        It may ask for the Gram matrices of the tasks' gradients in the last shared values. Those of layers are
        overwritten.
        """
        G, A, last = self.raw, self.inputs[-1], self.slopes[-1]
        np.matmul(self.ones, G, out=last.b)
        if self.task_values:
            self._backward_tasks(G, weigh)
            return
        transposed_times(A, G, last.W)
        if not self.values:
            return
        if weigh is not None:
            owner, W = list(self.architecture.task_of_column), self.layers[-1].W
            G = G * weigh(lambda: self._gram_of_columns(G, W))[:, None, owner]
        np.matmul(G, self.transposed[-1], out=self.back[-1])
        self._backward_shared()

    def _gram_of_columns(self, G: np.ndarray, W: np.ndarray) -> np.ndarray:
        """Return C'[(G'G) o (W'W)]C, of shape (n_networks, n_tasks, n_tasks): C says whose column each is."""
        owner = np.asarray(self.architecture.task_of_column)
        C = (owner[:, None] == np.arange(self.architecture.n_tasks)).astype(G.dtype)
        return C.T @ ((G.swapaxes(1, 2) @ G) * (W.swapaxes(1, 2) @ W)) @ C

    def _backward_tasks(self, G: np.ndarray, weigh: Weigh | None) -> None:
        """Go from raw through the layers of the tasks."""
        A, top = self.inputs[-1], self.back[-1]
        for t, columns in enumerate(self.architecture.task_columns):
            slope = self.slopes[-1].W[:, :, columns]
            np.matmul(A[:, t].swapaxes(1, 2), G[:, :, columns], out=slope)
            np.matmul(G[:, :, columns], self.transposed[-1][:, columns], out=top[:, t])
        n_shared = len(self.values)
        for step in range(n_shared + len(self.task_values) - 1, n_shared - 1, -1):
            self._slope(step)
            if step > n_shared:
                np.matmul(self.back[step], self.transposed[step], out=self.back[step - 1])
        if not self.values:
            return
        each = self.back[n_shared] @ self.transposed[n_shared]
        if weigh is not None:
            rows = each.reshape(*each.shape[:2], -1)
            each *= weigh(lambda: rows @ rows.swapaxes(1, 2))[:, :, None, None]
        np.sum(each, axis=1, out=self.back[n_shared - 1])
        self._backward_shared()

    def _backward_shared(self) -> None:
        """Go from the last shared values down to the inputs."""
        for step in range(len(self.values) - 1, -1, -1):
            self._slope(step)
            if step:
                np.matmul(self.back[step], self.transposed[step], out=self.back[step - 1])

    def _slope(self, step: int) -> None:
        """Compute a hidden layer's slope from the gradient in its values, which becomes that in its sums."""
        G, A = self.back[step], self.hidden[step]
        if self.masks:
            G *= self.masks[step]
        self.activation.backward(A, G)
        if step == 0 and self.first_slope is not None:
            np.matmul(self.inputs[0].T, G, out=self.first_slope)
            return
        slope = self.slopes[step]
        transposed_times(self.inputs[step], G, slope.W)
        np.matmul(self.ones, G, out=slope.b)
