"""Synthetic problems of fixed seeds whose tasks have correlated weights."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

RELATEDNESS = 0.6
N_FACTORS = 5


@dataclass(frozen=True)
class Size:
    """Samples, features and tasks of a problem."""

    name: str
    n_samples: int
    n_features: int
    n_tasks: int

    def __str__(self):
        return f"{self.name} (n={self.n_samples}, d={self.n_features}, T={self.n_tasks})"


SIZES = {
    size.name: size
    for size in (
        Size("toy", 60, 6, 3),
        Size("S", 500, 100, 10),
        Size("M", 5000, 200, 20),
        Size("W", 2000, 5000, 20),
        Size("L", 100000, 100, 10),
        Size("XW", 300, 10000, 50),
        Size("text", 20000, 5000, 20),
    )
}


@dataclass(frozen=True, eq=False)
class Problem:
    """Inputs X, targets Y of shape (n_samples, n_tasks) with NaN where missing, and y as skmtl gets it."""

    name: str
    X: Any  # an array or a CSR matrix
    Y: np.ndarray
    y: Any
    binary: bool

    @property
    def n_tasks(self) -> int:
        return self.Y.shape[1]

    @property
    def is_full(self) -> bool:
        """Whether every label was observed."""
        return not np.isnan(self.Y).any()

    @property
    def is_sparse(self) -> bool:
        """Whether X is a sparse matrix."""
        return sparse.issparse(self.X)

    def labelled(self, t: int) -> tuple[Any, np.ndarray]:
        """Return the inputs and targets of the labelled samples of a task."""
        seen = ~np.isnan(self.Y[:, t])
        return (self.X, self.Y[:, t]) if seen.all() else (self.X[seen], self.Y[seen, t])


def joint(size: Size, *, binary: bool, missing: float = 0.0, correlation: float = 0.0) -> Problem:
    """Draw a problem; a fraction of the labels is missing, at random and task by task."""
    rng = np.random.default_rng(20260122)
    X, raw = draw(rng, size, size.n_tasks, correlation)
    Y = answer(rng, raw, binary)
    hide(rng, Y, missing)
    return Problem(f"{size}, {title(binary, missing, correlation)}", X, Y, Y, binary)


def groups(size: Size, n_groups: int, *, binary: bool) -> Problem:
    """Draw a problem whose tasks are groups of samples: each sample has a label in one task alone."""
    rng = np.random.default_rng(20260122)
    X, raw = draw(rng, size, n_groups, 0.0, random_signs=False)
    rank = rng.permutation(size.n_samples)
    group, place = rank % n_groups, rank // n_groups
    rows = np.arange(size.n_samples)
    chosen = answer(rng, raw[rows, group], binary)
    if binary:
        chosen = np.where(place < 2, place, chosen)  # both classes in every group
    Y = np.full((size.n_samples, n_groups), np.nan)
    Y[rows, group] = chosen
    y = {f"group {t}": Y[:, t].copy() for t in range(n_groups)}
    kind = "binary" if binary else "regression"
    return Problem(f"{size.name} rows, {n_groups} groups as tasks, {kind}", X, Y, y, binary)


def draw(rng, size: Size, n_tasks: int, correlation: float, random_signs: bool = True):
    """Draw inputs, and raw predictions whose weights have correlation +-RELATEDNESS between tasks."""
    X = inputs(rng, size, correlation)
    common = rng.standard_normal((size.n_features, 1))
    own = rng.standard_normal((size.n_features, n_tasks))
    signs = rng.choice([-1.0, 1.0], n_tasks) if random_signs else np.ones(n_tasks)
    W = np.sqrt(RELATEDNESS) * common * signs + np.sqrt(1.0 - RELATEDNESS) * own
    raw = X @ W
    raw *= 1.5 / raw.std()
    return X, raw + rng.normal(0.0, 0.5, n_tasks)


def inputs(rng, size: Size, correlation: float) -> np.ndarray:
    """Draw inputs; factors that all features share have a share of their variance."""
    X = rng.standard_normal((size.n_samples, size.n_features))
    if correlation:
        factors = rng.standard_normal((size.n_samples, N_FACTORS))
        loadings = rng.standard_normal((N_FACTORS, size.n_features)) / np.sqrt(N_FACTORS)
        X = np.sqrt(1.0 - correlation) * X + np.sqrt(correlation) * (factors @ loadings)
    return X


def hide(rng, Y: np.ndarray, missing: float) -> None:
    """Hide a fraction of the labels, at random and task by task."""
    if missing:
        Y[rng.random(Y.shape) < missing] = np.nan


def title(binary: bool, missing: float, correlation: float) -> str:
    """Say what kind of problem it is."""
    kind = ("binary" if binary else "regression") + (f", {missing:.0%} missing" if missing else "")
    return kind + (f", correlation {correlation:g}" if correlation else "")


def answer(rng, raw: np.ndarray, binary: bool) -> np.ndarray:
    """Draw targets: classes 0 and 1 with log-odds raw, or raw plus noise."""
    if binary:
        return (rng.random(raw.shape) < 1.0 / (1.0 + np.exp(-raw))).astype(float)
    return raw + rng.standard_normal(raw.shape)
