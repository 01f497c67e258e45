"""Losses of networks on the rows that each holds out or learns from."""

from collections.abc import Sequence

import numpy as np

from ._activations import Activation
from ._inputs import chunks
from ._layers import Architecture
from ._network import Workspace, predict_raw
from ._samples import Samples


class LossEvaluation:
    """The rows on which each network is judged again and again.

    A dense table is multiplied for all networks at once, some rows of each at a time: the arrays between the layers are
    made once and stay in the cache of a processor. Those with fewer rows than others are filled up with rows of no
    weight.
    """

    def __init__(
        self,
        architecture: Architecture,
        activation: type[Activation],
        samples: Samples,
        rows: Sequence[np.ndarray],
    ) -> None:
        self.architecture, self.activation, self.samples = architecture, activation, samples
        self.rows = list(rows)
        of_labels = [
            samples.loss.weight[network_rows].sum(axis=0, dtype=np.float64) for network_rows in rows
        ]
        self.weight = np.array(of_labels)
        self.flat: np.ndarray | None = None

    def keep(self, networks: np.ndarray) -> None:
        """Go on with some of the networks."""
        self.rows = [self.rows[m] for m in np.flatnonzero(networks).tolist()]
        self.weight = self.weight[networks]

    def losses(self, flat: np.ndarray) -> np.ndarray:
        """Return the mean loss per label of each network, of shape (n_networks, n_tasks); NaN without labels."""
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            if self.samples.is_sparse:
                totals = np.array(
                    [
                        self._of_sparse(flat[m], network_rows)
                        for m, network_rows in enumerate(self.rows)
                    ]
                )
            else:
                totals = self._of_dense(flat)
            return totals / self.weight

    def _of_sparse(self, flat: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Return the sums of the losses of one network."""
        totals, loss = np.zeros(self.samples.loss.n_tasks), self.samples.loss
        for some in chunks(len(rows)):
            chunk_rows = rows[some]
            X = self.samples.sparse_inputs[chunk_rows]
            raw = predict_raw(self.architecture, self.activation, flat[None], X)
            totals += loss.over(loss.y[chunk_rows], loss.weight[chunk_rows]).by_task(raw)[0]
        return totals

    def _of_dense(self, flat: np.ndarray) -> np.ndarray:
        """Return the sums of the losses of all networks."""
        if flat is not self.flat:
            self._make_room(flat)
        totals = np.zeros(self.weight.shape)
        last = self.work.layers[-1]
        is_null_model = not last.W.any()  # before the first step
        for some in range(self.parts.shape[1]):
            self.samples.table.take(self.parts[:, some], axis=0, out=self.table, mode="clip")
            self.loss.weight[self.is_filling[:, some]] = 0.0
            if is_null_model:
                self.work.raw[:] = last.b
            else:
                self.work.forward(self.inputs, ())
            totals += self.loss.by_task(self.work.raw)
        return totals

    def _make_room(self, flat: np.ndarray) -> None:
        """Lay out the rows, and what is made of some of them, for these parameters."""
        samples, n = self.samples, len(flat)
        longest = max(len(network_rows) for network_rows in self.rows)
        widest = max(samples.table.shape[1], *self.architecture.hidden, 1)
        n_parts = len(list(chunks(longest, n * widest)))
        n_rows = -(-longest // n_parts)
        places = np.arange(n_parts * n_rows)
        self.parts = np.array([np.resize(network_rows, len(places)) for network_rows in self.rows])
        self.parts = self.parts.reshape(n, n_parts, n_rows)
        self.is_filling = np.array([places >= len(network_rows) for network_rows in self.rows])
        self.is_filling = self.is_filling.reshape(self.parts.shape)
        self.table = np.empty((n, n_rows, samples.table.shape[1]), dtype=samples.table.dtype)
        inputs, ones, y, weight, _ = samples.places
        with_ones = bool(self.architecture.hidden)
        self.inputs = self.table[..., : ones.stop if with_ones else inputs.stop]
        self.loss = samples.loss.over(self.table[..., y], self.table[..., weight])
        self.work = Workspace(self.architecture, self.activation, flat, n_rows, with_ones)
        self.flat = flat
