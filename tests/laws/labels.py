"""Labels of several tasks that have something in common, some of them missing, and weights."""

import numpy as np

from .features import on_grid, power_of_two
from .specs import Spec

TYPES = {"r": "regression", "b": "binary", "c": "count", "m": "multiclass"}
CLASSES = {"b": 2, "m": 3}
LEVELS = {"0": 0.0, "10": 10.0, "1e3": 1e3, "1e6": 1e6}
SMALLEST_WEIGHT, LARGEST_WEIGHT = -6, 6  # log10


def labels(spec: Spec, rng: np.random.Generator, Z: np.ndarray) -> dict[str, np.ndarray]:
    """Draw labels of all tasks, none of them missing."""
    common = rng.normal(size=spec.d) / np.sqrt(spec.d)
    drawn = {}
    for t, letter in enumerate(spec.tasks):
        specific = 0.5 * rng.normal(size=spec.d) / np.sqrt(spec.d)
        signal = Z @ ((-1.0) ** (t % 3 == 2) * common + specific)
        drawn[f"y{t}"] = labels_of(spec, letter, signal - signal.mean(), rng)
    return drawn


def labels_of(spec: Spec, letter: str, signal: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw the labels of a task."""
    noisy = signal + 0.5 * rng.normal(size=len(signal))
    if letter == "r":
        return power_of_two(float(spec.size)) * (on_grid(noisy) + LEVELS[spec.level])
    if letter == "b":
        return (noisy > np.median(noisy)).astype(float)
    if letter == "m":
        return np.searchsorted(np.quantile(noisy, [0.3, 0.7]), noisy).astype(float)
    return rng.poisson(float(spec.count) * np.exp(np.clip(0.5 * signal, -3, 3))).astype(float)


def observed(spec: Spec, rng: np.random.Generator) -> np.ndarray:
    """Draw which labels are there, (n, n_tasks); each task has some, and they are not all the same."""
    n, T = spec.n, len(spec.tasks)
    seen = np.ones((n, T), dtype=bool)
    if spec.mask == "random":
        seen = rng.random((n, T)) < 0.7
    elif spec.mask == "thirds":
        seen[::3, 0] = False
    elif spec.mask == "blocks":
        seen = np.arange(n)[:, None] % T == np.arange(T)
    elif spec.mask == "few":
        seen[3:, 0] = False
    elif spec.mask == "constant":
        seen[max(2, n // 2) :, 0] = False
    return seen


def anchored(
    spec: Spec, columns: dict[str, np.ndarray], seen: np.ndarray, group: np.ndarray | None
) -> np.ndarray:
    """Make labels that a task cannot do without: two that differ, one of each class; return where they are.

    Where there are groups, these are in each.
    """
    anchors = np.zeros(seen.shape, dtype=bool)
    groups = np.zeros(len(seen), dtype=int) if group is None else group
    for t, (letter, column) in enumerate(zip(spec.tasks, columns.values(), strict=True)):
        needed = CLASSES.get(letter, 2)
        for g in np.unique(groups):
            inside = np.flatnonzero(groups == g)
            rows = inside[seen[inside, t]][:needed]
            rows = inside[:needed] if len(rows) < needed else rows
            anchors[rows, t] = True
            if letter in CLASSES:
                column[rows] = np.arange(len(rows))
            elif letter == "c":
                column[rows] = np.maximum(column[rows], np.arange(len(rows)) + 1)
    seen |= anchors
    return anchors


def weights(spec: Spec, rng: np.random.Generator, anchors: np.ndarray) -> np.ndarray | None:
    """Draw weights, (n,) or (n, n_tasks); labels that a task cannot do without keep some."""
    shape = anchors.shape if spec.weight == "pairs" and spec.model != "groups" else len(anchors)
    needed = anchors if not np.isscalar(shape) else anchors.any(axis=1)
    if spec.weight == "none":
        return None
    if spec.weight == "integers":
        return rng.integers(1, 4, shape).astype(float)
    if spec.weight == "zeros":
        return np.where(needed, 1.0, rng.integers(0, 3, shape))
    if spec.weight == "random":
        return rng.exponential(size=shape) + 0.01
    if spec.weight == "huge":
        return np.where(rng.random(shape) < 0.5, 1e200, 1.0)
    drawn = 10.0 ** rng.uniform(SMALLEST_WEIGHT, LARGEST_WEIGHT, shape)
    return np.where(needed & (rng.random(shape) < 0.5), 1.0, drawn)
