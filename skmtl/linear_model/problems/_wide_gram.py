"""The Gram matrix of a few features at a time, where that of all would be too large."""

from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from ._design import Design, dense


@dataclass(eq=False)
class GrownGram:
    """The Gram matrix of features that were asked for so far; it grows with them, and so does the copy of theirs."""

    design: Design
    row_weight: np.ndarray | None
    order: np.ndarray = field(init=False)
    position: np.ndarray = field(init=False)
    gram: np.ndarray = field(init=False)
    columns: list = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.order = np.zeros(0, dtype=np.intp)
        self.position = np.full(self.design.shape[1], -1)
        self.gram = np.zeros((0, 0))

    def of(self, rows: np.ndarray) -> np.ndarray:
        """Return the Gram matrix of some features."""
        for new in self.design.alike(rows[self.position[rows] < 0]):
            self._grow(new)
        at = self.position[rows]
        return self.gram[at[:, None], at]

    def _grow(self, new: np.ndarray) -> None:
        """Take up features: their products with those before them and with one another."""
        n_old, n = len(self.order), len(self.order) + len(new)
        block = self._centred(new)
        gram = np.empty((n, n))
        gram[:n_old, :n_old] = self.gram
        start = 0
        for old in self.columns:
            stop = start + old.shape[1]
            gram[start:stop, n_old:] = dense(old.T @ block)
            start = stop
        gram[n_old:, n_old:] = dense(block.T @ block)
        if sparse.issparse(block):
            offset, total = self.design.offset, self._total_weight()
            both = np.concatenate([self.order, new])
            gram[:, n_old:] -= total * np.outer(offset[both], offset[new])
        gram[n_old:, :n_old] = gram[:n_old, n_old:].T
        self.columns.append(block)
        self.order = np.concatenate([self.order, new])
        self.position[new] = np.arange(n_old, n)
        self.gram = gram

    def _centred(self, rows: np.ndarray):  # type: ignore[no-untyped-def]
        """Return features, centred where they are dense, times the roots of the weights."""
        roots = None if self.row_weight is None else np.sqrt(self.row_weight)[:, None]
        if self.design.is_sparse and not np.isin(rows, self.design.far).any():
            X = self.design.X[:, rows]
            return X.tocsc() if roots is None else X.multiply(roots).tocsc()
        X = self.design.values(columns=rows)
        return X if roots is None else X * roots

    def _total_weight(self) -> float:
        return float(self.design.shape[0] if self.row_weight is None else self.row_weight.sum())
