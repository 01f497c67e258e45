"""Norms of coefficient matrices with a row a feature and a column a task, written from their definitions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np


class Norm(NamedTuple):
    """A norm; dual(C) is the largest <C, V> over norm(V) <= 1, prox(V, s) minimises norm(P) + ||P - V||^2 / (2 s)."""

    name: str
    value: Callable[[np.ndarray], float]
    dual: Callable[[np.ndarray], float]
    prox: Callable[[np.ndarray, float], np.ndarray]


def shrunk(sizes: np.ndarray, step: float) -> np.ndarray:
    """Return the factors that make sizes smaller by step, or zero."""
    return np.maximum(0.0, 1.0 - step / np.maximum(sizes, np.finfo(float).tiny))


def row_sizes(V: np.ndarray) -> np.ndarray:
    """Return the Euclidean norms of the rows, as a column."""
    return np.sqrt(np.einsum("ij,ij->i", V, V))[:, None]


def column_sizes(V: np.ndarray) -> np.ndarray:
    """Return the Euclidean norms of the columns."""
    return np.sqrt(np.einsum("ij,ij->j", V, V))


def prox_of_singular_values(V: np.ndarray, step: float) -> np.ndarray:
    """Make the singular values smaller by step, or zero."""
    left, sizes, right = np.linalg.svd(V, full_matrices=False)
    return (left * np.maximum(0.0, sizes - step)) @ right


def prox_of_row_maxima(V: np.ndarray, step: float) -> np.ndarray:
    """Subtract from each row its projection onto the l1 ball of radius step (Duchi et al. 2008)."""
    size = np.abs(V)
    falling = -np.sort(-size, axis=1)
    excess = (np.cumsum(falling, axis=1) - step) / np.arange(1, V.shape[1] + 1)
    last = np.maximum((falling > excess).sum(axis=1) - 1, 0)
    level = np.maximum(np.take_along_axis(excess, last[:, None], axis=1), 0.0)
    return np.sign(V) * np.minimum(size, level)


ROWS = Norm(
    "rows",
    lambda V: row_sizes(V).sum(),
    lambda C: row_sizes(C).max(),
    lambda V, step: V * shrunk(row_sizes(V), step),
)
COLUMNS = Norm(
    "columns",
    lambda V: column_sizes(V).sum(),
    lambda C: column_sizes(C).max(),
    lambda V, step: V * shrunk(column_sizes(V), step),
)
ENTRIES = Norm(
    "entries",
    lambda V: np.abs(V).sum(),
    lambda C: np.abs(C).max(),
    lambda V, step: np.sign(V) * np.maximum(0.0, np.abs(V) - step),
)
ROW_MAXIMA = Norm(
    "row maxima",
    lambda V: np.abs(V).max(axis=1).sum(),
    lambda C: np.abs(C).sum(axis=1).max(),
    prox_of_row_maxima,
)
SINGULAR_VALUES = Norm(
    "singular values",
    lambda V: np.linalg.svd(V, compute_uv=False).sum(),
    lambda C: np.linalg.norm(C, 2),
    prox_of_singular_values,
)


@dataclass(frozen=True)
class Regulariser:
    """min over V = sum_k P_k of sum_k strength_k norm_k(P_k)."""

    name: str
    norms: tuple[Norm, ...]
    strengths: tuple[float, ...] = ()

    def value(self, parts: Sequence[np.ndarray]) -> float:
        """Return its value at parts of V."""
        each = zip(self.norms, self.strengths, parts, strict=True)
        return float(sum(strength * norm.value(part) for norm, strength, part in each))

    def dual(self, C: np.ndarray) -> float:
        """Return its dual norm, the largest of those of its norms."""
        return max(norm.dual(C) / strength for norm, strength in zip(self.norms, self.strengths))

    def at(self, fraction: float, C: np.ndarray) -> "Regulariser":
        """Return it with each norm at a fraction of the strength that alone makes V zero; C is the gradient there."""
        return replace(self, strengths=tuple(fraction * float(norm.dual(C)) for norm in self.norms))


REGULARISERS = {
    made.name: made
    for made in (
        Regulariser("L21", (ROWS,)),
        Regulariser("NuclearNorm", (SINGULAR_VALUES,)),
        Regulariser("Dirty", (ROW_MAXIMA, ENTRIES)),
        Regulariser("RobustLowRank", (SINGULAR_VALUES, COLUMNS)),
        Regulariser("RobustFeatures", (ROWS, COLUMNS)),
    )
}
