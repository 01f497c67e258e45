"""Fitted networks: from X as it comes to raw predictions of all tasks."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..heads import PackedLoss
from ..utils import few_threads
from ._activations import Activation
from ._inputs import Inputs, chunks
from ._layers import Architecture
from ._network import predict_raw, predict_shared
from ._prepare import PreparedNetwork
from ._rows import as_dense


@dataclass(frozen=True)
class Ensemble:
    """Networks of one architecture, what they take, and which columns of the heads they give.

    flat are the parameters, of shape (n_networks, size); they are used in the precision of X. rest are the raw values
    of the columns that are not learnt.
    """

    architecture: Architecture
    activation: type[Activation]
    flat: np.ndarray
    inputs: Inputs
    loss: PackedLoss
    order: np.ndarray
    rest: np.ndarray

    @classmethod
    def of(
        cls,
        flat: np.ndarray,
        architecture: Architecture,
        activation: type[Activation],
        inputs: Inputs,
        prepared: PreparedNetwork,
    ) -> "Ensemble":
        """Gather what predicts; of the loss, all but the labels."""
        loss, heads = prepared.loss, prepared.heads
        rest = np.concatenate([head.rest for head in heads])
        empty = loss.over(loss.y[:0].copy(), loss.weight[:0].copy())
        return cls(architecture, activation, flat, inputs, empty, prepared.order, rest)

    def raw(self, X: Any, networks: Any = slice(None)) -> np.ndarray:
        """Return raw predictions of shape (n_samples, n_columns of all heads), averaged over networks."""
        averaged = np.tile(self.rest, (X.shape[0], 1)).astype(X.dtype)
        flat = self.flat[networks].astype(X.dtype)
        for rows in chunks(X.shape[0]):
            made = self.inputs.transform(X[rows], X.dtype)
            with few_threads(self.architecture.operations(made.shape[0])):
                raw = predict_raw(self.architecture, self.activation, flat, made)
            with np.errstate(over="ignore"):
                averaged[rows, self.order] = self.loss.average(raw)
        if not np.isfinite(averaged).all():
            raise ValueError(
                f"predictions must be within the range of {X.dtype}, the precision of X, and are not: give X in double "
                "precision"
            )
        return averaged

    def shared(self, X: Any) -> np.ndarray:
        """Return the values of the last shared layer of each network, side by side."""
        flat = self.flat.astype(X.dtype)
        return np.vstack([self._shared(X[rows], flat) for rows in chunks(X.shape[0])])

    def _shared(self, X: Any, flat: np.ndarray) -> np.ndarray:
        made = self.inputs.transform(X, X.dtype)
        with few_threads(self.architecture.operations(X.shape[0])):
            values = predict_shared(self.architecture, self.activation, flat, made)
        if not self.architecture.hidden:
            return as_dense(values)
        return values.transpose(1, 0, 2).reshape(X.shape[0], -1)

    @property
    def n_shared(self) -> int:
        """Number of values that ``shared`` gives of each row."""
        n_networks = len(self.flat) if self.architecture.hidden else 1
        return n_networks * self.architecture.n_shared
