"""Which rows each network of an ensemble leaves out of its training, to stop on them."""

from typing import Any

import numpy as np

from ..model_selection import TaskStratifiedKFold, hold_out, split_rows, warn_of_gaps
from ..tasks import TaskTargets
from ..utils import group_codes


def held_out(
    targets: TaskTargets, groups: Any, n_members: int, fraction: float, seed: int
) -> list[np.ndarray]:
    """Return the rows that each member holds out: folds alike in all tasks, or about a share of the rows for one."""
    n_samples = targets.shape[0]
    n_items = n_samples if groups is None else len(np.unique(group_codes(groups)))
    if n_items < 2:
        what = "samples" if groups is None else "groups"
        raise ValueError(
            f"MultiTaskMLP needs at least 2 {what} with labels whose weight counts beside the largest, to hold some "
            f"out, got {n_items} (n_samples = {n_samples})"
        )
    if n_members == 1:
        return [hold_out(targets, groups, fraction, seed)]
    folds = TaskStratifiedKFold(min(n_members, n_items), shuffle=True, random_state=seed)
    tests = [test for _, test in folds.split(np.zeros((n_samples, 1)), targets, groups)]
    return [tests[m % len(tests)] for m in range(n_members)]


def held_out_by(
    splitter: Any, X: Any, targets: TaskTargets, groups: Any, n_members: int, rows: np.ndarray
) -> list[np.ndarray]:
    """Return what each member holds out by the user's folds of all samples, counted among the given rows."""
    n_samples = targets.shape[0]
    given = {} if groups is None else {"groups": groups}
    place = np.full(n_samples, -1)
    place[rows] = np.arange(len(rows))
    tests = []
    folds = split_rows(splitter, X, targets, **given)
    warn_of_gaps(folds, n_samples)
    for _, test in folds:
        held = place[test]
        tests.append(held[held >= 0])
        if len(tests[-1]) in (0, len(rows)):
            raise ValueError(
                f"each fold of cv must hold out some samples with labels and leave some, got {len(tests[-1])} of "
                f"{len(rows)}"
            )
    return [tests[m % len(tests)] for m in range(n_members)]
