"""Weights of simulated tasks, one function a structure."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ._truth import ColumnLayout, draw_directions


class WeightParts(NamedTuple):
    """Weights (n_columns, n_features) that follow the structure, those of each task alone, and facts for the truth."""

    shared: np.ndarray
    specific: np.ndarray
    facts: dict[str, Any]


class Structure(NamedTuple):
    """How weights are drawn, and the names of the sizes that they have."""

    draw: Callable[..., WeightParts]
    sizes: tuple[str, ...]


def independent(layout: ColumnLayout, length: int, rng: np.random.RandomState) -> np.ndarray:
    """Draw unrelated weights (n_columns, length) of all tasks."""
    return np.concatenate([draw_directions(width, length, rng) for width in layout.widths.values()])


def families(layout: ColumnLayout) -> list[list[str]]:
    """Return the tasks of one column and those of several: only tasks of one family can be compared."""
    groups: dict[int, list[str]] = {}
    for task, width in layout.widths.items():
        groups.setdefault(width, []).append(task)
    return list(groups.values())


def on_features(weights: np.ndarray, features: np.ndarray, n_features: int) -> np.ndarray:
    """Return weights (n_columns, n_features) that are zero but on the given features."""
    spread = np.zeros((len(weights), n_features))
    spread[:, features] = weights
    return spread


def draw_rows(
    layout: ColumnLayout, n_features: int, rng: np.random.RandomState, n_informative: int
) -> WeightParts:
    """Draw unrelated weights of few features, the same for all tasks."""
    features = rng.permutation(n_features)[:n_informative]
    shared = on_features(independent(layout, n_informative, rng), features, n_features)
    return WeightParts(shared, np.zeros_like(shared), {})


def draw_low_rank(
    layout: ColumnLayout, n_features: int, rng: np.random.RandomState, rank: int
) -> WeightParts:
    """Draw mixtures of a few vectors."""
    directions = rng.standard_normal((rank, n_features)) / np.sqrt(n_features)
    shared = independent(layout, rank, rng) @ directions
    return WeightParts(shared, np.zeros_like(shared), {})


def draw_clusters(
    layout: ColumnLayout,
    n_features: int,
    rng: np.random.RandomState,
    n_clusters: int,
    relatedness: float,
) -> WeightParts:
    """Draw one vector a group of tasks, and a deviation of each task."""
    columns, clusters = layout.columns, dict.fromkeys(layout.tasks, 0)
    deviations = independent(layout, n_features, rng)
    common = np.zeros_like(deviations)
    for family in families(layout):
        width = layout.widths[family[0]]
        centres = [draw_directions(width, n_features, rng) for _ in range(n_clusters)]
        for position, place in enumerate(rng.permutation(len(family))):
            task = family[place]
            clusters[task] = position % n_clusters
            common[columns[task]] = centres[clusters[task]]
    facts = {"clusters": clusters}
    return WeightParts(np.sqrt(relatedness) * common, np.sqrt(1 - relatedness) * deviations, facts)


def draw_common(
    layout: ColumnLayout, n_features: int, rng: np.random.RandomState, relatedness: float
) -> WeightParts:
    """Draw one vector of all tasks, and a deviation of each."""
    parts = draw_clusters(layout, n_features, rng, n_clusters=1, relatedness=relatedness)
    return parts._replace(facts={})


def draw_dirty(
    layout: ColumnLayout,
    n_features: int,
    rng: np.random.RandomState,
    n_informative: int,
    n_specific: int,
) -> WeightParts:
    """Draw weights of features that all tasks use, and of a few that one task uses alone."""
    order = rng.permutation(n_features)
    shared = on_features(independent(layout, n_informative, rng), order[:n_informative], n_features)
    specific = np.zeros_like(shared)
    for task, columns in layout.columns.items():
        features = rng.permutation(order[n_informative:])[:n_specific]
        drawn = draw_directions(layout.widths[task], n_specific, rng)
        specific[columns] = on_features(drawn, features, n_features)
    return WeightParts(shared * np.sqrt(0.5), specific * np.sqrt(0.5), {})


def set_apart(
    parts: WeightParts, layout: ColumnLayout, rng: np.random.RandomState, n_outliers: int
) -> WeightParts:
    """Give some tasks weights that have nothing in common with those of any other."""
    unrelated = independent(layout, parts.shared.shape[1], rng)
    drawn = set(rng.permutation(len(layout.tasks))[:n_outliers].tolist())
    outliers = [task for position, task in enumerate(layout.tasks) if position in drawn]
    shared, specific = parts.shared.copy(), parts.specific.copy()
    for task in outliers:
        columns = layout.columns[task]
        shared[columns], specific[columns] = 0.0, unrelated[columns]
    return WeightParts(shared, specific, parts.facts | {"outliers": outliers})


def draw_drift(
    layout: ColumnLayout,
    n_features: int,
    rng: np.random.RandomState,
    n_informative: int,
    relatedness: float,
) -> WeightParts:
    """Draw weights of few features that change smoothly from task to task."""
    features = rng.permutation(n_features)[:n_informative]
    drawn = independent(layout, n_informative, rng)
    for family in families(layout):
        step = np.arange(len(family))
        K = np.power(relatedness, np.subtract.outer(step, step) ** 2.0)
        values, vectors = np.linalg.eigh(K)
        factor = vectors * np.sqrt(np.maximum(values, 0.0))
        rows = columns_of(layout, family)
        drawn[rows] = np.einsum("tu,uwj->twj", factor, drawn[rows])
    shared = on_features(drawn, features, n_features)
    return WeightParts(shared, np.zeros_like(shared), {})


def draw_steps(
    layout: ColumnLayout,
    n_features: int,
    rng: np.random.RandomState,
    n_informative: int,
    n_steps: int,
) -> WeightParts:
    """Draw weights of few features that jump a few times along the tasks, each feature when it will."""
    features = rng.permutation(n_features)[:n_informative]
    drawn = independent(layout, n_informative, rng)
    for family in families(layout):
        rows = columns_of(layout, family)
        places = np.arange(1, len(family))
        for feature in range(n_informative):
            jumps = rng.permutation(places)[:n_steps]
            level = np.isin(np.arange(len(family)), jumps).cumsum()
            drawn[rows, feature] = drawn[rows[level], feature]
    shared = on_features(drawn, features, n_features)
    return WeightParts(shared, np.zeros_like(shared), {})


def columns_of(layout: ColumnLayout, family: list[str]) -> np.ndarray:
    """Return the positions (n_tasks, width) of the columns of tasks of one width."""
    positions = np.arange(sum(layout.widths.values()))
    return np.array([positions[layout.columns[task]] for task in family])


STRUCTURES = {
    "rows": Structure(draw_rows, ("n_informative",)),
    "low_rank": Structure(draw_low_rank, ("rank",)),
    "clusters": Structure(draw_clusters, ("n_clusters", "relatedness")),
    "common": Structure(draw_common, ("relatedness",)),
    "dirty": Structure(draw_dirty, ("n_informative", "n_specific")),
    "drift": Structure(draw_drift, ("n_informative", "relatedness")),
    "steps": Structure(draw_steps, ("n_informative", "n_steps")),
}
