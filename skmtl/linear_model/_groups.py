"""One outcome, a task for each group of rows: what a joint linear model does without a column for each group."""

from collections.abc import Hashable, Sequence
from dataclasses import replace

import numpy as np

from ..heads import Head, fit_weights, fits_of, make_head, make_heads, open_heads
from ..tasks import FitData, Labels, TaskTargets, VectorLayout
from ..utils import few_threads, gram_operations
from ._base import JointLinearModel
from .problems import Setup, lay_out


def fit_by_group(
    model: JointLinearModel,
    X: np.ndarray,
    outcome: TaskTargets,
    weights: np.ndarray,
    group: np.ndarray,
    names: Sequence[Hashable],
    scale: float,
) -> JointLinearModel:
    """Fit a model whose tasks are groups of rows, given by codes; outcome is one task, scale that of its targets.

    Memory follows the rows: labels are laid out by group. Where the penalty ties intercepts, a group with one class is
    fitted like any other.
    """
    model._forget()
    setup = model._setup()
    setup.penalty.check_params()
    (name,) = outcome.tasks
    values, order = outcome[name], np.argsort(group, kind="stable")
    labels: dict[Hashable, Labels] = {
        task: Labels(rows, values[rows], weights[rows])
        for task, rows in zip(
            names, np.split(order, np.searchsorted(group[order], range(1, len(names))))
        )
    }
    empty = values[:0]
    info = dict.fromkeys(names, outcome._info[name])
    targets = TaskTargets._carry(dict.fromkeys(names, empty), info)
    fit_data = FitData(X, targets, weights, VectorLayout(), frozenset())
    heads = heads_of(targets, labels, setup, scale)
    fits = fits_of(heads, labels, fit_weights(heads, labels, {}, model.task_weight))
    with few_threads(gram_operations(X)):
        prepared = lay_out(fit_data, setup, fits, heads, model.fit_intercept)
        return model._solve(fit_data, prepared, setup)


def heads_of(
    targets: TaskTargets, labels: dict[Hashable, Labels], setup: Setup, scale: float
) -> tuple[Head, ...]:
    """Return a head a group, all of one scale."""
    if not setup.penalty.compares_intercepts:
        heads = make_heads(targets, labels, frozenset(), scale_targets=False)
    else:
        heads = open_heads(heads_alike(targets, labels))
    is_number = "regression" in targets.task_types.values()
    return tuple(replace(head, scale=scale) for head in heads) if is_number else heads


def heads_alike(targets: TaskTargets, labels: dict[Hashable, Labels]) -> tuple[Head, ...]:
    """Return a head a group, whatever labels it has."""
    heads: list[Head] = []
    for name, kind in targets.task_types.items():
        start = heads[-1].columns.stop if heads else 0
        head = make_head(name, kind, labels[name], targets.distinct(name), start, False, 1.0)
        heads.append(head)
    return tuple(heads)
