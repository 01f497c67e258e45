"""Squared losses with all labels and few samples, of which the Gram matrix of all features would be too large."""

from dataclasses import dataclass, field, replace

import numpy as np
from scipy import sparse

from ...penalties import Composite
from ...solvers import (
    CommonGram,
    Curvature,
    GramProblem,
    inverse_of_diagonal,
    power_iterations,
)
from ._design import Design, dense

MANY = 0.6  # features, relative to the samples, above which products with X are cheaper than a Gram matrix


@dataclass(eq=False)
class GrownGram:
    """The Gram matrix of features that were asked for so far; it grows with them, and so does the copy of theirs."""

    design: Design
    row_weight: np.ndarray | None
    order: np.ndarray = field(init=False)
    position: np.ndarray = field(init=False)
    gram: np.ndarray = field(init=False)
    columns: list = field(init=False, default_factory=list)
    last: tuple[np.ndarray, np.ndarray] | None = field(init=False, default=None)

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

    def image(self, V: np.ndarray) -> np.ndarray:
        """Return the Gram matrix of all features times V, few rows of which are not zero; the last one is kept."""
        if self.last is not None and np.array_equal(self.last[0], V):
            return self.last[1]
        used = np.flatnonzero(np.any(V != 0.0, axis=1))
        image = np.zeros(V.shape)
        if len(used):
            R = self.design.features(used).forward(V[used])
            image = self.design.backward(
                R if self.row_weight is None else R * self.row_weight[:, None]
            )
        self.last = (V, image)
        return image

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


@dataclass(frozen=True, eq=False)
class Products(Curvature):
    """V -> X' S X V kappa by two products, for more features than would pay for their Gram matrix."""

    design: Design
    row_weight: np.ndarray | None
    kappa: np.ndarray
    top: float

    @classmethod
    def of(cls, design: Design, row_weight: np.ndarray | None, kappa: np.ndarray) -> "Products":
        """Find top."""
        made = cls(design, row_weight, kappa, 0.0)
        top = power_iterations(lambda v: made._square(v[:, None])[:, 0], design.shape[1])
        return replace(made, top=top * float(kappa.max()))

    def product(self, V):
        return self._square(V) * self.kappa

    def diagonal(self, shape):
        return np.outer(self.design.squares(self.row_weight), self.kappa)

    def matrix(self, shape):
        return np.kron(self.design.gram(self.row_weight), np.diag(self.kappa))

    def shifted_inverse(self, metric):
        return inverse_of_diagonal(self, metric)

    def features(self, rows):
        return Products.of(self.design.features(rows), self.row_weight, self.kappa)

    def stretched(self, factor):
        return replace(self, kappa=factor * self.kappa, top=factor * self.top)

    def _square(self, V: np.ndarray) -> np.ndarray:
        R = self.design.forward(V)
        return self.design.backward(R if self.row_weight is None else R * self.row_weight[:, None])


@dataclass(frozen=True, eq=False)
class WideSquares:
    """Minimise half_square - <B, V> + 1/2 sum_t kappa_t V_t' X' S X V_t + penalty(parts), X centred, S the weights."""

    grown: GrownGram
    kappa: np.ndarray
    B: np.ndarray
    half_square: float
    penalty: Composite
    scale: float

    def features(self, rows: np.ndarray) -> GramProblem:
        """Return the problem in which all other features have weights of zero."""
        curvature: Curvature
        if len(rows) > MANY * self.grown.design.shape[0]:
            curvature = Products.of(
                self.grown.design.features(rows), self.grown.row_weight, self.kappa
            )
        else:
            curvature = CommonGram.of(self.grown.of(rows), self.kappa)
        return GramProblem(curvature, self.B[rows], self.half_square, self.penalty, self.scale)

    def everywhere(self, parts: np.ndarray) -> tuple[np.ndarray, float]:
        """Return the gradient of all that is smooth, for all features, and the duality gap."""
        V = parts.sum(axis=0)
        image = self.grown.image(V) * self.kappa
        nothing = CommonGram.of(0.0, self.kappa)
        whole = GramProblem(nothing, self.B, self.half_square, self.penalty, self.scale)
        return whole.gradient(V, image), whole.gap(parts, image)
