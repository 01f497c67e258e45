"""Which tasks to train together."""

from collections.abc import Hashable
from typing import Any

import numpy as np
from scipy.cluster import hierarchy

from ..utils import Either, Number, OneOf, require
from ._similarity import cluster
from ._task_affinity import TaskAffinity


def group_tasks(
    affinity: Any,
    *,
    n_groups: int | None = None,
    threshold: float = 0.5,
    signs: str = "any",
) -> dict[Hashable, int]:
    """Propose which tasks to train together.

    Tasks are joined while the correlations of what they learn are, on average over pairs, large enough. A task without
    evidence that it is related to another stays alone.

    Parameters
    ----------
    affinity : TaskAffinity
        The result of ``task_affinity``.

    n_groups : int or None, default=None
        Number of groups to cut into, evidence or not. None leaves it to `threshold`.

    threshold : float in (0, 1], default=0.5
        Mean correlation of the pairs of two groups from which on they are joined, without `n_groups`.

    signs : {"any", "same"}, default="any"
        Whether tasks with opposite signals, correlation below zero, belong together: "any" where what is used to train
        them minds no sign, or learns it (as ``MeanRegularized`` does); "same" counts them as unrelated.

    Returns
    -------
    groups : dict of {task: int}
        Group of each task, numbered from 0 in the order in which they first appear.

    Raises
    ------
    TypeError
        If ``affinity`` is something else.

    ValueError
        If a parameter breaks its rule. The message names it, the rule and the value.

    See Also
    --------
    task_affinity : Measure how tasks are related.

    Notes
    -----
    Average linkage [1]_ on one minus the size of ``affinity.correlation``, where an unknown correlation counts as 0.
    Without `n_groups`, a task whose intervals all hold zero (``affinity.lower`` is 0 in its row) takes no part and is
    alone. Groups do not depend on the order of the tasks.

    A proposal is a guess from the same data: whether training together pays is for cross-validation to say.

    References
    ----------
    .. [1] R. R. Sokal, C. D. Michener, "A statistical method for evaluating systematic relationships", University of
       Kansas Science Bulletin 38, 1409-1438, 1958.

    Examples
    --------
    >>> from skmtl.datasets import make_structured
    >>> from skmtl.inspection import group_tasks, task_affinity
    >>> X, y, truth = make_structured(
    ...     400, 20, 5, structure="clusters", n_outliers=1, random_state=0, return_truth=True
    ... )
    >>> truth.clusters, truth.outliers
    ({'y0': 1, 'y1': 1, 'y2': 0, 'y3': 0, 'y4': 0}, ['y3'])
    >>> group_tasks(task_affinity(X, y, random_state=0))
    {'y0': 0, 'y1': 0, 'y2': 1, 'y3': 2, 'y4': 1}
    """
    check(affinity, n_groups, threshold, signs)
    names = list(affinity.correlation.index)
    # Ties are broken by name, so that the order of the tasks does not matter.
    order = sorted(range(len(names)), key=lambda t: (str(names[t]), type(names[t]).__name__))
    correlation = affinity.correlation.to_numpy()[np.ix_(order, order)]
    lower = affinity.lower.to_numpy()[np.ix_(order, order)]
    similarity = np.nan_to_num(
        np.abs(correlation) if signs == "any" else np.maximum(correlation, 0)
    )
    if n_groups is None:
        related = (lower > 0.0) & (similarity > 0.0) & ~np.eye(len(names), dtype=bool)
        alone = ~related.any(axis=1)
        similarity[alone] = similarity[:, alone] = 0.0
    groups = link(similarity, n_groups, threshold)
    label = dict(zip([names[t] for t in order], groups.tolist(), strict=True))
    first = {group: number for number, group in enumerate(dict.fromkeys(label[t] for t in names))}
    return {name: first[label[name]] for name in names}


def link(similarity: np.ndarray, n_groups: int | None, threshold: float) -> np.ndarray:
    """Return the group of each item, by average linkage."""
    tree = cluster(similarity)
    if tree is None:
        return np.zeros(1, dtype=int)
    if n_groups is not None:
        return hierarchy.cut_tree(tree, n_clusters=int(n_groups))[:, 0]
    return hierarchy.fcluster(tree, 1.0 - threshold, criterion="distance")


def check(affinity: Any, n_groups: Any, threshold: Any, signs: Any) -> None:
    """Raise ValueError where a parameter breaks its rule, TypeError where there is no affinity."""
    if not isinstance(affinity, TaskAffinity):
        kind = type(affinity).__name__
        raise TypeError(f"affinity must be what task_affinity returns, got {kind}")
    n_tasks = len(affinity.correlation)
    require("n_groups", n_groups, Either(OneOf(None), Number(1, n_tasks, whole=True)))
    require("threshold", threshold, Number(0.0, 1.0, closed=False))
    if signs not in ("any", "same"):
        raise ValueError(f"signs must be one of ('any', 'same'), got {signs!r}")
